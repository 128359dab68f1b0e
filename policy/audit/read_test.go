package audit

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
)

// mixed returns a log of decisions and their outcomes and a few entries of
// other kinds, and the entries.
func mixed(t testing.TB, n int) (Paths, []Entry) {
	t.Helper()
	p := newLog(t)
	l := open(t, p)
	var all []Entry
	for i := range n {
		d := decision(i)
		o := Entry{Timestamp: d.Timestamp.Add(time.Millisecond), Kind: KindOutcome, DecisionID: d.DecisionID, Outcome: &Outcome{Code: "ok", Rows: int64(i)}}
		all = append(all, d, o)
		if i%10 == 0 {
			all = append(all, Entry{Timestamp: d.Timestamp, Kind: KindLoad, Principal: "steward", Attributes: map[string]string{"principal": "person-1"}})
		}
	}
	for _, e := range all {
		if _, err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return p, all
}

func indexes(t testing.TB, records iter.Seq2[Record, error]) []int64 {
	t.Helper()
	var got []int64
	for record, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, record.Index)
	}
	return got
}

// Search finds what a look at every field of every entry finds.
func TestSearch(t *testing.T) {
	t.Parallel()
	p, all := mixed(t, 200)
	r := reader(t, p)
	rapid.Check(t, func(rt *rapid.T) {
		some := func(name string, values ...string) string {
			return rapid.SampledFrom(append(values, "", "", "absent")).Draw(rt, name)
		}
		f := Filter{
			Principal: some("principal", "person-1", "person-2", "steward", "person"), Purpose: some("purpose", "research", "privacy_audit"),
			Dataset: some("dataset", "pd_engagement"), Verdict: some("verdict", "allow", "deny"),
			Kind: Kind(some("kind", "decision", "outcome", "load")), DecisionID: some("id", "d-000017"),
		}
		if rapid.Bool().Draw(rt, "times") {
			f.From = decision(rapid.IntRange(0, 200).Draw(rt, "from")).Timestamp
			f.Until = f.From.Add(time.Duration(rapid.IntRange(0, 200).Draw(rt, "seconds")) * time.Second)
		}
		var want []int64
		for i, e := range all {
			if (f.Principal == "" || f.Principal == e.Principal) && (f.Purpose == "" || f.Purpose == e.Purpose) &&
				(f.Dataset == "" || slices.Contains(e.Datasets, f.Dataset)) && (f.Verdict == "" || f.Verdict == e.Verdict) &&
				(f.Kind == "" || f.Kind == e.Kind) && (f.DecisionID == "" || f.DecisionID == e.DecisionID) &&
				!e.Timestamp.Before(f.From) && (f.Until.IsZero() || e.Timestamp.Before(f.Until)) {
				want = append(want, int64(i))
			}
		}
		if got := indexes(t, r.Search(t.Context(), f)); !slices.Equal(got, want) {
			rt.Fatalf("%+v: got %v, want %v", f, got, want)
		}
	})
}

func TestDecision(t *testing.T) {
	t.Parallel()
	p, _ := mixed(t, 20)
	r := reader(t, p)
	found, err := r.Decision(t.Context(), "d-000007")
	if err != nil || len(found) != 2 {
		t.Fatalf("%d entries, %v", len(found), err)
	}
	o, err := found[1].Entry()
	if err != nil || o.Kind != KindOutcome || o.Outcome.Rows != 7 {
		t.Fatalf("outcome %+v, %v", o, err)
	}
	if _, err := r.Decision(t.Context(), "d-00000"); policy.CodeOf(err) != policy.NotFound {
		t.Fatalf("no such decision: %v", err)
	}
	for _, index := range []int64{-1, 42, 1 << 40} {
		if _, err := r.Entry(t.Context(), index); policy.CodeOf(err) != policy.NotFound {
			t.Fatalf("no such entry %d: %v", index, err)
		}
	}
	if record, err := r.Entry(t.Context(), 41); err != nil || record.Index != 41 {
		t.Fatalf("last entry: %+v, %v", record, err)
	}
}

// A follower sees each entry once and in order, whenever it was published.
func TestFollow(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	fill(t, l, 0, 3)
	r := reader(t, p)
	next, stop := iter.Pull2(r.Follow(t.Context(), 1, time.Millisecond))
	defer stop()
	for i := int64(1); i < 600; i++ {
		if i%256 == 3 {
			fill(t, l, int(i), 256)
		}
		record, err, ok := next()
		if !ok || err != nil || record.Index != i {
			t.Fatalf("got %d, %v, %v; want %d", record.Index, err, ok, i)
		}
	}
}

func TestFollowEnds(t *testing.T) {
	t.Parallel()
	p := filled(t, 3)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if got := indexes(t, reader(t, p).Follow(ctx, 0, time.Second)); !slices.Equal(got, []int64{0, 1, 2}) {
			t.Fatalf("got %v", got)
		}
	})
}

func TestExports(t *testing.T) {
	t.Parallel()
	p, all := mixed(t, 12)
	r := reader(t, p)

	var lines bytes.Buffer
	next, err := r.WriteSince(t.Context(), &lines, 5)
	if err != nil || next != int64(len(all)) {
		t.Fatalf("next %d, %v", next, err)
	}
	if again, err := r.WriteSince(t.Context(), &lines, next); err != nil || again != next {
		t.Fatalf("nothing new: next %d, %v", again, err)
	}
	index := int64(5)
	for line := range strings.Lines(lines.String()) {
		var got struct {
			Index int64 `json:"index"`
			Entry
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Index != index || got.Kind != all[index].Kind {
			t.Fatalf("line %s: %v", line, err)
		}
		index++
	}
	if index != next {
		t.Fatalf("lines to %d, want %d", index, next)
	}

	var table bytes.Buffer
	if err := WriteCSV(&table, r.All(t.Context())); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(rows) != len(all)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	column := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	for i, row := range rows[1:] {
		if column(row, "index") != strconv.Itoa(i) || column(row, "kind") != string(all[i].Kind) || column(row, "principal") != all[i].Principal {
			t.Fatalf("row %d: %v", i, row)
		}
		if o := all[i].Outcome; o != nil && column(row, "rows") != strconv.FormatInt(o.Rows, 10) {
			t.Fatalf("row %d: %v", i, row)
		}
	}

	var events bytes.Buffer
	if err := WriteOPA(&events, r.All(t.Context())); err != nil {
		t.Fatal(err)
	}
	var array []event
	dec := json.NewDecoder(&events)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&array); err != nil || len(array) != 12 {
		t.Fatalf("%d events, %v", len(array), err)
	}
	if e := array[3]; e.DecisionID != "d-000003" || e.Custom["principal"] != "person-3" || e.Bundles["weir"].Revision == "" || e.Path != "weir/scope" {
		t.Fatalf("event %+v", e)
	}
	events.Reset()
	if err := WriteOPA(&events, r.Search(t.Context(), Filter{Kind: KindLoad})); err != nil || events.String() != "[]\n" {
		t.Fatalf("no decisions: %q, %v", events.String(), err)
	}
}
