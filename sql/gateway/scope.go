package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// How many texts that were checked a scope remembers, and up to which length.
const (
	rememberedTexts = 256
	rememberedText  = 8 << 10
)

// open is a scope with its instances: data, where statements over datasets
// run, and shadow, with the same tables and no rows, where questions about the
// catalog are answered.
type open struct {
	key    string
	scope  *policy.Scope
	data   *duck.Instance
	shadow *duck.Instance
	names  *guard.Scope
	tables []table

	commented func() error // once the catalog is asked
	postgres  *postgres

	known *lru.Cache[string, *checked] // texts with declared types
	idle  *idle

	mu      sync.Mutex
	solid   map[string]bool // relations that were materialised
	ledgers map[string]*state
}

// table is a relation that the scope shows.
type table struct {
	schema, name string
	grant        *policy.Grant
	view         string            // SELECT over what the snapshot has
	derived      *snapshot.Derived // describes a relation in marts; nil for others
	columns      []tableColumn
}

type tableColumn struct{ name, kind string }

// filtered reports whether the relation leaves rows out. Such a relation is
// materialised before its first use: a statement then cannot reach a row that
// it may not see, not by an error that a predicate raises on it, not by a
// statistic, not by the order or the rounding of what it computes.
func (t table) filtered() bool {
	_, all := t.grant.Rows.(policy.AllRows)
	return !all || t.grant.Aggregate != nil
}

func (t table) String() string { return duck.Ident(t.schema) + "." + duck.Ident(t.name) }

// build opens the instances of a scope over a snapshot.
func (g *Gateway) build(ctx context.Context, key string, scope *policy.Scope, m *snapshot.Manifest) (o *open, err error) {
	o = &open{key: key, scope: scope, solid: map[string]bool{}, ledgers: map[string]*state{}, idle: newIdle()}
	if o.known, err = lru.New[string, *checked](rememberedTexts); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	for _, name := range slices.Sorted(maps.Keys(scope.Grants)) {
		if grant := scope.Grants[name]; grant.Allow {
			t := table{schema: "main", name: name, grant: grant, view: grant.View}
			if len(grant.Parts) > 0 {
				if t.view, t.derived = present(grant.Parts, m); t.derived == nil {
					continue
				}
			}
			if before, after, ok := strings.Cut(name, "."); ok {
				t.schema, t.name = before, after
			}
			o.tables = append(o.tables, t)
		}
	}
	options := g.Engine
	if scope.Limits.Memory > 0 {
		options.MemoryLimit = fmt.Sprintf("%dB", scope.Limits.Memory)
	}
	o.data, err = openLocked(ctx, options, func(c *duck.Conn) error { return g.fill(ctx, c, o, m) })
	if err != nil {
		return o, fmt.Errorf("open the scope: %w", err)
	}
	options.Threads = 1
	o.shadow, err = openLocked(ctx, options, func(c *duck.Conn) error { return g.fillShadow(ctx, c, o) })
	if err != nil {
		return o, fmt.Errorf("open the scope's catalog: %w", err)
	}
	o.commented = sync.OnceValue(func() error { return g.comment(context.WithoutCancel(ctx), o) })
	o.postgres = g.newPostgres(context.WithoutCancel(ctx), o, options)
	o.names, err = guard.NewScope("memory", []string{"main"}, append(o.shown(), g.catalog...))
	return o, err
}

// martPrefix begins the names of compartments that are marts.
const martPrefix = "mart_"

// present puts together the parts of a relation that a snapshot has. Marts come and
// go with snapshots, while the policy's catalogue follows a moment later.
func present(parts []policy.Part, m *snapshot.Manifest) (view string, derived *snapshot.Derived) {
	var views []string
	for _, p := range parts {
		c, _ := m.Compartment(p.Compartment)
		i := slices.IndexFunc(c.Tables, func(t snapshot.Table) bool { return t.Name == p.Table && t.Derived != nil })
		if i < 0 {
			continue
		}
		missing := func(name string) bool {
			return !slices.ContainsFunc(c.Tables[i].Derived.Columns, func(col snapshot.Column) bool { return col.Name == name })
		}
		if !slices.ContainsFunc(p.Columns, missing) {
			views, derived = append(views, p.View), c.Tables[i].Derived
		}
	}
	return strings.Join(views, " UNION ALL "), derived
}

// describe returns what the contract, or the mart, says of a relation, or of one
// of its columns.
func (g *Gateway) describe(t table, column string) string {
	if t.derived == nil {
		return g.Catalog.Describe(t.grant.Dataset, column)
	}
	if column == "" {
		return t.derived.Description
	}
	for _, c := range t.derived.Columns {
		if c.Name == column {
			return c.Description
		}
	}
	return ""
}

// fill attaches the compartments and makes a view of each grant.
func (g *Gateway) fill(ctx context.Context, c *duck.Conn, o *open, m *snapshot.Manifest) error {
	for _, name := range o.scope.Compartments {
		if err := g.attach(ctx, c, name, m); err != nil {
			return err
		}
	}
	var views []string
	for _, t := range o.tables {
		views = append(views, "CREATE SCHEMA IF NOT EXISTS "+duck.Ident(t.schema), "CREATE VIEW "+t.String()+" AS "+t.view)
	}
	if err := c.Script(ctx, views...); err != nil {
		return fmt.Errorf("make the scope's views: %w", err)
	}
	return describe(ctx, c, o.tables)
}

// complete refuses a snapshot that lacks a file of the scope's. Marts may be
// missing.
func (g *Gateway) complete(scope *policy.Scope, m *snapshot.Manifest) error {
	for _, name := range scope.Compartments {
		_, ok := m.Compartment(name)
		if !ok && !strings.HasPrefix(name, martPrefix) && len(g.ledgersIn(name)) == 0 {
			return policy.Errorf(policy.Failed, "the snapshot was published by an earlier version and has no %s, so nothing is answered; publish anew with `weir publish`", name)
		}
	}
	return nil
}

func (g *Gateway) attach(ctx context.Context, c *duck.Conn, name string, m *snapshot.Manifest) error {
	if ledgers := g.ledgersIn(name); len(ledgers) > 0 {
		return attachLedgers(ctx, c, name, ledgers)
	}
	part, ok := m.Compartment(name)
	if !ok {
		return nil // a mart, whose relations are left out, see present
	}
	path := g.Snapshots.Path(m.ID, part.File)
	return c.Exec(ctx, fmt.Sprintf("ATTACH %s AS %s (READ_ONLY)", duck.Literal(path), duck.Ident(policy.Database(name))))
}

// describe finds the columns of relations.
func describe(ctx context.Context, c *duck.Conn, tables []table) error {
	data, err := oneText(ctx, c, "SELECT coalesce(to_json(list({'schema': schema_name, 'table': table_name, 'name': column_name, 'kind': data_type} ORDER BY column_index)), '[]')::VARCHAR "+
		"FROM duckdb_columns() WHERE database_name = 'memory'")
	if err != nil {
		return fmt.Errorf("describe the scope's relations: %w", err)
	}
	var columns []struct {
		Schema string `json:"schema"`
		Table  string `json:"table"`
		Name   string `json:"name"`
		Kind   string `json:"kind"`
	}
	if err := json.Unmarshal(data, &columns); err != nil {
		return fmt.Errorf("describe the scope's relations: %w", err)
	}
	of := map[[2]string][]tableColumn{}
	for _, col := range columns {
		of[[2]string{col.Schema, col.Table}] = append(of[[2]string{col.Schema, col.Table}], tableColumn{col.Name, col.Kind})
	}
	for i, t := range tables {
		tables[i].columns = of[[2]string{t.schema, t.name}]
	}
	return nil
}

// fillShadow makes an empty table of each relation.
func (g *Gateway) fillShadow(ctx context.Context, c *duck.Conn, o *open) error {
	var stmts []string
	for _, t := range o.tables {
		cols := make([]string, len(t.columns))
		for i, col := range t.columns {
			cols[i] = duck.Ident(col.name) + " " + col.kind
		}
		stmts = append(stmts,
			"CREATE SCHEMA IF NOT EXISTS "+duck.Ident(t.schema),
			fmt.Sprintf("CREATE TABLE %s (%s)", t, strings.Join(cols, ", ")))
	}
	return c.Script(ctx, stmts...)
}

// comment puts the relations' descriptions into the shadow, for who asks the
// catalog. The engine copies a table for each column's, so it takes longer than
// all else of a scope with marts.
func (g *Gateway) comment(ctx context.Context, o *open) error {
	var stmts []string
	for _, t := range o.tables {
		stmts = append(stmts, fmt.Sprintf("COMMENT ON TABLE %s IS %s", t, duck.Literal(g.describe(t, ""))))
		for _, col := range t.columns {
			stmts = append(stmts, fmt.Sprintf("COMMENT ON COLUMN %s.%s IS %s", t, duck.Ident(col.name), duck.Literal(g.describe(t, col.name))))
		}
	}
	c, err := o.shadow.Connect()
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Script(ctx, stmts...); err != nil {
		return fmt.Errorf("describe the scope's catalog: %w", err)
	}
	return nil
}

// shadowed describes the catalog relations that clients may ask.
func (p *parser) shadowed(ctx context.Context) (out []guard.Relation, err error) {
	c, err := p.instance.Connect()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for _, name := range []string{"tables", "columns", "schemata"} {
		data, err := oneText(ctx, c, "SELECT to_json(list(column_name))::VARCHAR FROM (DESCRIBE FROM information_schema."+duck.Ident(name)+")")
		if err != nil {
			return nil, err
		}
		r := guard.Relation{Schema: "information_schema", Name: name, Catalog: true}
		if err := json.Unmarshal(data, &r.Columns); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// shown are the relations that the scope shows.
func (o *open) shown() (out []guard.Relation) {
	for _, t := range o.tables {
		names := make([]string, len(t.columns))
		for i, col := range t.columns {
			names[i] = col.name
		}
		out = append(out, guard.Relation{Schema: t.schema, Name: t.name, Columns: names})
	}
	return out
}

// ready makes the relations that a statement names fit to be read.
func (g *Gateway) ready(ctx context.Context, o *open, relations []string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.tables {
		if !slices.Contains(relations, t.schema+"."+t.name) {
			continue
		}
		changed, err := g.refresh(ctx, o, t.grant.Dataset)
		if err != nil {
			return err
		}
		if t.filtered() && (changed || !o.solid[t.String()]) {
			if err := o.materialise(ctx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *open) materialise(ctx context.Context, t table) error {
	c, err := o.data.Connect()
	if err != nil {
		return err
	}
	defer c.Close()
	stmts := []string{"BEGIN", "DROP VIEW " + t.String(), "CREATE TABLE " + t.String() + " AS " + t.view, "COMMIT"}
	if o.solid[t.String()] { // a ledger that has grown
		stmts = []string{"BEGIN", "DELETE FROM " + t.String(), "INSERT INTO " + t.String() + " " + t.view, "COMMIT"}
	}
	for _, stmt := range stmts {
		if err := c.Exec(ctx, stmt); err != nil {
			return fmt.Errorf("materialise %s: %w", t.grant.Dataset, err)
		}
	}
	o.solid[t.String()] = true
	return nil
}

func (o *open) close() {
	o.idle.close()
	if o.data != nil {
		o.data.Close()
	}
	if o.shadow != nil {
		o.shadow.Close()
	}
	if o.postgres != nil {
		o.postgres.close()
	}
}
