package etl

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Batch is one file's rows for one dataset. Its counts add up:
// Read = Loaded + Updated + Unchanged + Quarantined + Withdrawn.
type Batch struct {
	ID          string            `json:"batch_id"`
	Seq         int               `json:"seq"` // order of loading within the compartment
	Dataset     string            `json:"dataset"`
	File        string            `json:"file"`
	SHA256      string            `json:"content_sha256"`
	Mode        contract.LoadMode `json:"mode"`
	Read        int64             `json:"read"`
	Loaded      int64             `json:"loaded"`
	Updated     int64             `json:"updated"`
	Unchanged   int64             `json:"unchanged"`
	Ended       int64             `json:"ended"`
	Quarantined int64             `json:"quarantined"`
	Withdrawn   int64             `json:"withdrawn"` // rows by which a source says that a row has ended
	Skipped     int64             `json:"skipped"`   // unpivoted groups without a value
	Repaired    int64             `json:"repaired"`  // rows with trimmed blanks or mended letter case
	ByRule      map[string]int64  `json:"by_rule,omitempty"`
}

// weigh finds out what writing the batch would do, and writes nothing: which
// eligible rows are good (the views accepted and, of those that are not
// withdrawn, incoming), which loaded rows they match (matched) and which loaded
// rows end (ending).
func (g *staging) weigh(ctx context.Context, b *Batch, eligible string) error {
	same := make([]string, 0, len(g.k.Columns))
	for _, name := range g.supplied() {
		same = append(same, fmt.Sprintf("s.%s IS DISTINCT FROM t.%[1]s", duck.Ident(name)))
	}
	stmts := []string{
		"CREATE OR REPLACE TEMP TABLE bad AS SELECT _row, list({'rule': rule, 'column': col} ORDER BY rule, col) AS violations FROM violation GROUP BY _row",
		"CREATE OR REPLACE TEMP VIEW accepted AS SELECT s.* FROM staged s ANTI JOIN bad USING (_row) WHERE " + eligible,
		"CREATE OR REPLACE TEMP VIEW incoming AS FROM accepted WHERE NOT _deleted",
		fmt.Sprintf("CREATE OR REPLACE TEMP TABLE matched AS SELECT s._row, t.rowid AS _target, (%s) AS changed FROM incoming s JOIN %s t ON %s",
			strings.Join(same, " OR "), table(g.k), g.sameKey("s", "t")),
		g.ending(),
	}
	for _, stmt := range stmts {
		if err := g.exec(ctx, stmt); err != nil {
			return fmt.Errorf("weigh %s: %w", b.Dataset, err)
		}
	}
	return g.count(ctx, b)
}

// supplied lists the dataset's columns that the batch has values for. What a
// file does not carry, it leaves as it is.
func (g *staging) supplied() []string {
	var names []string
	for _, col := range g.k.Columns {
		if g.offered[col.Name] {
			names = append(names, col.Name)
		}
	}
	for _, p := range g.people {
		if len(p.ids) > 0 {
			names = append(names, p.col.Name)
		}
	}
	return names
}

// ending lists the loaded rows that a full file no longer lists. A row that it
// lists and that fails a check is not missing; when a failing row's key cannot
// be read, no row can be told to be missing.
func (g *staging) ending() string {
	withdrawn := fmt.Sprintf("CREATE OR REPLACE TEMP TABLE ending AS SELECT t.rowid AS _target FROM %s t WHERE EXISTS (FROM accepted s WHERE s._deleted AND %s)",
		table(g.k), g.sameKey("s", "t"))
	if g.mode != contract.Full || !g.complete() {
		return withdrawn
	}
	var unknown []string
	for _, c := range g.k.PrimaryKey {
		unknown = append(unknown, "s."+duck.Ident(c)+" IS NULL")
	}
	return withdrawn + fmt.Sprintf(` UNION
		SELECT t.rowid AS _target FROM %s t
		WHERE NOT EXISTS (FROM matched m WHERE m._target = t.rowid)
		AND NOT EXISTS (FROM keyed s WHERE s._row IN (SELECT _row FROM bad) AND %s)
		AND NOT EXISTS (FROM keyed s WHERE s._row IN (SELECT _row FROM bad) AND (%s))`, table(g.k), g.sameKey("s", "t"), strings.Join(unknown, " OR "))
}

func (g *staging) count(ctx context.Context, b *Batch) error {
	malformed := g.malformed()
	err := g.conn.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM stage WHERE NOT _empty), (SELECT count(*) FROM stage WHERE _empty), (SELECT count(*) FROM stage WHERE _repaired AND NOT _empty),
		(SELECT count(*) FROM bad), (SELECT count(*) FROM accepted WHERE _deleted),
		(SELECT count(*) FROM matched WHERE changed), (SELECT count(*) FROM matched WHERE NOT changed), (SELECT count(*) FROM ending)`).
		Scan(&b.Read, &b.Skipped, &b.Repaired, &b.Quarantined, &b.Withdrawn, &b.Updated, &b.Unchanged, &b.Ended)
	if err != nil {
		return fmt.Errorf("count %s: %w", b.Dataset, err)
	}
	b.Loaded = b.Read - b.Quarantined - b.Withdrawn - b.Updated - b.Unchanged
	b.Read, b.Quarantined = b.Read+malformed, b.Quarantined+malformed
	b.ByRule = map[string]int64{}
	if malformed > 0 {
		b.ByRule[ruleStructure] = malformed
	}
	rows, err := g.conn.QueryContext(ctx, "SELECT rule, count(*) FROM violation GROUP BY rule")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var rule string
		var n int64
		if err := rows.Scan(&rule, &n); err != nil {
			return err
		}
		b.ByRule[rule] = n
	}
	return rows.Err()
}

// allowRemovals refuses a full file that would end more than a share of the
// loaded rows.
func (g *staging) allowRemovals(ctx context.Context, b *Batch, limit float64) error {
	if b.Ended == 0 {
		return nil
	}
	present, err := scalar[int64](ctx, g.conn, "SELECT count(*) FROM "+table(g.k))
	if err != nil {
		return err
	}
	if float64(b.Ended) <= limit*float64(present) {
		return nil
	}
	return policy.Errorf(policy.DataRefused,
		"%s: would end %d of the %d loaded rows of %s, more than %g %%; if the file is complete, load it again with --accept-removals, else get a complete one",
		b.File, b.Ended, present, b.Dataset, 100*limit)
}

// write makes the batch last: the ledger, in the transaction that writes its
// rows, makes it complete.
func (g *staging) write(ctx context.Context, b *Batch, now time.Time, program string) error {
	if err := g.writeIdentifiers(ctx, b); err != nil {
		return fmt.Errorf("write identifiers of %s: %w", b.File, err)
	}
	err := g.transact(ctx, func(tx *sql.Tx) error {
		for _, stmt := range g.tableWrites(b) {
			if _, err := tx.ExecContext(ctx, stmt); err != nil {
				return err
			}
		}
		return g.record(ctx, tx, b, now, program)
	})
	if err == nil {
		err = g.settle(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", b.Dataset, err)
	}
	return nil
}

// writeIdentifiers adds to the vault what good rows tell of people.
func (g *staging) writeIdentifiers(ctx context.Context, b *Batch) error {
	if !g.k.Mints {
		return nil
	}
	return g.transact(ctx, func(tx *sql.Tx) error {
		var added []sql.Result
		for _, p := range g.people {
			for i, id := range p.ids {
				stmt := fmt.Sprintf(`INSERT INTO vault.identity.identifier
					SELECT DISTINCT %s, %s, s.%s, w.person_key, %s
					FROM stage s JOIN incoming n ON n._row = s.rowid JOIN %s w ON %s
					WHERE s.%[3]s IS NOT NULL AND NOT EXISTS (FROM vault.identity.identifier o WHERE o.person = %[1]s AND o.scheme = %[2]s AND o.value = s.%[3]s)`,
					duck.Literal(string(p.col.Person)), duck.Literal(p.schemes[i]), duck.Ident(id), duck.Literal(b.ID), duck.Ident(p.who), p.match("w"))
				result, err := tx.ExecContext(ctx, stmt)
				if err != nil {
					return err
				}
				added = append(added, result)
			}
		}
		return revise(ctx, tx, contract.Vault, added...)
	})
}

func (g *staging) tableWrites(b *Batch) []string {
	var stmts []string
	if b.Ended > 0 {
		stmts = append(stmts,
			fmt.Sprintf("INSERT INTO %s BY NAME SELECT t.*, %d AS _ended_batch FROM %s t WHERE t.rowid IN (SELECT _target FROM ending)", past(g.k), b.Seq, table(g.k)),
			fmt.Sprintf("DELETE FROM %s WHERE rowid IN (SELECT _target FROM ending)", table(g.k)))
	}
	if b.Updated > 0 {
		var sets []string
		for _, name := range g.supplied() {
			sets = append(sets, fmt.Sprintf("%s = s.%[1]s", duck.Ident(name)))
		}
		stmts = append(stmts, fmt.Sprintf("UPDATE %s AS t SET %s, _batch = %d FROM (SELECT s.*, m._target FROM incoming s JOIN matched m USING (_row) WHERE m.changed) s WHERE t.rowid = s._target",
			table(g.k), strings.Join(sets, ", "), b.Seq))
	}
	if b.Loaded > 0 {
		names := make([]string, len(g.k.Columns))
		for i, col := range g.k.Columns {
			names[i] = col.Name
		}
		stmts = append(stmts, fmt.Sprintf("INSERT INTO %s (%s, _batch) SELECT %[2]s, %d FROM incoming s ANTI JOIN matched USING (_row)", table(g.k), duck.Idents(names), b.Seq))
	}
	return stmts
}

// record writes the batch into its compartment's ledger.
func (g *staging) record(ctx context.Context, tx *sql.Tx, b *Batch, now time.Time, program string) error {
	ledger := duck.Ident(string(g.k.Compartment)) + ".ledger"
	written, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s.batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ledger),
		b.Seq, b.ID, b.Dataset, b.File, b.SHA256, string(b.Mode), b.Read, b.Loaded, b.Updated, b.Unchanged, b.Ended, b.Quarantined, b.Skipped, now.UTC(), program)
	if err != nil {
		return err
	}
	if b.Loaded+b.Updated+b.Ended > 0 {
		if _, err := tx.ExecContext(ctx, chain(ledger, b.Dataset, b.ID)); err != nil {
			return err
		}
	}
	return revise(ctx, tx, g.k.Compartment, written)
}
