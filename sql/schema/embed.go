// Package schema holds the tables that contracts do not generate: the load
// ledger in every compartment, the identifiers in the vault, the quarantine.
package schema

import _ "embed"

// Ledger creates the ledger of a compartment, run with the compartment's file
// as the current database.
//
//go:embed ledger.sql
var Ledger string

// Identifier creates the vault's map from source identifiers to person keys.
//
//go:embed identifier.sql
var Identifier string

// Quarantine creates the quarantine.
//
//go:embed quarantine.sql
var Quarantine string
