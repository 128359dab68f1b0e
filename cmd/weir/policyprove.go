package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

// policyProved is what `weir policy prove` prints when all invariants hold.
type policyProved struct {
	Policy   string `json:"policy"`
	Revision string `json:"revision"`
	opa.Proof

	Seconds float64 `json:"seconds"`
}

func (a *app) newPolicyProve() *cobra.Command {
	return &cobra.Command{
		Use:   "prove [POLICY]",
		Short: "Check the invariants for everyone who could ever ask",
		Long: `Checks the policy's invariants, such as that nobody who evaluates is granted
anything about coaching: for every set of roles, every purpose, with and without
an agreement, over every dataset and column of the home. It prints how many that
were, or the first case in which an invariant does not hold, and then fails.`,
		Example: "  weir policy prove\n  weir policy prove drafts/policy",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			engine, err := a.unproved(cmd.Context(), args)
			if err != nil {
				return err
			}
			began := a.now()
			proof, err := engine.Prove(cmd.Context())
			if c, ok := errors.AsType[*opa.Counterexample](err); ok {
				return errors.Join(a.print(*c), policy.Errorf(policy.Failed, "policy %s: %w", engine.Origin(), c))
			}
			if err != nil {
				return err
			}
			seconds := a.now().Sub(began).Round(time.Millisecond).Seconds()
			return a.print(policyProved{engine.Origin(), engine.Revision(), proof, seconds})
		},
	}
}
