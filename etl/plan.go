package etl

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/etl/oneroster"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
)

// Options say what a load should make of its paths.
type Options struct {
	Dataset        string   // of every file; empty: by mapping, name and header
	Mappings       []string // mapping files
	AcceptRemovals bool     // let full files end any number of rows
}

// job is one file for one dataset, or the reason why there is none.
type job struct {
	file    tabular.File
	k       *contract.Contract
	mapping *mapping.Mapping
	head    tabular.Head
	bound   *mapping.Bound
	roster  *roster           // the OneRoster package that it is derived from, or nil
	derived oneroster.Derived // if so, how
	err     error
}

// found is what lies at the paths of a load.
type found struct {
	tables   []string
	mappings []string
	rosters  []string // directories with a OneRoster manifest
	archives []string
}

// find walks the paths. In a directory, files that are no tables are passed
// over; a file that is named itself must be one.
func find(paths []string) (f found, err error) {
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return f, policy.Errorf(policy.NotFound, "%s: no such file or directory", p)
		}
		if info.IsDir() {
			err = f.walk(p)
		} else {
			f.add(p)
		}
		if err != nil {
			return f, fmt.Errorf("look through %s: %w", p, err)
		}
	}
	return f, nil
}

func (f *found) add(path string) {
	switch {
	case strings.HasSuffix(path, mapping.Suffix):
		f.mappings = append(f.mappings, path)
	case isArchive(path):
		f.archives = append(f.archives, path)
	default:
		f.tables = append(f.tables, path)
	}
}

func (f *found) walk(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir():
			if _, err := os.Stat(filepath.Join(path, oneroster.Manifest)); err == nil {
				f.rosters = append(f.rosters, path)
				return filepath.SkipDir
			}
		case strings.HasSuffix(path, mapping.Suffix) || isArchive(path) || tabular.Supported(d.Name()):
			f.add(path)
		}
		return nil
	})
}

// plan decides what each file is. A file that cannot be recognised becomes a
// job with an error; the others go on.
func (l *Loader) plan(ctx context.Context, s *store, paths []string, o Options) ([]job, error) {
	f, err := find(paths)
	if err != nil {
		return nil, err
	}
	jobs, err := l.unpack(ctx, &f)
	if err != nil {
		return nil, err
	}
	if len(f.tables)+len(f.rosters)+len(jobs) == 0 {
		return nil, policy.Errorf(policy.NotFound, "%s: no table, OneRoster folder or archive to load", strings.Join(paths, ", "))
	}
	mappings, err := l.mappings(f.mappings, o.Mappings)
	if err != nil {
		return nil, err
	}
	for i, dir := range f.rosters {
		derived, err := l.planRoster(ctx, s, dir, i)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, derived...)
	}
	for _, path := range f.tables {
		jobs = append(jobs, l.planTable(ctx, s, path, mappings, o)...)
	}
	if err := allUsed(mappings, o.Mappings, jobs); err != nil {
		return nil, err
	}
	order := map[string]int{}
	for i, k := range l.Catalog.LoadOrder() {
		order[k.Name] = i
	}
	slices.SortStableFunc(jobs, func(a, b job) int { return cmp.Compare(a.rank(order), b.rank(order)) })
	return jobs, nil
}

func (j job) rank(order map[string]int) int {
	if j.err != nil {
		return -1
	}
	return order[j.k.Name]
}

// mappings reads the mapping files, each once. One that lies beside tables and
// names no files is for those of its own name.
func (l *Loader) mappings(discovered, named []string) ([]*mapping.Mapping, error) {
	var all []*mapping.Mapping
	for i, path := range slices.Concat(discovered, named) {
		m, err := mapping.Read(path, l.Catalog)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(other *mapping.Mapping) bool { return other.Digest == m.Digest }) {
			continue
		}
		if len(m.Files) == 0 && i < len(discovered) {
			m.Files = mapping.Texts{strings.TrimSuffix(m.Origin, mapping.Suffix) + ".*"}
		}
		all = append(all, m)
	}
	return all, nil
}

// claiming returns the mappings that are for a file: those that name it, else
// those that name none.
func claiming(mappings []*mapping.Mapping, file, dataset string) []*mapping.Mapping {
	var naming, general []*mapping.Mapping
	for _, m := range mappings {
		switch {
		case dataset != "" && dataset != m.Dataset:
		case m.Matches(file):
			naming = append(naming, m)
		case len(m.Files) == 0:
			general = append(general, m)
		}
	}
	if len(naming) > 0 {
		return naming
	}
	return general
}

// allUsed refuses a mapping that was named in the command and is for no file:
// the files would be loaded without it.
func allUsed(mappings []*mapping.Mapping, named []string, jobs []job) error {
	for _, m := range mappings {
		asked := slices.ContainsFunc(named, func(path string) bool { return filepath.Base(path) == m.Origin })
		if asked && !slices.ContainsFunc(jobs, func(j job) bool { return j.mapping == m }) {
			return policy.Errorf(policy.Usage, "%s: is for none of the files; see its files and dataset", m.Origin)
		}
	}
	return nil
}

func (l *Loader) planTable(ctx context.Context, s *store, path string, mappings []*mapping.Mapping, o Options) []job {
	file, err := tabular.Open(path)
	if err != nil {
		return []job{{file: tabular.File{Path: path, Name: filepath.Base(path)}, err: err}}
	}
	var jobs []job
	for _, m := range claiming(mappings, file.Name, o.Dataset) {
		j := job{file: file, mapping: m}
		j.k, _ = l.Catalog.Get(m.Dataset)
		j.head, j.bound, j.err = m.Fit(ctx, s.conn, file, j.k)
		jobs = append(jobs, j)
	}
	if len(jobs) > 0 {
		return jobs
	}
	j := job{file: file}
	if j.head, j.err = file.Head(ctx, s.conn, "", tabular.Dialect{}); j.err == nil {
		j.k, j.bound, j.err = l.recognise(file, j.head, o.Dataset)
	}
	if j.err == nil {
		j.mapping = mapping.Identity(j.k)
	}
	return []job{j}
}

// recognise finds the dataset that a file holds: the one that was asked for,
// else the one that its name begins with, else the only one whose contract its
// header fits.
func (l *Loader) recognise(file tabular.File, head tabular.Head, asked string) (*contract.Contract, *mapping.Bound, error) {
	name := asked
	if name == "" {
		name = l.named(file.Name)
	}
	if name != "" {
		k, ok := l.Catalog.Get(name)
		if !ok {
			return nil, nil, policy.Errorf(policy.Usage, "no contract is named %q; `weir contracts list` shows them", name)
		}
		b, err := mapping.Identity(k).Bind(k, head)
		if err != nil {
			return nil, nil, policy.Errorf(policy.DataRefused, "%s: %w; correct its header, or write a mapping (`weir mapping suggest`)", file.Name, err)
		}
		return k, b, nil
	}
	var fits []*contract.Contract
	var bound *mapping.Bound
	for _, k := range l.Catalog.All() {
		if b, err := mapping.Identity(k).Bind(k, head); err == nil {
			fits, bound = append(fits, k), b
		}
	}
	switch len(fits) {
	case 1:
		return fits[0], bound, nil
	case 0:
		return nil, nil, policy.Errorf(policy.DataRefused, "%s: its header fits no dataset; `weir mapping suggest` says which is nearest, and writes a mapping", file.Name)
	}
	names := make([]string, len(fits))
	for i, k := range fits {
		names[i] = k.Name
	}
	return nil, nil, policy.Errorf(policy.DataRefused, "%s: its header fits %s; say which with --dataset", file.Name, strings.Join(names, " and "))
}

// named returns the longest dataset name that the file name begins with.
func (l *Loader) named(file string) string {
	stem := strings.ToLower(strings.NewReplacer("-", "_", " ", "_", ".", "_").Replace(tabular.Stem(file)))
	best := ""
	for _, k := range l.Catalog.All() {
		if (stem == k.Name || strings.HasPrefix(stem, k.Name+"_")) && len(k.Name) > len(best) {
			best = k.Name
		}
	}
	return best
}
