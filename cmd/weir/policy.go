package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy/opa"
)

func (a *app) newPolicy() *cobra.Command {
	return group("policy", "Test, prove, explain and compare the policy",
		`The policy says who may see what, for which purpose. It is the built-in one, or
a bundle of Rego and data in the home's folder policy. A policy that does not
compile, or that breaks an invariant, is refused as it is loaded.

Where a command takes a policy, that is a directory, a .tar.gz, the address of
one, or built-in; by default the home's.`,
		"  weir policy scope --as m.larch --purpose evaluation\n  weir policy prove",
		a.newPolicyTest(), a.newPolicyProve(), a.newPolicyExplain(), a.newPolicyScope(), a.newPolicyDiff())
}

// builtInPolicy is the word for the policy that comes with Weir.
const builtInPolicy = "built-in"

// namedPolicy returns the source that an optional argument names.
func (a *app) namedPolicy(args []string) (opa.Source, error) {
	switch {
	case len(args) == 0:
		return a.policySource()
	case args[0] == builtInPolicy:
		return opa.Open("", nil)
	}
	key, err := a.policyKey()
	if err != nil {
		return nil, err
	}
	return opa.Open(args[0], key)
}

// unproved loads a policy whose proof is up to the caller.
func (a *app) unproved(ctx context.Context, args []string) (*opa.Engine, error) {
	source, err := a.namedPolicy(args)
	if err != nil {
		return nil, err
	}
	return a.loadPolicy(ctx, source, func(string) bool { return true })
}
