package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/dashboards/provision"
)

// exportedFile is a file that an export wrote.
type exportedFile struct {
	File string `json:"file"`
}

func (a *app) newDashboardsExport() *cobra.Command {
	var v viewing
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "Write Weir's dashboards as files that Grafana reads at its start",
		Long: `Writes, for each audience, the data source, dashboards and alert rules as files
of Grafana's provisioning, with a token of Weir; a compose.yaml that starts Weir
and a Grafana for each audience; and a README.md for an existing Grafana.
Writing into the same folder again makes new tokens and revokes those before.`,
		Example: "  weir dashboards export grafana\n  weir dashboards export out --audience evaluator --door weir.example.org:5439",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			f := provision.Files{Dir: dir, Keys: sourceKeys{a, cmd.CommandPath(), dir, v.days}}
			if f.Door, err = a.reached(v); err != nil {
				return err
			}
			if f.Targets, err = a.targets(v); err != nil {
				return err
			}
			paths, err := f.Write(cmd.Context())
			if err != nil {
				return err
			}
			rows := make([]exportedFile, len(paths))
			for i, path := range paths {
				rows[i] = exportedFile{path}
			}
			return a.print(rows)
		},
	}
	v.flags(cmd.Flags())
	return cmd
}
