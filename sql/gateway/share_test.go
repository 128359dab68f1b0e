package gateway_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// shared is a second gateway over the world's home, whose engine works for one
// statement at once.
func (w *world) shared() (*gateway.Gateway, *prometheus.Registry) {
	w.t.Helper()
	c, registry := w.Config, prometheus.NewRegistry()
	c.Running, c.Metrics = 1, registry
	g, err := gateway.New(c)
	w.must(err)
	w.t.Cleanup(g.Close)
	return g, registry
}

func (w *world) session(g *gateway.Gateway, r policy.Request) *gateway.Session {
	w.t.Helper()
	s, err := g.Open(context.Background(), r)
	w.must(err)
	return s
}

const (
	long    = "SELECT count(*) FROM range(1000000) a, range(1000000) b, teacher WHERE (a.range * b.range) % 7 = 3"
	endless = "SELECT range, repeat('x', 1000) AS x FROM range(100000000)"
)

// TestAClientThatDoesNotReadHoldsUpNobody asserts that the only turn is free
// while a client holds a result, also when it is the same client that asks.
func TestAClientThatDoesNotReadHoldsUpNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	g, _ := w.shared()
	s := w.session(g, w.Person("S", policy.Operations, policy.DataSteward))
	r, err := s.Query(context.Background(), endless)
	w.must(err)
	defer r.Close()
	for range 3 {
		batch, err := r.Next()
		w.must(err)
		batch.Release()
		if got, err := w.run(s, "SELECT count(*) FROM teacher"); err != nil || got[0] != "3" {
			t.Errorf("%v, %v", got, err)
		}
	}
}

// TestWaitingStatementsCanBeCancelled asserts that a statement that waits for
// its turn ends with its context, and that the engine works for others again
// when the one that it worked for ends.
func TestWaitingStatementsCanBeCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	g, registry := w.shared()
	busy, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	first := w.session(g, w.Person("S", policy.Operations, policy.DataSteward))
	go func() {
		r, err := first.Query(busy, long)
		if err == nil {
			_, err = r.Next()
			r.Close()
		}
		ended <- err
	}()
	waitFor(t, registry, "weir_statements_running", 1)
	impatient, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	second := w.session(g, w.Person("T1", policy.SelfService, policy.Teacher))
	if _, err := second.Query(impatient, "SELECT trust FROM survey_response"); policy.CodeOf(err) != policy.Canceled {
		t.Errorf("%v, want %s", err, policy.Canceled)
	}
	stop()
	if err := <-ended; policy.CodeOf(err) != policy.Canceled {
		t.Errorf("%v, want %s", err, policy.Canceled)
	}
	if got, err := w.run(second, "SELECT trust FROM survey_response"); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func waitFor(t *testing.T, r *prometheus.Registry, name string, want float64) {
	t.Helper()
	for range 500 {
		if gathered(t, r, name) == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s is never %v", name, want)
}

// gathered sums the values of a metric over its labels.
func gathered(t *testing.T, r *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	g, registry := w.shared()
	s := w.session(g, w.Person("S", policy.Operations, policy.DataSteward))
	r, err := s.Query(context.Background(), "SELECT school_id FROM school")
	w.must(err)
	if n := gathered(t, registry, "weir_statements_running"); n != 1 {
		t.Errorf("%v run", n)
	}
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		w.must(err)
		batch.Release()
	}
	r.Close()
	if _, err := s.Query(context.Background(), "SELECT * FROM coaching_session_of_nobody"); err == nil {
		t.Error("a missing relation was found")
	}
	for name, want := range map[string]float64{
		"weir_decisions_total": 2, "weir_statement_seconds": 2, "weir_rows_total": 2, "weir_statements_running": 0,
		"weir_statements_waiting": 0, "weir_scopes_open": 1,
	} {
		if got := gathered(t, registry, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	w.must(testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP weir_decisions_total Decisions on statements, by verdict and door.
# TYPE weir_decisions_total counter
weir_decisions_total{door="command",verdict="allow"} 1
weir_decisions_total{door="command",verdict="deny"} 1
`), "weir_decisions_total"))
}
