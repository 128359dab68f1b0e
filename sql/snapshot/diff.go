package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/duck"
)

// Change is how a dataset differs between two snapshots.
type Change struct {
	Dataset string `json:"dataset"`
	Before  int64  `json:"before"`
	After   int64  `json:"after"`
	Added   int64  `json:"added"`
	Removed int64  `json:"removed"`
	Changed int64  `json:"changed"` // same primary key, other values
}

// Diff compares two snapshots dataset by dataset; keys gives the primary key
// of each. Compartments that share a file are equal and are not read.
func (s Store) Diff(ctx context.Context, from, to *Manifest, keys func(dataset string) []string) (out []Change, err error) {
	db, err := duck.Open(ctx, duck.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, after := range to.Compartments {
		before, _ := from.Compartment(after.Name)
		if before.SHA256 == after.SHA256 {
			out = append(out, equal(after)...)
			continue
		}
		a, b := "a_"+after.Name, "b_"+after.Name
		if before.File != "" {
			if err := duck.Attach(ctx, db.SQL(), s.Path(from.ID, before.File), a, duck.ReadOnly); err != nil {
				return nil, err
			}
		}
		if err := duck.Attach(ctx, db.SQL(), s.Path(to.ID, after.File), b, duck.ReadOnly); err != nil {
			return nil, err
		}
		changes, err := compare(ctx, db, before, after, a, b, keys)
		if err != nil {
			return nil, err
		}
		out = append(out, changes...)
	}
	for _, gone := range from.Compartments {
		if _, ok := to.Compartment(gone.Name); !ok {
			for _, t := range gone.Tables {
				out = append(out, Change{Dataset: t.label(gone), Before: t.Rows, Removed: t.Rows})
			}
		}
	}
	slices.SortFunc(out, func(x, y Change) int { return strings.Compare(x.Dataset, y.Dataset) })
	return out, nil
}

func equal(c Compartment) []Change {
	out := make([]Change, len(c.Tables))
	for i, t := range c.Tables {
		out[i] = Change{Dataset: t.label(c), Before: t.Rows, After: t.Rows}
	}
	return out
}

func compare(ctx context.Context, db *duck.DB, before, after Compartment, a, b string, keys func(string) []string) ([]Change, error) {
	var out []Change
	for _, t := range after.Tables {
		c := Change{Dataset: t.label(after), After: t.Rows}
		i := slices.IndexFunc(before.Tables, func(o Table) bool { return o.Name == t.Name })
		if i < 0 {
			c.Added = t.Rows
			out = append(out, c)
			continue
		}
		c.Before = before.Tables[i].Rows
		key := keys(t.Name)
		if t.Derived != nil {
			key = t.Derived.Key
		}
		if err := compareTable(ctx, db, &c, t.Name, a, b, key); err != nil {
			return nil, fmt.Errorf("compare %s: %w", t.Name, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func compareTable(ctx context.Context, db *duck.DB, c *Change, name, a, b string, key []string) error {
	row := fmt.Sprintf("SELECT hash(%s) AS _key, hash(t) AS _hash FROM (SELECT COLUMNS(c -> c <> '_batch') FROM %%s.main.%s) t", duck.Idents(key), duck.Ident(name))
	query := fmt.Sprintf(`SELECT count(*) FILTER (WHERE x._hash IS NULL), count(*) FILTER (WHERE y._hash IS NULL), count(*) FILTER (WHERE x._hash <> y._hash)
		FROM (%s) x FULL JOIN (%s) y USING (_key)`, fmt.Sprintf(row, duck.Ident(a)), fmt.Sprintf(row, duck.Ident(b)))
	return db.SQL().QueryRowContext(ctx, query).Scan(&c.Added, &c.Removed, &c.Changed)
}
