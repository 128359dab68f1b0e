package etl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Revisions brings the build in line with the contracts and returns what each
// dataset holds, as a digest of all that was ever written to it; datasets of the
// vault are left out. The caller holds the writer's lock.
func (l *Loader) Revisions(ctx context.Context) (out map[string]string, err error) {
	s, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.revisions(ctx)
}

func (s *store) revisions(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for _, c := range contract.Compartments() {
		if c == contract.Vault {
			continue
		}
		if err := s.revisionsOf(ctx, c, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *store) revisionsOf(ctx context.Context, c contract.Compartment, out map[string]string) error {
	rows, err := s.conn.QueryContext(ctx, fmt.Sprintf("SELECT dataset, revision FROM %s.ledger.dataset", duck.Ident(string(c))))
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var dataset, revision string
		if err := rows.Scan(&dataset, &revision); err != nil {
			return err
		}
		out[dataset] = revision
	}
	return rows.Err()
}

// BuiltRevisions returns the same without the writer's lock, of a build that nobody
// writes.
func (h Home) BuiltRevisions(ctx context.Context) (out map[string]string, err error) {
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := &store{home: h, db: db}
	if s.conn, err = db.SQL().Conn(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.conn.Close()) }()
	out = map[string]string{}
	for _, c := range contract.Compartments() {
		path := filepath.Join(h.Build(), string(c)+".duckdb")
		if _, err := os.Stat(path); c == contract.Vault || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := duck.Attach(ctx, s.conn, path, string(c), duck.ReadOnly); err != nil {
			return nil, err
		}
		if err := s.revisionsOf(ctx, c, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Marts is what is published beside the data that it was made from.
type Marts struct {
	Compartments []snapshot.Compartment // named as their build files
	Metrics      []snapshot.MetricRun
	Release      []byte
}

// dataDigest identifies what all datasets hold.
func dataDigest(revisions map[string]string) string {
	var words []string
	for _, dataset := range slices.Sorted(maps.Keys(revisions)) {
		words = append(words, dataset, revisions[dataset])
	}
	return digest(words...)
}
