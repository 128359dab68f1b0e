package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
)

// thresholds are the built-in policy's.
func thresholds() disclosure.Thresholds {
	return disclosure.Thresholds{
		People: 10, Groups: 3, ZerosDisclose: true, ResidualDF: 10, Rounding: disclosure.Rounding{Method: disclosure.Nearest, Base: 5},
		Bands: []disclosure.Band{{People: 300, Edge: 0.01}}, Dominance: disclosure.NK{N: 2, K: 0.90}, PRatio: 0.10, Width: 5, Spread: 0.10,
	}
}

// input is a study by the template's protocol, of made-up teachers: so many
// treated, and rare of them without a device.
func input(t *testing.T, treated, rare int) report.Input {
	t.Helper()
	p, err := protocol.Parse("template.yaml", protocol.Template())
	if err != nil {
		t.Fatal(err)
	}
	const n = 300
	random := rand.New(rand.NewPCG(1, 2))
	arm, fall, spring, year := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	band, device, school := make([]string, n), make([]string, n), make([]string, n)
	in := report.Input{Protocol: p, Thresholds: thresholds(), Phase: policy.Estimate, Author: "ruth", Curve: true}
	for i := range n {
		if i < treated {
			arm[i] = 1
		}
		fall[i] = 2 + 0.2*random.NormFloat64()
		spring[i] = fall[i] + 0.2*arm[i] + 0.1*random.NormFloat64()
		band[i], school[i], device[i], year[i] = []string{"0-3", "4-9"}[i%2], fmt.Sprint("S", i%5), "personal", 2024
		if i < rare {
			device[i] = "none"
		} else if i%3 == 0 {
			device[i] = "shared"
		}
		in.Units.IDs, in.Units.Teachers = append(in.Units.IDs, strconv.Itoa(i)), append(in.Units.Teachers, fmt.Sprint("t", i))
	}
	in.Units.Schools = school
	in.Units.Lost = []report.Loss{{Label: "in both arms", Treated: []string{"x", "y"}}}
	in.Units.Frame, err = match.NewFrame(match.Numeric("treated", arm), match.Categorical("school_id", school), match.Numeric("school_year", year),
		match.Numeric("fall_score", fall), match.Categorical("experience", band), match.Categorical("device", device), match.Numeric("spring_score", spring))
	if err != nil {
		t.Fatal(err)
	}
	in.Plan = study.Plan{Match: p.Spec(), Covariates: "fall_score + experience", Clusters: "school_id", Outcomes: []string{"spring_score"}}
	return in
}

func TestReportIsTheSameAgain(t *testing.T) {
	t.Parallel()
	r, _, err := report.Make(input(t, 100, 0))
	if err != nil {
		t.Fatal(err)
	}
	data, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var read report.Report
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	again, err := read.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Error("a report that was read is written differently")
	}
	for _, e := range r.Effects {
		if e.Main && (e.Low > 0.2 || e.High < 0.2) {
			t.Errorf("the effect is %v (%v to %v), 0.2 was put in", e.Estimate, e.Low, e.High)
		}
	}
	page, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "Methods", "Specification", "exploratory"} {
		if !strings.Contains(strings.ToLower(string(page)), strings.ToLower(want)) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(string(page), "<script") || strings.Contains(string(page), "http://") && strings.Contains(string(page), "src=") {
		t.Error("the page needs more than itself")
	}
}

func TestSmallGroupsAreNotShown(t *testing.T) {
	t.Parallel()
	r, _, err := report.Make(input(t, 100, 4))
	if err != nil {
		t.Fatal(err)
	}
	hidden := false
	for _, b := range r.Balance {
		if b.Name == "access to a device: none" {
			hidden = b.Hidden != ""
		}
	}
	if !hidden {
		t.Error("the balance of four teachers is shown")
	}
	for _, s := range r.Flow {
		for _, c := range []report.Count{s.Treated, s.Comparison, s.Total} {
			if c.N != nil && (*c.N%5 != 0 || *c.N > 0 && *c.N < 10) {
				t.Errorf("%s: %d", s.Label, *c.N)
			}
		}
		if s.Label == "in both arms" && s.Treated.N != nil {
			t.Errorf("two teachers are counted: %s", s.Treated.Shown)
		}
	}
	// what was lost is the arm less the analysis, so one of these is withheld too,
	// wherever it is told: the arm, since readers need the analysis
	if arm := r.Flow[0]; arm.Treated.N != nil {
		t.Errorf("the treated are %s, of whom a few are withheld", arm.Treated.Shown)
	}
	end := r.Flow[len(r.Flow)-1]
	if end.Treated.N == nil || end.Treated.Shown != r.Sample.Treated.Shown || end.Comparison.Shown != r.Sample.Comparison.Shown {
		t.Errorf("in the analysis are %s and %s, in the sample %s and %s", end.Treated.Shown, end.Comparison.Shown, r.Sample.Treated.Shown, r.Sample.Comparison.Shown)
	}
	if len(r.Hidden) == 0 {
		t.Error("what is hidden is not named")
	}
}

func TestStudiesThatAreTooSmallAreRefused(t *testing.T) {
	t.Parallel()
	if _, _, err := report.Make(input(t, 8, 0)); policy.CodeOf(err) != policy.Denied {
		t.Errorf("got %v", err)
	}
}
