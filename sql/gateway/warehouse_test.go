package gateway_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// world is the small warehouse with ways to ask it.
type world struct {
	*gatewaytest.World
	t testing.TB
}

func newWorld(t testing.TB, files map[string]string, more ...string) *world {
	t.Helper()
	return &world{gatewaytest.New(t, files, more...), t}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// ask runs a statement and returns rows as text, keys as staff numbers, or the
// error.
func (w *world) ask(r policy.Request, text string) ([]string, error) {
	w.t.Helper()
	s, err := w.Open(context.Background(), r)
	if err != nil {
		return nil, err
	}
	return w.run(s, text)
}

func (w *world) run(s *gateway.Session, text string) (out []string, err error) {
	w.t.Helper()
	result, err := s.Query(context.Background(), text)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	for {
		batch, err := result.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		for i := range int(batch.NumRows()) {
			cells := make([]string, batch.NumCols())
			for j, col := range batch.Columns() {
				cells[j] = w.number(strings.Clone(col.ValueStr(i))) // it points into the batch
			}
			out = append(out, strings.Join(cells, "|"))
		}
		batch.Release()
	}
}

func (w *world) number(text string) string {
	for number, key := range w.People {
		if key == text {
			return number
		}
	}
	return text
}

func (w *world) expect(r policy.Request, text string, want ...string) {
	w.t.Helper()
	got, err := w.ask(r, text)
	if err != nil {
		w.t.Errorf("%s as %s: %v", text, r.Principal.ID, err)
		return
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("%s as %s:\n got %q\nwant %q", text, r.Principal.ID, got, want)
	}
}

func (w *world) refuse(r policy.Request, text string, code policy.Code) error {
	w.t.Helper()
	got, err := w.ask(r, text)
	if err == nil || policy.CodeOf(err) != code {
		w.t.Errorf("%s as %s: %v, %v, want %s", text, r.Principal.ID, got, err, code)
	}
	return err
}

// settle waits until every outcome so far is in the log, and publishes it.
func (w *world) settle() {
	w.t.Helper()
	for range 200 {
		w.must(w.Log.Publish(context.Background()))
		decisions, outcomes := 0, 0
		for record, err := range w.Reader.All(context.Background()) {
			w.must(err)
			entry, err := record.Entry()
			w.must(err)
			if entry.Kind == audit.KindDecision {
				decisions++
			}
			if entry.Kind == audit.KindOutcome {
				outcomes++
			}
		}
		if decisions == outcomes {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("outcomes are missing from the log")
}

// kinds lists the kinds of all entries of the log.
func (w *world) kinds() (out []audit.Kind) {
	w.t.Helper()
	for record, err := range w.Reader.All(context.Background()) {
		w.must(err)
		entry, err := record.Entry()
		w.must(err)
		out = append(out, entry.Kind)
	}
	return out
}
