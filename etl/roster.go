package etl

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/oneroster"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// roster is an open OneRoster package: each file stands in a temporary table,
// from which the datasets are derived.
type roster struct {
	files   map[string]*rosterFile
	counted map[string]bool // tables whose rejected records a dataset took
}

type rosterFile struct {
	prepared *tabular.Prepared
	head     tabular.Head
	dropped  []string
	rows     int64
}

// planRoster reads all files of a package into temporary tables, so that a
// fault in one refuses the package as a whole.
func (l *Loader) planRoster(ctx context.Context, s *store, dir string) ([]job, error) {
	name := filepath.Base(dir) + "/" + oneroster.Manifest
	p, err := oneroster.Read(dir)
	r := &roster{files: map[string]*rosterFile{}, counted: map[string]bool{}}
	if err == nil {
		err = l.readRoster(ctx, s, p, r)
	}
	if err != nil {
		if policy.CodeOf(err) != policy.DataRefused {
			return nil, err
		}
		return []job{{file: tabular.File{Path: dir, Name: name}, err: err}}, nil
	}
	derived, err := p.Derive()
	if err != nil {
		return nil, err
	}
	var jobs []job
	for _, d := range derived {
		k, ok := l.Catalog.Get(d.Dataset)
		if !ok {
			continue // a home may leave a built-in dataset out
		}
		jobs = append(jobs, job{file: r.files[d.Table].prepared.File, k: k, roster: r, derived: d})
	}
	return jobs, nil
}

func (l *Loader) readRoster(ctx context.Context, s *store, p *oneroster.Package, r *roster) error {
	present := p.Tables()
	for _, table := range oneroster.All() {
		stmt := oneroster.Empty(table)
		if slices.Contains(present, table) {
			var err error
			if stmt, err = l.readRosterFile(ctx, s, p, r, table); err != nil {
				return err
			}
		}
		if err := s.exec(ctx, stmt); err != nil {
			return fmt.Errorf("read %s.csv: %w", table, err)
		}
		if f := r.files[table]; f != nil {
			if err := s.countRoster(ctx, f, table); err != nil {
				return err
			}
		}
	}
	prelude, err := oneroster.Prelude()
	if err != nil {
		return err
	}
	return s.exec(ctx, prelude)
}

// readRosterFile returns the statement that reads one file. Positions are the
// row numbers of the table.
func (l *Loader) readRosterFile(ctx context.Context, s *store, p *oneroster.Package, r *roster, table string) (string, error) {
	file, err := tabular.Open(p.Path(table))
	if err != nil {
		return "", policy.Errorf(policy.DataRefused, "%s names %s.csv, which cannot be opened: %w", oneroster.Manifest, table, err)
	}
	comma := tabular.Dialect{Delimiter: ','}
	f := &rosterFile{}
	if f.head, err = file.Head(ctx, s.conn, "", comma); err != nil {
		return "", err
	}
	read, dropped, err := oneroster.Columns(table, f.head.Columns)
	if err != nil {
		return "", err
	}
	f.dropped = dropped
	if f.prepared, err = file.Prepare(ctx, l.Home.scratch(), "", tabular.DefaultLimits()); err != nil {
		return "", err
	}
	r.files[table] = f
	cols := []string{}
	for _, c := range oneroster.Standard(table) {
		if read[c] == "" {
			cols = append(cols, "CAST(NULL AS VARCHAR) AS "+duck.Ident(c))
			continue
		}
		cols = append(cols, fmt.Sprintf("nullif(trim(%s), '') AS %s", duck.Ident(read[c]), duck.Ident(c)))
	}
	return fmt.Sprintf("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans; "+
		"CREATE OR REPLACE TEMP TABLE oneroster_raw AS SELECT %s FROM %s; "+
		"CREATE OR REPLACE TEMP TABLE %s AS SELECT *, rowid AS _source_row FROM oneroster_raw; "+
		"CREATE OR REPLACE TEMP TABLE %s AS SELECT DISTINCT line_byte_position FROM reject_errors",
		strings.Join(cols, ", "), f.prepared.Relation(f.head), oneroster.Temp(table), duck.Ident("rejects_"+table)), nil
}

func (s *store) countRoster(ctx context.Context, f *rosterFile, table string) (err error) {
	f.rows, err = scalar[int64](ctx, s.conn, "SELECT count(*) FROM "+oneroster.Temp(table))
	return err
}

// loadDerived loads one dataset of a OneRoster package.
func (l *Loader) loadDerived(ctx context.Context, s *store, j job, o Options, out *Outcome) error {
	d, file := j.derived, j.roster.files[j.derived.Table]
	out.Dropped, out.Mode = file.dropped, d.Mode
	if j.k.LoadMode == contract.Delta {
		out.Mode = contract.Delta
	}
	hashes := make([]string, len(d.Uses))
	for i, t := range d.Uses {
		hashes[i] = j.roster.files[t].prepared.SHA256
	}
	out.SHA256 = digest(hashes...)
	if done, err := l.begin(ctx, s, j.k, out, "oneroster"); done || err != nil {
		return err
	}
	if d.Kinds != "" {
		n, err := scalar[int64](ctx, s.conn, d.Kinds)
		if err != nil {
			return err
		}
		out.Ignored = n
	}
	query := "SELECT *, false AS _repaired, false AS _empty FROM (" + d.Query + ")"
	g, err := s.stage(ctx, j.k, Rows{Query: query, Columns: d.Columns, Source: sourceRow})
	if err != nil {
		return err
	}
	rejects := "rejects_" + d.Table
	if j.roster.counted[d.Table] {
		rejects = ""
	}
	j.roster.counted[d.Table] = true
	if err := g.takeRejects(ctx, rejects); err != nil {
		return err
	}
	return l.finish(ctx, g, out, g.rosterFinder(file), o)
}

// rosterFinder finds the lines of records, but not their text: it may hold
// what is never stored.
func (g *staging) rosterFinder(f *rosterFile) finder {
	return func(ctx context.Context, positions []int64, yield func(tabular.Record) error) error {
		return g.walk(ctx, f.prepared, f.head.Dialect, f.rows, positions, func(r tabular.Record) error {
			r.Raw = nil
			return yield(r)
		})
	}
}

// release deletes the decoded copies of the jobs' packages.
func release(jobs []job) error {
	var err error
	done := map[*roster]bool{nil: true}
	for _, j := range jobs {
		if !done[j.roster] {
			for _, f := range j.roster.files {
				err = errors.Join(err, f.prepared.Remove())
			}
		}
		done[j.roster] = true
	}
	return err
}
