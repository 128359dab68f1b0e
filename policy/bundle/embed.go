// Package bundle holds the built-in policy: Rego and data, one folder a rule
// beside its tests. It holds files only; package opa evaluates them.
package bundle

import "embed"

// Files is the built-in bundle, as OPA lays bundles out.
//
//go:embed .manifest weir invariants
var Files embed.FS
