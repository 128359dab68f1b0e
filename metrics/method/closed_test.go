package method_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/etl/document"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/sql/duck"
)

// unit is a unit row of the tests.
type unit struct {
	school, teacher int
	numerator       float64
	denominator     float64
	x               int
	treated         bool
}

// sample draws unit rows: teachers of nine schools, whose numerators go with
// the school, some with several rows.
func sample(n int) []unit {
	random := rand.New(rand.NewPCG(5, 8))
	units := make([]unit, n)
	for i := range units {
		teacher := i * 2 / 3
		school := teacher % 9
		units[i] = unit{
			school: school, teacher: teacher, x: random.IntN(5), treated: random.IntN(3) == 0,
			denominator: float64(1 + random.IntN(4)),
		}
		units[i].numerator = math.Round(1000*(2+0.3*float64(school)+random.NormFloat64()*0.5+0.1*float64(units[i].x))) / 1000
	}
	return units
}

// connect opens an engine with the units in a table.
func connect(t *testing.T, threads int, units []unit) *sql.Conn {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{MemoryLimit: "512MB", Threads: threads, TempDirectory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.SQL().Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = conn.Close(), db.Close() })
	rows := make([]string, len(units))
	for i, u := range units {
		rows[i] = fmt.Sprintf("('t%d', 'd', 's%d', %v, %v, %d, %v)", u.teacher, u.school, u.numerator, u.denominator, u.x, u.treated)
	}
	exec(t, conn, "CREATE TABLE units AS SELECT *, numerator AS value FROM (VALUES "+strings.Join(rows, ", ")+
		") AS v(teacher_key, district_id, school_id, numerator, denominator, x, treated)")
	return conn
}

func exec(t *testing.T, conn *sql.Conn, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

// figure is a row of a result.
type figure struct {
	value, low, high float64
	label            sql.NullString
	n, schools       int
}

// estimate runs a method over a query's rows, and returns its figures by school
// and category: "s4 30", "s4", "30", or "" for the district.
func estimate(t *testing.T, conn *sql.Conn, name, from string, options method.Options) map[string]figure {
	t.Helper()
	exec(t, conn, "CREATE OR REPLACE TEMP VIEW chosen AS "+from)
	return estimated(t, conn, name, method.Input{Dimensions: [][]string{{"district_id"}, {"district_id", "school_id"}}, Options: options})
}

// estimated runs a method over the view chosen.
func estimated(t *testing.T, conn *sql.Conn, name string, in method.Input) map[string]figure {
	t.Helper()
	m, ok := method.ByName(name)
	if !ok {
		t.Fatalf("there is no method %s", name)
	}
	if _, err := m.Check(in.Options); err != nil {
		t.Fatal(err)
	}
	exec(t, conn, "CREATE OR REPLACE TEMP TABLE result ("+method.Results+")")
	in.DB, in.Units, in.Columns, in.Into, in.Person, in.Seed = conn, "chosen", columnsOf(t, conn), "result", "teacher_key", 3
	if err := m.Estimate(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.QueryContext(context.Background(),
		"SELECT concat_ws(' ', school_id, category), value, coalesce(ci_low, 'NaN'), coalesce(ci_high, 'NaN'), ci_method, n, n_schools FROM result")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	figures := map[string]figure{}
	for rows.Next() {
		var key string
		var f figure
		if err := rows.Scan(&key, &f.value, &f.low, &f.high, &f.label, &f.n, &f.schools); err != nil {
			t.Fatal(err)
		}
		figures[key] = f
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return figures
}

// TestEvery compares units that count in every category with the same units written
// once for each: values, intervals, people and schools are the same, and so are the
// digests of who is counted.
func TestEvery(t *testing.T) {
	t.Parallel()
	conn := connect(t, 2, sample(400))
	const kinds = "(SELECT unnest(['a', 'b', 'c']) AS kind, unnest([2, 1, 3]) AS place)"
	rows := "SELECT teacher_key, district_id, school_id, numerator, numerator AS value, denominator, denominator AS baseline, treated, 10 * x AS cost, 'kind' AS breakdown, "
	kind := "CASE x % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END"
	written := rows + "kind AS category, place AS category_order FROM units JOIN " + kinds + " ON NOT treated OR kind = " + kind
	every := rows + "CASE WHEN treated THEN kind ELSE '*' END AS category, place AS category_order FROM units LEFT JOIN " + kinds + " ON kind = " + kind
	for name, options := range map[string]method.Options{"contrast": {"as": "difference"}, "cost_per_gain": {"replicates": "99"}, "mean": nil, "ratio": nil} {
		var of [2]map[string]figure
		var counted [2]map[string]string
		for i, from := range []string{written, every} {
			exec(t, conn, "CREATE OR REPLACE TEMP VIEW chosen AS "+from)
			tell := &method.Counted{Of: map[string]string{}}
			of[i] = estimated(t, conn, name, method.Input{
				Dimensions: [][]string{{"district_id", "breakdown"}, {"district_id", "breakdown", "school_id"}}, Options: options, Counted: tell,
			})
			counted[i] = tell.Of
		}
		if len(of[0]) < 4 || fmt.Sprint(of[0]) != fmt.Sprint(of[1]) { // NaN is no end of an interval
			t.Errorf("%s, written for each: %v\nof every:  %v", name, of[0], of[1])
		}
		if !maps.Equal(counted[0], counted[1]) {
			t.Errorf("%s, counted differ: %v, %v", name, counted[0], counted[1])
		}
	}
}

func columnsOf(t *testing.T, conn *sql.Conn) []string {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), "SELECT * FROM chosen LIMIT 0")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // nothing was read
	columns, err := rows.Columns()
	if err != nil || rows.Err() != nil {
		t.Fatal(err, rows.Err())
	}
	return columns
}

// column picks a column of units, and clusters.
func column(units []unit, of func(unit) float64) []float64 {
	values := make([]float64, len(units))
	for i, u := range units {
		values[i] = of(u)
	}
	return values
}

func codes(units []unit, of func(unit) int) []int {
	values := make([]int, len(units))
	for i, u := range units {
		values[i] = of(u)
	}
	return values
}

func (f figure) is(t *testing.T, what string, value, low, high float64) {
	t.Helper()
	const tolerance = 2e-7
	if math.Abs(f.value-value) > tolerance || math.Abs(f.low-low) > tolerance || math.Abs(f.high-high) > tolerance {
		t.Errorf("%s: %v [%v, %v], want %v [%v, %v]", what, f.value, f.low, f.high, value, low, high)
	}
}

func numerator(u unit) float64   { return u.numerator }
func denominator(u unit) float64 { return u.denominator }
func bySchool(u unit) int        { return u.school }
func byTeacher(u unit) int       { return u.teacher }

// TestMeansAndRatios compares with package stats, which works from residuals of
// a regression and not from sums.
func TestMeansAndRatios(t *testing.T) {
	t.Parallel()
	units := sample(400)
	conn := connect(t, 2, units)
	of := func(school int) []unit {
		var some []unit
		for _, u := range units {
			if u.school == school {
				some = append(some, u)
			}
		}
		return some
	}
	means := estimate(t, conn, "mean", "FROM units", nil)
	want, err := stats.Mean(column(units, numerator), nil, stats.CR1, codes(units, bySchool))
	if err != nil {
		t.Fatal(err)
	}
	low, high := want.Interval(method.Level)
	means[""].is(t, "mean", want.Value, low, high)
	if want, err = stats.Mean(column(of(4), numerator), nil, stats.CR1, codes(of(4), byTeacher)); err != nil {
		t.Fatal(err)
	}
	low, high = want.Interval(method.Level)
	means["s4"].is(t, "mean of a school", want.Value, low, high)
	if f := means["s4"]; f.n != 30 || f.schools != 1 || f.label.String != "CR1 by teacher, t" {
		t.Errorf("school: %+v", f)
	}
	weighted := estimate(t, conn, "mean", "SELECT *, denominator AS weight FROM units", nil)
	if want, err = stats.Mean(column(units, numerator), column(units, denominator), stats.CR1, codes(units, bySchool)); err != nil {
		t.Fatal(err)
	}
	low, high = want.Interval(method.Level)
	weighted[""].is(t, "weighted mean", want.Value, low, high)
	ratios := estimate(t, conn, "ratio", "FROM units", nil)
	if want, err = stats.Ratio(column(units, numerator), column(units, denominator), nil, stats.CR1, codes(units, bySchool)); err != nil {
		t.Fatal(err)
	}
	low, high = want.Interval(method.Level)
	ratios[""].is(t, "ratio", want.Value, low, high)
	all := estimate(t, conn, "ratio", "FROM units", method.Options{"interval": "none"})[""]
	if math.Abs(all.value-want.Value) > 1e-8 || !math.IsNaN(all.low) || all.label.Valid {
		t.Errorf("ratio of all there is: %+v", all)
	}
}

// TestTrend compares with least squares fits, of all units and without each school.
func TestTrend(t *testing.T) {
	t.Parallel()
	units := sample(300)
	conn := connect(t, 2, units)
	of := func(units []unit) float64 {
		design := stats.Design{Names: []string{"x"}, Columns: [][]float64{column(units, func(u unit) float64 { return float64(u.x) })}}
		fit, err := stats.LeastSquares(design.WithIntercept(len(units)), column(units, numerator), nil)
		if err != nil {
			t.Fatal(err)
		}
		covariance, err := fit.Covariance(stats.Classical)
		if err != nil {
			t.Fatal(err)
		}
		slope, err := covariance.Coefficient("x")
		if err != nil {
			t.Fatal(err)
		}
		return slope.Value
	}
	var squares float64
	for school := range 9 {
		change := of(units) - of(without(units, school))
		squares += change * change
	}
	low, high := stats.Estimate{Value: of(units), SE: math.Sqrt(squares * 8 / 9), DF: slopeDF(units, of)}.Interval(method.Level)
	estimate(t, conn, "trend", "SELECT * REPLACE (x + 2020 AS x) FROM units", nil)[""].is(t, "trend", of(units), low, high)
}

// without leaves out the units of a school.
func without(units []unit, school int) []unit {
	return slices.DeleteFunc(slices.Clone(units), func(u unit) bool { return u.school == school })
}

// slopeDF are Satterthwaite's degrees of freedom of the jackknife variance over
// schools, by what each unit's outcome alone changes: squared trace over the trace
// of the square of the products.
func slopeDF(units []unit, of func([]unit) float64) float64 {
	changes := mat.NewDense(9, len(units), nil)
	alone := slices.Clone(units)
	for i := range alone {
		alone[i].numerator = 0
	}
	for i := range alone {
		alone[i].numerator = 1
		for school := range 9 {
			changes.Set(school, i, of(alone)-of(without(alone, school)))
		}
		alone[i].numerator = 0
	}
	var products mat.Dense
	products.Mul(changes, changes.T())
	norm := products.Norm(2) // Frobenius
	return products.Trace() * products.Trace() / (norm * norm)
}

// TestContrast compares with regressions on the group that leave out each school.
func TestContrast(t *testing.T) {
	t.Parallel()
	units := sample(300)
	conn := connect(t, 2, units)
	of := func(units []unit) (difference, ratio float64) {
		treated := column(units, func(u unit) float64 {
			if u.treated {
				return 1
			}
			return 0
		})
		fit, err := stats.LeastSquares(stats.Design{Names: []string{"treated"}, Columns: [][]float64{treated}}.WithIntercept(len(units)), column(units, numerator), nil)
		if err != nil {
			t.Fatal(err)
		}
		covariance, err := fit.Covariance(stats.Classical)
		if err != nil {
			t.Fatal(err)
		}
		control, err := covariance.Contrast([]float64{1, 0})
		if err != nil {
			t.Fatal(err)
		}
		both, err := covariance.Contrast([]float64{1, 1})
		if err != nil {
			t.Fatal(err)
		}
		return both.Value - control.Value, both.Value / control.Value
	}
	difference, ratio := of(units)
	same := func(v float64) float64 { return v }
	low, high := jackknifed(t, units, same, same, func(units []unit) float64 { d, _ := of(units); return d })
	got := estimate(t, conn, "contrast", "SELECT * EXCLUDE (denominator) FROM units", method.Options{"as": "difference"})[""]
	got.is(t, "difference", difference, low, high)
	low, high = jackknifed(t, units, math.Log, math.Exp, func(units []unit) float64 { _, r := of(units); return r })
	estimate(t, conn, "contrast", "SELECT * EXCLUDE (denominator) FROM units", nil)[""].is(t, "ratio", ratio, low, high)
}

// TestRates compares with Wilson's interval of the effective sample size.
func TestRates(t *testing.T) {
	t.Parallel()
	units := sample(400)
	for i := range units {
		units[i].numerator = math.Round(math.Mod(units[i].numerator*7, 1))
		units[i].denominator = 1
	}
	conn := connect(t, 2, units)
	rates := estimate(t, conn, "rate", "FROM units", nil)
	mean, err := stats.Mean(column(units, numerator), nil, stats.CR1, codes(units, bySchool))
	if err != nil {
		t.Fatal(err)
	}
	p := mean.Value
	z := stats.Estimate{SE: 1, DF: math.Inf(1)}
	_, normal := z.Interval(method.Level)
	_, student := stats.Estimate{SE: 1, DF: 8}.Interval(method.Level)
	size := min(400, p*(1-p)/(mean.SE*mean.SE)) * normal * normal / (student * student)
	center := (p + normal*normal/(2*size)) / (1 + normal*normal/size)
	reach := normal / (1 + normal*normal/size) * math.Sqrt(p*(1-p)/size+normal*normal/(4*size*size))
	rates[""].is(t, "rate", p, center-reach, center+reach)

	// teachers with one row each, inside one school: Wilson's own
	once := estimate(t, conn, "rate", "SELECT * FROM units WHERE school_id = 's3' QUALIFY row_number() OVER (PARTITION BY teacher_key ORDER BY numerator) = 1", nil)["s3"]
	successes := int(math.Round(once.value * float64(once.n)))
	low, high, err := stats.Wilson(successes, once.n, method.Level)
	if err != nil {
		t.Fatal(err)
	}
	once.is(t, "rate of a school", float64(successes)/float64(once.n), low, high)
	if once.label.String != "Wilson" {
		t.Errorf("rate of a school: %q", once.label.String)
	}
	none := estimate(t, conn, "rate", "SELECT * REPLACE (0 AS numerator) FROM units", nil)[""]
	low, high, err = stats.Wilson(0, none.n, method.Level)
	if err != nil {
		t.Fatal(err)
	}
	none.is(t, "no success", 0, low, high)
}

// TestThreads runs each method with other numbers of threads and orders of rows.
func TestThreads(t *testing.T) {
	t.Parallel()
	units := sample(3000)
	from := map[string]string{
		"rate":        "SELECT * REPLACE (numerator > 3 AS numerator) FROM units",
		"agreement":   "SELECT *, numerator AS x, denominator AS y FROM (SELECT * EXCLUDE (x) FROM units)",
		"survival":    "SELECT *, x AS days, treated AS event FROM units",
		"reliability": "SELECT *, x AS period FROM units",
	}
	var first map[string]map[string]figure
	for _, threads := range []int{1, 2, 7} {
		rand.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		conn := connect(t, threads, units)
		got := map[string]map[string]figure{}
		for _, name := range []string{"rate", "mean", "ratio", "trend", "contrast", "cost_ratio", "agreement", "survival", "reliability"} {
			query := "FROM units"
			if q := from[name]; q != "" {
				query = q
			}
			got[name] = estimate(t, conn, name, query, nil)
		}
		if first == nil {
			first = got
		} else if fmt.Sprint(got) != fmt.Sprint(first) {
			t.Errorf("with %d threads:\n%v\nwith one:\n%v", threads, got, first)
		}
	}
}

func literal(s string) document.Literal { return document.Literal(s) }
