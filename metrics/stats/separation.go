package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Separation says that some combination of covariates tells outcome 1 from
// outcome 0 without error for some rows (quasi-complete) or all of them
// (complete). The likelihood then has no maximum: coefficients run off to
// infinity, and those rows' probabilities to 0 or 1 (Albert and Anderson,
// Biometrika 71, 1984).
type Separation struct {
	Complete   bool
	Rows       int      // how many rows are told apart
	Covariates []string // what tells them apart, the strongest first
}

// String explains the separation and what can be done, in one line.
func (s *Separation) String() string {
	if len(s.Covariates) == 0 {
		return fmt.Sprintf("the outcome is the same in all %d rows, so there is nothing to model", s.Rows)
	}
	return fmt.Sprintf("covariates %s predict the outcome perfectly for %d rows, so their coefficients are infinite: "+
		"coarsen or drop them, match exactly on them, or use a ridge penalty", strings.Join(s.Covariates, ", "), s.Rows)
}

// separation takes one more step from the last fit. Where a maximum exists the
// step is all but zero. Under separation it goes on in a direction in which no
// row gets worse, which is a proof. It returns nil if there is no such proof.
func (s *irls) separation() *Separation {
	step := s.nextStep()
	along := make([]float64, len(s.y)) // what each row gains from the step
	linearPredictor(s.design, step, along)
	var longest, worst float64
	for i, y := range s.y {
		switch {
		case weightOf(s.weights, i) == 0:
			along[i] = 0
		case y > 0 && y < 1:
			along[i] = -math.Abs(along[i]) // a share loses by a move either way
		default:
			along[i] *= 2*y - 1
		}
		longest, worst = max(longest, along[i]), min(worst, along[i])
	}
	// A maximum leaves a step of about the square root of Epsilon at most; a
	// separated row's step is 1 (logit), or the inverse of its linear predictor.
	if longest < 0.01 || worst < -1e-3*longest {
		return nil
	}
	var apart int
	for _, gain := range along {
		if gain > longest/10 {
			apart++
		}
	}
	complete := apart == positive(s.weights, len(s.y))
	return &Separation{Complete: complete, Rows: apart, Covariates: s.movers(step)}
}

// nextStep returns by how much another iteration would change coefficients.
func (s *irls) nextStep() []float64 {
	s.linearize()
	if change, ok := s.scoringStep(); ok {
		return change
	}
	columns := append(slices.Clone(s.design.Columns), s.rest) // the fit to what is left is the change
	return triangularize(columns, s.root).solveOrder(s.tolerance()).solve(len(s.beta))
}

// movers names the covariates that the step moves by at least a tenth of what
// it moves the foremost, per standard deviation.
func (s *irls) movers(step []float64) []string {
	type mover struct {
		name string
		size float64
	}
	var movers []mover
	var most float64
	for j, column := range s.design.Columns {
		size := math.Abs(step[j]) * math.Sqrt(weightedVariance(column, s.weights))
		movers = append(movers, mover{s.design.Names[j], size})
		most = max(most, size)
	}
	slices.SortStableFunc(movers, func(a, b mover) int { return cmp.Compare(b.size, a.size) })
	var names []string
	for _, m := range movers {
		if m.size > 0 && m.size >= most/10 {
			names = append(names, m.name)
		}
	}
	return names
}
