package method

import "fmt"

// rate is Σ numerator / Σ denominator (1 a row if there is none) with Wilson's
// interval (JASA 22, 1927) of the effective sample size: that of independent
// rows with the same variance as the clusters show, at most the rows there are,
// and reduced by the degrees of freedom (Korn and Graubard, Survey Methodology
// 24, 1998). It is Wilson's own where each person has one row and all are of one
// school. At 0 and 1 clusters show no variance, and people count.
func rate(Options) form {
	z := normal()
	const (
		p    = "(s1 / s2)"
		edge = "(s1 = 0 OR s1 = s2)"
		own  = "(clusters = 1 AND members = units AND members * 1e6 = s2)"
	)
	size := fmt.Sprintf(`CASE WHEN %s THEN least(n, s2 / 1e6) WHEN %s OR se IS NULL THEN s2 / 1e6
		ELSE least(s2 / 1e6, %s * (1 - %s) / (se * se)) * (%.12f / t)^2 END`, edge, own, p, p, z)
	center := fmt.Sprintf("(%s + %.12f / (%s)) / (1 + %.12f / (%s))", p, z*z/2, size, z*z, size)
	reach := fmt.Sprintf("%.12f / (1 + %.12f / (%s)) * sqrt(%s * (1 - %s) / (%s) + %.12f / (%s)^2)", z, z*z, size, p, p, size, z*z/4, size)
	f := quotient()
	f.needs, f.optional, f.keep = []string{"numerator"}, []string{"denominator"}, "numerator IS NOT NULL"
	f.sums = []string{micro("numerator"), "coalesce(" + micro("denominator") + ", 1000000)"}
	f.low = fmt.Sprintf("greatest(0, least(v, %s - %s))", center, reach)
	f.high = fmt.Sprintf("least(1, greatest(v, %s + %s))", center, reach)
	f.label = fmt.Sprintf("CASE WHEN %s OR %s THEN 'Wilson' ELSE 'Wilson, effective n by {cluster}' END", edge, own)
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
	f := quotient()
	f.needs, f.optional, f.keep = []string{"value"}, []string{"weight"}, "value IS NOT NULL"
	f.sums = []string{micro("value * coalesce(weight, 1)"), "coalesce(" + micro("weight") + ", 1000000)"}
	f.label = "'CR1 by {cluster}, t'"
	f.numerator, f.denominator = "", ""
	return f
}

// ratio is Σ numerator / Σ denominator. With the option interval: none it is of
// all there is, and no sample.
func ratio(o Options) form {
	f := quotient()
	f.needs, f.keep = []string{"numerator", "denominator"}, "numerator IS NOT NULL AND denominator IS NOT NULL"
	f.sums = []string{micro("numerator"), micro("denominator")}
	f.label = "'delta, CR1 by {cluster}, t'"
	if o.Text("interval", "") == "none" {
		f.slope, f.low, f.high, f.label = nil, "", "", "NULL"
	}
	return f
}

// quotient is the form of the first sum over the second.
func quotient() form {
	return form{
		value: "s1 / nullif(s2, 0)",
		slope: []string{"1 / s2", "-s1 / (s2 * s2)"},
		low:   "v - t * se", high: "v + t * se",
		numerator: "s1 / 1e6", denominator: "s2 / 1e6",
	}
}

// contrast compares Σ numerator / Σ denominator (1 a row if there is none) of
// the rows that are treated with that of the others: as a ratio, whose interval
// is on the logarithmic scale, or as a difference. Rows with an empty treated do
// not count, and people are those of the smaller group.
func contrast(o Options) form {
	part := func(expression, when string) string {
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE 0 END", when, expression)
	}
	numerator, denominator := micro("numerator"), "coalesce("+micro("denominator")+", 1000000)"
	f := form{
		needs: []string{"numerator", "treated"}, optional: []string{"denominator"},
		keep:   "numerator IS NOT NULL AND treated IS NOT NULL",
		sums:   []string{part(numerator, "treated"), part(denominator, "treated"), part(numerator, "NOT treated"), part(denominator, "NOT treated")},
		people: "least(count(DISTINCT who) FILTER (WHERE m2 > 0), count(DISTINCT who) FILTER (WHERE m4 > 0))",
	}
	if o.Text("as", "ratio") == "difference" {
		f.value = "s1 / nullif(s2, 0) - s3 / nullif(s4, 0)"
		f.slope = []string{"1 / s2", "-s1 / (s2 * s2)", "-1 / s4", "s3 / (s4 * s4)"}
		f.low, f.high, f.label = "v - t * se", "v + t * se", "'delta, CR1 by {cluster}, t'"
		return f
	}
	f.value = "CASE WHEN s3 > 0 AND s1 > 0 THEN s1 / nullif(s2, 0) / (s3 / nullif(s4, 0)) END"
	f.slope = []string{"1 / s1", "-1 / s2", "-1 / s3", "1 / s4"}
	f.low, f.high, f.label = "v * exp(-t * se)", "v * exp(t * se)", "'delta on the logarithm, CR1 by {cluster}, t'"
	return f
}
