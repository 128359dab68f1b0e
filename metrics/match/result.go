package match

import "github.com/weir-warehouse/weir/metrics/stats"

// Result is a set of comparison groups. Slices over units are in the data's
// order.
type Result struct {
	Spec      Spec      // with its defaults filled in
	Treated   []bool    // treatment
	Level     [2]string // the treatment's values for control and treated
	Weights   []float64 // 0: not matched; mean 1 over the rest of each arm
	Subclass  []int32   // stratum or pair, from 1; 0: none; nil if units recur or are only weighted
	Pairs     *Pairs    // nil unless pairs were formed
	Distance  []float64 // the score; nil if there is none
	Discarded []bool    // set aside outside common support
	Sampling  []float64 // sampling weights; nil: equal
	Cuts      []float64 // the score's quantiles between strata
	Calipers  []Caliper // with absolute widths
	Model     *stats.GLMFit
	Notes     []string // what a reader should know, one sentence each

	covariates []Column // for balance: the covariates, then others that the spec names
}

// Pairs are the matches of each focal unit: the treated, or for the ATC the
// controls. Unit numbers are rows of the data.
type Pairs struct {
	Focal []int32 // units with a match, in the data's order
	Start []int32 // Match[Start[i]:Start[i+1]] belongs to Focal[i]
	Match []int32 // nearest first
}

// Of returns the matches of the i-th focal unit.
func (p *Pairs) Of(i int) []int32 { return p.Match[p.Start[i]:p.Start[i+1]] }
