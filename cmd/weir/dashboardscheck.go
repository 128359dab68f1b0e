package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/dashboards/provision"
	"github.com/weir-warehouse/weir/policy"
)

func (a *app) newDashboardsCheck() *cobra.Command {
	var g grafanaServer
	var v viewing
	cmd := &cobra.Command{
		Use:   "check --url URL",
		Short: "Check Weir's dashboards in a running Grafana",
		Long: `Asks Grafana whether each data source is healthy, runs every panel, variable and
alert rule through it, and sees that no audience can query the source of
another. The exit code is 1 if anything is not as it should be.`,
		Example: "  weir dashboards check --url http://localhost:3000 --user admin",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.provisioner(cmd, g, v)
			if err != nil {
				return err
			}
			found, err := p.Check(cmd.Context())
			if err != nil {
				return err
			}
			if err := a.print(found); err != nil {
				return err
			}
			if slices.ContainsFunc(found, func(c provision.Checked) bool { return !c.OK }) {
				return policy.Errorf(policy.Failed, "a check failed")
			}
			return nil
		},
	}
	g.flags(cmd.Flags())
	v.flags(cmd.Flags())
	return cmd
}
