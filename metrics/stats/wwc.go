package stats

import (
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// Equivalence is what the What Works Clearinghouse makes of a difference in a
// baseline covariate between the groups that were analysed.
type Equivalence string

// The categories of baseline equivalence (Handbook 5.0, chapter IV).
const (
	Satisfied    Equivalence = "satisfied"
	Adjust       Equivalence = "adjust" // satisfied only by statistical adjustment for the covariate
	NotSatisfied Equivalence = "not satisfied"
)

// BaselineEquivalence returns the category of a standardized difference, of
// either sign: at most 0.05 satisfied, at most 0.25 adjust. NaN is not satisfied.
func BaselineEquivalence(g float64) Equivalence {
	switch d := math.Abs(g); {
	case d <= 0.05:
		return Satisfied
	case d <= 0.25:
		return Adjust
	default:
		return NotSatisfied
	}
}

// attritionBoundary is the highest differential attrition allowed at an overall
// one, in percent, under cautious and optimistic assumptions (Handbook 5.0,
// table II.1, at the points that Weir keeps; between them linear).
var attritionBoundary = [...]struct{ overall, cautious, optimistic float64 }{
	{0, 5.7, 10.0},
	{10, 6.3, 10.9},
	{20, 5.4, 10.2},
	{30, 4.1, 8.8},
	{40, 2.6, 6.5},
	{50, 1.0, 3.9},
	{57, 0, 2.3},
}

// Attrition is the loss of units between assignment and analysis, in percent.
type Attrition struct {
	Overall      float64 // of all units
	Differential float64 // difference of the arms' losses, without sign
	Cautious     float64 // highest differential that is low attrition under cautious assumptions; NaN beyond the table
	Optimistic   float64 // and under optimistic ones
}

// LowCautious tells whether attrition is low under cautious assumptions.
func (a Attrition) LowCautious() bool { return a.Differential <= a.Cautious }

// LowOptimistic tells whether it is low under optimistic assumptions, which
// suit losses that the intervention cannot have caused.
func (a Attrition) LowOptimistic() bool { return a.Differential <= a.Optimistic }

// AttritionOf compares units assigned with units analysed in each arm. Overall
// attrition above 57 % is beyond the table, and never low. Errors: an arm of no
// units, or more analysed than assigned.
func AttritionOf(assignedTreated, analysedTreated, assignedControl, analysedControl int) (Attrition, error) {
	if assignedTreated < 1 || assignedControl < 1 || analysedTreated < 0 || analysedControl < 0 ||
		analysedTreated > assignedTreated || analysedControl > assignedControl {
		return Attrition{}, policy.Errorf(policy.DataRefused, "attrition of %d and %d assigned, %d and %d analysed units",
			assignedTreated, assignedControl, analysedTreated, analysedControl)
	}
	lost := func(assigned, analysed int) float64 { return 100 * float64(assigned-analysed) / float64(assigned) }
	a := Attrition{
		Overall:      lost(assignedTreated+assignedControl, analysedTreated+analysedControl),
		Differential: math.Abs(lost(assignedTreated, analysedTreated) - lost(assignedControl, analysedControl)),
		Cautious:     math.NaN(),
		Optimistic:   math.NaN(),
	}
	for i, to := range attritionBoundary[1:] {
		if from := attritionBoundary[i]; a.Overall >= from.overall && a.Overall <= to.overall {
			part := (a.Overall - from.overall) / (to.overall - from.overall)
			a.Cautious = from.cautious + part*(to.cautious-from.cautious)
			a.Optimistic = from.optimistic + part*(to.optimistic-from.optimistic)
		}
	}
	return a, nil
}
