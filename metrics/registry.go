package metrics

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/document"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Registry is a set of metrics and relations that fit together and fit the
// contracts.
type Registry struct {
	byID  map[string]*Metric
	order []*Metric // what a metric reads precedes it
}

// Load returns the built-in metrics, overridden and extended by those of a
// folder, which may be absent. It finds out what each reads with an engine of its
// own, which holds the contracts' tables without a row. The error holds the
// document.Problems of all folders.
func Load(ctx context.Context, dir string, catalog *contract.Catalog) (r *Registry, err error) {
	all, err := builtInFolders()
	if err != nil {
		return nil, err
	}
	if err := ownFolders(dir, all); err != nil {
		return nil, err
	}
	var problems document.Problems
	for _, id := range slices.Sorted(maps.Keys(all)) {
		problems = append(problems, all[id].Problems...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return resolve(ctx, db, catalog, all)
}

func builtInFolders() (map[string]*parsed, error) {
	sub, err := fs.Sub(builtIn, "catalog")
	if err != nil {
		return nil, err
	}
	all := map[string]*parsed{}
	return all, folders(sub, "built-in", all)
}

// ownFolders adds the folders of a home, which replace built-in ones of the same
// name.
func ownFolders(dir string, all map[string]*parsed) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return folders(os.DirFS(dir), dir, all)
}

func folders(root fs.FS, origin string, all map[string]*parsed) error {
	entries, err := fs.ReadDir(root, ".")
	if err != nil {
		return fmt.Errorf("list metrics: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		folder, err := fs.Sub(root, e.Name())
		if err != nil {
			return err
		}
		all[e.Name()] = parse(folder, filepath.Join(origin, e.Name()))
	}
	return nil
}

// Get finds a metric or relation.
func (r *Registry) Get(id string) (*Metric, bool) {
	m, ok := r.byID[id]
	return m, ok
}

// Relations lists the relations that a metric or relation reads, what one reads
// before it.
func (r *Registry) Relations(m *Metric) []*Metric {
	var out []*Metric
	for _, id := range m.Relations {
		if relation, ok := r.byID[id]; ok {
			out = append(out, relation)
		}
	}
	return out
}

// Ordered lists relations and metrics so that what one reads precedes it.
func (r *Registry) Ordered() []*Metric { return slices.Clone(r.order) }

// Metrics lists the metrics by id, without relations.
func (r *Registry) Metrics() []*Metric {
	var out []*Metric
	for _, id := range slices.Sorted(maps.Keys(r.byID)) {
		if m := r.byID[id]; m.Kind == KindMetric {
			out = append(out, m)
		}
	}
	return out
}

// Family is the metrics of one wide relation.
type Family struct {
	Name    string
	Metrics []*Metric // by id
	Tags    []string  // the union of theirs
	Mart    string
}

// Families lists the families by name.
func (r *Registry) Families() []Family {
	byName := map[string]*Family{}
	for _, m := range r.Metrics() {
		f := byName[m.Family]
		if f == nil {
			f = &Family{Name: m.Family}
			byName[m.Family] = f
		}
		f.Metrics = append(f.Metrics, m)
		f.Tags = union(f.Tags, m.Tags)
	}
	var out []Family
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		f := byName[name]
		var marts []string
		for _, m := range f.Metrics {
			marts = union(marts, MartParts(m.Mart))
		}
		f.Mart = MartOf(marts, nil)
		out = append(out, *f)
	}
	return out
}

// union returns the words of both, sorted.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
