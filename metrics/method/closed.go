package method

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the level of confidence of all intervals.
const Level = 0.95

// form is an estimator that is a function of sums over unit rows, and whose
// error is that of a linear function of the same sums by cluster: the delta
// method with CR1 variance (Cochran, Sampling Techniques, section 6.4; Cameron
// and Miller, Journal of Human Resources 50, 2015). A cluster is a school; in
// a cell of one school it is a person.
type form struct {
	needs    []string // columns that unit rows must have
	optional []string // columns that they may lack, which then are empty
	keep     string   // condition on the unit rows that count
	sums     []string // expressions of rows that are integers, in millionths
	value    func(s []float64) float64
	slope    func(s []float64) []float64                                  // derivatives, by each sum, of what se is the standard error of; nil: no interval
	limits   func(c cell, v, se, t float64) (low, high float64, l string) // of value v by standard error se and critical value t, with the method's name; se is NaN where there is none
	shown    bool                                                         // numerator and denominator are the first two sums
	people   []int                                                        // as clusters has them
}

// closed is a method that has a form for each setting of its options.
type closed struct {
	options map[string][]string // values of each; the first is the default
	kind    func(o Options) Kind
	form    func(o Options) form
}

func (closed) Version() int { return 3 }

func (closed) Rereads() bool { return false }

func (c closed) Kind(o Options) Kind { return c.kind(o) }

func (c closed) Check(o Options) ([]string, error) {
	var known []string
	for name := range c.options {
		known = append(known, name)
	}
	slices.Sort(known)
	if err := o.Unknown(known...); err != nil {
		return nil, err
	}
	for _, name := range known {
		if v := o.Text(name, c.options[name][0]); !slices.Contains(c.options[name], v) {
			return nil, fmt.Errorf("option %s = %q: write %s", name, v, strings.Join(c.options[name], " or "))
		}
	}
	return c.form(o).needs, nil
}

func (c closed) Estimate(ctx context.Context, in Input) error {
	f := c.form(in.Options)
	figures, err := in.clusters(ctx, f.keep, f.optional, f.sums, f.people, func(c cell) []figure { return []figure{f.figure(c)} })
	if err != nil {
		return err
	}
	return in.store(figures)
}

// figure states the value and interval of a cell.
func (f form) figure(c cell) figure {
	out := figure{cell: c, value: f.value(c.total), low: math.NaN(), high: math.NaN(), numerator: math.NaN(), denominator: math.NaN()}
	if nullable(out.value) == nil {
		return out
	}
	if f.shown {
		out.numerator, out.denominator = c.total[0], c.total[1]
	}
	if f.slope != nil {
		out.low, out.high, out.label = f.limits(c, out.value, f.error(c), critical(len(c.clusters)-1))
	}
	return out
}

// error is the standard error of a cell's figure; NaN for a single cluster.
func (f form) error(c cell) float64 {
	groups := float64(len(c.clusters))
	if groups < 2 {
		return math.NaN()
	}
	slope := f.slope(c.total)
	var squares, size float64
	for _, sums := range c.clusters {
		influence, most := floats.Dot(slope, sums), 0.0
		for i, s := range sums {
			most += math.Abs(slope[i] * s)
		}
		squares += influence * influence
		size += most * most
	}
	if squares <= 1e-20*size { // what is left of sums that cancel is rounding
		squares = 0
	}
	return math.Sqrt(squares * groups / (groups - 1))
}

// quantiles are the critical values that were worked out, by degrees of freedom.
var quantiles sync.Map

// critical is the two-sided critical value of the t distribution.
func critical(df int) float64 {
	if df < 1 {
		return math.NaN()
	}
	if t, ok := quantiles.Load(df); ok {
		return t.(float64) //nolint:errcheck,forcetypeassert // nothing else is in it
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(df)}.Quantile((1 + Level) / 2)
	quantiles.Store(df, t)
	return t
}

// normal is the two-sided critical value of the normal distribution.
func normal() float64 { return distuv.UnitNormal.Quantile((1 + Level) / 2) }
