package disclosure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// teacherYear is a teacher in a session: who, where, and what is measured.
type teacherYear struct {
	id                              int
	district, school, session, band string
	applied                         bool
	hours                           float64
}

// staff draws teachers of two districts over two sessions; some move, and some
// are there for one session only.
func staff(seed uint64, teachers int) []teacherYear {
	r := rand.New(rand.NewPCG(seed, 9))
	var out []teacherYear
	for id := range teachers {
		district := r.IntN(2)
		school := int(r.ExpFloat64() * 2)
		band := []string{"0-3", "4-9", "10-19", "20+"}[min(3, int(r.ExpFloat64()*1.5))]
		for session := range 2 {
			if r.IntN(10) == 0 {
				continue
			}
			if r.IntN(8) == 0 {
				school++
			}
			out = append(out, teacherYear{
				id: id, district: fmt.Sprint("d", district), school: fmt.Sprint("s", district, "-", school), session: fmt.Sprint("y", session),
				band: band, applied: r.IntN(3) > 0, hours: float64(r.IntN(40)),
			})
		}
	}
	return out
}

// metricDimensions are those of the metrics below.
var metricDimensions = []string{"district_id", "school_id", "session_id", "experience_band"}

func (y teacherYear) at(list []string) []string {
	values := map[string]string{"district_id": y.district, "school_id": y.school, "session_id": y.session, "experience_band": y.band}
	at := make([]string, len(metricDimensions))
	for k, d := range metricDimensions {
		if slices.Contains(list, d) {
			at[k] = values[d]
		}
	}
	return at
}

// measured groups teacher-years by lists of dimensions, as a metric does.
func measured(name string, kind MetricKind, years []teacherYear, lists ...[]string) Metric {
	m := Metric{Name: name, Person: "teachers", Group: "schools", Kind: kind, Dimensions: metricDimensions, Populations: map[string]string{}}
	for _, list := range lists {
		m.Populations[strings.Join(list, ",")] = "all staff " + strings.Join(list, ",")
		groups := map[string][]teacherYear{}
		var keys []string
		for _, y := range years {
			key := strings.Join(y.at(list), "|")
			if groups[key] == nil {
				keys = append(keys, key)
			}
			groups[key] = append(groups[key], y)
		}
		slices.Sort(keys)
		for _, key := range keys {
			m.Rows = append(m.Rows, measuredRow(kind, groups[key], list))
		}
	}
	return m
}

func measuredRow(kind MetricKind, years []teacherYear, list []string) MetricRow {
	row := MetricRow{At: years[0].at(list), Numerator: math.NaN(), Denominator: math.NaN()}
	who, where := map[int]float64{}, map[string]bool{}
	applied := map[int]bool{}
	for _, y := range years {
		who[y.id] += y.hours
		where[y.school] = true
		applied[y.id] = applied[y.id] || y.applied
	}
	row.People = int64(len(who))
	if !slices.Contains(list, "school_id") {
		row.Groups = int64(len(where))
	}
	switch kind {
	case MetricRate:
		row.Numerator, row.Denominator = 0, float64(row.People)
		for _, yes := range applied {
			if yes {
				row.Numerator++
			}
		}
	case MetricAmount:
		row.Numerator = 0
		for _, h := range who {
			row.Numerator += h
			row.Largest = append(row.Largest, h)
		}
		slices.SortFunc(row.Largest, func(a, b float64) int { return int(b - a) })
		row.Largest = row.Largest[:min(3, len(row.Largest))]
	case MetricShare, MetricEstimate:
	}
	return row
}

// catalogued are metrics over the same teachers, by different lists.
func catalogued(seed uint64) []Metric {
	years := staff(seed, 400)
	district, school := []string{"district_id"}, []string{"district_id", "school_id"}
	session := []string{"district_id", "session_id"}
	both := []string{"district_id", "school_id", "session_id"}
	band := []string{"district_id", "experience_band"}
	schoolBand := []string{"district_id", "school_id", "experience_band"}
	return []Metric{
		measured("applied", MetricRate, years, district, school, session, both),
		measured("hours", MetricAmount, years, district, school, band, schoolBand),
		measured("satisfaction", MetricEstimate, years, district, school, session, both, band, schoolBand),
	}
}

func TestMetricsAreProtectedTogether(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		metrics := catalogued(seed)
		shown, release, err := ProtectMetrics(metrics, nil, defaults())
		if err != nil {
			t.Fatal(err)
		}
		report, err := Audit([]Release{release}, defaults())
		if err != nil || report.Err() != nil || len(report.Findings) == 0 {
			t.Errorf("seed %d: %d findings, %v, %v", seed, len(report.Findings), err, report.Err())
		}
		people := map[string]*int64{} // one population: one number, wherever it stands
		for i, m := range metrics {
			for k, row := range m.Rows {
				s, at := shown[i][k], fmt.Sprint(row.At)
				if row.People < 10 && (s.Status != Suppressed || s.People != nil || s.Numerator != nil || s.Value != nil || s.Text == "") {
					t.Errorf("seed %d: %s %s of %d people: %+v", seed, m.Name, at, row.People, s)
				}
				other, seen := people[at]
				if seen && (other == nil) != (s.People == nil) {
					t.Errorf("seed %d: %s %s: the number is shown in one metric and hidden in another", seed, m.Name, at)
				}
				people[at] = s.People
				if s.People != nil && (*s.People-row.People > 10 || row.People-*s.People > 10) {
					t.Errorf("seed %d: %s %s: %d people are shown as %d", seed, m.Name, at, row.People, *s.People)
				}
			}
		}
	}
}

// TestMetricsAreProtectedInTurn protects one metric after the other, each with
// what was released of those before it.
func TestMetricsAreProtectedInTurn(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		var earlier []Release
		metrics := catalogued(seed)
		metrics[0].Minimum = 20
		for i, m := range metrics {
			_, release, err := ProtectMetrics([]Metric{m}, earlier, defaults())
			if err != nil {
				t.Fatalf("seed %d, metric %d: %v", seed, i, err)
			}
			earlier = append(earlier, release)
		}
		var joined Release
		for _, r := range earlier {
			joined.Add(r)
		}
		for name, releases := range map[string][]Release{"apart": earlier, "joined": {joined}} {
			report, err := Audit(releases, defaults())
			if err != nil || report.Err() != nil {
				t.Errorf("seed %d, %s: %v, %v", seed, name, err, report.Err())
			}
		}
		findings := 0
		for _, part := range Independent(earlier) {
			report, err := Audit(part, defaults())
			if err != nil || report.Err() != nil {
				t.Errorf("seed %d, in parts: %v, %v", seed, err, report.Err())
			}
			findings += len(report.Findings)
		}
		if whole, err := Audit(earlier, defaults()); err != nil || len(whole.Findings) != findings {
			t.Errorf("seed %d: parts have %d findings, the whole %d, %v", seed, findings, len(whole.Findings), err)
		}
	}
}

// TestMetricsProtectedApartCanBeWorkedOut: the same metrics, each on its own
// and with exact counts, tell together what each hides.
func TestMetricsProtectedApartCanBeWorkedOut(t *testing.T) {
	t.Parallel()
	th := defaults()
	th.Rounding = Rounding{}
	failed := 0
	for seed := range uint64(5) {
		var apart []Release
		for _, m := range catalogued(seed)[1:] {
			_, release, err := ProtectMetrics([]Metric{m}, nil, th)
			if err != nil {
				t.Fatal(err)
			}
			apart = append(apart, release)
		}
		report, err := Audit(apart, th)
		if err != nil {
			t.Fatal(err)
		}
		failed += report.Failed
	}
	if failed == 0 {
		t.Error("nothing could be worked out")
	}
}

func TestWhatAMetricShows(t *testing.T) {
	t.Parallel()
	freedom := int64(4)
	none := math.NaN()
	rate := Metric{Name: "rate", Person: "teachers", Group: "schools", Kind: MetricRate, Dimensions: []string{"district_id", "school_id"}, Minimum: 30, Rows: []MetricRow{
		{At: []string{"d1", ""}, People: 171, Groups: 4, Numerator: 110, Denominator: 171},
		{At: []string{"d1", "s1"}, People: 61, Numerator: 41, Denominator: 61},
		{At: []string{"d1", "s2"}, People: 40, Numerator: 40, Denominator: 40},
		{At: []string{"d1", "s3"}, People: 37, Numerator: 17, Denominator: 37},
		{At: []string{"d1", "s4"}, People: 33, Numerator: 12, Denominator: 33},
		{At: []string{"d2", ""}, People: 22, Groups: 1, Numerator: 11, Denominator: 22},
	}}
	share := rate
	share.Name, share.Kind, share.Minimum = "share", MetricShare, 0
	share.Rows = []MetricRow{{At: []string{"d1", "s1"}, People: 20, Numerator: 203, Denominator: 398}, {At: []string{"d1", "s2"}, People: 20, Numerator: 0, Denominator: 398}}
	model := rate
	model.Name, model.Kind, model.Minimum = "model", MetricEstimate, 0
	model.Rows = []MetricRow{{At: []string{"d1", "s1"}, People: 20, Numerator: none, Denominator: none, ResidualDF: &freedom}, {At: []string{"d1", "s2"}, People: 20, Numerator: none, Denominator: none}}
	cost := Metric{Name: "cost", Kind: MetricAmount, Dimensions: []string{"district_id"}, Rows: []MetricRow{{At: []string{"d1"}, People: 3, Numerator: 12.5, Denominator: none}}}
	shown, _, err := ProtectMetrics([]Metric{rate, share, model, cost}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, rows := range shown {
		for _, s := range rows {
			words := strings.Fields(fmt.Sprint(s.Status, " ", s.Rule, " ", s.Text))
			for _, v := range []*float64{s.Numerator, s.Denominator, s.Value} {
				if v != nil {
					words = append(words, fmt.Sprintf("%.3g", *v))
				}
			}
			got = append(got, strings.Join(words, " "))
		}
	}
	want := []string{
		"published 110 170 0.647", "published 40 60 0.667", "banded band ≥ 95 %", "published 15 35 0.429", "published 10 35 0.286",
		"suppressed people fewer than 30 teachers",
		"published 205 400 0.512", "suppressed edge the share is too close to 0 % or 100 %",
		"suppressed residual_df fewer than 10 residual degrees of freedom", "published",
		"published 12.5",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestThePossibleTableIsNotTrusted: what a release says its figures could be
// lets none pass that can be worked out, and fails none that cannot.
func TestThePossibleTableIsNotTrusted(t *testing.T) {
	t.Parallel()
	planted, err := bare([]Table{example(Counts)}, Thresholds{People: 10, ZerosDisclose: true, Width: 5, Spread: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	safe, err := Protect([]Table{example(Counts)}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, possible := range []int64{0, 7, 1000} {
		for _, r := range []Release{planted, safe} {
			for i := range r.Tables[0].Cells {
				r.Tables[0].Cells[i].People.Possible = possible
			}
		}
		for name, r := range map[string]Release{"planted": planted, "safe": safe} {
			report, err := Audit([]Release{r}, defaults())
			if err != nil || (report.Failed > 0) != (name == "planted") || len(report.Findings) == 0 {
				t.Errorf("%s, possible %d: %d of %d fail, %v", name, possible, report.Failed, len(report.Findings), err)
			}
		}
	}
}

// TestTheLargestMinimumCounts: where two tables count the same people and one
// asks for more of them, the other does not tell what that one hides.
func TestTheLargestMinimumCounts(t *testing.T) {
	t.Parallel()
	years := staff(3, 400)
	strict := measured("strict", MetricRate, years, []string{"district_id", "school_id"})
	strict.Minimum = 25
	plain := measured("plain", MetricEstimate, years, []string{"district_id", "school_id"})
	shown, _, err := ProtectMetrics([]Metric{plain, strict}, nil, defaults())
	if err != nil {
		t.Fatal(err)
	}
	between := 0
	for k, row := range plain.Rows {
		if row.People >= 10 && row.People < 25 {
			between++
			if s := shown[0][k]; s.People != nil || s.Text != "fewer than 25 teachers" {
				t.Errorf("%v of %d people: %+v", row.At, row.People, s)
			}
		}
	}
	if between == 0 {
		t.Error("no school is between the two")
	}
}
