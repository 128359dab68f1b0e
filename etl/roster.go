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

// roster is an open OneRoster package: each file stands in a table of the
// package's own schema, from which the datasets are derived.
type roster struct {
	schema string // quoted
	files  map[string]*rosterFile
}

type rosterFile struct {
	source
	dropped []string
}

// planRoster reads all files of a package into tables, so that a fault in one
// refuses the package as a whole.
func (l *Loader) planRoster(ctx context.Context, s *store, dir string, number int) ([]job, error) {
	r := &roster{files: map[string]*rosterFile{}, schema: fmt.Sprintf("memory.oneroster_%d", number)}
	p, err := oneroster.Read(dir)
	if err == nil {
		err = s.exec(ctx, "CREATE SCHEMA "+r.schema)
	}
	if err == nil {
		err = s.within(ctx, r.schema, func() error { return l.readRoster(ctx, s, p, r) })
	}
	if err != nil {
		if policy.CodeOf(err) != policy.DataRefused {
			return nil, err
		}
		name := filepath.Base(dir) + "/" + oneroster.Manifest
		return []job{{file: tabular.File{Path: dir, Name: name}, roster: r, err: err}}, nil
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
		jobs = append(jobs, job{file: r.files[d.Table].file.File, k: k, roster: r, derived: d})
	}
	return jobs, nil
}

func (l *Loader) readRoster(ctx context.Context, s *store, p *oneroster.Package, r *roster) error {
	present := p.Tables()
	for _, table := range oneroster.All() {
		var err error
		if slices.Contains(present, table) {
			err = l.readRosterFile(ctx, s, p, r, table)
		} else {
			err = s.exec(ctx, oneroster.Empty(table))
		}
		if err != nil {
			return fmt.Errorf("read a OneRoster package: %w", err)
		}
	}
	prelude, err := oneroster.Prelude()
	if err != nil {
		return err
	}
	return s.exec(ctx, prelude)
}

func (l *Loader) readRosterFile(ctx context.Context, s *store, p *oneroster.Package, r *roster, table string) error {
	file, err := tabular.Open(p.Path(table))
	if err != nil {
		return policy.Errorf(policy.DataRefused, "%s names %s.csv, which cannot be opened: %w", oneroster.Manifest, table, err)
	}
	f := &rosterFile{}
	if f.head, err = file.Head(ctx, s.conn, "", tabular.Dialect{Delimiter: ','}); err != nil {
		return err
	}
	read, dropped, err := p.Columns(table, f.head.Columns)
	if err != nil {
		return err
	}
	f.dropped, f.secret = dropped, len(dropped) > 0
	if f.file, err = file.Prepare(ctx, l.Home.scratch(), "", tabular.DefaultLimits()); err != nil {
		return err
	}
	r.files[table] = f
	err = f.file.Read(ctx, l.Home.scratch(), f.head, func(relation string) (int64, error) {
		if err := s.exec(ctx, rosterTable(table, read, relation)); err != nil {
			return 0, err
		}
		f.rows, err = scalar[int64](ctx, s.conn, "SELECT count(*) FROM "+oneroster.Table(table))
		return f.rows, err
	})
	return unreadable(file, err)
}

// rosterTable reads a file into a table. Positions are its row numbers.
func rosterTable(table string, read map[string]string, relation string) string {
	cols := []string{}
	for _, c := range oneroster.Standard(table) {
		text := "CAST(NULL AS VARCHAR)"
		if read[c] != "" {
			text = "nullif(trim(" + duck.Ident(read[c]) + "), '')"
		}
		cols = append(cols, text+" AS "+duck.Ident(c))
	}
	name := oneroster.Table(table)
	return fmt.Sprintf("CREATE OR REPLACE TABLE %s_file AS SELECT %s FROM %s; CREATE OR REPLACE VIEW %[1]s AS SELECT *, rowid AS _source_row FROM %[1]s_file",
		name, strings.Join(cols, ", "), relation)
}

// loadDerived loads one dataset of a OneRoster package.
func (l *Loader) loadDerived(ctx context.Context, s *store, j job, o Options, out *Outcome) error {
	d := j.derived
	out.Dropped, out.Mode = j.roster.files[d.Table].dropped, d.Mode
	if j.k.LoadMode == contract.Delta {
		out.Mode = contract.Delta
	}
	var sources []source
	var hashes []string
	for _, table := range d.Uses { // the first is d.Table
		f := j.roster.files[table]
		sources, hashes = append(sources, f.source), append(hashes, f.file.SHA256)
		f.taken = true
	}
	out.SHA256 = digest(hashes...)
	if done, err := l.begin(ctx, s, j.k, out, "oneroster"); done || err != nil {
		return err
	}
	g, err := s.stageDerived(ctx, j, out)
	if err != nil {
		return err
	}
	g.sources = sources
	return l.finish(ctx, g, out, o)
}

func (s *store) stageDerived(ctx context.Context, j job, out *Outcome) (g *staging, err error) {
	err = s.within(ctx, j.roster.schema, func() error {
		if kinds := j.derived.Kinds; kinds != "" {
			n, err := scalar[int64](ctx, s.conn, kinds)
			if err != nil {
				return err
			}
			out.Ignored = n
		}
		query := "SELECT *, false AS _repaired, false AS _empty FROM (" + j.derived.Query + ")"
		var err error
		g, err = s.stage(ctx, j.k, out.Mode, Rows{Query: query, Columns: j.derived.Columns, Source: sourceRow})
		return err
	})
	return g, err
}

// release deletes the decoded copies of the jobs' packages.
func release(jobs []job) error {
	var err error
	done := map[*roster]bool{nil: true}
	for _, j := range jobs {
		if !done[j.roster] {
			for _, f := range j.roster.files {
				err = errors.Join(err, f.file.Remove())
			}
		}
		done[j.roster] = true
	}
	return err
}
