package main

import "github.com/spf13/cobra"

func (a *app) newConfig() *cobra.Command {
	return group("config", "Show the configuration",
		`A setting is taken from the first place that makes it: a flag, a WEIR_*
environment variable (WEIR_LOG_LEVEL for log.level), weir.yaml in the home, or
the built-in default.`,
		"  weir config show", a.newConfigShow())
}

func (a *app) newConfigShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Print each setting, its value and where the value came from",
		Long: `Prints each setting, its value and its source: flag, environment, file
(weir.yaml in the home) or default.`,
		Example: "  weir config show\n  WEIR_LOG_LEVEL=debug weir config show -o json",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.print(a.settings) },
	}
}
