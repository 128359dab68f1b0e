package method

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// trend is the slope of a least squares line of value by x, such as a year, which
// counts in tenths. The interval is by the jackknife over schools, or people inside
// one school, since few schools of unequal size make CR1 too sure of a slope
// (MacKinnon, Nielsen and Webb, Journal of Applied Econometrics 38, 2023), with t
// of as many degrees of freedom as that variance has for errors that are alike
// (Bell and McCaffrey, Survey Methodology 28, 2002): fewer than schools less one
// where a few schools weigh most.
type trend struct{}

func (trend) Version() int { return 3 }

func (trend) Rereads() bool { return false }

func (trend) Kind(Options) Kind { return Estimate }

func (trend) Check(o Options) ([]string, error) { return []string{"value", "x"}, o.Unknown() }

func (trend) Estimate(ctx context.Context, in Input) error {
	// slopes magnify rounding, so values count in billionths
	u, err := in.read(ctx, "value IS NOT NULL AND x IS NOT NULL", nil, []string{"round(CAST(value AS DOUBLE) * 1e9)", "round(CAST(x AS DOUBLE) * 10)"})
	if err != nil || u.n == 0 {
		return err
	}
	least := slices.Min(u.sums[1]) // from the least on, squares of years stay small
	return in.store(in.tally(u, tally{size: 5, tell: in.Counted, add: func(into []sum, row int32) {
		y, x := u.sums[0][row], u.sums[1][row]-least
		into[0].add(1_000_000)
		into[1].add(y)
		into[2].product(y, x)
		into[3].add(x * 100_000)
		into[4].product(x, x)
	}}, func(c cell) []figure {
		f := figure{cell: c, value: slope(c.sums(-1)), label: "least squares, jackknife over " + plural(c.by) + ", t (Bell-McCaffrey)", numerator: math.NaN(), denominator: math.NaN()}
		f.low, f.high = c.slopeInterval(f.value)
		return []figure{f}
	}))
}

// slope of a line from n, 1000 Σy, 10000 Σxy, Σx and Σx² / 10000.
func slope(s []float64) float64 {
	n, sy, sxy, sx, sxx := s[0], s[1]/1e3, s[2]/1e4, s[3], s[4]*1e4
	spread := sxx - sx*sx/n
	if spread < 1e-9 {
		return math.NaN()
	}
	return (sxy - sx*sy/n) / spread
}

// slopeInterval is the interval around a slope by the jackknife over clusters.
func (c cell) slopeInterval(value float64) (low, high float64) {
	g := float64(len(c.clusters))
	if g < 2 {
		return math.NaN(), math.NaN()
	}
	var squares float64
	for k := range c.clusters {
		d := value - slope(c.sums(k))
		squares += d * d
	}
	if math.IsNaN(squares) { // without some cluster there is no line
		return math.NaN(), math.NaN()
	}
	reach := distuv.StudentsT{Sigma: 1, Nu: c.slopeDF()}.Quantile((1+Level)/2) * math.Sqrt((g-1)/g*squares)
	return value - reach, value + reach
}

// line is a cluster's cross products of a constant and x.
type line struct{ n, x, xx float64 }

func lineOf(s []float64) line { return line{s[0], s[3], s[4] * 1e4} }

// weights are the coefficients with which a row (1, x) enters the slope: those of
// the inverse's second row.
func (l line) weights() [2]float64 {
	spread := l.n*l.xx - l.x*l.x
	return [2]float64{-l.x / spread, l.n / spread}
}

// times is the product of the matrix and a vector.
func (l line) times(v [2]float64) [2]float64 {
	return [2]float64{l.n*v[0] + l.x*v[1], l.x*v[0] + l.xx*v[1]}
}

func dot(a, b [2]float64) float64 { return a[0]*b[0] + a[1]*b[1] }

func minus(a, b [2]float64) [2]float64 { return [2]float64{a[0] - b[0], a[1] - b[1]} }

// slopeDF are Satterthwaite's degrees of freedom of the jackknife variance of a
// slope, for independent errors of one variance. That a slope changes by d·y when
// a cluster is left out makes the variance a sum of squares (d·y)², whose mean and
// variance follow from the products of all d. A d is a line in x, one in the
// cluster's own rows and another in the rest, so that sums of the clusters suffice.
func (c cell) slopeDF() float64 {
	whole := lineOf(c.sums(-1))
	own := whole.weights()
	parts, rest := make([]line, len(c.clusters)), make([][2]float64, len(c.clusters))
	half := make([][2]float64, len(c.clusters)) // d·d' of clusters g and h is half(g)·rest(h) + half(h)·rest(g)
	for g, sums := range c.clusters {
		parts[g] = lineOf(sums)
		rest[g] = minus(own, lineOf(c.sums(g)).weights())
		all := whole.times(rest[g])
		half[g] = minus(parts[g].times(minus(own, rest[g])), [2]float64{-all[0] / 2, -all[1] / 2})
	}
	var mean, variance float64
	for g := range parts {
		same := dot(own, parts[g].times(own)) + dot(rest[g], minus(whole.times(rest[g]), parts[g].times(rest[g])))
		mean += same
		variance += same * same
		for h := range g {
			both := dot(half[g], rest[h]) + dot(half[h], rest[g])
			variance += 2 * both * both
		}
	}
	return mean * mean / variance
}
