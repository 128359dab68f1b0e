package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// MaxEntry is the greatest length of an encoded entry in bytes: C2SP
// tlog-tiles gives an entry's length 16 bits.
const MaxEntry = 1<<16 - 1

// encode returns the entry's canonical JSON. An entry that is too long loses
// its bulky fields, in a fixed order and named in Dropped, until it fits: a
// statement must not escape the record by being long.
func encode(e Entry) ([]byte, error) {
	e.Version = Version
	e.Timestamp = e.Timestamp.UTC().Truncate(time.Microsecond)
	e.FingerprintSHA256 = ""
	if e.Fingerprint != "" {
		sum := sha256.Sum256([]byte(e.Fingerprint))
		e.FingerprintSHA256 = hex.EncodeToString(sum[:])
	}
	e.Dropped = nil
	raw, err := marshal(&e)
	for err == nil && len(raw) > MaxEntry {
		name := e.drop()
		if name == "" {
			return nil, policy.Errorf(policy.Usage, "audit entry: %d bytes, and at most %d fit", len(raw), MaxEntry)
		}
		e.Dropped = append(e.Dropped, name)
		raw, err = marshal(&e)
	}
	return raw, err
}

// drop empties the next bulky field and returns its name, or "" if none is left.
func (e *Entry) drop() string {
	switch {
	case e.Result != nil:
		e.Result = nil
		return "result"
	case e.Input != nil:
		e.Input = nil
		return "input"
	case e.Fingerprint != "":
		e.Fingerprint = ""
		return "fingerprint"
	case e.Columns != nil:
		e.Columns = nil
		return "columns"
	case e.MaskedColumns != nil:
		e.MaskedColumns = nil
		return "masked_columns"
	}
	return ""
}

func marshal(e *Entry) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("encode audit entry: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// decode reads an encoded entry. Numbers in Input and Result stay as written.
func decode(raw []byte) (Entry, error) {
	var e Entry
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("decode audit entry: %w", err)
	}
	return e, nil
}
