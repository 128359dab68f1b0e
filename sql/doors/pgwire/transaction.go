package pgwire

import "slices"

// transaction is where a session stands between BEGIN and COMMIT. Nothing is
// ever written, so it only says what PostgreSQL would say.
type transaction struct {
	open, failed bool
	savepoints   []string
}

// status is the byte that ReadyForQuery has.
func (t *transaction) status() byte {
	switch {
	case t.failed:
		return 'E'
	case t.open:
		return 'T'
	}
	return 'I'
}

func (t *transaction) fail() { t.failed = t.open }

// begin, commit and rollback change the transaction, and with it what lives as
// long.
func (c *conn) begin() {
	if c.transaction.open {
		c.note("WARNING", codeInTransaction, "there is already a transaction in progress")
		return
	}
	c.transaction = transaction{open: true}
	c.settings.beginTransaction()
}

func (c *conn) endTransaction(rolledBack bool) {
	if !c.transaction.open {
		c.note("WARNING", codeNoTransaction, "there is no transaction in progress")
		return
	}
	c.transaction = transaction{}
	c.settings.endTransaction(rolledBack)
	c.endVolatile()
}

// endVolatile ends what lives as long as a transaction.
func (c *conn) endVolatile() {
	c.endPortals()
	for name, cur := range c.cursors {
		if !cur.holds {
			cur.end()
			delete(c.cursors, name)
		}
	}
}

// find returns where a savepoint is.
func (t *transaction) find(name string) (int, error) {
	if !t.open {
		return 0, fault(codeNoTransaction, "savepoints can only be used in transaction blocks")
	}
	for i, s := range slices.Backward(t.savepoints) {
		if s == name {
			return i, nil
		}
	}
	return 0, fault(codeNoSavepoint, "savepoint %q does not exist", name)
}

const mostSavepoints = 1000

func (t *transaction) save(name string) error {
	switch {
	case !t.open:
		return fault(codeNoTransaction, "SAVEPOINT can only be used in transaction blocks")
	case len(t.savepoints) >= mostSavepoints:
		return fault(codeLimit, "a transaction has at most %d savepoints", mostSavepoints)
	}
	t.savepoints = append(t.savepoints, name)
	return nil
}

func (t *transaction) release(name string) error {
	i, err := t.find(name)
	if err == nil {
		t.savepoints = t.savepoints[:i]
	}
	return err
}

func (t *transaction) rollbackTo(name string) error {
	i, err := t.find(name)
	if err == nil {
		t.savepoints, t.failed = t.savepoints[:i+1], false
	}
	return err
}
