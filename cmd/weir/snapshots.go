package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

func (a *app) newSnapshots() *cobra.Command {
	return group("snapshots", "List, check, compare and remove snapshots",
		"A snapshot is everything that was published at one time, unchanged since.",
		"  weir snapshots list\n  weir snapshots verify",
		a.newSnapshotsList(), a.newSnapshotsShow(), a.newSnapshotsVerify(), a.newSnapshotsDiff(), a.newSnapshotsRollback(), a.newSnapshotsPrune())
}

func (a *app) snapshots() (snapshot.Store, error) {
	return snapshot.In(a.config.Home), a.home().Check()
}

// find returns the named snapshot, or the current one without a name.
func (a *app) find(names []string) (snapshot.Store, *snapshot.Manifest, error) {
	s, err := a.snapshots()
	if err != nil {
		return s, nil, err
	}
	if len(names) > 0 {
		m, err := s.Get(names[0])
		return s, m, err
	}
	m, ok, err := s.Current()
	if err == nil && !ok {
		err = policy.Errorf(policy.NotFound, "nothing is published yet; `weir load` and then `weir publish`")
	}
	return s, m, err
}

type listedSnapshot struct {
	Snapshot string    `json:"snapshot"`
	Created  time.Time `json:"created"`
	Current  bool      `json:"current"`
	Rows     int64     `json:"rows"`
	Bytes    int64     `json:"bytes"`
	Program  string    `json:"program"`
	Data     string    `json:"data"` // digest of what all datasets hold
}

func listed(m *snapshot.Manifest, current bool) listedSnapshot {
	return listedSnapshot{m.ID, m.CreatedAt, current, m.Rows(), m.Bytes(), m.Program, m.Data[:min(shortDigest, len(m.Data))]}
}

// shortDigest is how much of a digest people are shown.
const shortDigest = 16

func (a *app) newSnapshotsList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List all snapshots, oldest first",
		Long:    "Lists all snapshots, oldest first, and which one readers see.",
		Example: "  weir snapshots list",
		Args:    cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			s, err := a.snapshots()
			if err != nil {
				return err
			}
			current, _, err := s.Current()
			if err != nil {
				return err
			}
			all, err := s.List()
			if err != nil {
				return err
			}
			rows := make([]listedSnapshot, len(all))
			for i, m := range all {
				rows[i] = listed(m, current != nil && current.ID == m.ID)
			}
			return a.print(rows)
		},
	}
}

type shownTable struct {
	Compartment string `json:"compartment"`
	Dataset     string `json:"dataset"`
	Rows        int64  `json:"rows"`
	Contract    string `json:"contract"`
}

func (a *app) newSnapshotsShow() *cobra.Command {
	return &cobra.Command{
		Use: "show [SNAPSHOT]", Short: "Show what a snapshot holds",
		Long:    "Shows the datasets of a snapshot, by default the current one, and what its\nmetrics were made from. As JSON it prints the manifest: files with hashes,\ntables, contracts, batches, metrics.",
		Example: "  weir snapshots show\n  weir snapshots show -o json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			_, m, err := a.find(args)
			if err != nil {
				return err
			}
			if a.config.Output == formatJSON {
				return a.print(m)
			}
			var rows []shownTable
			for _, c := range m.Compartments {
				for _, t := range c.Tables {
					rows = append(rows, shownTable{c.Name, t.Name, t.Rows, t.ContractVersion})
				}
			}
			if err := a.print(rows); err != nil || len(m.Metrics) == 0 {
				return err
			}
			return errors.Join(a.say("\n"), a.print(shownRuns(m.Metrics)))
		},
	}
}

// shownRun is a line on what a metric was made from.
type shownRun struct {
	Metric     string `json:"metric"`
	Mart       string `json:"mart"`
	Cells      int64  `json:"cells"`
	Suppressed int64  `json:"suppressed"`
	Data       string `json:"data"`
	Program    string `json:"program"`
}

func shownRuns(of []snapshot.MetricRun) []shownRun {
	rows := make([]shownRun, len(of))
	for i, r := range of {
		rows[i] = shownRun{r.Metric, r.Mart, r.Cells, r.Suppressed, r.Data, r.Program}
	}
	return rows
}

func (a *app) newSnapshotsVerify() *cobra.Command {
	return &cobra.Command{
		Use: "verify [SNAPSHOT]", Short: "Recompute every hash and row count of a snapshot",
		Long:    "Recomputes the hash of every file and the row count of every table of a\nsnapshot, by default the current one, and compares them with its manifest. The\nrows of a reference part, such as core_reference, are counted in its\ncompartment.",
		Example: "  weir snapshots verify",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, m, err := a.find(args)
			if err != nil {
				return err
			}
			findings, err := s.Verify(cmd.Context(), m)
			if err != nil {
				return err
			}
			if err := a.print(findings); err != nil {
				return err
			}
			if _, found := problem(findings); found {
				return policy.Errorf(policy.Failed, "snapshot %s does not verify; publish anew, or restore it from a backup", m.ID)
			}
			return nil
		},
	}
}

// problem returns the first finding that is one.
func problem(findings []snapshot.Finding) (snapshot.Finding, bool) {
	for _, f := range findings {
		if f.Problem != "" {
			return f, true
		}
	}
	return snapshot.Finding{}, false
}

func (a *app) newSnapshotsDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff BEFORE [AFTER]", Short: "Compare two snapshots",
		Long:    "Counts the rows that were added, removed and changed between two snapshots, by\nprimary key; the second is by default the current one.",
		Example: "  weir snapshots diff 20261121T120000Z-0123456789abcdef",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, before, err := a.find(args[:1])
			if err != nil {
				return err
			}
			_, after, err := a.find(args[1:])
			if err != nil {
				return err
			}
			l, err := a.loader()
			if err != nil {
				return err
			}
			changes, err := s.Diff(cmd.Context(), before, after, l.PrimaryKey)
			if err != nil {
				return err
			}
			return a.print(changes)
		},
	}
}

func (a *app) newSnapshotsRollback() *cobra.Command {
	return &cobra.Command{
		Use: "rollback SNAPSHOT", Short: "Make an earlier snapshot current again",
		Long:    "Verifies an earlier snapshot and makes it the one that readers see. The build\nand the later snapshots stay; 'weir publish' goes forward again.",
		Example: "  weir snapshots rollback 20261121T120000Z-0123456789abcdef",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, _ *etl.Loader) error {
				s, m, err := a.find(args)
				if err != nil {
					return err
				}
				findings, err := s.Verify(ctx, m)
				if err != nil {
					return err
				}
				if f, found := problem(findings); found {
					return policy.Errorf(policy.Failed, "snapshot %s does not verify: %s %s; nothing is changed", m.ID, f.Compartment, f.Problem)
				}
				if err := a.record(ctx, audit.KindPublish, cmd.CommandPath(), nil, map[string]string{"snapshot": m.ID}); err != nil {
					return err
				}
				if err := s.SetCurrent(m.ID); err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "current is now %s\n", m.ID)
				return err
			})
		},
	}
}

func (a *app) newSnapshotsPrune() *cobra.Command {
	var olderThan time.Duration
	cmd := &cobra.Command{
		Use: "prune", Short: "Remove old snapshots",
		Long:    "Removes all but the newest snapshots (snapshots.keep in weir.yaml), and with\n--older-than also those of that age. The current snapshot always stays.",
		Example: "  weir snapshots prune\n  weir snapshots prune --older-than 2160h",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, _ *etl.Loader) error {
				removed, err := snapshot.In(a.config.Home).Prune(a.config.Snapshots.Keep, a.now().Add(-olderThan), olderThan > 0)
				if err != nil {
					return err
				}
				rows := make([]listedSnapshot, len(removed))
				for i, m := range removed {
					if err := a.record(ctx, audit.KindPublish, cmd.CommandPath(), nil, map[string]string{"removed": m.ID}); err != nil {
						return err
					}
					rows[i] = listed(m, false)
				}
				return a.print(rows)
			})
		},
	}
	cmd.Flags().DurationVar(&olderThan, "older-than", 0, "also remove snapshots of at least this age, such as 2160h")
	return cmd
}
