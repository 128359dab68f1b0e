package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// planted says which quantity of truth.json a ready protocol's first effect
// estimates, and in which unit.
var planted = map[string]struct {
	quantity string
	percent  bool // the effect as a share of the baseline
	minus    string
}{
	"ai_personalized_observation_gain":  {quantity: "effect.ai_personalized", percent: true},
	"coaching_improvement":              {quantity: "effect.human_coaching", percent: true},
	"ai_coaching_early_career":          {quantity: "effect.ai_coaching", percent: true},
	"human_and_ai_coaching":             {quantity: "effect.human_and_ai_coaching", percent: true},
	"just_in_time_observation_gain":     {quantity: "effect.just_in_time", percent: true},
	"micro_learning_observation_gain":   {quantity: "effect.micro_learning", percent: true},
	"plc_observation_gain":              {quantity: "effect.plc", percent: true},
	"micro_credential_observation_gain": {quantity: "effect.micro_credential", percent: true},
	"micro_learning_retention":          {quantity: "retention_3_months.micro_learning", minus: "retention_3_months.workshop"},
	"personalized_student_outcomes":     {quantity: "student_effect.ai_personalized"},
	"coaching_student_outcomes":         {quantity: "student_effect.human_coaching"},
	"ai_coaching_student_outcomes":      {quantity: "student_effect.ai_coaching"},
	"micro_credential_student_outcomes": {quantity: "student_effect.micro_credential"},
}

// thresholds are the built-in policy's.
var thresholds = disclosure.Thresholds{
	People: 10, Groups: 3, ZerosDisclose: true, ResidualDF: 10, Rounding: disclosure.Rounding{Method: disclosure.Nearest, Base: 5},
	Bands: []disclosure.Band{{People: 300, Edge: 0.01}}, Dominance: disclosure.NK{N: 2, K: 0.90}, PRatio: 0.10, Width: 5, Spread: 0.10,
}

// found is what a study of one district found.
type found struct {
	truth, estimate, low, high, naive, p float64
	early, later                         float64 // effects by experience; NaN where there are none
}

// fidelity studies the synthetic district of a seed by all planted protocols, and
// hands to look its report on any ready protocol.
func fidelity(tb testing.TB, seed int64, look func(reportOn func(id string) *report.Report, truth map[string]float64)) map[string]found {
	tb.Helper()
	top, err := os.MkdirTemp("", "weir-fidelity-*") //nolint:usetesting // it goes before the next district comes
	if err != nil {
		tb.Fatal(err)
	}
	defer os.RemoveAll(top) //nolint:errcheck // a hundred districts would fill the disk, one does not
	dir := filepath.Join(top, "district")
	db, err := duck.Open(tb.Context(), duck.Options{Threads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	truth, err := synth.Generate(tb.Context(), db.SQL(), synth.Options{Out: dir, Districts: 2, Schools: 8, Teachers: 800, Years: 3, Seed: seed})
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.Close(); err != nil {
		tb.Fatal(err)
	}
	ask, done := askFiles(tb, dir)
	defer done()
	values := map[string]float64{}
	for _, q := range truth.Quantities {
		values[q.ID] = q.Value
	}
	reportOn := func(id string) *report.Report {
		r, err := studyOne(tb.Context(), ask, id)
		if err != nil {
			tb.Errorf("seed %d, %s: %v", seed, id, err)
			return nil
		}
		return r
	}
	out := map[string]found{}
	for id := range planted {
		if r := reportOn(id); r != nil {
			out[id] = foundBy(r, id, values)
		}
	}
	if look != nil {
		look(reportOn, values)
	}
	return out
}

// askFiles answers statements from a district's files.
func askFiles(tb testing.TB, dir string) (ask studyAsk, done func()) {
	tb.Helper()
	instance, err := duck.OpenInstance(duck.Options{Threads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	conn, err := instance.Connect()
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range []string{
		"oneroster/users.csv", "research_consent.csv", "teacher.csv", "pd_program.csv", "pd_engagement.parquet", "coaching_session.parquet",
		"practice_change.csv", "survey_response.csv", "section_teacher.csv", "student_outcome.parquet", "observation_score.csv.gz",
	} {
		reader := "read_csv(%s, header = true, sample_size = -1)"
		if strings.HasSuffix(name, ".parquet") {
			reader = "read_parquet(%s)"
		}
		stem, _, _ := strings.Cut(filepath.Base(name), ".")
		runOn(tb, conn, fmt.Sprintf("CREATE TABLE %s AS FROM "+reader, duck.Ident(stem), duck.Literal(filepath.Join(dir, name))))
	}
	text, err := os.ReadFile("testdata/fidelity.sql")
	if err != nil {
		tb.Fatal(err)
	}
	for statement := range strings.SplitSeq(string(text), ";\n") {
		if strings.TrimSpace(statement) != "" {
			runOn(tb, conn, statement)
		}
	}
	ask = func(ctx context.Context, statement string) (studyAnswer, error) {
		return closing(conn.Query(ctx, statement))
	}
	return ask, func() {
		conn.Close()
		instance.Close()
	}
}

func runOn(tb testing.TB, conn *duck.Conn, statement string) {
	tb.Helper()
	if err := conn.Exec(tb.Context(), statement); err != nil {
		tb.Fatalf("%v in %s", err, statement)
	}
}

// streamed is an engine's stream as a study reads it.
type streamed struct{ *duck.Stream }

func (s streamed) Close() { s.Stream.Close() }

func closing(s *duck.Stream, err error) (studyAnswer, error) { return streamed{s}, err }

// studyOne runs a ready protocol.
func studyOne(ctx context.Context, ask studyAsk, id string) (*report.Report, error) {
	p, err := protocol.Find(id)
	if err != nil {
		return nil, err
	}
	units, err := gather(ctx, ask, p, policy.Estimate)
	if err != nil {
		return nil, err
	}
	r, _, err := report.Make(report.Input{
		Protocol: p, Units: units, Plan: planOf(p, policy.Estimate), Thresholds: thresholds, Phase: policy.Estimate,
	})
	return r, err
}

// foundBy compares the first effect of a ready protocol's report with the truth.
func foundBy(r *report.Report, id string, truth map[string]float64) found {
	want := planted[id]
	out := found{truth: truth[want.quantity] - truth[want.minus], early: math.NaN(), later: math.NaN()}
	for _, e := range r.Effects {
		if !e.Main || e.Outcome != r.Effects[0].Outcome {
			continue
		}
		out.estimate, out.low, out.high, out.naive, out.p = float64(e.Estimate), float64(e.Low), float64(e.High), float64(e.Naive), float64(e.P)
		if want.percent {
			base := float64(e.Baseline)
			out.estimate, out.low, out.high, out.naive = out.estimate/base, out.low/base, out.high/base, out.naive/base
		}
	}
	later, levels := 0.0, 0.0
	for _, s := range r.Subgroups {
		for _, l := range s.Levels {
			switch {
			case s.By != "experience" || l.Hidden != "":
			case l.Level == "0-3":
				out.early = float64(l.Estimate)
			default:
				later += float64(l.Estimate)
				levels++
			}
		}
	}
	out.later = later / levels
	return out
}

// TestStudiesFindWhatWasPlanted studies a few districts; the benchmark counts
// over a hundred.
func TestStudiesFindWhatWasPlanted(t *testing.T) {
	t.Parallel()
	for seed := int64(1); seed <= 2; seed++ {
		var look func(func(string) *report.Report, map[string]float64)
		if seed == 1 {
			look = func(reportOn func(string) *report.Report, truth map[string]float64) {
				checkDose(t, reportOn("coaching_dose"), truth["dose.human_coaching"])
				checkOverTime(t, reportOn("coaching_improvement"), truth["effect.human_coaching"])
			}
		}
		for id, f := range fidelity(t, seed, look) {
			se := (f.high - f.low) / 4
			t.Logf("seed %d %s: planted %.4f, found %.4f (%.4f to %.4f), naive %.4f", seed, id, f.truth, f.estimate, f.low, f.high, f.naive)
			if math.Abs(f.estimate-f.truth) > 4*se {
				t.Errorf("seed %d, %s: planted %.4f, found %.4f ± %.4f", seed, id, f.truth, f.estimate, se)
			}
			if id == "ai_personalized_observation_gain" && f.naive-f.truth < 4*se {
				t.Errorf("seed %d, %s: the naive difference %.4f is hardly biased", seed, id, f.naive)
			}
			if id == "ai_coaching_early_career" && f.early <= f.later {
				t.Errorf("seed %d: early-career teachers gain %.3f, others %.3f", seed, f.early, f.later)
			}
		}
	}
}

// checkDose compares the slope between the lowest and the highest amount of the
// curve, and the highest band's effect, with the gain that was planted for a
// session more.
func checkDose(t *testing.T, r *report.Report, session float64) {
	t.Helper()
	if r == nil || r.Dose == nil {
		t.Fatal("no dose response")
	}
	base := float64(r.Effects[0].Baseline)
	first, last := r.Dose.Curve[0], r.Dose.Curve[len(r.Dose.Curve)-1]
	want := session * base * float64(last.Amount-first.Amount)
	se := math.Hypot(float64(first.High-first.Low), float64(last.High-last.Low)) / 4
	if got := float64(last.Outcome - first.Outcome); math.Abs(got-want) > 4*se || got < 2*se {
		t.Errorf("from %v to %v sessions the outcome grows by %.3f ± %.3f, want %.3f", first.Amount, last.Amount, got, se, want)
	}
	top := r.Dose.Bands[len(r.Dose.Bands)-1]
	if top.Hidden != "" || float64(top.P) > 0.01 || float64(top.Effect) < 3*session*base {
		t.Errorf("band %s: effect %.3f, p %.4f %s", top.Band, top.Effect, top.P, top.Hidden)
	}
	t.Logf("dose response: %+v", *r.Dose)
}

// checkOverTime compares the effect in the spring with what was planted, and sees
// no effect in the fall before.
func checkOverTime(t *testing.T, r *report.Report, effect float64) {
	t.Helper()
	if r == nil || r.OverTime == nil {
		t.Fatal("nothing over time")
	}
	o := r.OverTime
	t.Logf("over time: %+v", *o)
	if o.Reference != "fall" || len(o.Periods) != 2 || o.Periods[0].After || !o.Periods[1].After {
		t.Fatalf("periods %+v, relative to %q", o.Periods, o.Reference)
	}
	want := effect * float64(r.Effects[0].Baseline)
	for _, got := range [][3]report.Number{
		{o.Difference, o.Low, o.High}, {o.Periods[1].Effect, o.Periods[1].Low, o.Periods[1].High},
		{o.Periods[1].Robust, o.Periods[1].RobustLow, o.Periods[1].RobustHigh},
	} {
		se := float64(got[2]-got[1]) / 4
		if !(math.Abs(float64(got[0])-want) < 4*se) || float64(got[0]) < 2*se {
			t.Errorf("effect over time %.3f (%.3f to %.3f), want %.3f", got[0], got[1], got[2], want)
		}
	}
	if float64(o.TrendP) < 0.001 {
		t.Errorf("trends before treatment differ: p %v", o.TrendP)
	}
}

// BenchmarkStudyFidelity counts, over WEIR_STUDY_SEEDS districts (100), how
// often the intervals cover what was planted, and how often something is found
// where nothing was.
func BenchmarkStudyFidelity(b *testing.B) {
	seeds := int64(100)
	if text := os.Getenv("WEIR_STUDY_SEEDS"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		seeds = n
	}
	for range b.N {
		covered, significant, studied := map[string]int{}, map[string]int{}, map[string]int{}
		bias, error1 := map[string]float64{}, map[string]float64{}
		early := 0
		for seed := int64(1); seed <= seeds; seed++ {
			for id, f := range fidelity(b, seed, nil) {
				studied[id]++
				if f.low <= f.truth && f.truth <= f.high {
					covered[id]++
				}
				if f.p < 0.05 {
					significant[id]++
				}
				bias[id] += f.naive - f.truth
				error1[id] += f.estimate - f.truth
				if id == "ai_coaching_early_career" && f.early > f.later {
					early++
				}
			}
		}
		for id, n := range studied {
			share := 100 / float64(n)
			b.ReportMetric(float64(covered[id])*share, "%covered-"+id)
			b.ReportMetric(float64(significant[id])*share, "%significant-"+id)
			b.ReportMetric(bias[id]/float64(n), "naive-bias-"+id)
			b.ReportMetric(error1[id]/float64(n), "matched-bias-"+id)
		}
		b.ReportMetric(100*float64(early)/float64(studied["ai_coaching_early_career"]), "%early-career-larger")
	}
}
