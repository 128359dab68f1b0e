package pgwire

import (
	"context"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// command is a statement that the door answers itself.
type command struct {
	run     func(ctx context.Context, c *conn, params []gateway.Param) (answer, error)
	columns func(c *conn) (*held, error) // what describes its rows; nil: it has none
	query   string                       // a statement for the gateway inside it
	queryAt int                          // where that begins; -1: the door has made it
	recover bool                         // it runs in a failed transaction too
}

// ownCommand reads a statement that is the door's own, or returns nil.
func ownCommand(st lex.Statement) (*command, error) {
	w := &words{Statement: st}
	read, ok := own[w.peek()]
	if !ok || st.Tokens[0].Kind != lex.Word {
		return nil, nil //nolint:nilnil // not the door's own
	}
	w.next++
	return read(w)
}

// own are the readers of the door's own statements, by their first word.
var own = map[string]func(w *words) (*command, error){
	"begin": readBegin, "start": readBegin, "commit": readCommit, "end": readCommit, "rollback": readRollback, "abort": readRollback,
	"savepoint": readSavepoint, "release": readRelease,
	"set": readSet, "reset": readReset, "show": readShow,
	"discard": readDiscard, "deallocate": readDeallocate, "listen": readListen, "unlisten": readListen,
	"declare": readDeclare, "fetch": readFetch, "move": readFetch, "close": readClose, "copy": readCopy,
}

// inner starts the statement inside a command.
func (cmd *command) inner(ctx context.Context, c *conn, params []gateway.Param) (answer, error) {
	a, err := c.query(ctx, cmd.query, params)
	if err != nil {
		return a, shift(err, cmd.queryAt)
	}
	return a, nil
}

// does makes a command that has no rows.
func does(tag string, f func(c *conn) error) *command {
	return &command{run: func(_ context.Context, c *conn, _ []gateway.Param) (answer, error) {
		return answer{tag: tag}, f(c)
	}}
}

func readBegin(w *words) (*command, error) {
	tag := "BEGIN"
	if w.Value(w.Tokens[0]) == "start" {
		tag = "START TRANSACTION"
		if !w.is("transaction") {
			return nil, w.wrong()
		}
	} else {
		w.any("work", "transaction")
	}
	if err := w.modes(); err != nil {
		return nil, err
	}
	return does(tag, func(c *conn) error { c.begin(); return nil }), nil
}

// modes moves past transaction modes, none of which makes a difference.
func (w *words) modes() error {
	for !w.end() {
		switch {
		case w.is(","), w.is("isolation", "level", "read", "committed"), w.is("isolation", "level", "read", "uncommitted"),
			w.is("isolation", "level", "repeatable", "read"), w.is("isolation", "level", "serializable"),
			w.is("read", "only"), w.is("read", "write"), w.is("not", "deferrable"), w.is("deferrable"):
		default:
			return w.wrong()
		}
	}
	return nil
}

func readCommit(w *words) (*command, error) {
	w.any("work", "transaction")
	chain := w.chain()
	cmd := &command{recover: true, run: func(_ context.Context, c *conn, _ []gateway.Param) (answer, error) {
		a := answer{tag: "COMMIT"}
		if c.transaction.failed {
			a.tag = "ROLLBACK"
		}
		c.endTransaction(c.transaction.failed)
		if chain {
			c.begin()
		}
		return a, nil
	}}
	return cmd, w.over()
}

// chain moves past AND [NO] CHAIN.
func (w *words) chain() bool {
	w.is("and", "no", "chain")
	return w.is("and", "chain")
}

func readRollback(w *words) (*command, error) {
	w.any("work", "transaction")
	var cmd *command
	if w.is("to") {
		w.is("savepoint")
		name, err := w.name()
		if err != nil {
			return nil, err
		}
		cmd = does("ROLLBACK", func(c *conn) error { return c.transaction.rollbackTo(name) })
	} else {
		chain := w.chain()
		cmd = does("ROLLBACK", func(c *conn) error {
			c.endTransaction(true)
			if chain {
				c.begin()
			}
			return nil
		})
	}
	cmd.recover = true
	return cmd, w.over()
}

func readSavepoint(w *words) (*command, error) {
	name, err := w.name()
	if err != nil {
		return nil, err
	}
	return does("SAVEPOINT", func(c *conn) error { return c.transaction.save(name) }), w.over()
}

func readRelease(w *words) (*command, error) {
	w.is("savepoint")
	name, err := w.name()
	if err != nil {
		return nil, err
	}
	return does("RELEASE", func(c *conn) error { return c.transaction.release(name) }), w.over()
}

func readDiscard(w *words) (*command, error) {
	what, err := w.name()
	if err != nil || !slices.Contains([]string{"all", "plans", "sequences", "temp", "temporary"}, what) {
		return nil, w.wrong()
	}
	return does("DISCARD "+strings.ToUpper(what), func(c *conn) error {
		if what != "all" {
			return nil
		}
		if c.transaction.open {
			return fault(codeInTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		c.endAll()
		return c.reset("all")
	}), w.over()
}

func readDeallocate(w *words) (*command, error) {
	w.is("prepare")
	name, err := w.name()
	if err != nil {
		return nil, err
	}
	if name == "all" {
		return does("DEALLOCATE ALL", func(c *conn) error { clear(c.statements); return nil }), w.over()
	}
	return does("DEALLOCATE", func(c *conn) error {
		if c.statements[name] == nil {
			return fault(codeNoStatement, "prepared statement %q does not exist", name)
		}
		delete(c.statements, name)
		return nil
	}), w.over()
}

// readListen takes LISTEN and UNLISTEN: nobody notifies, so there is nothing
// to do.
func readListen(w *words) (*command, error) {
	if !w.is("*") {
		if _, err := w.dotted(); err != nil {
			return nil, err
		}
	}
	return does(strings.ToUpper(w.Value(w.Tokens[0])), func(*conn) error { return nil }), w.over()
}
