package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/policy"
)

// checkOptions is what the flags of disclosure check say.
type checkOptions struct {
	people, groups, count, amount, freedom string // columns
	dims, overlapping, largest, totals     []string
	person, group, population              string
	least, most                            string
	out, ledger, agreement                 string
}

func (a *app) newDisclosureCheck() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check FILE --n-column COLUMN --dims COLUMN,COLUMN",
		Short: "Judge each cell of a table that somebody wants to release",
		Long: `Says of each cell of a table whether it may be released, by which rule not, and
what the rest of the table would tell of it if it alone were hidden:

  pass    as it is, rounded
  review  safe in itself, but would tell a hidden one, or is near 0 % or 100 %
  fail    a rule forbids it

The file (CSV, TSV, JSON, Parquet or Arrow) has a row for each cell: the
categories, the distinct people, and what is measured of them. In rows for
totals the dimension is empty or says total, all or overall. Hierarchies are
written from the top: --dims district/school. A cell without a row has nobody,
and readers know it.

With --out it writes a copy in which every rule holds. No warehouse is needed,
unless --agreement names one of its agreements.
The exit code is 4 if a cell fails.`,
		Example: `  weir disclosure check counts.csv --n-column n --dims district/school,band
  weir disclosure check applied.csv --n-column teachers --count-column applied \
    --dims school,band --person teachers --out protected.csv
  weir disclosure check cost.parquet --n-column teachers --amount-column cost \
    --largest-columns first,second --dims program -o json
  weir disclosure check models.csv --n-column n --df-column df --dims model`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.disclosureCheck(cmd.Context(), args[0], o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.people, "n-column", "", "column with the number of distinct people")
	flags.StringSliceVar(&o.dims, "dims", nil, "dimensions, separated by commas: a column, or columns from the top of a hierarchy as district/school")
	flags.StringVar(&o.count, "count-column", "", "rates: column with the people of whom it is true")
	flags.StringVar(&o.amount, "amount-column", "", "amounts: column with the sum over the people")
	flags.StringSliceVar(&o.largest, "largest-columns", nil, "amounts: columns with the largest contributions, greatest first")
	flags.StringVar(&o.least, "least", "", "amounts: what one person contributes at least, if readers know it")
	flags.StringVar(&o.most, "most", "", "amounts: what one person contributes at most, if readers know it")
	flags.StringVar(&o.freedom, "df-column", "", "estimates: column with the residual degrees of freedom")
	flags.StringVar(&o.groups, "groups-column", "", "column with the number of schools, for figures about several")
	flags.StringSliceVar(&o.totals, "total", nil, "words for totals (default total, all and overall)")
	flags.StringSliceVar(&o.overlapping, "overlapping", nil, "dimensions of which people may be in several categories")
	flags.StringVar(&o.person, "person", "people", "what the people are called, in the plural")
	flags.StringVar(&o.group, "group", "schools", "what the groups are called, in the plural")
	flags.StringVar(&o.out, "out", "", "file for a protected copy: .csv, .json or .parquet")
	flags.StringVar(&o.ledger, "ledger", "", "file with earlier releases, to which this one is added when --out writes it")
	flags.StringVar(&o.population, "population", "", "with --ledger: name for who is counted and as of when, equal only for the same people")
	flags.StringVar(&o.agreement, "agreement", "", "agreement of the home under which the table is released: its minimum_cell counts where it is more than the policy's")
	return cmd
}

// check refuses what does not go together before any work.
func (o checkOptions) check() error {
	measures := 0
	for _, column := range []string{o.count, o.amount, o.freedom} {
		if column != "" {
			measures++
		}
	}
	switch {
	case o.people == "":
		return policy.Errorf(policy.Usage, "--n-column is missing; name the column with the number of distinct people")
	case len(o.dims) == 0:
		return policy.Errorf(policy.Usage, "--dims is missing; name the columns with the categories")
	case measures > 1:
		return policy.Errorf(policy.Usage, "--count-column, --amount-column and --df-column are of different tables; give one")
	case o.amount == "" && (len(o.largest) > 0 || o.least != "" || o.most != ""):
		return policy.Errorf(policy.Usage, "--largest-columns, --least and --most are for --amount-column")
	case (o.ledger == "") != (o.population == ""):
		return policy.Errorf(policy.Usage, "--ledger and --population go together: the same people must be known again")
	case o.out != "" && !isTableFormat(o.format()):
		return policy.Errorf(policy.Usage, "--out %s: want a name that ends in .csv, .json or .parquet", o.out)
	}
	columns := append(o.levels(), o.numeric()...)
	slices.Sort(columns)
	for i, name := range columns {
		if i > 0 && columns[i-1] == name {
			return policy.Errorf(policy.Usage, "column %s has two uses; each of --dims, --n-column and the others needs one of its own", name)
		}
	}
	for _, name := range o.overlapping {
		if !strings.Contains(","+strings.Join(o.dims, ",")+",", ","+name+",") {
			return policy.Errorf(policy.Usage, "--overlapping %s is none of --dims", name)
		}
	}
	return nil
}

func (o checkOptions) format() string {
	return strings.TrimPrefix(strings.ToLower(filepath.Ext(o.out)), ".")
}

// checkedCell is a cell in JSON.
type checkedCell struct {
	At       map[string]string  `json:"at"`
	People   int64              `json:"n"`
	Verdict  disclosure.Verdict `json:"verdict"`
	Rule     disclosure.Rule    `json:"rule"`
	Evidence string             `json:"evidence"`
}

// checkReport is what disclosure check prints as JSON.
type checkReport struct {
	Policy     string                `json:"policy_revision"`
	Thresholds disclosure.Thresholds `json:"thresholds"`
	Passed     int                   `json:"passed"`
	Review     int                   `json:"review"`
	Failed     int                   `json:"failed"`
	Cells      []checkedCell         `json:"cells"`
}

// checkedRow is a cell in a table.
type checkedRow struct {
	Cell     string             `json:"cell"`
	People   int64              `json:"n"`
	Verdict  disclosure.Verdict `json:"verdict"`
	Rule     disclosure.Rule    `json:"rule"`
	Evidence string             `json:"evidence"`
}

// disclosureCheck reads, judges, writes and prints, in this order.
func (a *app) disclosureCheck(ctx context.Context, path string, o checkOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	report, err := a.newCheckReport(ctx, o.agreement)
	if err != nil {
		return err
	}
	table, err := a.readTable(ctx, path, o)
	if err != nil {
		return err
	}
	table.Name = filepath.Base(path)
	earlier, err := readLedger(o.ledger)
	if err != nil {
		return err
	}
	bar := a.progress(-1, "check")
	judgements, release, err := disclosure.Check(table.Table, earlier, report.Thresholds)
	_ = bar.Close() //nolint:errcheck // a picture
	if err != nil {
		return policy.Errorf(policy.DataRefused, "%w", err)
	}
	rows := report.add(table, judgements)
	if o.out != "" {
		if err := o.write(table, release); err != nil {
			return err
		}
		if err := o.record(append(earlier, release)); err != nil {
			return err
		}
	}
	if a.config.Output == formatJSON {
		err = a.print(report)
	} else {
		err = a.print(rows)
	}
	if report.Failed > 0 {
		return errors.Join(err, policy.Errorf(policy.DataRefused, "cells that fail: %d of %d, to be reviewed: %d; release the copy that --out writes, or coarsen the table",
			report.Failed, len(rows), report.Review))
	}
	return err
}

// newCheckReport has the policy's thresholds, and an agreement's where it asks for
// more people. The policy need not be proved for its numbers.
func (a *app) newCheckReport(ctx context.Context, agreement string) (checkReport, error) {
	source, err := a.policySource()
	if err != nil {
		return checkReport{}, err
	}
	bundle, err := source.Read(ctx)
	if err != nil {
		return checkReport{}, err
	}
	thresholds, err := bundle.Thresholds()
	if err != nil || agreement == "" {
		return checkReport{Policy: bundle.Revision, Thresholds: thresholds}, err
	}
	directory, err := a.directory()
	if err != nil {
		return checkReport{}, err
	}
	all := directory.Agreements()
	i := slices.IndexFunc(all, func(t policy.Agreement) bool { return t.ID == agreement })
	if i < 0 {
		return checkReport{}, policy.Errorf(policy.NotFound, "--agreement %s is none of the home's; agreements.yaml lists them", agreement)
	}
	thresholds.People = max(thresholds.People, int64(all[i].MinimumCell))
	return checkReport{Policy: bundle.Revision, Thresholds: thresholds}, nil
}

// add notes the verdicts, and returns them as rows of a table.
func (r *checkReport) add(t checkedTable, judgements []disclosure.Judgement) []checkedRow {
	r.Cells = []checkedCell{}
	var rows []checkedRow
	for k, j := range judgements {
		switch j.Verdict {
		case disclosure.Fail:
			r.Failed++
		case disclosure.Review:
			r.Review++
		case disclosure.Pass:
			r.Passed++
		}
		at, people := map[string]string{}, t.Cells[k].People
		for i, column := range t.columns {
			if v := t.categories[k][i]; v != "" {
				at[column] = v
			}
		}
		r.Cells = append(r.Cells, checkedCell{at, people, j.Verdict, j.Rule, j.Evidence})
		rows = append(rows, checkedRow{t.label(k), people, j.Verdict, j.Rule, j.Evidence})
	}
	return rows
}

// readLedger reads earlier releases; a file that is not there has none.
func readLedger(path string) (releases []disclosure.Release, err error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, policy.Errorf(policy.Usage, "--ledger %s cannot be read: %w", path, errors.Unwrap(err))
	}
	if err := json.Unmarshal(data, &releases); err != nil {
		return nil, policy.Errorf(policy.DataRefused, "--ledger %s is no list of releases: %w", path, err)
	}
	return releases, nil
}

// record keeps the releases in the ledger.
func (o checkOptions) record(releases []disclosure.Release) error {
	if o.ledger == "" {
		return nil
	}
	data, err := json.MarshalIndent(releases, "", " ")
	if err != nil {
		return err
	}
	partial := o.ledger + ".partial"
	if err := os.WriteFile(partial, data, 0o600); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return os.Rename(partial, o.ledger)
}
