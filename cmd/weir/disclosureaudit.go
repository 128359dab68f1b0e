package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

// releaseAudit is what disclosure audit prints as JSON.
type releaseAudit struct {
	Snapshot string               `json:"snapshot"`
	Releases int                  `json:"releases"` // its own and earlier ones
	Tables   int                  `json:"tables"`
	Hidden   int                  `json:"hidden"` // figures that have a protection level
	Failed   int                  `json:"failed"`
	Findings []disclosure.Finding `json:"findings"`
}

// auditSummary is what it prints as a table when all holds.
type auditSummary struct {
	Snapshot string `json:"snapshot"`
	State    string `json:"state"`
	Releases int    `json:"releases"`
	Tables   int    `json:"tables"`
	Hidden   int    `json:"hidden_figures"`
	Failed   int    `json:"failed"`
}

// failedFigure is a figure that fails, in a table.
type failedFigure struct {
	Table  string          `json:"table"`
	Cell   string          `json:"cell"`
	Figure string          `json:"figure"`
	Rule   disclosure.Rule `json:"rule"`
	Lo     int64           `json:"from"`
	Hi     int64           `json:"to"`
	Level  int64           `json:"must_be_wide"`
	Why    string          `json:"why"`
}

func (a *app) newDisclosureAudit() *cobra.Command {
	return &cobra.Command{
		Use:   "audit [SNAPSHOT]",
		Short: "Try to work out what a snapshot's marts hide",
		Long: `Bounds each hidden figure of a snapshot's marts, by default those of the current
one, from all that its marts show together with all that snapshots before it
have shown: rounded numbers, reasons, sums, and figures that tables share. A
figure whose interval is narrower than its protection level fails, and so does
one of which nothing could be proved.

As JSON it prints every finding. They say more than readers may know. The audit
is put on the audit log. The exit code is 1 if a figure fails.`,
		Example: "  weir disclosure audit\n  weir disclosure audit 20260901T120000Z-1a2b3c -o json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.disclosureAudit(cmd.Context(), args)
		},
	}
}

func (a *app) disclosureAudit(ctx context.Context, args []string) error {
	_, m, err := a.find(args)
	if err != nil {
		return err
	}
	if m.Release == nil {
		return policy.Errorf(policy.NotFound, "snapshot %s has no marts; make them with 'weir metrics run', then 'weir publish'", m.ID)
	}
	releases, err := a.releases(m.ID)
	if err != nil {
		return err
	}
	rules, err := a.newCheckReport(ctx, "")
	if err != nil {
		return err
	}
	report := releaseAudit{Snapshot: m.ID, Releases: len(releases), Findings: []disclosure.Finding{}}
	for _, r := range releases {
		report.Tables += len(r.Tables)
	}
	if err := a.auditParts(ctx, &report, releases, rules.Thresholds); err != nil {
		return err
	}
	err = a.record(ctx, audit.KindReleaseApproval, "weir disclosure audit", nil, map[string]string{
		"snapshot": m.ID, "hidden": strconv.Itoa(report.Hidden), "failed": strconv.Itoa(report.Failed),
	})
	if err != nil {
		return err
	}
	return a.printAudit(report)
}

// auditParts audits releases part by part: what is of other people is told by
// nothing.
func (a *app) auditParts(ctx context.Context, report *releaseAudit, releases []disclosure.Release, t disclosure.Thresholds) error {
	parts := disclosure.Independent(releases)
	bar := a.progress(int64(len(parts)), "audit")
	defer bar.Close() //nolint:errcheck // a picture
	for _, part := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		found, err := disclosure.Audit(part, t)
		if err != nil {
			return fmt.Errorf("snapshot %s: %w", report.Snapshot, err)
		}
		report.Findings = append(report.Findings, found.Findings...)
		report.Hidden += len(found.Findings)
		report.Failed += found.Failed
		_ = bar.Add(1) //nolint:errcheck // a picture
	}
	return nil
}

func (a *app) printAudit(r releaseAudit) error {
	var unsafe error
	if r.Failed > 0 {
		unsafe = policy.Errorf(policy.Failed, "%d of %d hidden figures of snapshot %s can be worked out too closely, or could not be proved safe; "+
			"show readers one that holds with 'weir snapshots rollback'", r.Failed, r.Hidden, r.Snapshot)
	}
	if a.config.Output == formatJSON {
		return errors.Join(a.print(r), unsafe)
	}
	if r.Failed == 0 {
		return a.print(auditSummary{r.Snapshot, "holds", r.Releases, r.Tables, r.Hidden, r.Failed})
	}
	var rows []failedFigure
	for _, f := range r.Findings {
		if !f.Proven {
			rows = append(rows, failedFigure{f.Table, f.Cell, f.Figure, f.Rule, f.Feasible.Lo, f.Feasible.Hi, f.Level.Width, f.Failure})
		}
	}
	return errors.Join(a.print(rows), unsafe)
}
