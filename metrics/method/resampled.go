package method

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// resampled is a method whose value is a function of sums over unit rows, with an
// interval from a bootstrap over schools, or over people inside one school.
//
// The interval is the percentile one, expanded for few clusters (Hesterberg, The
// American Statistician 69, 2015, section 4.3.1). A replicate without an effect makes a
// ratio to the effect infinite, so that an interval may have no upper end.
type resampled struct {
	needs, optional []string
	keep            string
	sums            []string
	people          []int
	statistic       func(s []float64) float64
	shown           func(s []float64) (numerator, denominator float64)
}

// replicates of a bootstrap, unless the option replicates says otherwise.
const replicates = 999

func (resampled) Version() int { return 1 }

func (resampled) Rereads() bool { return false }

func (resampled) Kind(Options) Kind { return Estimate }

func (r resampled) Check(o Options) ([]string, error) {
	if err := o.Unknown("replicates"); err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(o.Text("replicates", strconv.Itoa(replicates))); err != nil || n < 99 || n > 99_999 {
		return nil, fmt.Errorf("option replicates = %q: write a number from 99 to 99999", o["replicates"])
	}
	return r.needs, nil
}

func (r resampled) Estimate(ctx context.Context, in Input) error {
	n, err := strconv.Atoi(in.Options.Text("replicates", strconv.Itoa(replicates)))
	if err != nil {
		return fmt.Errorf("option replicates: %w", err)
	}
	draws := drawn{bootstrap: stats.Bootstrap{Replicates: n, Seed: in.Seed}}
	figures, err := in.clusters(ctx, r.keep, r.optional, r.sums, r.people, func(c cell) []figure {
		f := figure{cell: c, value: r.statistic(c.total), low: math.NaN(), high: math.NaN(), label: "bootstrap over " + plural(c.by) + ", expanded percentile"}
		f.numerator, f.denominator = r.shown(c.total)
		if len(c.clusters) > 1 && nullable(f.value) != nil {
			f.low, f.high = r.interval(c, &draws)
		}
		return []figure{f}
	})
	if err != nil {
		return err
	}
	return in.store(figures)
}

// drawn are the draws for each number of clusters, the same for all cells of as many.
type drawn struct {
	bootstrap stats.Bootstrap

	lock  sync.Mutex
	known map[int]stats.Draws
}

func (d *drawn) of(clusters int) (stats.Draws, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	draws, ok := d.known[clusters]
	if !ok {
		var err error
		if draws, err = d.bootstrap.Draw(clusters); err != nil {
			return nil, err
		}
		if d.known == nil {
			d.known = map[int]stats.Draws{}
		}
		d.known[clusters] = draws
	}
	return draws, nil
}

func plural(noun string) string { return noun + "s" }

// interval draws the cell's clusters again and again.
func (r resampled) interval(c cell, drawn *drawn) (low, high float64) {
	draws, err := drawn.of(len(c.clusters))
	if err != nil {
		return math.NaN(), math.NaN()
	}
	results, err := draws.RunAll(1, func(blocks []int32) ([]float64, error) {
		total := make([]float64, len(r.sums))
		for _, g := range blocks {
			for i, s := range c.clusters[g] {
				total[i] += s
			}
		}
		return []float64{r.statistic(total)}, nil
	})
	if err != nil { // too many replicates lack one of the groups
		return math.NaN(), math.NaN()
	}
	return results[0].Interval(expanded(len(c.clusters)))
}

// expanded is the level at which the percentile interval of a bootstrap over few
// clusters has the width of one by t.
func expanded(groups int) float64 {
	g := float64(groups)
	return 2*distuv.UnitNormal.CDF(math.Sqrt(g/(g-1))*critical(groups-1)) - 1
}

// costRatio is Σ numerator, a cost, over Σ denominator, what it bought.
func costRatio() resampled {
	return resampled{
		needs: []string{"numerator", "denominator"}, keep: "numerator IS NOT NULL AND denominator IS NOT NULL",
		sums:      []string{micro("numerator"), micro("denominator")},
		statistic: func(s []float64) float64 { return perEffect(s[0], s[1]) },
		shown:     func(s []float64) (float64, float64) { return s[0], s[1] },
	}
}

// perEffect divides a cost by an effect; without one no cost is enough.
func perEffect(cost, effect float64) float64 {
	if effect <= 0 {
		return math.Inf(1)
	}
	return cost / effect
}

// costPerGain is the mean cost of those who are treated over their mean gain
// beyond that of the others, in tenths of the standard deviation of baseline
// over both: the cost of 0.1 standard deviation. A row counts by its weight, 1 if
// it has none, and cost is that of the whole row.
func costPerGain() resampled {
	r := gains("treated", "NOT treated")
	r.needs = append(r.needs, "treated")
	r.keep += " AND treated IS NOT NULL"
	r.sums = append(r.sums, micro("CASE WHEN treated THEN cost ELSE 0 END"))
	r.statistic = func(s []float64) float64 { return perEffect(s[7]/s[0], effect(s)*10) }
	return r
}

// breakEven is the effect, in standard deviations of baseline, that a program
// must have to be as cost-effective as another: the other's effect times the
// ratio of mean costs. Rows have the role program, other or comparison.
func breakEven() resampled {
	r := gains("role = 'other'", "role = 'comparison'")
	r.needs = append(r.needs, "role")
	r.sums = append(r.sums, micro("CASE WHEN role = 'other' THEN cost ELSE 0 END"),
		micro("CASE WHEN role = 'program' THEN cost ELSE 0 END"), "CASE WHEN role = 'program' THEN coalesce("+micro("weight")+", 1000000) ELSE 0 END")
	r.people = append(r.people, 9)
	r.statistic = func(s []float64) float64 {
		if d := effect(s); d > 0 && s[7] > 0 {
			return d * (s[8] / s[9]) / (s[7] / s[0])
		}
		return math.NaN()
	}
	return r
}

// gains are the sums behind an effect: weight and gain of the treated (0, 1) and
// of the others (2, 3), and of both weight, baseline and its square (4 to 6).
func gains(treated, others string) resampled {
	weight := "coalesce(" + micro("weight") + ", 1000000)"
	when := func(condition, sum string) string { return "CASE WHEN " + condition + " THEN " + sum + " ELSE 0 END" }
	both := "(" + treated + " OR " + others + ")"
	return resampled{
		needs: []string{"value", "baseline", "cost"}, optional: []string{"weight"}, keep: "value IS NOT NULL AND baseline IS NOT NULL",
		sums: []string{
			when(treated, weight), when(treated, micro("value * coalesce(weight, 1)")), when(others, weight), when(others, micro("value * coalesce(weight, 1)")),
			when(both, weight), when(both, micro("baseline * coalesce(weight, 1)")), when(both, micro("baseline * baseline * coalesce(weight, 1)")),
		},
		people: []int{0, 2},
		shown:  func([]float64) (float64, float64) { return math.NaN(), math.NaN() },
	}
}

// effect is the standardized difference of mean gains from the sums of gains.
func effect(s []float64) float64 {
	mean := s[5] / s[4]
	return (s[1]/s[0] - s[3]/s[2]) / math.Sqrt(s[6]/s[4]-mean*mean)
}
