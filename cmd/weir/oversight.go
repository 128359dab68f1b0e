package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// oversight tells the state of a home, for the ledgers that privacy officers
// and data stewards see.
type oversight struct {
	a      *app
	reader *audit.Reader

	mu        sync.Mutex
	retention []retentionRow
	counted   string // snapshot and day of retention
}

// ledgers are all datasets that are no file's: those of the audit log, and the
// state of the home.
func (o *oversight) ledgers() []gateway.Ledger {
	state := func(name, compartment string, rows func(context.Context) ([]byte, error), columns ...policy.Column) gateway.Ledger {
		d := policy.Dataset{Name: name, Compartment: compartment, Columns: columns}
		return gateway.Ledger{Dataset: d, Rows: rows}
	}
	text, day, at, number := columnsOf("VARCHAR"), columnsOf("DATE"), columnsOf("TIMESTAMP"), columnsOf("BIGINT")
	return append(gateway.AuditLedgers(),
		state("audit.checkpoint", gateway.AuditCompartment, o.checkpoint,
			number("entries"), text("root"), at("verified_at"), number("verified_entries"), text("state"), text("reason")),
		state("audit.agreement", gateway.AuditCompartment, o.agreements,
			text("agreement"), text("purpose"), columnsOf("VARCHAR[]")("parties"), columnsOf("VARCHAR[]")("datasets"), number("members"),
			day("data_from"), day("data_to"), day("destroy_by"), number("minimum_cell")),
		state("audit.retention_due", gateway.AuditCompartment, o.retentionDue,
			text("dataset"), number("kept_months"), text("counted_from"), day("oldest"), day("first_due"), number("rows_due"), number("rows")),
		state("operations.snapshot", gateway.OperationsCompartment, o.snapshots,
			text("snapshot"), at("created"), columnsOf("BOOLEAN")("current"), number("rows"), number("bytes"), text("program_version")),
	)
}

func columnsOf(kind string) func(name string) policy.Column {
	return func(name string) policy.Column { return policy.Column{Name: name, Type: kind} }
}

// checkpointRow is the row of audit.checkpoint.
type checkpointRow struct {
	Entries int64  `json:"entries"`
	Root    string `json:"root"`
	audit.Verified
}

func (o *oversight) checkpoint(context.Context) ([]byte, error) {
	head, err := o.reader.Head()
	if err != nil {
		return nil, err
	}
	verified, err := audit.Home(o.a.config.Home).LastVerified()
	if err != nil {
		return nil, err
	}
	return json.Marshal([]checkpointRow{{head.Size, head.Root.String(), verified}})
}

// agreementRow is a row of audit.agreement.
type agreementRow struct {
	Agreement   string         `json:"agreement"`
	Purpose     policy.Purpose `json:"purpose"`
	Parties     []string       `json:"parties"`
	Datasets    []string       `json:"datasets"`
	Members     int            `json:"members"`
	From        *policy.Date   `json:"data_from"`
	To          *policy.Date   `json:"data_to"`
	DestroyBy   *policy.Date   `json:"destroy_by"`
	MinimumCell int            `json:"minimum_cell"`
}

func (o *oversight) agreements(context.Context) ([]byte, error) {
	directory, err := o.a.directory()
	if err != nil {
		return nil, err
	}
	rows := []agreementRow{}
	for _, a := range directory.Agreements() {
		rows = append(rows, agreementRow{
			a.ID, a.Purpose, a.Parties, slices.Sorted(maps.Keys(a.Datasets)), len(a.Members), given(a.From), given(a.To), given(a.DestroyBy), a.MinimumCell,
		})
	}
	return json.Marshal(rows)
}

// given is a date, or nil where there is none.
func given(d policy.Date) *policy.Date {
	if d == "" {
		return nil
	}
	return &d
}

// snapshotRow is a row of operations.snapshot.
type snapshotRow struct {
	Snapshot string    `json:"snapshot"`
	Created  time.Time `json:"created"`
	Current  bool      `json:"current"`
	Rows     int64     `json:"rows"`
	Bytes    int64     `json:"bytes"`
	Program  string    `json:"program_version"`
}

func (o *oversight) snapshots(context.Context) ([]byte, error) {
	store := snapshot.In(o.a.config.Home)
	current, _, err := store.CurrentID()
	if err != nil {
		return nil, err
	}
	all, err := store.List()
	if err != nil {
		return nil, err
	}
	rows := []snapshotRow{}
	for _, m := range all {
		rows = append(rows, snapshotRow{m.ID, m.CreatedAt.UTC(), m.ID == current, m.Rows(), m.Bytes(), m.Program})
	}
	return json.Marshal(rows)
}

// retentionRow is a row of audit.retention_due: how much of a dataset is older
// than its contract lets it be.
type retentionRow struct {
	Dataset  string  `json:"dataset"`
	Months   int     `json:"kept_months"`
	Column   string  `json:"counted_from"`
	Oldest   *string `json:"oldest"`
	FirstDue *string `json:"first_due"`
	Due      int64   `json:"rows_due"`
	Rows     int64   `json:"rows"`
}

// retentionDue counts once for each snapshot and day.
func (o *oversight) retentionDue(ctx context.Context) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	store := snapshot.In(o.a.config.Home)
	m, ok, err := store.Current()
	if err != nil || !ok {
		return []byte("[]"), err
	}
	today := policy.DateOf(o.a.now())
	if key := m.ID + " " + string(today); key != o.counted {
		if o.retention, err = o.countRetention(ctx, store, m, today); err != nil {
			return nil, err
		}
		o.counted = key
	}
	return json.Marshal(o.retention)
}

func (o *oversight) countRetention(ctx context.Context, store snapshot.Store, m *snapshot.Manifest, today policy.Date) (rows []retentionRow, err error) {
	catalog, err := o.a.catalog()
	if err != nil {
		return nil, err
	}
	db, err := duck.Open(ctx, o.a.engine())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows = []retentionRow{}
	for _, c := range m.Compartments {
		if c.Name == string(contract.Vault) {
			continue
		}
		if err := duck.Attach(ctx, db.SQL(), store.Path(m.ID, c.File), c.Name, duck.ReadOnly); err != nil {
			return nil, err
		}
		for _, t := range c.Tables {
			k, ok := catalog.Get(t.Name)
			if !ok || k.Retention.Months == 0 {
				continue
			}
			r := retentionRow{Dataset: k.Name, Months: k.Retention.Months, Column: k.Retention.Column, Rows: t.Rows}
			due := fmt.Sprintf("CAST(%s + INTERVAL %d MONTH AS DATE)", duck.Ident(r.Column), r.Months)
			query := fmt.Sprintf("SELECT CAST(CAST(min(%[1]s) AS DATE) AS VARCHAR), CAST(min(%[2]s) AS VARCHAR), count(*) FILTER (WHERE %[2]s < ?::DATE) FROM %[3]s.main.%[4]s",
				duck.Ident(r.Column), due, duck.Ident(c.Name), duck.Ident(k.Name))
			if err := db.SQL().QueryRowContext(ctx, query, string(today)).Scan(&r.Oldest, &r.FirstDue, &r.Due); err != nil {
				return nil, fmt.Errorf("count what of %s is due: %w", k.Name, err)
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}
