package metrics

import (
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/document"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
)

// schemaName is the schema in which SQL of metrics finds datasets and relations.
const schemaName = "main"

// resolver works out what metrics read. Its engine holds the contracts' tables,
// and relations as views, without a row.
type resolver struct {
	db       *duck.DB
	guard    *guard.Guard
	catalog  *contract.Catalog
	all      map[string]*parsed
	scope    []guard.Relation
	done     map[string]bool
	registry *Registry
	problems document.Problems
}

func resolve(ctx context.Context, db *duck.DB, catalog *contract.Catalog, all map[string]*parsed) (*Registry, error) {
	g, err := guard.New()
	if err != nil {
		return nil, err
	}
	r := &resolver{db: db, guard: g, catalog: catalog, all: all, done: map[string]bool{}, registry: &Registry{byID: map[string]*Metric{}}}
	for _, k := range catalog.All() {
		if k.Compartment == contract.Vault {
			continue
		}
		if err := r.table(ctx, k); err != nil {
			return nil, err
		}
	}
	ids := slices.Sorted(maps.Keys(all))
	slices.SortStableFunc(ids, func(a, b string) int { return strings.Compare(string(all[b].metric.Kind), string(all[a].metric.Kind)) })
	for _, id := range ids { // relations first, so that metrics find them
		if all[id].metric.Kind == KindRelation {
			r.name(id)
		}
	}
	for _, id := range ids {
		if err := r.visit(ctx, id, nil); err != nil {
			return nil, err
		}
	}
	r.families()
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.registry, nil
}

// table makes an empty table of a dataset.
func (r *resolver) table(ctx context.Context, k *contract.Contract) error {
	columns := make([]string, len(k.Columns))
	relation := guard.Relation{Schema: schemaName, Name: k.Name}
	for i, c := range k.Columns {
		columns[i] = duck.Ident(c.Name) + " " + c.Type
		relation.Columns = append(relation.Columns, c.Name)
	}
	r.scope = append(r.scope, relation)
	_, err := r.db.SQL().ExecContext(ctx, fmt.Sprintf("CREATE TABLE %s (%s)", duck.Ident(k.Name), strings.Join(columns, ", ")))
	return err
}

// name refuses a relation that has a dataset's name.
func (r *resolver) name(id string) {
	if _, ok := r.catalog.Get(id); ok {
		r.problem(r.all[id], yamlFile, "choose another id", "a dataset is named %q", id)
		r.done[id] = true
	}
}

func (r *resolver) problem(p *parsed, file, advice, reason string, args ...any) {
	r.problems = append(r.problems, document.Problem{
		File: path.Join(p.metric.Origin, file), Reason: fmt.Sprintf(reason, args...), Advice: advice,
	})
}

// visit resolves a metric after the relations that it names. Above are those
// that wait for it.
func (r *resolver) visit(ctx context.Context, id string, above []string) error {
	p := r.all[id]
	if r.done[id] {
		return nil
	}
	if slices.Contains(above, id) {
		r.done[id] = true
		r.problem(p, sqlFile, "break the circle", "the relation reads itself: %s", strings.Join(append(above, id), ", "))
		return nil
	}
	tree, err := r.tree(ctx, p.metric.SQL)
	if err != nil {
		return err
	}
	for _, other := range slices.Sorted(maps.Keys(r.all)) {
		if r.all[other].metric.Kind == KindRelation && strings.Contains(tree, `"table_name":"`+other+`"`) {
			if err := r.visit(ctx, other, append(above, id)); err != nil {
				return err
			}
		}
	}
	if r.done[id] {
		return nil
	}
	r.done[id] = true
	return r.read(ctx, p, tree)
}

// tree returns the syntax tree of a text. The text is a parameter, and nothing
// in it is executed.
func (r *resolver) tree(ctx context.Context, text string) (tree string, err error) {
	err = r.db.SQL().QueryRowContext(ctx, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", text).Scan(&tree)
	return tree, err
}

// read checks the SQL of a metric and works out what it reads.
func (r *resolver) read(ctx context.Context, p *parsed, tree string) error {
	m := p.metric
	if refusal := r.guard.CheckText(m.SQL); refusal != nil {
		r.refused(p, refusal)
		return nil
	}
	scope, err := guard.NewScope("memory", []string{schemaName}, r.scope)
	if err != nil {
		return err
	}
	verdict := r.guard.Check(m.SQL, []byte(tree), scope)
	if verdict.Refusal != nil {
		r.refused(p, verdict.Refusal)
		return nil //nolint:nilerr // it is a problem of the file
	}
	r.facts(m, verdict.Facts)
	if err := r.columns(ctx, m); err != nil {
		r.unbound(p, err)
		return nil
	}
	if m.Kind == KindRelation {
		r.scope = append(r.scope, guard.Relation{Schema: schemaName, Name: m.ID, Columns: m.Names()})
		if _, err := r.db.SQL().ExecContext(ctx, fmt.Sprintf("CREATE VIEW %s AS %s", duck.Ident(m.ID), m.Query())); err != nil {
			return err
		}
	} else {
		r.units(p)
		r.declassified(p)
	}
	r.registry.byID[m.ID] = m
	r.registry.order = append(r.registry.order, m)
	return nil
}

func (r *resolver) refused(p *parsed, refusal *guard.Refusal) {
	line := 0
	if refusal.Position >= 0 {
		line = 1 + strings.Count(p.metric.SQL[:min(refusal.Position, len(p.metric.SQL))], "\n")
	}
	r.problems = append(r.problems, document.Problem{
		File: path.Join(p.metric.Origin, sqlFile), Line: line, Reason: refusal.Text + " (rule " + refusal.Rule + ")", Advice: refusal.Hint,
	})
}

// unbound reports what the engine says of SQL that the guard let pass, on the line
// that it names. There are no rows, so that its words hold no value of any.
func (r *resolver) unbound(p *parsed, err error) {
	problem := document.Problem{File: path.Join(p.metric.Origin, sqlFile), Advice: "correct it"}
	text, rest, _ := strings.Cut(err.Error(), "\n")
	problem.Reason = "the engine refuses it: " + text
	if at := engineLine.FindStringSubmatch(rest); at != nil {
		before, _, _ := strings.Cut(p.metric.SQL, strings.TrimSpace(p.metric.SQL))
		line, _ := strconv.Atoi(at[1]) //nolint:errcheck // digits
		problem.Line = line + strings.Count(before, "\n")
	}
	if named := candidates.FindStringSubmatch(rest); named != nil {
		problem.Advice = "correct it; there is " + named[1]
	}
	r.problems = append(r.problems, problem)
}

// What the engine says beside the first line of an error.
var (
	engineLine = regexp.MustCompile(`(?m)^LINE (\d+):`)
	candidates = regexp.MustCompile(`(?m)^Candidate bindings: (.*)$`)
)

// facts gathers datasets, relations and tags. A dataset that is named counts
// with its own tags even if no column of it is read, as by count(*).
func (r *resolver) facts(m *Metric, facts guard.Facts) {
	var compartments []string
	for _, name := range facts.Relations {
		name = strings.TrimPrefix(name, schemaName+".")
		if relation, ok := r.registry.byID[name]; ok {
			for _, other := range append(slices.Clone(relation.Relations), name) {
				if !slices.Contains(m.Relations, other) {
					m.Relations = append(m.Relations, other)
				}
			}
			m.Datasets, m.Tags = union(m.Datasets, relation.Datasets), union(m.Tags, relation.Tags)
			continue
		}
		if k, ok := r.catalog.Get(name); ok {
			m.Datasets, m.Tags = union(m.Datasets, []string{name}), union(m.Tags, k.Tags)
		}
	}
	for _, column := range facts.Columns {
		parts := strings.SplitN(column, ".", 3)
		if k, ok := r.catalog.Get(parts[1]); ok {
			if c, ok := k.Column(parts[2]); ok {
				m.Tags = union(m.Tags, c.Tags)
			}
		}
	}
	for _, name := range m.Datasets {
		if k, ok := r.catalog.Get(name); ok {
			compartments = union(compartments, []string{string(k.Compartment)})
		}
	}
	m.Mart = MartOf(compartments, m.Tags)
}

// columns asks the engine for the columns of a metric's rows.
func (r *resolver) columns(ctx context.Context, m *Metric) error {
	rows, err := r.db.SQL().QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+m.Query()+")")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var c Column
		if err := rows.Scan(&c.Name, &c.Type); err != nil {
			return err
		}
		m.Columns = append(m.Columns, c)
	}
	return rows.Err()
}

// units checks that a metric's rows have what its method and dimensions need.
func (r *resolver) units(p *parsed) {
	m := p.metric
	how, ok := method.ByName(m.Method)
	if !ok {
		return
	}
	need, err := how.Check(m.Options)
	if err != nil {
		return // reported by parse
	}
	if key := m.Person.Key(); key != "" {
		need = append(need, key)
	}
	for _, list := range m.Dimensions {
		need = append(need, method.Columns(list)...)
	}
	for _, c := range union(need, []string{"denominator", "weight", "category_order"}) {
		i := slices.IndexFunc(m.Columns, func(of Column) bool { return of.Name == c })
		switch {
		case i >= 0:
			if want, ok := suits(m.Columns[i]); !ok {
				r.problem(p, sqlFile, "cast it", "column %s is %s, and must be %s", c, m.Columns[i].Type, want)
			}
		case slices.Contains(need, c):
			r.problem(p, sqlFile, "select it, or change metric.yaml", "the unit rows have no column %s, which the method or a dimension needs", c)
		}
	}
}

// declassified refuses what would take away tags that the metric does not have.
func (r *resolver) declassified(p *parsed) {
	for i, entry := range p.metric.Declassified {
		for _, tag := range entry.Tags {
			if !slices.Contains(p.metric.Tags, tag) {
				r.field(p, "declassified["+itoa(i)+"].tags", "leave it out; it has "+strings.Join(p.metric.Tags, ", "), "the metric has no tag %q", tag)
			}
		}
	}
}

// field reports a fault of a field of metric.yaml.
func (r *resolver) field(p *parsed, field, advice, reason string, args ...any) {
	p.Add(field, advice, reason, args...)
	r.problems = append(r.problems, p.Problems...)
	p.Problems = nil
}

// families refuses names that relations in marts, and their columns, cannot have.
func (r *resolver) families() {
	for _, f := range r.registry.Families() {
		columns := map[string]bool{}
		for _, name := range slices.Concat(method.Dimensions, method.Breakdown, []string{"period_start", "period_end"}) {
			columns[name] = true
		}
		for _, m := range f.Metrics {
			if _, ok := r.catalog.Get(f.Name); ok {
				r.field(r.all[m.ID], "family", "choose another family", "a dataset is named %q", f.Name)
			}
			for _, of := range Wide {
				if columns[m.ID+of] {
					r.field(r.all[m.ID], "id", "choose another id", "family %s would have two columns %s", f.Name, m.ID+of)
				}
				columns[m.ID+of] = true
			}
		}
	}
}

// Query is the metric's SQL as it can stand within other SQL.
func (m *Metric) Query() string {
	return strings.TrimRight(strings.TrimSpace(m.SQL), ";") + "\n"
}
