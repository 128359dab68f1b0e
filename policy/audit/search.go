package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// Filter selects entries. An empty field selects all.
type Filter struct {
	Principal  string
	Purpose    string
	Dataset    string // one of the entry's datasets
	Verdict    string
	DecisionID string
	Kind       Kind
	From       time.Time // at or after
	Until      time.Time // before
}

// Search yields the entries that f selects, oldest first. It reads the whole
// log and decodes only entries whose bytes can match: canonical JSON spells a
// field in one way, so a field's text is found without parsing.
func (r *Reader) Search(ctx context.Context, f Filter) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		texts, err := f.texts()
		if err != nil {
			yield(Record{}, err)
			return
		}
		for record, err := range r.All(ctx) {
			if err == nil && !containsAll(record.Raw, texts) {
				continue
			}
			match := false
			if err == nil {
				match, err = f.match(record)
			}
			if (match || err != nil) && !yield(record, err) {
				return
			}
		}
	}
}

// Decision returns the entries about a decision: the decision, then its
// outcome once there is one.
func (r *Reader) Decision(ctx context.Context, id string) ([]Record, error) {
	var found []Record
	for record, err := range r.Search(ctx, Filter{DecisionID: id}) {
		if err != nil {
			return nil, err
		}
		found = append(found, record)
	}
	if found == nil {
		return nil, policy.Errorf(policy.NotFound, "the audit log has no decision %q; one made within the last second may not be published yet", id)
	}
	return found, nil
}

// texts returns what the bytes of a matching entry contain.
func (f Filter) texts() ([][]byte, error) {
	var texts [][]byte
	for _, want := range []struct{ prefix, value string }{
		{`"principal":`, f.Principal},
		{`"purpose":`, f.Purpose},
		{``, f.Dataset},
		{`"verdict":`, f.Verdict},
		{`"decision_id":`, f.DecisionID},
		{`"kind":`, string(f.Kind)},
	} {
		if want.value == "" {
			continue
		}
		var text bytes.Buffer
		text.WriteString(want.prefix)
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(want.value); err != nil {
			return nil, fmt.Errorf("encode audit filter: %w", err)
		}
		texts = append(texts, bytes.TrimSpace(text.Bytes()))
	}
	return texts, nil
}

func containsAll(raw []byte, texts [][]byte) bool {
	for _, text := range texts {
		if !bytes.Contains(raw, text) {
			return false
		}
	}
	return true
}

// match decides on the decoded entry; the time range first, which needs no decoding.
func (f Filter) match(record Record) (bool, error) {
	at, err := record.time()
	if err != nil {
		return false, err
	}
	if at.Before(f.From) || (!f.Until.IsZero() && !at.Before(f.Until)) {
		return false, nil
	}
	e, err := record.Entry()
	if err != nil {
		return false, err
	}
	return is(f.Principal, e.Principal) && is(f.Purpose, e.Purpose) && is(f.Verdict, e.Verdict) &&
		is(f.DecisionID, e.DecisionID) && is(f.Kind, e.Kind) &&
		(f.Dataset == "" || slices.Contains(e.Datasets, f.Dataset)), nil
}

func is[T ~string](want, have T) bool { return want == "" || want == have }

// time reads the timestamp, which stands at the beginning of every entry.
func (r Record) time() (time.Time, error) {
	_, rest, _ := bytes.Cut(r.Raw, []byte(`"timestamp":"`))
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	at, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return time.Time{}, fmt.Errorf("audit entry %d: timestamp: %w", r.Index, err)
	}
	return at, nil
}
