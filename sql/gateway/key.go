package gateway

import (
	"context"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Key is what a session may know of a relation's keys.
type Key struct {
	Schema, Relation string
	Primary          []string    // columns of the primary key, in order; none: it has none that is shown
	References       []Reference // in the order of the columns
}

// Reference says that the values of a column are those of another relation's
// key. Rows that policy leaves out are missing on either side.
type Reference struct{ Column, Schema, Relation, Key string }

// Keys tells the keys of the scope's relations, in their order. It reads no
// data, so nothing is recorded.
func (s *Session) Keys(ctx context.Context) ([]Key, error) {
	o, _, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	out := make([]Key, len(o.tables))
	for i, t := range o.tables {
		out[i] = Key{Schema: t.schema, Relation: t.name, Primary: s.g.key(t), References: s.g.references(o, t)}
	}
	return out, nil
}

// key is the primary key of a relation, if all of it is shown in a way that
// leaves it unique.
func (g *Gateway) key(t table) []string {
	columns := g.Catalog.Key(t.grant.Dataset)
	for _, name := range columns {
		if _, ok := t.faithful(name); !ok {
			return nil
		}
	}
	return columns
}

// references are the references from a relation to keys that the scope shows as
// well, in the same form.
func (g *Gateway) references(o *open, t table) (out []Reference) {
	for _, c := range t.columns {
		dataset, key := g.Catalog.Reference(t.grant.Dataset, c.name)
		if dataset == "" {
			continue
		}
		for _, to := range o.tables {
			here, shown := t.faithful(c.name)
			there, unique := to.faithful(key)
			if to.grant.Dataset == dataset && shown && unique && here == there && slices.Equal(g.key(to), []string{key}) {
				out = append(out, Reference{c.name, to.schema, to.name, key})
			}
		}
	}
	return out
}

// faithful reports whether a column is shown so that different values stay
// different, and how.
func (t table) faithful(name string) (policy.MaskKind, bool) {
	if t.grant.Aggregate != nil || !slices.ContainsFunc(t.columns, func(c tableColumn) bool { return c.name == name }) {
		return "", false
	}
	for _, c := range t.grant.Columns {
		if c.Name == name {
			return c.Mask.Kind, c.Mask.Kind == policy.Show || c.Mask.Kind == policy.Hash
		}
	}
	return "", false
}
