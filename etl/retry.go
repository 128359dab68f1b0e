package etl

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Retried is what became of the quarantined rows of one batch.
type Retried struct {
	Dataset    string `json:"dataset"`
	File       string `json:"file"`
	Loaded     int64  `json:"loaded"`
	Updated    int64  `json:"updated"`
	Unchanged  int64  `json:"unchanged"`
	Withdrawn  int64  `json:"withdrawn"`
	Superseded int64  `json:"superseded"` // dropped, since a later batch brought the same key
}

// pending is a batch with rows in quarantine.
type pending struct {
	id, file string
	seq      int
	waiting  bool // some rows only wait for what they refer to
}

// waiting is the condition of quarantined rows that failed only because what
// they refer to was not there.
var waiting = fmt.Sprintf("len(list_filter(violations, v -> v.rule NOT IN ('%s', '%s'))) = 0", ruleReference, rulePerson)

// Retry checks all quarantined rows again and loads those that pass now. The
// caller holds the writer's lock.
func (l *Loader) Retry(ctx context.Context) (r []Retried, err error) {
	s, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return l.retry(ctx, s, true)
}

// retry goes through the quarantine until nothing more can be loaded. After a
// load it takes only rows that wait for references, and drops rows of the
// datasets that were loaded where a later batch brought the same key.
func (l *Loader) retry(ctx context.Context, s *store, all bool) ([]Retried, error) {
	newer, err := s.loadedSinceRetry(ctx)
	if err != nil {
		return nil, err
	}
	var out []Retried
	for first, progress := true, true; progress; first = false {
		progress = false
		for _, k := range l.Catalog.LoadOrder() {
			batches, err := s.pending(ctx, k)
			if err != nil {
				return out, err
			}
			for _, p := range batches {
				if !all && !p.waiting && (!first || !slices.Contains(newer, k.Name)) {
					continue
				}
				r, err := l.retryBatch(ctx, s, k, p, all)
				if err != nil {
					return out, fmt.Errorf("retry rows of %s: %w", p.file, err)
				}
				if r != (Retried{Dataset: k.Name, File: p.file}) {
					out, progress = append(out, r), true
				}
			}
		}
	}
	return out, s.noteRetry(ctx, newer)
}

// lastBatches is a query of the last batch of each dataset.
func lastBatches() string {
	var ledgers []string
	for _, c := range contract.Compartments() {
		ledgers = append(ledgers, "SELECT dataset, max(seq) AS seq FROM "+duck.Ident(string(c))+".ledger.batch GROUP BY dataset")
	}
	return strings.Join(ledgers, " UNION ALL ")
}

// loadedSinceRetry lists the datasets that were loaded since the quarantine was
// last gone through.
func (s *store) loadedSinceRetry(ctx context.Context) ([]string, error) {
	return column[string](ctx, s.conn, "SELECT dataset FROM ("+lastBatches()+") b ANTI JOIN quarantine.retried_dataset r ON r.dataset = b.dataset AND r.seq >= b.seq")
}

// noteRetry records that the quarantine was gone through.
func (s *store) noteRetry(ctx context.Context, newer []string) error {
	if len(newer) == 0 {
		return nil
	}
	return s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM quarantine.retried_dataset; INSERT INTO quarantine.retried_dataset "+lastBatches())
		return err
	})
}

func (s *store) pending(ctx context.Context, k *contract.Contract) ([]pending, error) {
	rows, err := s.conn.QueryContext(ctx, "SELECT batch_id, any_value(file), any_value(seq), bool_or("+waiting+
		") FROM quarantine.quarantined_row WHERE dataset = ? AND fields IS NOT NULL GROUP BY batch_id ORDER BY 3", k.Name)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []pending
	for rows.Next() {
		var p pending
		if err := rows.Scan(&p.id, &p.file, &p.seq, &p.waiting); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func (l *Loader) retryBatch(ctx context.Context, s *store, k *contract.Contract, p pending, all bool) (Retried, error) {
	r := Retried{Dataset: k.Name, File: p.file}
	g, err := s.stageQuarantined(ctx, k, p)
	if err != nil {
		return r, err
	}
	out := Outcome{Batch: Batch{Dataset: k.Name, File: p.file, Mode: contract.Delta}}
	if _, err := l.begin(ctx, s, k, &out, "retry "+p.id); err != nil {
		return r, err
	}
	b := &out.Batch
	b.ID = digest("retry", p.id, strconv.Itoa(b.Seq))
	for _, step := range []func(context.Context) error{
		g.resolve,
		g.checkSets,
		func(ctx context.Context) error { return g.exec(ctx, g.superseded(p)) },
		func(ctx context.Context) error { return g.weigh(ctx, b, eligible(all)) },
		func(ctx context.Context) error {
			return g.exec(ctx, "CREATE OR REPLACE TEMP TABLE settled AS SELECT _source_row FROM stage WHERE rowid IN (SELECT _row FROM accepted UNION SELECT _row FROM superseded)")
		},
	} {
		if err := step(ctx); err != nil {
			return r, err
		}
	}
	err = s.conn.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM accepted), (SELECT count(*) FROM superseded)").Scan(&b.Read, &r.Superseded)
	if err != nil || b.Read+r.Superseded == 0 {
		return r, err
	}
	if b.Read == 0 {
		return r, s.transact(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM quarantine.quarantined_row WHERE rowid IN (SELECT _source_row FROM settled)")
			return err
		})
	}
	b.Quarantined, b.Loaded = 0, b.Read-b.Withdrawn-b.Updated-b.Unchanged
	r.Loaded, r.Updated, r.Unchanged, r.Withdrawn = b.Loaded, b.Updated, b.Unchanged, b.Withdrawn
	if err := g.claimSettled(ctx, b); err != nil {
		return r, err
	}
	return r, g.write(ctx, b, l.Now(), l.Program)
}

// claimSettled marks the rows that the batch takes out of quarantine.
func (g *staging) claimSettled(ctx context.Context, b *Batch) error {
	return g.transact(ctx, func(tx *sql.Tx) error {
		if err := b.note(ctx, tx, g.k); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE quarantine.quarantined_row SET settled_by = ? WHERE rowid IN (SELECT _source_row FROM settled)", b.ID)
		return err
	})
}

// stageQuarantined stages the rows of a batch from the quarantine.
func (s *store) stageQuarantined(ctx context.Context, k *contract.Contract, p pending) (*staging, error) {
	from := "quarantine.quarantined_row WHERE batch_id = " + duck.Literal(p.id) + " AND fields IS NOT NULL"
	names, err := column[string](ctx, s.conn, "SELECT DISTINCT unnest(json_keys(fields)) AS name FROM "+from+" ORDER BY name")
	if err != nil {
		return nil, err
	}
	cols := make([]string, len(names))
	for i, name := range names {
		cols[i] = fmt.Sprintf(`json_extract_string(fields, %s) AS %s`, duck.Literal(`$."`+name+`"`), duck.Ident(name))
	}
	query := fmt.Sprintf("SELECT %s, false AS _repaired, false AS _empty, rowid AS _source_row, withdrawn AS _deleted FROM %s", strings.Join(cols, ", "), from)
	g, err := s.stage(ctx, k, contract.Delta, Rows{Query: query, Columns: names, Source: sourceRow})
	if err != nil {
		return nil, err
	}
	return g, s.exec(ctx, "CREATE OR REPLACE TEMP TABLE awaiting AS SELECT s.rowid AS _row FROM stage s JOIN quarantine.quarantined_row q ON q.rowid = s._source_row WHERE "+waiting)
}

// superseded lists the staged rows whose key a later batch loaded.
func (g *staging) superseded(p pending) string {
	return fmt.Sprintf("CREATE OR REPLACE TEMP TABLE superseded AS SELECT DISTINCT s._row FROM keyed s JOIN %s t ON %s WHERE t._batch > %d", table(g.k), g.sameKey("s", "t"), p.seq)
}

// eligible is the condition of rows s that a retry may load.
func eligible(all bool) string {
	cond := "s._row NOT IN (SELECT _row FROM superseded)"
	if !all {
		cond += " AND s._row IN (SELECT _row FROM awaiting)"
	}
	return cond
}
