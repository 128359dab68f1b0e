package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
)

// WriteNDJSON writes records as JSON lines: each entry's own JSON with its
// index in front.
func WriteNDJSON(w io.Writer, records iter.Seq2[Record, error]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for record, err := range records {
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "{\"index\":%d,%s\n", record.Index, bytes.TrimPrefix(record.Raw, []byte("{"))); err != nil {
			return fmt.Errorf("write audit entries: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write audit entries: %w", err)
	}
	return nil
}

// WriteSince writes the entries published since index from as JSON lines and
// returns the index to go on from. What it writes is whole even if more is
// published meanwhile.
func (r *Reader) WriteSince(ctx context.Context, w io.Writer, from int64) (next int64, err error) {
	head, err := r.Head()
	if err != nil {
		return from, err
	}
	if err := WriteNDJSON(w, r.Entries(ctx, from, head.Size)); err != nil {
		return from, err
	}
	return max(from, head.Size), nil
}

// WriteCSV writes records as CSV with a header. Lists are joined by spaces,
// which no name in them has, except reasons, which are joined by "; ".
func WriteCSV(w io.Writer, records iter.Seq2[Record, error]) error {
	out := csv.NewWriter(w)
	header := strings.Fields(`index timestamp kind decision_id session requested_by principal roles purpose agreement door
		snapshot policy_revision program_version verdict reasons rules datasets columns masked_columns fingerprint
		fingerprint_sha256 outcome rows bytes milliseconds attributes`)
	if err := out.Write(header); err != nil {
		return fmt.Errorf("write audit entries: %w", err)
	}
	for record, err := range records {
		if err != nil {
			return err
		}
		row, err := record.row()
		if err != nil {
			return err
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write audit entries: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write audit entries: %w", err)
	}
	return nil
}

// row returns the record's CSV fields.
func (r Record) row() ([]string, error) {
	e, err := r.Entry()
	if err != nil {
		return nil, err
	}
	list := func(values []string) string { return strings.Join(values, " ") }
	row := []string{
		strconv.FormatInt(r.Index, 10), e.Timestamp.Format(time.RFC3339Nano), string(e.Kind), e.DecisionID, e.Session, e.RequestedBy,
		e.Principal, list(e.Roles), e.Purpose, e.Agreement, e.Door,
		e.Snapshot, e.PolicyRevision, e.ProgramVersion,
		e.Verdict, strings.Join(e.Reasons, "; "), list(e.Rules), list(e.Datasets), list(e.Columns), list(e.MaskedColumns),
		e.Fingerprint, e.FingerprintSHA256,
	}
	outcome := make([]string, 4)
	if o := e.Outcome; o != nil {
		outcome = []string{
			o.Code, strconv.FormatInt(o.Rows, 10), strconv.FormatInt(o.Bytes, 10),
			strconv.FormatFloat(o.Milliseconds, 'f', -1, 64),
		}
	}
	var attributes []byte
	if e.Attributes != nil {
		if attributes, err = json.Marshal(e.Attributes); err != nil {
			return nil, fmt.Errorf("audit entry %d: attributes: %w", r.Index, err)
		}
	}
	return append(append(row, outcome...), string(attributes)), nil
}
