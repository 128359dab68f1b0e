package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/policy"
)

// teachers are 120 units whose treatment goes with years of service.
func teachers(t testing.TB) *match.Frame {
	t.Helper()
	n := 120
	coached, years, level, score := make([]bool, n), make([]float64, n), make([]string, n), make([]float64, n)
	passed, same := make([]float64, n), make([]float64, n)
	for i := range n {
		years[i] = 10 + 9*math.Sin(float64(3*i))
		coached[i] = math.Mod(float64(i)*0.618, 1) < 0.1+years[i]/40
		level[i] = []string{"high", "middle"}[i%2]
		score[i] = years[i]/10 + math.Cos(float64(7*i))
		same[i] = 5
		if score[i] > 1 {
			passed[i] = 1
		}
	}
	f, err := match.NewFrame(match.Logical("coached", coached), match.Numeric("years", years),
		match.Categorical("level", level), match.Numeric("score", score), match.Numeric("passed", passed), match.Numeric("same", same))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func compare(t testing.TB, p study.Plan) *study.Comparison {
	t.Helper()
	c, err := study.Compare(teachers(t), p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each comparison has the pictures that it can have, which are well-formed in
// both formats, say what they show, and are the same each time.
func TestAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		plan study.Plan
		want []string
		text string
	}{
		{study.Plan{Match: match.Spec{Formula: "coached ~ years + level"}, Outcomes: []string{"score"}},
			[]string{"love", "overlap", "ecdf", "effects"}, "effect on score, in its unit"},
		{study.Plan{Match: match.Spec{Formula: "coached ~ years + level"}, Outcomes: []string{"passed"}},
			[]string{"love", "overlap", "ecdf", "effects"}, "difference in the share with passed"},
		{study.Plan{Match: match.Spec{Formula: "coached ~ years", Method: match.Full}, Outcomes: []string{"passed", "score"}},
			[]string{"love", "overlap", "ecdf", "effects"}, "effect in standard deviations (g)"},
		{study.Plan{Match: match.Spec{Formula: "coached ~ level", Method: match.Exact}}, []string{"love"}, "levelmiddle"},
		{study.Plan{Match: match.Spec{Formula: "coached ~ level", Method: match.Exact}, Outcomes: []string{"same", "score"}},
			[]string{"love", "effects"}, "score, g-computation"},
		{study.Plan{Match: match.Spec{Formula: "coached ~ same", Method: match.Exact}}, []string{"love"}, "same"},
		{study.Plan{Match: match.Spec{Formula: "coached ~ years + level", Method: match.Coarsened}}, []string{"love", "ecdf"}, "years"},
	} {
		figures, err := All(compare(t, c.plan))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		var text strings.Builder
		for _, f := range figures {
			names = append(names, f.Name)
			svg := write(t, f, "svg")
			wellFormed(t, svg)
			text.Write(svg)
			if !bytes.Equal(svg, write(t, f, "svg")) {
				t.Errorf("%s is not the same twice", f.Name)
			}
			picture, err := png.Decode(bytes.NewReader(write(t, f, "png")))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := picture.Bounds().Dx(), int(math.Round(float64(f.width)/72*dotsPerInch)); got != want {
				t.Errorf("%s is %d pixels wide, want %d", f.Name, got, want)
			}
		}
		if !slices.Equal(names, c.want) || !strings.Contains(text.String(), c.text) {
			t.Errorf("%s: figures %v, want %v with %q", c.plan.Match.Formula, names, c.want, c.text)
		}
	}
}

func write(t *testing.T, f Figure, format string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := f.Write(&out, format); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriteRefusesAFormat(t *testing.T) {
	t.Parallel()
	f := Love(compare(t, study.Plan{Match: match.Spec{Formula: "coached ~ years"}}).Balance)
	if err := f.Write(io.Discard, "gif"); policy.CodeOf(err) != policy.Usage {
		t.Errorf("error %v", err)
	}
}

// The greatest distance between the curves is the balance table's, before and
// after; and each arm's bins sum to one.
func TestCurvesAgreeWithBalance(t *testing.T) {
	t.Parallel()
	c := compare(t, study.Plan{Match: match.Spec{Formula: "coached ~ years + level", Calipers: []match.Caliper{{Width: 0.3}}}})
	for name, s := range map[string]struct {
		weights []float64
		want    float64
	}{"before": {nil, c.Balance.All[0].ECDFMax}, "after": {c.Match.Weights, c.Balance.Matched[0].ECDFMax}} {
		treated := steps(c.Match, c.Match.Distance, s.weights, true)
		control := steps(c.Match, c.Match.Distance, s.weights, false)
		got := 0.0
		for _, x := range c.Match.Distance {
			got = max(got, math.Abs(height(treated, x)-height(control, x)))
		}
		if math.Abs(got-s.want) > 1e-12 {
			t.Errorf("%s: curves are %v apart, want %v", name, got, s.want)
		}
		for arm, bins := range shares(c.Match, s.weights, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}) {
			if math.Abs(sum(bins)-1) > 1e-12 {
				t.Errorf("%s: bins of arm %d sum to %v", name, arm, sum(bins))
			}
		}
	}
}

// height is a step function's value at x.
func height(points plotter.XYs, x float64) float64 {
	y := 0.0
	for _, p := range points {
		if p.X <= x {
			y = p.Y
		}
	}
	return y
}

func sum(values []float64) float64 {
	total := 0.0
	for _, x := range values {
		total += x
	}
	return total
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high float64
		ticks     ticks
		want      string
	}{
		{0, 1.9, ticks{}, "0.0 0.5 1.0 1.5"},
		{-510, 3600, ticks{}, "0 1000 2000 3000"},
		{-0.3, 0.3, ticks{unsigned: true}, "0.3 0.2 0.1 0.0 0.1 0.2 0.3"},
		{16, 55, ticks{}, "20 30 40 50"},
		{2, 2, ticks{}, "2"},
	} {
		var labels []string
		for _, tick := range c.ticks.Ticks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v to %v: %q, want %q", c.low, c.high, got, c.want)
		}
	}
}
