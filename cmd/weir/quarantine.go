package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy/audit"
)

func (a *app) newQuarantine() *cobra.Command {
	return group("quarantine", "Look at rows that failed a check, and try them again",
		`A row that fails a check stands in quarantine with its file, line and the rules
that it broke. Raw rows can hold names and identifiers: the quarantine is as
protected as the vault, and so is what you export.`,
		"  weir quarantine list\n  weir quarantine show --dataset pd_engagement",
		a.newQuarantineList(), a.newQuarantineShow(), a.newQuarantineExport(), a.newQuarantineRetry())
}

func selectionFlags(flags *pflag.FlagSet, sel *etl.Selection) {
	flags.StringVar(&sel.Dataset, "dataset", "", "only rows of this dataset")
	flags.StringVar(&sel.File, "file", "", "only rows of this file")
	flags.StringVar(&sel.Rule, "rule", "", "only rows that broke this rule")
}

// recordQuarantine records that raw rows are about to be shown: they can name
// people, as the vault does. What is not recorded is not shown.
func (a *app) recordQuarantine(ctx context.Context, cmd *cobra.Command, sel etl.Selection) error {
	var datasets []string
	if sel.Dataset != "" {
		datasets = []string{sel.Dataset}
	}
	return a.record(ctx, audit.KindVaultCommand, cmd.CommandPath(), datasets, map[string]string{"file": sel.File, "rule": sel.Rule})
}

func (a *app) newQuarantineList() *cobra.Command {
	var sel etl.Selection
	cmd := &cobra.Command{
		Use: "list", Short: "Count quarantined rows by file and rule",
		Long:    "Counts quarantined rows by dataset, file, rule and column.",
		Example: "  weir quarantine list\n  weir quarantine list --rule reference -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				counts, err := l.Home.QuarantineCounts(ctx, sel)
				if err != nil {
					return err
				}
				return a.print(counts)
			})
		},
	}
	selectionFlags(cmd.Flags(), &sel)
	return cmd
}

func (a *app) newQuarantineShow() *cobra.Command {
	sel := etl.Selection{}
	cmd := &cobra.Command{
		Use: "show", Short: "Show quarantined rows as they stood in their files",
		Long:    "Shows quarantined rows with file, line, rules and raw text. The text can name\npeople: mind who looks over your shoulder.",
		Example: "  weir quarantine show --dataset pd_engagement --rule range --limit 20",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				if err := a.recordQuarantine(ctx, cmd, sel); err != nil {
					return err
				}
				rows, err := l.Home.QuarantinedRows(ctx, sel)
				if err != nil {
					return err
				}
				return a.print(rows)
			})
		},
	}
	selectionFlags(cmd.Flags(), &sel)
	cmd.Flags().IntVar(&sel.Limit, "limit", 50, "rows at most; 0: all")
	return cmd
}

func (a *app) newQuarantineExport() *cobra.Command {
	var sel etl.Selection
	cmd := &cobra.Command{
		Use: "export FILE", Short: "Write quarantined rows to a CSV file",
		Long:    "Writes quarantined rows with file, line, rules and raw text to a new CSV file\nthat only you can read.",
		Example: "  weir quarantine export bad-rows.csv --dataset pd_engagement",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				if err := a.recordQuarantine(ctx, cmd, sel); err != nil {
					return err
				}
				n, err := l.Home.ExportQuarantine(ctx, args[0], sel)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "%d rows written to %s\n", n, args[0])
				return err
			})
		},
	}
	selectionFlags(cmd.Flags(), &sel)
	return cmd
}

func (a *app) newQuarantineRetry() *cobra.Command {
	return &cobra.Command{
		Use: "retry", Short: "Check quarantined rows again and load those that pass",
		Long:    "Checks all quarantined rows against the contracts and what is loaded by now, and\nloads those that pass. Rows that only waited for what they refer to are tried\nafter each load anyway.",
		Example: "  weir quarantine retry",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				retried, err := l.Retry(ctx)
				if err != nil {
					return err
				}
				return a.print(retried)
			})
		},
	}
}
