package match

import "math"

// Category is how a covariate's baseline difference counts under the What
// Works Clearinghouse's standards (Procedures and Standards Handbook 5.0).
type Category string

// The categories.
const (
	Satisfied    Category = "satisfied"     // |g| ≤ 0.05
	Adjust       Category = "adjust"        // |g| ≤ 0.25: the analysis must adjust for the covariate
	NotSatisfied Category = "not satisfied" // |g| > 0.25
)

const (
	satisfiedUpTo = 0.05
	adjustUpTo    = 0.25
	coxScale      = 1.65 // of a logistic difference to one of normal deviations (Cox 1970)
)

// effectSize sets G, which is Hedges' g, or Cox's index for 0 and 1, and the
// category.
func (r *Row) effectSize(m [2]moments, binary bool) {
	n1, n0 := float64(m[1].units), float64(m[0].units)
	small := 1 - 3/(4*(n1+n0)-9)
	if binary {
		r.G = small * (logit(m[1].mean) - logit(m[0].mean)) / coxScale
	} else {
		pooled := math.Sqrt(((n1-1)*m[1].variance + (n0-1)*m[0].variance) / (n1 + n0 - 2))
		r.G = small * (m[1].mean - m[0].mean) / pooled
	}
	if m[1].mean == m[0].mean {
		r.G = 0
	}
	r.Category = categoryOf(r.G)
}

func categoryOf(g float64) Category {
	switch g = math.Abs(g); {
	case g <= satisfiedUpTo:
		return Satisfied
	case g <= adjustUpTo:
		return Adjust
	default:
		return NotSatisfied
	}
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// Thresholds are limits of balance; 0 sets none.
type Thresholds struct {
	SMD           float64 // absolute, such as 0.1
	VarianceRatio float64 // and its inverse, such as 2
	ECDFMax       float64
}

// Beyond returns the rows that break a threshold.
func (t Table) Beyond(limit Thresholds) Table {
	var out Table
	for _, r := range t {
		ratio := max(r.VarianceRatio, 1/r.VarianceRatio)
		if limit.SMD > 0 && math.Abs(r.SMD) > limit.SMD || limit.VarianceRatio > 0 && ratio > limit.VarianceRatio ||
			limit.ECDFMax > 0 && r.ECDFMax > limit.ECDFMax {
			out = append(out, r)
		}
	}
	return out
}
