package audit

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
)

// The format is an interface: bytes once logged are hashed for ever.
func TestEncodeGolden(t *testing.T) {
	t.Parallel()
	outcome := Entry{
		Timestamp: time.Date(2026, 9, 1, 10, 0, 0, 123456789, time.FixedZone("CEST", 2*3600)), Kind: KindOutcome, DecisionID: "d-000001",
		Outcome: &Outcome{Code: "ok", Rows: 12, Bytes: 340, Milliseconds: 1.25},
	}
	load := Entry{
		Timestamp: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), Kind: KindLoad, Principal: "steward-1",
		Attributes: map[string]string{"dataset": "teacher", "batch": "9f86d081"},
	}
	var got bytes.Buffer
	for _, e := range []Entry{decision(1), outcome, load} {
		raw, err := encode(e)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(append(raw, '\n'))
	}
	want, err := os.ReadFile(filepath.Join("testdata", "entries.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Fatalf("got\n%s\nwant\n%s", got.Bytes(), want)
	}
}

// What is read is what was written, and writes the same bytes again.
func TestEncodeRoundTrip(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[a-z<>&"é☃\x{2028}]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		e := decision(rapid.IntRange(0, 1000).Draw(t, "i"))
		e.Principal = text.Draw(t, "principal")
		e.Datasets = rapid.SliceOfN(text, 1, 3).Draw(t, "datasets")
		e.Attributes = rapid.MapOfN(text, text, 1, 4).Draw(t, "attributes")
		e.Input = map[string]any{
			"n": json.Number(rapid.StringMatching(`-?[1-9][0-9]{0,24}(\.[0-9]{1,9})?`).Draw(t, "n")),
			"m": map[string]any{text.Draw(t, "key"): []any{text.Draw(t, "item"), nil, true}},
		}
		raw, err := encode(e)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		again, err := encode(back)
		if err != nil || !bytes.Equal(raw, again) {
			t.Fatalf("%v\n%s\n%s", err, raw, again)
		}
		if !reflect.DeepEqual(back.Input, e.Input) || back.Principal != e.Principal {
			t.Fatalf("got %v, want %v", back.Input, e.Input)
		}
	})
}

func TestLongEntryDrops(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxEntry)
	tests := map[string]struct {
		change func(*Entry)
		want   []string
	}{
		"result":      {func(e *Entry) { e.Result = map[string]any{"x": long} }, []string{"result"}},
		"input":       {func(e *Entry) { e.Input = map[string]any{"x": long} }, []string{"result", "input"}},
		"fingerprint": {func(e *Entry) { e.Fingerprint = long }, []string{"result", "input", "fingerprint"}},
		"columns":     {func(e *Entry) { e.Columns = []string{long} }, []string{"result", "input", "fingerprint", "columns"}},
		"masked columns": {
			func(e *Entry) { e.MaskedColumns = []string{long} },
			[]string{"result", "input", "fingerprint", "columns", "masked_columns"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := decision(1)
			test.change(&e)
			raw, err := encode(e)
			if err != nil {
				t.Fatal(err)
			}
			back, err := decode(raw)
			if err != nil || len(raw) > MaxEntry || !reflect.DeepEqual(back.Dropped, test.want) || len(back.FingerprintSHA256) != 64 {
				t.Fatalf("%d bytes, %v, dropped %v, want %v", len(raw), err, back.Dropped, test.want)
			}
		})
	}
	e := decision(1)
	e.Attributes = map[string]string{"x": long}
	if _, err := encode(e); policy.CodeOf(err) != policy.Usage {
		t.Fatalf("an entry that cannot fit: %v", err)
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	l := open(t, newLog(t))
	tests := map[string]struct {
		change func(*Entry)
		want   string
	}{
		"no timestamp":   {func(e *Entry) { e.Timestamp = time.Time{} }, "timestamp"},
		"no kind":        {func(e *Entry) { e.Kind = "" }, "kind"},
		"no decision id": {func(e *Entry) { e.DecisionID = "" }, "decision_id"},
		"no verdict":     {func(e *Entry) { e.Verdict = "" }, "verdict"},
		"no outcome":     {func(e *Entry) { e.Kind = KindOutcome }, "outcome"},
		"stray outcome":  {func(e *Entry) { e.Outcome = &Outcome{} }, "outcome"},
		"literal":        {func(e *Entry) { e.Fingerprint = `SELECT "it's" FROM t WHERE n = 'Ada'` }, "string literal"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := decision(1)
			test.change(&e)
			_, err := l.Append(t.Context(), e)
			if policy.CodeOf(err) != policy.Usage || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "Ada") {
				t.Fatalf("got %v, want %q", err, test.want)
			}
		})
	}
	e := decision(1)
	e.Fingerprint = `SELECT "it's" FROM t WHERE n = ?`
	if _, err := l.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l, err := Open(p, Options{Holder: "test", Erase: []string{"/input/row/email", "/result/a~1b", "/input/absent/x"}})
	if err != nil {
		t.Fatal(err)
	}
	e := decision(1)
	e.Input = map[string]any{"row": map[string]any{"email": "a@example.org", "school": "s1"}, "absent": 3}
	e.Result = map[string]any{"a/b": 1, "c": 2}
	if _, err := l.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	record, err := reader(t, p).Entry(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	const want = `"input":{"absent":3,"row":{"school":"s1"}},"result":{"c":2},"erased":["/input/row/email","/result/a~1b"]}`
	if !strings.HasSuffix(string(record.Raw), want) {
		t.Fatalf("got %s, want …%s", record.Raw, want)
	}
	row, ok := e.Input["row"].(map[string]any)
	if !ok || row["email"] != "a@example.org" || len(e.Result) != 2 || e.Erased != nil {
		t.Fatalf("the caller's entry was changed: %v", e)
	}
	for _, bad := range []string{"", "input/x", "/input", "/labels/x"} {
		if _, err := Open(p, Options{Erase: []string{bad}}); policy.CodeOf(err) != policy.Usage {
			t.Errorf("erase %q: %v", bad, err)
		}
	}
}
