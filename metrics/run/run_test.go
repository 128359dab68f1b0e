package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/mart"
	"github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
	"github.com/weir-warehouse/weir/sql/duck"
)

// warehouse is a home into which a small synthetic district was loaded.
type warehouse struct {
	t        testing.TB
	home     etl.Home
	source   string
	catalog  *contract.Catalog
	registry *metrics.Registry
	earlier  []disclosure.Release // that were published
}

func newWarehouse(t testing.TB, schools, teachers, years int) *warehouse {
	t.Helper()
	w := &warehouse{t: t, home: etl.Home{Dir: filepath.Join(t.TempDir(), "home")}, source: filepath.Join(t.TempDir(), "source")}
	var err error
	if w.catalog, err = contract.Embedded(); err != nil {
		t.Fatal(err)
	}
	if w.registry, err = metrics.Load(t.Context(), "", w.catalog); err != nil {
		t.Fatal(err)
	}
	if err := w.home.Create(); err != nil {
		t.Fatal(err)
	}
	db, err := duck.Open(t.Context(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	if _, err := synth.Generate(t.Context(), db.SQL(), synth.Options{Out: w.source, Districts: 1, Schools: schools, Teachers: teachers, Years: years, Seed: 5}); err != nil {
		t.Fatal(err)
	}
	w.load(w.source)
	return w
}

func (w *warehouse) loader() *etl.Loader {
	return &etl.Loader{Home: w.home, Catalog: w.catalog, RemovalLimit: 1, Program: "test", Now: time.Now}
}

func (w *warehouse) load(path string) {
	w.t.Helper()
	report, err := w.loader().Load(w.t.Context(), []string{path}, etl.Options{})
	if err != nil || report.Refused() > 0 {
		w.t.Fatalf("%v, %+v", err, report)
	}
}

func (w *warehouse) runner(ctx context.Context, engine duck.Options) *run.Runner {
	w.t.Helper()
	revisions, err := w.loader().Revisions(context.WithoutCancel(ctx))
	if err != nil {
		w.t.Fatal(err)
	}
	return &run.Runner{
		Build: w.home.Build(), Catalog: w.catalog, Registry: w.registry, Revisions: revisions, Engine: engine, Program: "test", Now: time.Now,
	}
}

// run runs the metrics and returns which were computed.
func (w *warehouse) run(ctx context.Context, threads int, progress func(done, total int, what string)) ([]string, error) {
	w.t.Helper()
	rules := w.rules(ctx)
	r := w.runner(ctx, duck.Options{Threads: threads})
	r.Progress = progress
	runs, err := r.Run(ctx)
	if err != nil {
		return nil, err
	}
	var computed []string
	for _, m := range runs {
		if m.State == run.Computed {
			computed = append(computed, m.Metric)
		}
	}
	_, err = r.Protect(ctx, runs, rules)
	return computed, err
}

// rules are those of the built-in policy.
func (w *warehouse) rules(ctx context.Context) run.Rules {
	w.t.Helper()
	b, err := opa.BuiltIn()
	if err != nil {
		w.t.Fatal(err)
	}
	engine, err := opa.New(context.WithoutCancel(ctx), b, w.catalog.Policy(), opa.Options{Proven: func(string) bool { return true }})
	if err != nil {
		w.t.Fatal(err)
	}
	return run.Rules{Thresholds: engine.Thresholds(), Revision: engine.Revision(), Earlier: w.earlier}
}

// contents are the digests of all marts.
func (w *warehouse) contents() string {
	w.t.Helper()
	marts, err := mart.Build{Dir: w.home.Build()}.List(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, m := range marts {
		out = append(out, m.Name+" "+m.Content)
	}
	return strings.Join(out, "\n")
}

// The same data gives the same marts, whatever the number of threads and whether
// or not the run was cut short; and a load that touches only surveys computes only
// what reads surveys.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, 5, 120, 2)
	twin := &warehouse{t: t, home: etl.Home{Dir: filepath.Join(t.TempDir(), "twin")}, catalog: w.catalog, registry: w.registry}
	if out, err := exec.CommandContext(t.Context(), "cp", "-r", w.home.Dir, twin.home.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	computed, err := w.run(t.Context(), 1, nil)
	if err != nil || len(computed) != len(w.registry.Metrics()) {
		t.Fatalf("computed %d of %d, %v", len(computed), len(w.registry.Metrics()), err)
	}
	if info, err := os.Stat(filepath.Join(w.home.Build(), run.File)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("true values: %v, %v", info.Mode(), err)
	}
	var bare int
	w.query("mart_core", "SELECT count(*) FROM metric_value WHERE metric = 'follow_up_program_share' AND round(numerator / denominator, 2) IS DISTINCT FROM value", &bare)
	if bare > 0 {
		t.Errorf("%d shares of programs without numerator and denominator", bare)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = twin.run(ctx, 4, func(done, _ int, _ string) {
		if done == 20 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cut short: %v", err)
	}
	rest, err := twin.run(t.Context(), 4, nil)
	if err != nil || len(rest) == 0 || len(rest) > len(computed)-20 {
		t.Fatalf("computed %d after 20 of %d, %v", len(rest), len(computed), err)
	}
	if one, many := w.contents(), twin.contents(); one != many {
		t.Errorf("one thread:\n%s\nfour, cut short:\n%s", one, many)
	}
	before := w.contents()
	if again, err := w.run(t.Context(), 2, nil); err != nil || len(again) > 0 || w.contents() != before {
		t.Errorf("nothing new: computed %v, %v", again, err)
	}
	w.surveys()
}

// Rows that no rate can have, and SQL that fails over the data, are refused by the
// metric's file and with no value of any row.
func TestRowsRefused(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, 3, 20, 1)
	for name, c := range map[string]struct{ measure, want string }{
		"cast":   {"CAST('abc' || teacher_key AS INTEGER)", "a_rate/metric.sql: a value does not suit a cast or function"},
		"nan":    {"CAST('nan' AS DOUBLE)", "a_rate/metric.sql: a value does not suit a cast or function"},
		"beyond": {"2", "a_rate/metric.sql: the numerator of a rate is below 0 or above its denominator in 4 values"},
		"below":  {"-1", "a_rate/metric.sql: the numerator of a rate is below 0 or above its denominator in 4 values"},
	} {
		w.define(c.measure)
		_, err := w.run(t.Context(), 1, nil)
		if policy.CodeOf(err) != policy.DataRefused || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "abc") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Values of money are in the currency and the prices of the district's costs, and
// say so.
func TestMoney(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, 3, 60, 2)
	text, err := os.ReadFile(filepath.Join(w.source, "pd_cost.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ years, price string }{{"2023 2024", "2024"}, {"2024 2026", "2024, 2026"}} {
		first, second, _ := strings.Cut(c.years, " ")
		file := filepath.Join(t.TempDir(), "pd_cost.csv")
		costs := strings.NewReplacer("USD,2025\n", "EUR,"+first+"\n", "USD,2026\n", "EUR,"+second+"\n").Replace(string(text))
		if err := os.WriteFile(file, []byte(costs), 0o600); err != nil {
			t.Fatal(err)
		}
		w.load(file)
		if _, err := w.run(t.Context(), 2, nil); err != nil {
			t.Fatal(err)
		}
		var constant, nominal float64
		var unit, prices, shown, wide string
		w.query("mart_core", `SELECT v.value, n.value, v.unit, v.price_year, v.shown, s.price_year
			FROM metric_value v, metric_value n, spending s
			WHERE v.metric = 'pd_spending' AND v.session_id = 'SY2025' AND v.program_kind IS NULL AND v.breakdown IS NULL
			  AND n.metric = 'pd_spending_by_price_year' AND n.category = '`+first+`'
			  AND s.session_id = 'SY2025' AND s.program_kind IS NULL AND s.breakdown IS NULL`, &constant, &nominal, &unit, &prices, &shown, &wide)
		want := nominal
		if c.price == "2024" {
			want *= 313.689 / 304.702
		}
		if math.Abs(constant/want-1) > 0.002 || unit != "EUR" || prices != c.price || wide != c.price || !strings.HasSuffix(shown, " EUR") {
			t.Errorf("costs of %s: %v (%s) in %q of %q and %q, want %v", c.years, constant, shown, unit, prices, wide, want)
		}
	}
}

// What is spent is public to the unit, so what it comes to for each of some people
// must not tell how many they are.
func TestMoneyTellsNoNumberOfPeople(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, 4, 93, 1)
	if _, err := w.run(t.Context(), 2, nil); err != nil {
		t.Fatal(err)
	}
	for _, measure := range []string{"cost_per_teacher", "cost_per_teacher_by_kind"} {
		var cells int
		var off float64
		w.query("mart_core", fmt.Sprintf("SELECT count(*), max(abs(people / 5 - round(people / 5)) - people / 5 * 0.5 / value) FROM (SELECT pd_spending / %[1]s AS people, %[1]s AS value FROM spending WHERE %[1]s IS NOT NULL AND breakdown IS NULL AND program_id IS NULL)", measure), &cells, &off)
		if cells == 0 || off > 0.01 {
			t.Errorf("%s tells in %d cells how many people there are, by up to %v of what they are rounded to", measure, cells, off)
		}
	}
}

// How many took part is one number, whether the share of those who did or what it
// cost is asked for: where a few are hidden, both are.
func TestSameCountsAreHiddenTogether(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, 6, 150, 2)
	if _, err := w.run(t.Context(), 2, nil); err != nil {
		t.Fatal(err)
	}
	var hidden, told int
	w.query("mart_formative", `SELECT count(*), count(*) FILTER (u.status <> 'suppressed') FROM metric_value u JOIN metric_value p
		USING (district_id, session_id, program_kind) WHERE u.metric = 'pd_uptake_rate' AND p.metric = 'cost_per_participant' AND p.program_id IS NULL AND p.n IS NULL
		AND coalesce(u.school_id, u.grade_band, u.subject, u.experience_band, u.device_access, u.broadband_access) IS NULL`, &hidden, &told)
	if hidden == 0 || told > 0 {
		t.Errorf("of %d numbers of participants that are hidden %d are told by uptake", hidden, told)
	}
}

// query reads one row of a mart.
func (w *warehouse) query(name, query string, into ...any) {
	w.t.Helper()
	db, err := duck.Open(w.t.Context(), duck.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing was written
	conn, err := db.SQL().Conn(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // as above
	if err := duck.Attach(w.t.Context(), conn, mart.Build{Dir: w.home.Build()}.Path(name), name, duck.ReadOnly); err != nil {
		w.t.Fatal(err)
	}
	if _, err := conn.ExecContext(w.t.Context(), "USE "+name); err != nil {
		w.t.Fatal(err)
	}
	if err := conn.QueryRowContext(w.t.Context(), query).Scan(into...); err != nil {
		w.t.Fatal(err)
	}
}

// define adds a rate of the home's own.
func (w *warehouse) define(measure string) {
	w.t.Helper()
	folder := filepath.Join(w.t.TempDir(), "a_rate")
	if err := os.Mkdir(folder, 0o700); err != nil {
		w.t.Fatal(err)
	}
	for file, text := range map[string]string{
		"metric.yaml": "id: a_rate\nfamily: own\ntitle: A rate\nquestion: How many?\ndefinition: A share.\nunit: share\ndirection: neutral\nperson: teacher\n" +
			"method: {name: rate}\ndimensions: [[district], [district, school]]\nsource: {citation: ours}\n",
		"metric.sql": "SELECT teacher_key, district_id, school_id, " + measure + " AS numerator FROM teacher_year",
	} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	var err error
	if w.registry, err = metrics.Load(w.t.Context(), filepath.Dir(folder), w.catalog); err != nil {
		w.t.Fatal(err)
	}
}

// A metric that was published can be defined anew: its figures are others then,
// of the same people, and an earlier release does not contradict them.
func TestDefinedAnew(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, 3, 90, 1)
	for _, measure := range []string{"years_experience > 4", "years_experience > 12", "years_experience > 4"} {
		w.define(measure)
		if _, err := w.run(t.Context(), 2, nil); err != nil {
			t.Fatalf("%s: %v", measure, err)
		}
		text, err := os.ReadFile(filepath.Join(w.home.Build(), run.ReleaseFile))
		if err != nil {
			t.Fatal(err)
		}
		var releases []disclosure.Release
		if err := json.Unmarshal(text, &releases); err != nil {
			t.Fatal(err)
		}
		w.earlier = append(w.earlier, releases...)
	}
}

// surveys loads answers that say the opposite.
func (w *warehouse) surveys() {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.source, "survey_response.csv"))
	if err != nil {
		w.t.Fatal(err)
	}
	swapped := strings.NewReplacer(",true\n", ",false\n", ",false\n", ",true\n").Replace(string(text))
	file := filepath.Join(w.t.TempDir(), "survey_response.csv")
	if err := os.WriteFile(file, []byte(swapped), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.load(file)
	computed, err := w.run(w.t.Context(), 2, nil)
	if err != nil || !slices.Contains(computed, "practice_change_rate") {
		w.t.Errorf("computed %v, %v", computed, err)
	}
	for _, m := range w.registry.Metrics() {
		if slices.Contains(computed, m.ID) != slices.Contains(m.Datasets, "survey_response") {
			w.t.Errorf("%s reads %v: computed %t", m.ID, m.Datasets, slices.Contains(computed, m.ID))
		}
	}
}
