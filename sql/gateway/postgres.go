package gateway

import (
	"context"
	"fmt"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway/pgcatalog"
	"github.com/weir-warehouse/weir/sql/gateway/pgname"
	"github.com/weir-warehouse/weir/sql/guard"
)

// postgres answers the questions about the catalogue that come through the
// PostgreSQL door, in PostgreSQL's words. It is opened on the first such
// question, since most scopes are never asked one.
type postgres struct {
	names func() (*guard.Scope, error)

	fill     func() (*duck.Instance, error)
	mu       sync.Mutex
	instance *duck.Instance // nil until it is asked for
}

// open returns the instance with the catalogue.
func (p *postgres) open() (i *duck.Instance, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.instance == nil {
		p.instance, err = p.fill()
	}
	return p.instance, err
}

func (p *postgres) close() {
	if p.instance != nil {
		p.instance.Close()
	}
}

// newPostgres prepares the catalogue of a scope.
func (g *Gateway) newPostgres(ctx context.Context, o *open, options duck.Options) *postgres {
	return &postgres{
		names: sync.OnceValues(func() (*guard.Scope, error) {
			relations, functions, err := pgcatalog.Names()
			if err != nil {
				return nil, err
			}
			all := o.shown()
			for _, r := range relations {
				all = append(all, guard.Relation{Schema: r[0], Name: r[1], Catalog: true})
			}
			return guard.NewScope("memory", []string{pgcatalog.Main}, all, functions...)
		}),
		fill: func() (*duck.Instance, error) {
			statements, err := pgcatalog.Statements(g.described(o))
			if err != nil {
				return nil, err
			}
			return openLocked(ctx, options, func(c *duck.Conn) error {
				if err := c.Script(ctx, statements...); err != nil {
					return fmt.Errorf("fill the catalogue: %w", err)
				}
				return nil
			})
		},
	}
}

// described are the scope's relations with what their contracts say of them.
func (g *Gateway) described(o *open) []pgcatalog.Relation {
	out := make([]pgcatalog.Relation, len(o.tables))
	for i, t := range o.tables {
		r := pgcatalog.Relation{Schema: t.schema, Name: t.name, Description: g.describe(t, ""), Key: g.key(t)}
		for _, col := range t.columns {
			r.Columns = append(r.Columns, pgcatalog.Column{Name: col.name, Type: col.kind, Description: g.describe(t, col.name)})
		}
		for _, ref := range g.references(o, t) {
			r.References = append(r.References, pgcatalog.Reference(ref))
		}
		out[i] = r
	}
	return out
}

// inPostgres reports whether a session speaks PostgreSQL's dialect.
func (s *Session) inPostgres() bool { return s.request.Door == policy.PGWire }

// names is what a session may name in a scope.
func (s *Session) names(o *open) (*guard.Scope, error) {
	if s.inPostgres() {
		return o.postgres.names()
	}
	return o.names, nil
}

// shadow is the instance without rows in which a statement is planned, and in
// which it runs if it asks the catalogue.
func (s *Session) shadow(o *open, v guard.Verdict) (*duck.Instance, error) {
	if v.Touches != guard.TouchesCatalog {
		return o.shadow, nil
	}
	if s.inPostgres() {
		return o.postgres.open()
	}
	return o.shadow, o.commented()
}

// named gives the columns of a result the names that PostgreSQL's clients know.
// The statement is not touched: it runs as it was checked.
func (s *Session) named(schema *arrow.Schema, names pgname.Names) *arrow.Schema {
	if !s.inPostgres() {
		return schema
	}
	fields := schema.Fields()
	engine := make([]string, len(fields))
	for i, f := range fields {
		engine[i] = f.Name
	}
	for i, name := range names.For(engine) {
		fields[i].Name = name
	}
	return arrow.NewSchema(fields, nil)
}
