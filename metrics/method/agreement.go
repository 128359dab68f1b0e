package method

import (
	"context"
	"fmt"
	"math"
)

// agreement is how far two scores x and y of the same lesson agree: Pearson's r,
// ICC(2,1), or Cohen's kappa with quadratic weights of scores rounded to whole
// ones. All three are functions of the scores' first and second moments. The
// interval is by the jackknife over schools, or people inside one school, on
// Fisher's scale, so that several lessons of a teacher do not count as many
// teachers (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11).
type agreement struct{}

func (agreement) Version() int { return 2 }

func (agreement) Rereads() bool { return false }

func (agreement) Kind(Options) Kind { return Estimate }

func (agreement) Check(o Options) ([]string, error) {
	if err := o.Unknown("of"); err != nil {
		return nil, err
	}
	switch of := o.Text("of", "pearson"); of {
	case "pearson", "icc", "kappa":
		return []string{"x", "y"}, nil
	default:
		return nil, fmt.Errorf("option of = %q: write pearson, icc or kappa", of)
	}
}

func (agreement) Estimate(ctx context.Context, in Input) error {
	of := in.Options.Text("of", "pearson")
	score := func(column string) string {
		if of == "kappa" {
			return "CAST(round(" + column + ") AS DOUBLE)"
		}
		return "CAST(" + column + " AS DOUBLE)"
	}
	x, y := score("x"), score("y")
	coefficient := map[string]func([]float64) float64{"pearson": pearson, "icc": icc21, "kappa": kappa}[of]
	figures, err := in.clusters(ctx, "x IS NOT NULL AND y IS NOT NULL", nil, []string{
		"CAST(1000000 AS BIGINT)", micro(x), micro(y), micro(x + " * " + x), micro(y + " * " + y), micro(x + " * " + y),
	}, nil, func(c cell) []figure {
		f := figure{cell: c, value: coefficient(c.sums(-1)), label: "jackknife over " + plural(c.by) + ", Fisher's z, t"}
		f.low, f.high = c.jackknife(f.value, coefficient, fisher, math.Tanh)
		f.numerator, f.denominator = math.NaN(), math.NaN()
		return []figure{f}
	})
	if err != nil {
		return err
	}
	return in.store(figures)
}

// jackknife returns the interval of a coefficient from its values without each
// cluster, on a scale on which it is nearly normal.
func (c cell) jackknife(value float64, of func([]float64) float64, scale, back func(float64) float64) (low, high float64) {
	g := float64(len(c.clusters))
	if g < 2 {
		return math.NaN(), math.NaN()
	}
	var sum, squares float64
	left := make([]float64, len(c.clusters))
	for k := range left {
		left[k] = scale(of(c.sums(k)))
		sum += left[k]
	}
	for _, v := range left {
		squares += (v - sum/g) * (v - sum/g)
	}
	reach := critical(len(c.clusters)-1) * math.Sqrt((g-1)/g*squares)
	return back(scale(value) - reach), back(scale(value) + reach)
}

// moments returns means, variances and covariance, each over n, from n, Σx, Σy,
// Σx², Σy² and Σxy.
func moments(s []float64) (mx, my, vx, vy, cov float64) {
	n := s[0]
	mx, my = s[1]/n, s[2]/n
	return mx, my, s[3]/n - mx*mx, s[4]/n - my*my, s[5]/n - mx*my
}

func pearson(s []float64) float64 {
	_, _, vx, vy, cov := moments(s)
	return cov / math.Sqrt(vx*vy)
}

// kappa with quadratic weights is 1 less the mean squared difference over that
// of independent raters (Fleiss and Cohen, Educational and Psychological
// Measurement 33, 1973).
func kappa(s []float64) float64 {
	mx, my, vx, vy, cov := moments(s)
	return 2 * cov / (vx + vy + (mx-my)*(mx-my))
}

// icc21 is ICC(2,1) of two raters (Shrout and Fleiss, Psychological Bulletin 86,
// 1979), from the mean squares of lessons, raters and error.
func icc21(s []float64) float64 {
	mx, my, vx, vy, cov := moments(s)
	n := s[0]
	lessons := n / (n - 1) * (vx + vy + 2*cov) / 2
	rest := n / (n - 1) * (vx + vy - 2*cov) / 2
	raters := n * (mx - my) * (mx - my) / 2
	return (lessons - rest) / (lessons + rest + 2*(raters-rest)/n)
}

// fisher is Fisher's z. Agreement that is perfect but for rounding has none: two
// lessons always correlate perfectly, which says nothing of how sure that is.
func fisher(r float64) float64 { return math.Atanh(math.Round(r*1e12) / 1e12) }
