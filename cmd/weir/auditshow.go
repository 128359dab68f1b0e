package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

func (a *app) newAuditShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Explain a decision in words",
		Long: `Explains a decision in words: who asked, as what, what for, whether it was
allowed and by which rules, what it touched, and how it ended. ID is a
decision's id, or the number of any entry in the log.`,
		Example: "  weir audit show 5b0c8e41f3f7a1c02d9e7c3a1b6f4d28\n  weir audit show 17 -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			reader, _, err := a.auditLog()
			if err != nil {
				return err
			}
			records, err := findStory(cmd.Context(), reader, args[0])
			if err != nil {
				return err
			}
			if a.config.Output == formatJSON {
				return a.printEntries(func(yield func(audit.Record, error) bool) {
					for _, record := range records {
						if !yield(record, nil) {
							return
						}
					}
				})
			}
			for _, record := range records {
				if err := writeEntry(a.stdout, record); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// findStory returns the entry that an id names, and with it all that is on
// record of the same decision.
func findStory(ctx context.Context, reader *audit.Reader, id string) ([]audit.Record, error) {
	record, err := findEntry(ctx, reader, id)
	if err != nil {
		return nil, err
	}
	entry, err := record.Entry()
	if err != nil {
		return nil, err
	}
	if entry.DecisionID == "" {
		return []audit.Record{record}, nil
	}
	return reader.Decision(ctx, entry.DecisionID)
}

// writeEntry writes an audit entry in words.
func writeEntry(w io.Writer, record audit.Record) error {
	e, err := record.Entry()
	if err != nil {
		return err
	}
	t := &telling{}
	at := e.Timestamp.UTC().Format(time.RFC3339)
	switch e.Kind {
	case audit.KindDecision:
		t.decision(&e, at)
	case audit.KindOutcome:
		o := e.Outcome
		t.sayf("It ended at %s with %s, after %.1f ms: %d rows, %d bytes left.", at, outcomeInWords(o.Code), o.Milliseconds, o.Rows, o.Bytes)
	default:
		t.sayf("What happened: %s, at %s.", strings.ReplaceAll(string(e.Kind), "_", " "), at)
		t.who(&e)
		t.verdict(&e)
	}
	for _, key := range slices.Sorted(maps.Keys(e.Attributes)) {
		t.sayf("%s: %s", key, e.Attributes[key])
	}
	if len(e.Dropped) > 0 {
		t.sayf("The entry was too long and was stored without %s.", strings.Join(e.Dropped, ", "))
	}
	t.sayf("(entry %d of the audit log)", record.Index)
	_, err = io.WriteString(w, t.String())
	return err
}

// telling collects sentences, a line each.
type telling struct{ strings.Builder }

func (t *telling) sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(t, format+"\n", args...) //nolint:errcheck // a Builder does not fail
}

// list says a line for each item, under a heading.
func (t *telling) list(heading string, items []string) {
	if len(items) == 0 {
		return
	}
	t.sayf("%s:", heading)
	for _, item := range items {
		t.sayf("  %s", item)
	}
}

func (t *telling) decision(e *audit.Entry, at string) {
	t.sayf("Decision %s, at %s.", e.DecisionID, at)
	t.who(e)
	t.verdict(e)
	t.list("Datasets that it touched", e.Datasets)
	t.list("Columns that it touched", marked(e.Columns, e.MaskedColumns))
	if e.Fingerprint != "" {
		t.sayf("The statement, with a placeholder for each value:\n  %s", e.Fingerprint)
	}
	t.sayf("It was decided under policy %s, over snapshot %s, by weir %s.", e.PolicyRevision, e.Snapshot, e.ProgramVersion)
}

func (t *telling) who(e *audit.Entry) {
	if e.Principal == "" {
		return
	}
	words := e.Principal
	if len(e.Roles) > 0 {
		words += " (" + strings.Join(e.Roles, ", ") + ")"
	}
	if e.Purpose != "" {
		words += " for " + e.Purpose
	}
	if e.Agreement != "" {
		words += " under agreement " + e.Agreement
	}
	t.sayf("By %s%s.", words, doorInWords(policy.Door(e.Door)))
}

func (t *telling) verdict(e *audit.Entry) {
	switch e.Verdict {
	case "":
		return
	case "allow":
		t.sayf("It was allowed.")
	default:
		t.sayf("It was refused.")
	}
	t.list("Because", e.Reasons)
	t.list("By the rules", e.Rules)
}

// marked says of each column whether a mask changed it.
func marked(columns, masked []string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c
		if slices.Contains(masked, c) {
			out[i] += " (masked)"
		}
	}
	return out
}

func doorInWords(door policy.Door) string {
	switch door {
	case "":
		return ""
	case policy.Command:
		return ", on the command line"
	case policy.PGWire:
		return ", through the PostgreSQL door"
	case policy.Flight:
		return ", through the Flight SQL door"
	case policy.HTTP:
		return ", over HTTP"
	}
	return ", through the door " + string(door)
}

// outcomeInWords spells how a statement ended.
func outcomeInWords(code string) string {
	switch policy.Code(code) {
	case audit.OutcomeOK:
		return "success"
	case audit.OutcomePartial:
		return "the rest of the answer unread"
	case policy.Canceled:
		return "a cancellation or a limit"
	case policy.Denied:
		return "a refusal"
	default:
		return "the error " + code
	}
}
