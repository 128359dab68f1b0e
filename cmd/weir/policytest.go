package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

// policyTested is what `weir policy test` prints.
type policyTested struct {
	Policy   string  `json:"policy"`
	Passed   int     `json:"passed"`
	Failed   int     `json:"failed"`
	Coverage float64 `json:"coverage_percent"`
}

func (a *app) newPolicyTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test [POLICY]",
		Short: "Run a policy's own tests",
		Long: `Runs the tests of a policy (rules named test_… in files named …_test.rego), and
measures which lines of its rules they reach. It fails if a test does.`,
		Example: "  weir policy test\n  weir policy test drafts/policy -o json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := a.namedPolicy(args)
			if err != nil {
				return err
			}
			bundle, err := source.Read(cmd.Context())
			if err != nil {
				return err
			}
			tests, err := bundle.RunTests(cmd.Context())
			if err != nil {
				return err
			}
			return a.printTests(bundle, tests)
		},
	}
}

func (a *app) printTests(bundle *opa.Bundle, tests opa.Tests) error {
	tests.Failed = append([]opa.Failure{}, tests.Failed...) // none is [] in JSON, not null
	tests.Uncovered = slices.Compact(append([]string{}, tests.Uncovered...))
	if a.config.Output == formatJSON {
		if err := a.print(tests); err != nil {
			return err
		}
	} else if err := a.printTestTable(bundle, tests); err != nil {
		return err
	}
	if len(tests.Failed) > 0 {
		return policy.Errorf(policy.Failed, "%d of %d tests failed", len(tests.Failed), len(tests.Failed)+tests.Passed)
	}
	return nil
}

func (a *app) printTestTable(bundle *opa.Bundle, tests opa.Tests) error {
	coverage := math.Floor(10*tests.Coverage) / 10 // 100 is all of it
	if err := a.print(policyTested{bundle.Origin, tests.Passed, len(tests.Failed), coverage}); err != nil {
		return err
	}
	for _, f := range tests.Failed {
		if _, err := fmt.Fprintf(a.stdout, "failed: %s (%s:%d)%s\n", f.Test, f.File, f.Line, strings.TrimRight(" "+f.Error, " ")); err != nil {
			return err
		}
	}
	for _, place := range tests.Uncovered {
		if _, err := fmt.Fprintf(a.stdout, "no test reaches %s\n", place); err != nil {
			return err
		}
	}
	return nil
}
