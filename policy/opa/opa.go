// Package opa decides: it loads a policy bundle into the embedded Open Policy
// Agent, proves the bundle's invariants, and answers what a session may see.
// Row rules are partially evaluated and rendered by package view. It is the
// only package that imports OPA. It reads no data of the warehouse, runs no
// SQL, and gives no access where a rule is missing, fails or cannot be
// rendered.
package opa

import "github.com/open-policy-agent/opa/v1/ast"

// capabilities returns what bundles may use of Rego: nothing whose result
// depends on the network, the clock, chance or the machine.
func capabilities() *ast.Capabilities {
	all := ast.CapabilitiesForThisVersion()
	kept := all.Builtins[:0:0]
	for _, b := range all.Builtins {
		if !b.Nondeterministic {
			kept = append(kept, b)
		}
	}
	all.Builtins = kept
	all.AllowNet = []string{}
	return all
}
