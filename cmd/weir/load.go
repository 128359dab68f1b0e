package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

func (a *app) newLoad() *cobra.Command {
	var o etl.Options
	cmd := &cobra.Command{
		Use:   "load PATH…",
		Short: "Load source files into the build",
		Long: `Loads tables (CSV, TSV, Parquet, NDJSON; plain, .gz or .zst) and OneRoster
packages. A path is a file, a directory to look through, or a .zip. Which
dataset a file holds is told by a mapping, by its name or by its header.

Each row is loaded, or goes to quarantine with its file, line and the rules
that it broke. A file that cannot be read as a whole is refused, and nothing of
it is loaded. Nothing is visible to readers until 'weir publish'.`,
		Example: `  weir load exports/
  weir load lms.csv --dataset pd_engagement
  weir load lms.csv --mapping lms.mapping.yaml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				r, err := a.load(ctx, l, args, o)
				if err := errors.Join(err, a.recordLoad(ctx, r)); err != nil {
					return err
				}
				return a.printLoad(r)
			})
		},
	}
	cmd.Flags().StringVar(&o.Dataset, "dataset", "", "dataset that the files hold")
	cmd.Flags().StringArrayVar(&o.Mappings, "mapping", nil, "mapping file; may be repeated")
	cmd.Flags().BoolVar(&o.AcceptRemovals, "accept-removals", false, "let a full file end any number of rows")
	return cmd
}

// load runs the loader under a progress bar.
func (a *app) load(ctx context.Context, l *etl.Loader, paths []string, o etl.Options) (etl.Report, error) {
	bar := a.progress(-1, "load")
	defer bar.Close() //nolint:errcheck // a picture
	l.Progress = func(done, total int, what string) {
		bar.ChangeMax(total)
		bar.Describe(what)
		_ = bar.Set(done) //nolint:errcheck // a picture
	}
	return l.Load(ctx, paths, o)
}

// recordLoad puts each new batch of a load on the audit log.
func (a *app) recordLoad(ctx context.Context, r etl.Report) error {
	for _, o := range r.Outcomes {
		if o.Status != etl.StatusLoaded {
			continue
		}
		broken := map[string]int64{}
		maps.Copy(broken, o.ByRule)
		rules, err := json.Marshal(broken)
		if err != nil {
			return err
		}
		count := func(n int64) string { return strconv.FormatInt(n, 10) }
		err = a.record(ctx, audit.KindLoad, "weir load", []string{o.Dataset}, map[string]string{
			"batch": o.ID, "content_sha256": o.SHA256, "read": count(o.Read), "loaded": count(o.Loaded), "updated": count(o.Updated),
			"ended": count(o.Ended), "quarantined": count(o.Quarantined), "rules": string(rules), "seconds": strconv.FormatFloat(o.Seconds, 'f', 3, 64),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// loadedFile is a line of the summary.
type loadedFile struct {
	File        string     `json:"file"`
	Dataset     string     `json:"dataset"`
	Status      etl.Status `json:"status"`
	Read        int64      `json:"read"`
	Loaded      int64      `json:"loaded"`
	Updated     int64      `json:"updated"`
	Unchanged   int64      `json:"unchanged"`
	Quarantined int64      `json:"quarantined"`
	Seconds     string     `json:"seconds"`
	Rate        string     `json:"rows/s"`
}

// printLoad prints what a load did, and fails when files were refused.
func (a *app) printLoad(r etl.Report) error {
	var err error
	if a.config.Output == formatJSON {
		err = a.print(r)
	} else {
		err = a.printLoadTable(r)
	}
	if err == nil && r.Refused() > 0 {
		return policy.Errorf(policy.DataRefused, "%d of %d files were refused", r.Refused(), len(r.Outcomes))
	}
	return err
}

func (a *app) printLoadTable(r etl.Report) error {
	files := make([]loadedFile, len(r.Outcomes))
	for i, o := range r.Outcomes {
		files[i] = loadedFile{
			File: o.File, Dataset: o.Dataset, Status: o.Status, Read: o.Read, Loaded: o.Loaded, Updated: o.Updated,
			Unchanged: o.Unchanged, Quarantined: o.Quarantined, Seconds: fmt.Sprintf("%.2f", o.Seconds), Rate: rate(o),
		}
	}
	if err := a.print(files); err != nil {
		return err
	}
	if err := a.printBroken(r); err != nil {
		return err
	}
	_, err := fmt.Fprint(a.stdout, loadNotes(r))
	return err
}

// brokenRule is a line of the second table: rows of a file that broke a rule.
type brokenRule struct {
	File    string `json:"file"`
	Dataset string `json:"dataset"`
	Rule    string `json:"broken_rule"`
	Rows    int64  `json:"rows"`
}

func (a *app) printBroken(r etl.Report) error {
	var rows []brokenRule
	for _, o := range r.Outcomes {
		for _, rule := range slices.Sorted(maps.Keys(o.ByRule)) {
			rows = append(rows, brokenRule{o.File, o.Dataset, rule, o.ByRule[rule]})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := a.say("\nQuarantined (`weir quarantine show` has the rows):\n"); err != nil {
		return err
	}
	return a.print(rows)
}

func rate(o etl.Outcome) string {
	if o.Seconds == 0 || o.Read == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", float64(o.Read)/o.Seconds)
}

// loadNotes says in words what the table has no column for.
func loadNotes(r etl.Report) string {
	var b strings.Builder
	dropped := map[string]bool{}
	for _, o := range r.Outcomes {
		note := func(n int64, text string) {
			if n > 0 {
				fmt.Fprintf(&b, "\n%s: %d %s", o.File, n, text)
			}
		}
		note(o.Repaired, "rows repaired (surrounding blanks, letter case of codes)")
		note(o.Withdrawn, "rows say that a row has ended")
		note(o.Skipped, "repeated groups without a value skipped")
		note(o.Ignored, "records are of kinds that no dataset holds")
		note(o.Ended, "rows of "+o.Dataset+" ended")
		if len(o.Dropped) > 0 && !dropped[o.File] {
			fmt.Fprintf(&b, "\n%s: never stored: %s", o.File, strings.Join(o.Dropped, ", "))
			dropped[o.File] = true
		}
		if o.Status != etl.StatusLoaded {
			fmt.Fprintf(&b, "\n%s: %s: %s", o.File, o.Status, strings.TrimPrefix(o.Reason, o.File+": "))
		}
	}
	for _, t := range r.Retried {
		fmt.Fprintf(&b, "\n%s: from quarantine: %d loaded, %d updated, %d unchanged, %d superseded (%s)", t.File, t.Loaded, t.Updated, t.Unchanged, t.Superseded, t.Dataset)
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return b.String()
}
