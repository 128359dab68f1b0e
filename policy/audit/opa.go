package audit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"
)

// event is an event of OPA's decision log API, field by field. Ours that OPA
// does not have go into custom.
type event struct {
	Labels      map[string]string `json:"labels"`
	DecisionID  string            `json:"decision_id"`
	Bundles     map[string]Bundle `json:"bundles,omitempty"`
	Path        string            `json:"path,omitempty"`
	Input       map[string]any    `json:"input,omitempty"`
	Result      map[string]any    `json:"result,omitempty"`
	Erased      []string          `json:"erased,omitempty"`
	Masked      []string          `json:"masked,omitempty"`
	RequestedBy string            `json:"requested_by,omitempty"`
	Timestamp   time.Time         `json:"timestamp"`
	Metrics     map[string]int64  `json:"metrics,omitempty"`
	Custom      map[string]any    `json:"custom,omitempty"`
}

// WriteOPA writes the decisions among records as a JSON array in the form that
// OPA posts to a decision log service. Entries of other kinds are left out.
func WriteOPA(w io.Writer, records iter.Seq2[Record, error]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	separator := "["
	for record, err := range records {
		if err != nil {
			return err
		}
		e, err := record.Entry()
		if err != nil {
			return err
		}
		if e.Kind != KindDecision {
			continue
		}
		_, _ = out.WriteString(separator) //nolint:errcheck // sticks and comes out of Flush
		separator = ","
		if err := enc.Encode(e.event(record.Index)); err != nil {
			return fmt.Errorf("write audit entry %d: %w", record.Index, err)
		}
	}
	if separator == "[" {
		_, _ = out.WriteString(separator) //nolint:errcheck // sticks and comes out of Flush
	}
	_, _ = out.WriteString("]\n") //nolint:errcheck // sticks and comes out of Flush
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write audit entries: %w", err)
	}
	return nil
}

func (e *Entry) event(index int64) event {
	custom := map[string]any{"index": index}
	for name, value := range map[string]string{
		"principal": e.Principal, "purpose": e.Purpose, "agreement": e.Agreement, "door": e.Door, "session": e.Session,
		"snapshot": e.Snapshot, "policy_revision": e.PolicyRevision, "program_version": e.ProgramVersion,
		"verdict": e.Verdict, "fingerprint": e.Fingerprint, "fingerprint_sha256": e.FingerprintSHA256,
	} {
		if value != "" {
			custom[name] = value
		}
	}
	for name, values := range map[string][]string{
		"roles": e.Roles, "reasons": e.Reasons, "rules": e.Rules, "datasets": e.Datasets,
		"columns": e.Columns, "masked_columns": e.MaskedColumns, "dropped": e.Dropped,
	} {
		if len(values) > 0 {
			custom[name] = values
		}
	}
	return event{
		Labels: e.Labels, DecisionID: e.DecisionID, Bundles: e.Bundles, Path: e.Path, Input: e.Input, Result: e.Result,
		Erased: e.Erased, Masked: e.Masked, RequestedBy: e.RequestedBy, Timestamp: e.Timestamp, Metrics: e.Metrics, Custom: custom,
	}
}
