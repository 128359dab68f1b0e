package etl

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Publish makes what is loaded visible: all compartments together, or none.
// It reports false when the current snapshot already has this content. A
// current snapshot that was damaged is replaced, and nothing of it is shared.
// The caller holds the writer's lock.
func (l *Loader) Publish(ctx context.Context) (m *snapshot.Manifest, published bool, err error) {
	snapshots := snapshot.In(l.Home.Dir)
	if err := snapshots.Sweep(); err != nil {
		return nil, false, fmt.Errorf("clear the snapshots directory: %w", err)
	}
	current, ok, err := snapshots.Current()
	if err != nil || ok && !snapshots.Intact(current) {
		current = nil
	}
	next, revisions, err := l.describe(ctx, current)
	if err != nil {
		return nil, false, err
	}
	var marts Marts
	if l.Marts != nil {
		if marts, err = l.Marts(ctx, revisions); err != nil {
			return nil, false, fmt.Errorf("find the marts: %w", err)
		}
	}
	next.Compartments, next.Metrics = append(next.Compartments, marts.Compartments...), marts.Metrics
	if current != nil && next.SameContent(current) {
		return current, false, nil
	}
	// One whose publishing stopped just before the end, or from before a rollback.
	if same := snapshots.Same(next); same != nil {
		return same, true, snapshots.SetCurrent(same.ID)
	}
	build := func(name string) string { return l.Home.Compartment(contract.Compartment(name)) }
	return next, true, snapshots.Publish(next, build, current, marts.Release)
}

// describe checkpoints the build files, checks what is new in them and
// describes them in a manifest. No build file is open afterwards.
func (l *Loader) describe(ctx context.Context, current *snapshot.Manifest) (m *snapshot.Manifest, revisions map[string]string, err error) {
	s, err := l.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	m = &snapshot.Manifest{Format: snapshot.Format, CreatedAt: l.Now().UTC(), Program: l.Program}
	if current != nil {
		m.Parent = current.ID
	}
	if m.Engine, err = scalar[string](ctx, s.conn, "SELECT version()"); err != nil {
		return nil, nil, err
	}
	var changed []contract.Compartment
	for _, c := range contract.Compartments() {
		d, err := s.describe(ctx, c)
		if err != nil {
			return nil, nil, fmt.Errorf("describe compartment %s: %w", c, err)
		}
		if !d.In(current) {
			changed = append(changed, c)
		}
		m.Compartments = append(m.Compartments, d)
	}
	if m.Batches, err = s.batches(ctx); err != nil {
		return nil, nil, err
	}
	if revisions, err = s.revisions(ctx); err != nil {
		return nil, nil, err
	}
	m.Data = dataDigest(revisions)
	if err := s.verifyIntegrity(ctx, changed); err != nil {
		return nil, nil, err
	}
	return m, revisions, s.addReferences(ctx, m, current, revisions)
}

func (s *store) describe(ctx context.Context, c contract.Compartment) (snapshot.Compartment, error) {
	d := snapshot.Compartment{Name: string(c), File: string(c) + ".duckdb"}
	if err := s.exec(ctx, "CHECKPOINT "+duck.Ident(string(c))); err != nil {
		return d, err
	}
	var err error
	if d.Revision, err = scalar[string](ctx, s.conn, fmt.Sprintf("SELECT revision::VARCHAR FROM %s.ledger.revision", duck.Ident(string(c)))); err != nil {
		return d, err
	}
	for _, k := range s.catalog.In(c) {
		rows, err := scalar[int64](ctx, s.conn, "SELECT count(*) FROM "+table(k))
		if err != nil {
			return d, err
		}
		d.Tables = append(d.Tables, snapshot.Table{Name: k.Name, Rows: rows, ContractVersion: k.Version, ContractDigest: k.Digest})
	}
	return d, nil
}

func (s *store) batches(ctx context.Context) ([]snapshot.Batch, error) {
	out := []snapshot.Batch{}
	for _, c := range contract.Compartments() {
		of, err := s.batchesOf(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, of...)
	}
	return out, nil
}

func (s *store) batchesOf(ctx context.Context, c contract.Compartment) (out []snapshot.Batch, err error) {
	rows, err := s.conn.QueryContext(ctx, fmt.Sprintf("SELECT seq, batch_id, dataset, file, loaded, updated, ended, quarantined FROM %s.ledger.batch ORDER BY seq", duck.Ident(string(c))))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		b := snapshot.Batch{Compartment: string(c)}
		if err := rows.Scan(&b.Seq, &b.ID, &b.Dataset, &b.File, &b.Loaded, &b.Updated, &b.Ended, &b.Quarantined); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// verifyIntegrity checks over everything in the compartments that changed what
// each load checked over its batch: keys are unique and references lead
// somewhere. A breach is a fault of ours, or of somebody who wrote to the
// build files.
func (s *store) verifyIntegrity(ctx context.Context, changed []contract.Compartment) error {
	for _, k := range s.catalog.All() {
		if !slices.Contains(changed, k.Compartment) {
			continue
		}
		keys := duck.Idents(k.PrimaryKey)
		n, err := scalar[int64](ctx, s.conn, fmt.Sprintf("SELECT count(*) - count(DISTINCT hash(%s)) FROM %s", keys, table(k)))
		if err == nil && n > 0 { // few rows, if any, share a hash by chance
			n, err = scalar[int64](ctx, s.conn, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s GROUP BY %s HAVING count(*) > 1)", table(k), keys))
		}
		if err != nil {
			return fmt.Errorf("check the keys of %s: %w", k.Name, err)
		}
		if n > 0 {
			return policy.Errorf(policy.Failed, "%d keys of %s stand more than once; nothing is published: restore the build from a backup and load again", n, k.Name)
		}
		if err := s.verifyReferences(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) verifyReferences(ctx context.Context, k *contract.Contract) error {
	for i := range k.Columns {
		col := &k.Columns[i]
		if col.Reference == nil {
			continue
		}
		to, ok := s.catalog.Get(col.Reference.Dataset)
		if !ok {
			continue // a catalog has no dangling references
		}
		n, err := scalar[int64](ctx, s.conn, fmt.Sprintf("SELECT count(*) FROM %s t ANTI JOIN (SELECT %s AS id FROM %s UNION SELECT %[2]s FROM %[4]s) r ON t.%[5]s = r.id WHERE t.%[5]s IS NOT NULL",
			table(k), duck.Ident(col.Reference.Column), table(to), past(to), duck.Ident(col.Name)))
		if err != nil {
			return fmt.Errorf("check the references of %s: %w", k.Name, err)
		}
		if n > 0 {
			return policy.Errorf(policy.Failed, "%d rows of %s refer by %s to no %s; nothing is published: restore the build from a backup and load again", n, k.Name, col.Name, to.Name)
		}
	}
	return nil
}

// PrimaryKey returns the key columns of a dataset.
func (l *Loader) PrimaryKey(dataset string) []string {
	if k, ok := l.Catalog.Get(dataset); ok {
		return k.PrimaryKey
	}
	return nil
}
