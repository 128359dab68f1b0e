package snapshot

import (
	"context"
	"errors"
	"fmt"

	"github.com/weir-warehouse/weir/sql/duck"
)

// Finding is the result of checking one part of a snapshot.
type Finding struct {
	Snapshot    string `json:"snapshot"`
	Compartment string `json:"compartment"`
	Bytes       int64  `json:"bytes"`
	Tables      int    `json:"tables"`
	Rows        int64  `json:"rows"`
	Problem     string `json:"problem"` // empty: as the manifest says
}

// Verify recomputes the hash of every file and the row count of every table of
// a snapshot. Findings tell what differs; an error means that it could not be
// checked.
func (s Store) Verify(ctx context.Context, m *Manifest) ([]Finding, error) {
	out := make([]Finding, 0, len(m.Compartments))
	for _, c := range m.Compartments {
		f := Finding{Snapshot: m.ID, Compartment: c.Name, Bytes: c.Bytes, Tables: len(c.Tables)}
		for _, t := range c.Tables {
			f.Rows += t.Rows
		}
		sum, n, err := hashFile(s.Path(m.ID, c.File))
		switch {
		case err != nil:
			f.Problem = "cannot be read: " + err.Error()
		case sum != c.SHA256:
			f.Problem = fmt.Sprintf("was altered: %d bytes with SHA-256 %s, the manifest says %d with %s", n, sum[:12], c.Bytes, c.SHA256[:12])
		default:
			if f.Problem, err = s.countRows(ctx, m, c); err != nil {
				return nil, fmt.Errorf("verify %s of %s: %w", c.Name, m.ID, err)
			}
		}
		out = append(out, f)
	}
	if m.Release != nil {
		f := Finding{Snapshot: m.ID, Compartment: m.Release.Name, Bytes: m.Release.Bytes}
		if _, err := s.Release(m); err != nil {
			f.Problem = err.Error()
		}
		out = append(out, f)
	}
	return out, nil
}

func (s Store) countRows(ctx context.Context, m *Manifest, c Compartment) (problem string, err error) {
	db, err := duck.Open(ctx, duck.Options{})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := duck.Attach(ctx, db.SQL(), s.Path(m.ID, c.File), c.Name, duck.ReadOnly); err != nil {
		return "cannot be opened: " + err.Error(), nil
	}
	for _, t := range c.Tables {
		var n int64
		err := db.SQL().QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) FROM %s.main.%s", duck.Ident(c.Name), duck.Ident(t.Name))).Scan(&n)
		if err != nil {
			return "", err
		}
		if n != t.Rows {
			return fmt.Sprintf("table %s has %d rows, the manifest says %d", t.Name, n, t.Rows), nil
		}
	}
	return "", nil
}
