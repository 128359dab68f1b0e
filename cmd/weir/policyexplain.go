package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
)

func (a *app) newPolicyExplain() *cobra.Command {
	var who requester
	cmd := &cobra.Command{
		Use:   "explain --as PRINCIPAL --purpose PURPOSE DATASET[.COLUMN]",
		Short: "Say what a principal sees of a dataset, and which rules decide it",
		Long: `Says in words whether a principal may see a dataset or a column for a purpose,
which rules decided, with file and line, which rows are left out, in Rego and in
SQL, and what is done to the columns. It reads no data and is no decision: it is
not on the audit log.`,
		Example: `  weir policy explain --as m.larch --purpose evaluation coaching_session
  weir policy explain --as r.ash --purpose research --agreement coaching-study \
    teacher.years_experience`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			datasets, err := a.datasets()
			if err != nil {
				return err
			}
			engine, err := a.policyEngine(cmd.Context())
			if err != nil {
				return err
			}
			request, err := a.requestOf(cmd.Context(), who)
			if err != nil {
				return err
			}
			dataset, column := splitName(args[0], datasets)
			explanation, err := engine.Explain(cmd.Context(), request, dataset, column)
			if err != nil {
				return err
			}
			if a.config.Output == formatJSON {
				return a.print(explanation)
			}
			return explanation.Write(a.stdout)
		},
	}
	who.flags(cmd.Flags())
	return cmd
}

// splitName splits dataset.column, where the name of a dataset may itself have
// a dot in it.
func splitName(name string, datasets []policy.Dataset) (dataset, column string) {
	for _, d := range datasets {
		if name == d.Name {
			return name, ""
		}
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}
