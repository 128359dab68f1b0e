package main

import (
	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy/opa"
)

func (a *app) newPolicyDiff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show what each role gains and loses from one policy to another",
		Long: `Shows, for each role and purpose, with and without an agreement over everything,
which datasets and columns the new policy grants that the old one does not, the
other way round, and which rows or masks differ. The new policy must hold the
invariants.`,
		Example: "  weir policy diff built-in drafts/policy\n  weir policy diff old.tar.gz new.tar.gz -o json",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			before, err := a.unproved(cmd.Context(), args[:1])
			if err != nil {
				return err
			}
			source, err := a.namedPolicy(args[1:])
			if err != nil {
				return err
			}
			after, err := a.loadPolicy(cmd.Context(), source, nil)
			if err != nil {
				return err
			}
			changes, err := opa.Diff(cmd.Context(), before, after)
			if err != nil {
				return err
			}
			if len(changes) == 0 {
				return a.printNoChange()
			}
			return a.print(changes)
		},
	}
}

// printNoChange says in words that nothing differs, or prints an empty list.
func (a *app) printNoChange() error {
	if a.config.Output == formatJSON {
		return a.print([]opa.Change{})
	}
	return a.say("no role gains or loses anything\n")
}
