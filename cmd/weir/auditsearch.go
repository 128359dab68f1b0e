package main

import "github.com/spf13/cobra"

func (a *app) newAuditSearch() *cobra.Command {
	var f auditFilter
	cmd := &cobra.Command{
		Use:     "search",
		Short:   "Find entries by person, dataset, purpose, verdict and time",
		Long:    "Lists the entries that all given filters select, oldest first. As JSON it prints\nall that the entries hold.",
		Example: "  weir audit search --principal m.larch --verdict deny\n  weir audit search --dataset coaching_session --from 2026-03-01",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			reader, _, err := a.auditLog()
			if err != nil {
				return err
			}
			return a.printRecords(reader.Search(cmd.Context(), filter))
		},
	}
	f.flags(cmd.Flags())
	return cmd
}
