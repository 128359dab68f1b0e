package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

// scopeRow is a line of `weir policy scope`.
type scopeRow struct {
	Dataset string `json:"dataset"`
	Verdict string `json:"verdict"`
	Rows    string `json:"rows"` // in words
	Shown   int    `json:"shown"`
	Masked  int    `json:"masked"`
	Hidden  int    `json:"hidden"`
	Reason  string `json:"reason"`
}

// scopeShown is the whole catalogue as a principal sees it.
type scopeShown struct {
	Principal string          `json:"principal"`
	Purpose   policy.Purpose  `json:"purpose"`
	Agreement string          `json:"agreement,omitempty"`
	Revision  string          `json:"revision"`
	Refusal   *policy.Refusal `json:"refusal,omitempty"`
	Acting    []policy.Role   `json:"acting"`
	Commands  []string        `json:"commands"`
	Limits    policy.Limits   `json:"limits"` // the time in nanoseconds
	Datasets  []scopeRow      `json:"datasets"`
}

func (a *app) newPolicyScope() *cobra.Command {
	var who requester
	cmd := &cobra.Command{
		Use:   "scope --as PRINCIPAL --purpose PURPOSE",
		Short: "Show the whole catalogue as a principal sees it",
		Long: `Shows every dataset as policy lets a principal see it for a purpose: verdict,
rows in words, how many columns are shown as they are, masked (where figures are
shown: averaged) and hidden, and the rule that decides. 'weir policy explain'
says more of each.`,
		Example: "  weir policy scope --as m.larch --purpose evaluation\n  weir policy scope --as m.larch --purpose evaluation -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			engine, err := a.policyEngine(cmd.Context())
			if err != nil {
				return err
			}
			request, err := a.requestOf(cmd.Context(), who)
			if err != nil {
				return err
			}
			shown, err := a.showScope(cmd.Context(), engine, request)
			if err != nil {
				return err
			}
			shown.Agreement = who.agreement
			if a.config.Output == formatJSON {
				return a.print(shown)
			}
			return a.printScope(shown)
		},
	}
	who.flags(cmd.Flags())
	return cmd
}

func (a *app) showScope(ctx context.Context, engine *opa.Engine, r policy.Request) (scopeShown, error) {
	scope, err := engine.Scope(ctx, r)
	if err != nil {
		return scopeShown{}, err
	}
	shown := scopeShown{
		Principal: r.Principal.ID, Purpose: r.Purpose, Revision: scope.Revision, Refusal: scope.Refusal,
		Acting: scope.Acting, Commands: scope.Commands, Limits: scope.Limits,
	}
	datasets, err := a.datasets()
	if err != nil {
		return shown, err
	}
	for _, d := range datasets {
		x, err := engine.Explain(ctx, r, d.Name, "")
		if err != nil {
			return shown, err
		}
		shown.Datasets = append(shown.Datasets, scopeRowOf(x))
	}
	return shown, nil
}

// scopeRowOf sums an explanation up.
func scopeRowOf(x *opa.Explanation) scopeRow {
	row := scopeRow{Dataset: x.Dataset, Verdict: "refused"}
	if len(x.Reasons) > 0 {
		row.Reason = x.Reasons[0].Rule
	}
	if !x.Allow {
		return row
	}
	row.Verdict, row.Rows = "granted", rowsInWords(x)
	for _, c := range x.Columns {
		switch c.Mask.Kind {
		case policy.Show:
			row.Shown++
		case policy.Hide:
			row.Hidden++
		case policy.Null, policy.Hash, policy.Truncate, policy.Band, policy.Generalise:
			row.Masked++
		}
	}
	if f := x.Aggregate; f != nil { // what is grouped by, what is averaged, and the rest
		row.Shown, row.Masked = len(f.By), len(f.Means)
		row.Hidden = len(x.Columns) - row.Shown - row.Masked
	}
	return row
}

// rowsInWords says which rows are shown, by the titles of the row rules.
func rowsInWords(x *opa.Explanation) string {
	words := x.Extent
	if x.Extent == (policy.RowsWhere{}).Extent() {
		titles := make([]string, 0, len(x.RowRules))
		for _, rule := range x.RowRules {
			titles = append(titles, strings.ToLower(rule.Rule[:1])+rule.Rule[1:])
		}
		words = "where " + strings.Join(titles, ", or ")
	}
	if f := x.Aggregate; f != nil {
		words = fmt.Sprintf("means by %s over %d people or more, of rows %s", strings.Join(f.By, ", "), f.Minimum, words)
	}
	return words
}

func (a *app) printScope(s scopeShown) error {
	head := fmt.Sprintf("%s asks for %s, acting as %s.", s.Principal, s.Purpose, join(s.Acting))
	if s.Refusal != nil {
		head = fmt.Sprintf("%s asks for %s and is refused: %s. Possible purposes: %s.",
			s.Principal, s.Purpose, s.Refusal.Text, join(s.Refusal.Allowed))
	}
	if err := a.say("%s\n\n", head); err != nil {
		return err
	}
	return a.print(s.Datasets)
}
