package stats

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// Reference: VanderWeele and Ding's two examples, as the R package EValue prints them.
func TestEValue(t *testing.T) {
	t.Parallel()
	for ratio, want := range map[float64]float64{10.73: 20.94777, 8.02: 15.52336, 1 / 8.02: 15.52336, 1: 1} {
		got, err := EValue(ratio)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "e-value", got, want, 5e-7)
	}
	if _, err := EValue(0); err == nil {
		t.Error("no error for a ratio of zero")
	}
	for _, c := range []struct{ ratio, low, high, point, limit float64 }{
		{10.73, 8.02, 14.36, 20.94777, 15.52336},
		{1 / 10.73, 1 / 14.36, 1 / 8.02, 20.94777, 15.52336},
		{1.2, 0.9, 1.6, 1.2 + math.Sqrt(0.24), 1},
	} {
		point, limit, err := EValueInterval(c.ratio, c.low, c.high)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "point", point, c.point, 5e-7)
		near(t, "limit", limit, c.limit, 5e-7)
	}
	ratio, low := math.Exp(0.91*0.5), math.Exp(0.91*0.5-1.78*0.1)
	point, limit, err := EValueStandardized(Estimate{Value: 0.5, SE: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "standardized point", point, ratio+math.Sqrt(ratio*(ratio-1)), 1e-12)
	near(t, "standardized limit", limit, low+math.Sqrt(low*(low-1)), 1e-12)
}

// Reference: at gamma 1 R's wilcox.test (normal approximation, no continuity
// correction), beyond it the formula computed in R. One tie, one zero.
func TestRosenbaumBounds(t *testing.T) {
	t.Parallel()
	d := []float64{3.2, -1.1, 0.5, 4.4, 2.2, -0.5, 0, 1.1, 5.0, -2.2, 3.3, 1.7}
	for _, c := range []struct{ gamma, low, high float64 }{
		{1, 0.0277830738170504, 0.0277830738170504},
		{1.5, 0.00532923096481031, 0.08785257419158954},
		{2, 0.00107230533310154, 0.16068049317182886},
		{3, 4.67089908308127e-05, 0.303594688675867},
	} {
		low, high, err := RosenbaumBounds(d, c.gamma)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "lower p", low, c.low, 1e-12)
		near(t, "upper p", high, c.high, 1e-12)
	}
	gamma, err := RosenbaumGamma(d, 0.05)
	if err != nil {
		t.Fatal(err)
	}
	for step, within := range map[float64]bool{0: true, 0.0001: false} {
		if _, high, err := RosenbaumBounds(d, gamma+step); err != nil || (high <= 0.05) != within {
			t.Errorf("gamma %v has p %v, %v", gamma+step, high, err)
		}
	}
	if none, err := RosenbaumGamma(times(d, -1), 0.05); err != nil || none != 1 {
		t.Errorf("gamma %v of an effect below zero, %v", none, err)
	}
	if _, _, err := RosenbaumBounds(d, 0.5); err == nil {
		t.Error("no error for gamma below 1")
	}
	if _, _, err := RosenbaumBounds([]float64{0, 0}, 1); err == nil {
		t.Error("no error when no pair differs")
	}
}

// By hand: effect 2 → 1.5 and R² 0.1 → 0.4 with controls, at most 0.52.
func TestOster(t *testing.T) {
	t.Parallel()
	o := Oster{Uncontrolled: 2, R2Uncontrolled: 0.1, Controlled: 1.5, R2Controlled: 0.4}
	beta, err := o.Beta(1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "beta", beta, 1.5-0.5*0.12/0.3, 1e-12)
	delta, err := o.Delta()
	if err != nil {
		t.Fatal(err)
	}
	zero, err := o.Beta(delta)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "delta", delta, 7.5, 1e-12)
	near(t, "beta at delta", zero, 0, 1e-12)
	o.R2Controlled = 0.1
	if _, err := o.Beta(1); err == nil {
		t.Error("no error when controls explain nothing")
	}
}

func TestLeaveOneOut(t *testing.T) {
	t.Parallel()
	values := []float64{1, 2, 3, 4, 5, 6}
	codes, means, err := LeaveOneOut([]int{7, 7, 3, 3, 9, 9}, func(rows []int) (float64, error) {
		return weightedMean(pick(values, rows), nil), nil
	})
	if err != nil || !slices.Equal(codes, []int{7, 3, 9}) || !slices.Equal(means, []float64{4.5, 3.5, 2.5}) {
		t.Errorf("%v %v %v", codes, means, err)
	}
	broken := errors.New("broken")
	if _, _, err := LeaveOneOut([]int{1, 2}, func([]int) (float64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v, want the statistic's", err)
	}
}

// The adjusted outcome keeps its mean and has no correlation with the baseline.
func TestCUPED(t *testing.T) {
	t.Parallel()
	outcome, baseline := lalonde(t, "re78").Columns[0], lalonde(t, "re75").Columns[0]
	adjusted, err := CUPED(outcome, baseline)
	if err != nil {
		t.Fatal(err)
	}
	mean, center := weightedMean(adjusted, nil), weightedMean(baseline, nil)
	relative(t, "mean", mean, weightedMean(outcome, nil), 1e-12)
	var covariance float64
	for i := range adjusted {
		covariance += (adjusted[i] - mean) * (baseline[i] - center)
	}
	near(t, "covariance", covariance/614/weightedVariance(baseline, nil), 0, 1e-12)
	if weightedVariance(adjusted, nil) >= weightedVariance(outcome, nil) {
		t.Error("variance did not fall")
	}
	if _, err := CUPED(outcome, constant(3, 614)); err == nil {
		t.Error("no error for a baseline that does not vary")
	}
}
