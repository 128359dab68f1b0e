package method

import (
	"fmt"
	"math"
	"strings"
)

// rate is Σ numerator / Σ denominator (1 a row if there is none) with Wilson's
// interval (JASA 22, 1927) of the effective sample size: that of independent
// rows with the same variance as the clusters show, at most the rows there are,
// and reduced by the degrees of freedom (Korn and Graubard, Survey Methodology
// 24, 1998). It is Wilson's own where each person has one row and all are of one
// school. At 0 and 1 clusters show no variance, and people count.
func rate(Options) form {
	f := quotient("")
	f.needs, f.optional, f.keep = []string{"numerator"}, []string{"denominator"}, "numerator IS NOT NULL"
	f.sums = []string{micro("numerator"), "coalesce(" + micro("denominator") + ", 1000000)"}
	z := normal()
	f.limits = func(c cell, v, se, t float64) (low, high float64, label string) {
		size, label := c.total[1], "Wilson"
		switch {
		case v == 0 || v == 1:
			size = min(float64(c.n), size)
		case math.IsNaN(se), c.by != bySchool && float64(len(c.clusters)) == size && int64(len(c.clusters)) == c.units:
		default:
			size, label = min(size, v*(1-v)/(se*se))*(z/t)*(z/t), "Wilson, effective n by "+c.by
		}
		center := (v + z*z/(2*size)) / (1 + z*z/size)
		reach := z / (1 + z*z/size) * math.Sqrt(v*(1-v)/size+z*z/(4*size*size))
		return max(0, min(v, center-reach)), min(1, max(v, center+reach)), label
	}
	return f
}

// rateKind tells rates of people from shares of answers, of which a person has
// several.
func rateKind(o Options) Kind {
	if o.Text("of", "people") == "answers" {
		return Share
	}
	return Rate
}

func estimate(Options) Kind { return Estimate }

// mean is the mean of value, weighted if there is a weight.
func mean(Options) form {
	f := quotient("CR1 by {cluster}, t")
	f.needs, f.optional, f.keep = []string{"value"}, []string{"weight"}, "value IS NOT NULL"
	f.sums = []string{micro("value * coalesce(weight, 1)"), "coalesce(" + micro("weight") + ", 1000000)"}
	f.shown = false
	return f
}

// ratio is Σ numerator / Σ denominator. With the option interval: none it is of
// all there is, and no sample.
func ratio(o Options) form {
	f := quotient("delta, CR1 by {cluster}, t")
	f.needs, f.keep = []string{"numerator", "denominator"}, "numerator IS NOT NULL AND denominator IS NOT NULL"
	f.sums = []string{micro("numerator"), micro("denominator")}
	if o.Text("interval", "") == "none" {
		f.slope = nil
	}
	return f
}

// quotient is the form of the first sum over the second.
func quotient(label string) form {
	return form{
		value:  func(s []float64) float64 { return s[0] / s[1] },
		slope:  func(s []float64) []float64 { return []float64{1 / s[1], -s[0] / (s[1] * s[1])} },
		limits: around(label), shown: true,
	}
}

// bySchool is what a cluster is where there are several schools.
const bySchool = "school"

// around is the interval of t standard errors to each side.
func around(label string) func(c cell, v, se, t float64) (low, high float64, l string) {
	return func(c cell, v, se, t float64) (low, high float64, l string) {
		return v - t*se, v + t*se, strings.ReplaceAll(label, "{cluster}", c.by)
	}
}

// contrast compares Σ numerator / Σ denominator (1 a row if there is none) of
// the rows that are treated with that of the others: as a ratio, whose interval
// is on the logarithmic scale, or as a difference. Rows with an empty treated do
// not count, and people are those of the smaller group.
//
// The interval is by the jackknife, since a group of which most are in a few
// schools makes the delta method too sure (MacKinnon, Nielsen and Webb, Journal of
// Applied Econometrics 38, 2023); by the delta method where without some school
// there is nothing to compare.
func contrast(o Options) form {
	part := func(expression, when string) string {
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE 0 END", when, expression)
	}
	numerator, denominator := micro("numerator"), "coalesce("+micro("denominator")+", 1000000)"
	f := form{
		needs: []string{"numerator", "treated"}, optional: []string{"denominator"},
		keep:   "numerator IS NOT NULL AND treated IS NOT NULL",
		sums:   []string{part(numerator, "treated"), part(denominator, "treated"), part(numerator, "NOT treated"), part(denominator, "NOT treated")},
		people: []int{1, 3},
	}
	if o.Text("as", "ratio") == "difference" {
		f.value = func(s []float64) float64 { return s[0]/s[1] - s[2]/s[3] }
		f.slope = func(s []float64) []float64 {
			return []float64{1 / s[1], -s[0] / (s[1] * s[1]), -1 / s[3], s[2] / (s[3] * s[3])}
		}
		same := func(v float64) float64 { return v }
		f.limits = f.jackknifed("", same, same)
		return f
	}
	f.value = func(s []float64) float64 {
		if s[0] <= 0 || s[2] <= 0 {
			return math.NaN()
		}
		return s[0] / s[1] / (s[2] / s[3])
	}
	f.slope = func(s []float64) []float64 { return []float64{1 / s[0], -1 / s[1], -1 / s[2], 1 / s[3]} }
	f.limits = f.jackknifed(" on the logarithm", math.Log, math.Exp)
	return f
}

// jackknifed is the interval by leaving out each cluster, on a scale on which se is
// the standard error by the delta method, which stands in.
func (f form) jackknifed(on string, scale, back func(float64) float64) func(c cell, v, se, t float64) (low, high float64, label string) {
	return func(c cell, v, se, t float64) (low, high float64, label string) {
		if low, high = c.jackknife(v, f.value, scale, back); nullable(low) != nil && nullable(high) != nil {
			return low, high, "jackknife" + on + " over " + plural(c.by) + ", t"
		}
		return back(scale(v) - t*se), back(scale(v) + t*se), "delta" + on + ", CR1 by " + c.by + ", t"
	}
}
