package etl

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// A batch is written in four transactions, since one can write but one file:
// its bad rows and a note that it is unfinished, the identifiers of people, its
// rows with the ledger, and the removal of the note with the quarantined rows
// that it settles. The ledger decides: after a crash a batch that stands there
// is completed, and another is undone, so that the same command finds what it
// found before.

// note records, in the first transaction, that the batch is being written.
func (b *Batch) note(ctx context.Context, tx *sql.Tx, k *contract.Contract) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO quarantine.unfinished_batch VALUES (?, ?, ?, ?, ?)", b.ID, string(k.Compartment), b.Dataset, b.Seq, string(b.Mode))
	return err
}

// recover completes or undoes a batch that a crash left unfinished.
func (s *store) recover(ctx context.Context) error {
	ids, err := column[string](ctx, s.conn, "SELECT batch_id FROM quarantine.unfinished_batch")
	if err != nil {
		return err
	}
	for _, id := range ids {
		var compartment string
		b := Batch{ID: id}
		err := s.conn.QueryRowContext(ctx, "SELECT compartment, dataset, seq, mode FROM quarantine.unfinished_batch WHERE batch_id = ?", id).
			Scan(&compartment, &b.Dataset, &b.Seq, &b.Mode)
		if err != nil {
			return err
		}
		complete, err := scalar[bool](ctx, s.conn, fmt.Sprintf("SELECT count(*) > 0 FROM %s.ledger.batch WHERE batch_id = ?", duck.Ident(compartment)), id)
		switch {
		case err != nil:
		case complete:
			err = s.settle(ctx, &b)
		default:
			err = s.undo(ctx, id)
		}
		if err != nil {
			return fmt.Errorf("recover batch %d of %s: %w", b.Seq, compartment, err)
		}
	}
	return nil
}

// settle ends the writing of a batch: rows that it took out of quarantine, or
// that its full file replaces, leave it.
func (s *store) settle(ctx context.Context, b *Batch) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM quarantine.quarantined_row WHERE settled_by = ? OR (? AND dataset = ? AND seq < ?)",
			b.ID, b.Mode == contract.Full, b.Dataset, b.Seq)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM quarantine.unfinished_batch WHERE batch_id = ?", b.ID)
		return err
	})
}

// undo removes what a batch wrote before its rows.
func (s *store) undo(ctx context.Context, id string) error {
	err := s.transact(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM vault.identity.identifier WHERE batch_id = ?", id)
		if err != nil {
			return err
		}
		return revise(ctx, tx, contract.Vault, result)
	})
	if err != nil {
		return err
	}
	return s.transact(ctx, func(tx *sql.Tx) error {
		for _, stmt := range []string{
			"DELETE FROM quarantine.quarantined_row WHERE batch_id = ?",
			"UPDATE quarantine.quarantined_row SET settled_by = NULL WHERE settled_by = ?",
			"DELETE FROM quarantine.unfinished_batch WHERE batch_id = ?",
		} {
			if _, err := tx.ExecContext(ctx, stmt, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// revise gives a compartment a new revision, unless the statements changed no
// row.
func revise(ctx context.Context, tx *sql.Tx, c contract.Compartment, results ...sql.Result) error {
	var changed int64
	for _, r := range results {
		n, err := r.RowsAffected()
		if err != nil {
			return err
		}
		changed += n
	}
	if changed == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("UPDATE %s.ledger.revision SET revision = uuid()", duck.Ident(string(c))))
	return err
}

// chain writes the statements, within the compartment's database, that give a
// dataset the revision that follows from the one it has and from what changed
// its rows.
func chain(ledger, dataset, change string) string {
	return fmt.Sprintf(`
		CREATE OR REPLACE TEMP TABLE revised AS
			SELECT sha256(coalesce((SELECT revision FROM %[1]s.dataset WHERE dataset = %[2]s), '') || ' ' || %[3]s) AS revision;
		DELETE FROM %[1]s.dataset WHERE dataset = %[2]s;
		INSERT INTO %[1]s.dataset SELECT %[2]s, revision FROM revised`,
		ledger, duck.Literal(dataset), duck.Literal(change))
}
