package study

import (
	"math"
	"testing"

	"github.com/weir-warehouse/weir/metrics/match"
)

// TestFlow accounts for every unit: discarded, without a match or a sampling
// weight, without an outcome.
func TestFlow(t *testing.T) {
	t.Parallel()
	f := frameOf(t,
		match.Numeric("treat", []float64{1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0}),
		match.Numeric("x", []float64{1, 2, 3, 9, 1, 2, 3, 4, 5, 0.5, 0.4}),
		match.Numeric("w", []float64{1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
		match.Numeric("y", []float64{1, 2, 3, 4, 2, 1, math.NaN(), 1, 3, 5, 6}),
	)
	c, err := Compare(f, Plan{
		Match:    match.Spec{Formula: "treat ~ x", Distance: match.ColumnDistance("x"), Discard: match.DiscardBoth, Weights: "w"},
		Outcomes: []string{"y"}, Covariates: "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Stage{
		{Name: "in the data", Control: 7, Treated: 4},
		{Name: "outside common support", Control: 2, Treated: 1, Leave: true},
		{Name: "without a match", Control: 2, Treated: 1, Leave: true},
		{Name: "matched", Control: 3, Treated: 2},
		{Name: "without the outcome", Outcome: "y", Control: 1, Treated: 0, Leave: true},
		{Name: "analysed", Outcome: "y", Control: 2, Treated: 2},
	}
	got := c.Flow()
	if len(got) != len(want) {
		t.Fatalf("flow %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("stage %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// TestCompareArms compares three arms, one a number of no order, each with the
// control and with each other, as if each two had been alone; p-values are
// adjusted for all of them.
func TestCompareArms(t *testing.T) {
	t.Parallel()
	var arm, x, y []float64
	for i := range 60 {
		arm, x = append(arm, float64(i%3)), append(x, float64(i*7%11))
		y = append(y, x[i]+2*arm[i]+float64(i*5%4))
	}
	f := frameOf(t, match.Numeric("arm", arm), match.Numeric("x", x), match.Numeric("y", y))
	plan := Plan{Match: match.Spec{Formula: "arm ~ x"}, Outcomes: []string{"y"}}
	contrasts, err := CompareArms(f, plan, "0", true)
	if err != nil {
		t.Fatal(err)
	}
	var all []Effect
	for i, want := range [][2]string{{"1", "0"}, {"2", "0"}, {"1", "2"}} {
		c := contrasts[i]
		if c.Treated != want[0] || c.Control != want[1] {
			t.Errorf("contrast %d is %s against %s, want %v", i, c.Treated, c.Control, want)
		}
		alone, err := Compare(c.Frame, plan)
		if err != nil {
			t.Fatal(err)
		}
		for k, e := range c.Effects {
			if e.Estimate != alone.Effects[k].Estimate {
				t.Errorf("%s: %v, alone %v", want, e.Estimate, alone.Effects[k].Estimate)
			}
		}
		all = append(all, c.Effects...)
	}
	adjusted := append([]Effect{}, all...)
	if err := adjustFamilies(adjusted); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if all[i].Adjusted != adjusted[i].Adjusted {
			t.Errorf("effect %d: adjusted p %v, want %v", i, all[i].Adjusted, adjusted[i].Adjusted)
		}
	}
	if _, err := CompareArms(f, plan, "3", false); err == nil {
		t.Error("an arm that does not exist was compared with")
	}
}

func frameOf(t *testing.T, columns ...match.Column) *match.Frame {
	t.Helper()
	f, err := match.NewFrame(columns...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
