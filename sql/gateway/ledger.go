package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
)

// The compartments that are no files: the gateway fills them, in the scopes
// that see them.
const (
	AuditCompartment      = "audit_log"
	OperationsCompartment = "operations_log"
	ResearchCompartment   = "research_log"
)

// Ledger is a dataset of such a compartment. It is brought up to date for each
// statement that names it.
type Ledger struct {
	policy.Dataset

	Log  string                                    // rows to add, as [audit.Table]'s Select; empty: Rows says
	Rows func(ctx context.Context) ([]byte, error) // all rows, as a JSON array of objects
}

// AuditLedgers are the datasets that are made from the audit log alone.
func AuditLedgers() []Ledger {
	of := func(name, compartment string, t audit.Table) Ledger {
		return Ledger{Dataset: policy.Dataset{Name: name, Compartment: compartment, Columns: t.Columns}, Log: t.Select}
	}
	return []Ledger{
		of("audit.decisions", AuditCompartment, audit.Decisions()),
		of("audit.policy_revision", AuditCompartment, audit.PolicyRevisions()),
		of("operations.load", OperationsCompartment, audit.Loads()),
		of("operations.quarantine", OperationsCompartment, audit.Quarantined()),
		of("operations.statement", OperationsCompartment, audit.Statements()),
		of("research.study_event", ResearchCompartment, audit.StudyEvents()),
	}
}

// changing reports whether a ledger is among relations. A plan over one is for
// one use: it was made from what the table held.
func (g *Gateway) changing(relations []string) bool {
	return slices.ContainsFunc(g.Ledgers, func(l Ledger) bool { return slices.Contains(relations, l.Name) })
}

// state is how far a scope's table of a ledger is.
type state struct {
	next int64  // entry of the audit log to go on from
	rows []byte // that Rows gave last
}

// table is the ledger's table in the scope's instance.
func (l Ledger) table() string {
	return duck.Ident(l.Compartment) + ".main." + duck.Ident(l.Name[strings.LastIndexByte(l.Name, '.')+1:])
}

// ledgersIn are the ledgers of a compartment.
func (g *Gateway) ledgersIn(compartment string) []Ledger {
	return slices.DeleteFunc(slices.Clone(g.Ledgers), func(l Ledger) bool { return l.Compartment != compartment })
}

// attachLedgers makes the empty tables of a compartment of ledgers.
func attachLedgers(ctx context.Context, c *duck.Conn, compartment string, ledgers []Ledger) error {
	if err := c.Exec(ctx, "ATTACH ':memory:' AS "+duck.Ident(compartment)); err != nil {
		return err
	}
	var tables []string
	for _, l := range ledgers {
		cols := make([]string, len(l.Columns))
		for i, col := range l.Columns {
			cols[i] = duck.Ident(col.Name) + " " + col.Type
		}
		tables = append(tables, fmt.Sprintf("CREATE TABLE %s (%s)", l.table(), strings.Join(cols, ", ")))
	}
	return c.Script(ctx, tables...)
}

// refresh brings the scope's table of a ledger up to date, if the relation is
// one, and tells whether that changed anything. The caller holds the scope's
// lock.
func (g *Gateway) refresh(ctx context.Context, o *open, dataset string) (changed bool, err error) {
	i := slices.IndexFunc(g.Ledgers, func(l Ledger) bool { return l.Name == dataset })
	if i < 0 {
		return false, nil
	}
	l, at := g.Ledgers[i], o.ledgers[dataset]
	if at == nil {
		at = &state{}
		o.ledgers[dataset] = at
	}
	c, err := o.data.Connect()
	if err != nil {
		return false, err
	}
	defer c.Close()
	before, rows := at.next, at.rows
	if l.Log != "" {
		err = g.addEntries(ctx, c, l, at)
	} else {
		err = replaceRows(ctx, c, l, at)
	}
	if err != nil {
		return false, fmt.Errorf("bring %s up to date: %w", dataset, err)
	}
	return at.next != before || !bytes.Equal(at.rows, rows), nil
}

// entriesAtOnce is how many entries are handed to the engine at once.
const entriesAtOnce = 4096

// addEntries adds what the entries since the last statement give.
func (g *Gateway) addEntries(ctx context.Context, c *duck.Conn, l Ledger, at *state) error {
	var lines bytes.Buffer
	next, err := g.History.WriteSince(ctx, &lines, at.next)
	if err != nil {
		return err
	}
	insert := fmt.Sprintf("INSERT INTO %s WITH entries AS (SELECT unnest(CAST(? AS JSON[])) AS e) %s", l.table(), l.Log)
	for chunk := range slices.Chunk(bytes.Split(bytes.TrimSpace(lines.Bytes()), []byte{'\n'}), entriesAtOnce) {
		if len(chunk[0]) == 0 {
			continue
		}
		if err := run(ctx, c, insert, "["+string(bytes.Join(chunk, []byte{','}))+"]"); err != nil {
			return err
		}
	}
	at.next = next
	return nil
}

// replaceRows puts all rows anew, if they are others than before.
func replaceRows(ctx context.Context, c *duck.Conn, l Ledger, at *state) error {
	rows, err := l.Rows(ctx)
	if err != nil || bytes.Equal(rows, at.rows) {
		return err
	}
	shape := map[string]string{}
	for _, col := range l.Columns {
		shape[col.Name] = col.Type
	}
	row, err := json.Marshal([]any{shape})
	if err != nil {
		return err
	}
	if err := c.Exec(ctx, "BEGIN"); err != nil {
		return err
	}
	err = c.Exec(ctx, "DELETE FROM "+l.table())
	if err == nil {
		err = run(ctx, c, fmt.Sprintf("INSERT INTO %s BY NAME SELECT unnest(from_json(CAST(? AS JSON), %s), max_depth := 2)", l.table(), duck.Literal(string(row))), string(rows))
	}
	if err != nil {
		_ = c.Exec(ctx, "ROLLBACK") //nolint:errcheck // the first error tells
		return err
	}
	if err := c.Exec(ctx, "COMMIT"); err != nil {
		return err
	}
	at.rows = rows
	return nil
}

// run runs a statement that has a parameter.
func run(ctx context.Context, c *duck.Conn, query string, args ...string) error {
	s, err := c.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	s.Close()
	return nil
}
