package main

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

func (a *app) newAudit() *cobra.Command {
	return group("audit", "Read, explain, export and verify the audit log",
		`The audit log holds every decision, and what else the warehouse must answer for:
sessions, tokens, policies, loads. It is append-only and signed; 'verify' finds
whatever was changed.`,
		"  weir audit tail\n  weir audit search --principal m.larch --verdict deny",
		a.newAuditTail(), a.newAuditShow(), a.newAuditSearch(), a.newAuditExport(), a.newAuditVerify(), a.newAuditProve())
}

// auditLog returns a reader of the home's audit log, and where its parts are.
func (a *app) auditLog() (*audit.Reader, audit.Paths, error) {
	paths := audit.Home(a.config.Home)
	if err := a.home().Check(); err != nil {
		return nil, paths, err
	}
	verifier, err := paths.Verifier()
	if err != nil {
		return nil, paths, err
	}
	reader, err := audit.NewReader(paths.Dir, verifier)
	return reader, paths, err
}

// auditRow is a line of a table of audit entries. 'weir audit show' and the
// number tell the rest.
type auditRow struct {
	Entry     int64      `json:"entry"`
	Time      time.Time  `json:"time"`
	Kind      audit.Kind `json:"kind"`
	Principal string     `json:"principal"`
	Purpose   string     `json:"purpose"`
	Verdict   string     `json:"verdict"`
	Datasets  []string   `json:"datasets"`
	Outcome   string     `json:"outcome"`
	Rows      *int64     `json:"rows"`
}

func auditRowOf(record audit.Record) (auditRow, error) {
	e, err := record.Entry()
	if err != nil {
		return auditRow{}, err
	}
	row := auditRow{
		Entry: record.Index, Time: e.Timestamp, Kind: e.Kind, Principal: e.Principal, Purpose: e.Purpose,
		Verdict: e.Verdict, Datasets: e.Datasets,
	}
	if e.Outcome != nil {
		row.Outcome, row.Rows = e.Outcome.Code, &e.Outcome.Rows
	}
	return row, nil
}

// printRecords prints audit entries: a line each, or as JSON all that they
// hold.
func (a *app) printRecords(records iter.Seq2[audit.Record, error]) error {
	if a.config.Output == formatJSON {
		return a.printEntries(records)
	}
	var rows []auditRow
	for record, err := range records {
		if err != nil {
			return err
		}
		row, err := auditRowOf(record)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return a.print(rows)
}

// auditEntry is an audit entry in JSON.
type auditEntry struct {
	Index int64 `json:"index"`
	audit.Entry
}

func (a *app) printEntries(records iter.Seq2[audit.Record, error]) error {
	var entries []auditEntry
	for record, err := range records {
		if err != nil {
			return err
		}
		entry, err := record.Entry()
		if err != nil {
			return err
		}
		entries = append(entries, auditEntry{record.Index, entry})
	}
	return a.print(entries)
}

// auditFilter is what the flags of a filter say.
type auditFilter struct {
	audit.Filter

	kind, from, until string
}

func (f *auditFilter) flags(flags *pflag.FlagSet) {
	flags.StringVar(&f.Principal, "principal", "", "only entries of this principal")
	flags.StringVar(&f.Dataset, "dataset", "", "only entries that touch this dataset")
	flags.StringVar(&f.Purpose, "purpose", "", "only entries with this purpose")
	flags.StringVar(&f.Verdict, "verdict", "", "only decisions with this verdict: allow or deny")
	flags.StringVar(&f.kind, "kind", "", "only entries of this kind, such as decision, outcome or token")
	flags.StringVar(&f.from, "from", "", "only entries from this day or time on, such as 2026-03-01")
	flags.StringVar(&f.until, "until", "", "only entries up to this day, or before this time")
}

// filter reads the flags.
func (f *auditFilter) filter() (audit.Filter, error) {
	out := f.Filter
	out.Kind = audit.Kind(f.kind)
	if out.Verdict != "" && out.Verdict != "allow" && out.Verdict != "deny" {
		return out, policy.Errorf(policy.Usage, "--verdict %q: want allow or deny", out.Verdict)
	}
	var err error
	if out.From, _, err = parseTime("from", f.from); err != nil {
		return out, err
	}
	until, whole, err := parseTime("until", f.until)
	if whole {
		until = until.AddDate(0, 0, 1)
	}
	out.Until = until
	return out, err
}

// parseTime reads a day, in the machine's zone, or a time; whole says that it
// is a day.
func parseTime(flag, text string) (t time.Time, whole bool, err error) {
	if text == "" {
		return time.Time{}, false, nil
	}
	if t, err = time.ParseInLocation(time.DateOnly, text, time.Local); err == nil { //nolint:gosmopolitan // as people write days
		return t, true, nil
	}
	if t, err = time.Parse(time.RFC3339, text); err != nil {
		return t, false, policy.Errorf(policy.Usage, "--%s %q: want a day such as 2026-03-01, or a time such as 2026-03-01T08:00:00Z", flag, text)
	}
	return t, false, nil
}

// findEntry returns the entry that an id names: by its number, or as that of a
// decision.
func findEntry(ctx context.Context, reader *audit.Reader, id string) (audit.Record, error) {
	if index, err := strconv.ParseInt(id, 10, 64); err == nil {
		return reader.Entry(ctx, index)
	}
	records, err := reader.Decision(ctx, id)
	if err != nil {
		return audit.Record{}, err
	}
	return records[0], nil
}
