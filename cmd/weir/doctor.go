package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
)

// What a check can find.
const (
	statusOK   = "ok"
	statusWarn = "warn"
	statusFail = "fail"
)

// finding is what one check found, and what to do about it.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Found  string `json:"found"`
	Do     string `json:"do"`
}

// check is one question that doctor asks. Its function fills all of the finding
// but the name.
type check struct {
	name string
	run  func(ctx context.Context, a *app) finding
}

// checks returns what doctor asks, in order.
func checks() []check {
	return []check{
		{"config", checkConfig},
		{"home", checkHome},
		{"permissions", checkPermissions},
		{"keys", checkKeys},
		{"secret", checkSecret},
		{"audit", checkAudit},
		{"principals", checkPrincipals},
		{"writer", checkWriter},
		{"metrics", checkMetrics},
		{"disk", checkDisk},
		{"engine", checkEngine},
	}
}

func (a *app) newDoctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check that the warehouse can work, and say what to do if not",
		Long: `Checks the configuration, the home and its permissions, the keys, the secret,
the audit log, the principals, who writes, whether the metrics are those of what
is loaded, the disk and the engine, and says for each what was found and what to
do. It ends with exit code 1 if a check fails.`,
		Example:           "  weir doctor\n  weir doctor --home /srv/weir -o json",
		Args:              cobra.NoArgs,
		PersistentPreRunE: a.configureLeniently,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := a.examine(cmd.Context(), checks())
			if err := a.print(findings); err != nil {
				return err
			}
			if slices.ContainsFunc(findings, func(f finding) bool { return f.Status == statusFail }) {
				return policy.Errorf(policy.Failed, "a check failed")
			}
			return nil
		},
	}
}

func (a *app) examine(ctx context.Context, checks []check) []finding {
	findings := make([]finding, len(checks))
	for i, c := range checks {
		findings[i] = c.run(ctx, a)
		findings[i].Check = c.name
	}
	return findings
}

func ok(found string) finding       { return finding{Status: statusOK, Found: found} }
func warn(found, do string) finding { return finding{Status: statusWarn, Found: found, Do: do} }
func fail(found, do string) finding { return finding{Status: statusFail, Found: found, Do: do} }
