package match

import (
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// TestSpecErrors checks that what does not go together is refused by name.
func TestSpecErrors(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	for want, spec := range map[string]Spec{
		`method "magic" is not one of nearest`:           {Method: "magic"},
		`estimand "ATX" is not one of ATT`:               {Estimand: "atx"},
		`distance "manhattan" is not one of glm`:         {Distance: "manhattan"},
		`discard "hull" is not one of none`:              {Discard: "hull"},
		"mahvars needs a score":                          {Distance: Mahalanobis, Mahvars: "age"},
		"reestimate needs the distance glm":              {Distance: ColumnDistance("age"), Reestimate: true},
		"discard both needs a score":                     {Distance: Mahalanobis, Discard: DiscardBoth},
		"method subclass needs a score":                  {Method: Subclass, Distance: Mahalanobis},
		"method nearest pairs for the ATT or the ATC":    {Estimand: ATE},
		"method subclass cannot use calipers":            {Method: Subclass, Calipers: []Caliper{{Width: 1}}},
		"method optimal cannot use replace":              {Method: Optimal, Replace: true},
		"method exact cannot use exact":                  {Method: Exact, Exact: "race"},
		"reuse.max is -1":                                {ReuseMax: -1},
		"ratio is 1.5; without max.controls":             {Ratio: 1.5},
		"min.controls needs max.controls":                {MinControls: 1},
		"ratio is 3 and max.controls 2":                  {Ratio: 3, MaxControls: 2},
		"min.controls is 2; it must be below":            {Ratio: 2, MinControls: 2, MaxControls: 4},
		"a variable ratio needs a score":                 {Ratio: 2, MaxControls: 3, Distance: Mahalanobis},
		"min.controls 3 and max.controls 2":              {Method: Full, MinControls: 3, MaxControls: 2},
		"1 subclasses; ask for at least 2":               {Method: Subclass, Subclasses: 1},
		"quantiles must be from 0 to 1":                  {Method: Subclass, Quantiles: []float64{2}},
		"moments is 4":                                   {Method: Entropy, Moments: 4},
		`k2k distance "glm"`:                             {Method: Coarsened, K2K: true, K2KDistance: Score},
		"k2k pairs for the ATT":                          {Method: Coarsened, K2K: true, Estimand: ATE},
		`m.order without a score "largest"`:              {Distance: Mahalanobis, Order: Largest},
		`m.order "sideways"`:                             {Order: "sideways"},
		"a caliper without a variable is on the score":   {Distance: Mahalanobis, Calipers: []Caliper{{Width: 1}}},
		"two calipers are on the score":                  {Calipers: []Caliper{{Width: 1}, {Width: 2}}},
		`caliper on "race": it has categories`:           {Calipers: []Caliper{{Variable: "race", Width: 1}}},
		`distance: the data has no column "score"`:       {Distance: ColumnDistance("score")},
		`distance: column "race" is not numeric`:         {Distance: ColumnDistance("race")},
		`sampling weights: column "race" is not numeric`: {Weights: "race"},
		`within: the data has no column "school"`:        {Within: "school"},
		`exact: variable school: the data has no`:        {Exact: "school"},
		"exact: it has a response":                       {Exact: "~ age ~ race"},
		`cutpoints: "race" is not a numeric covariate`:   {Method: Coarsened, Cutpoints: Cutpoints{"race": {Count: 2}}},
		`grouping: "school" is not a covariate`:          {Method: Coarsened, Grouping: map[string][][]string{"school": nil}},
		`rule "q1" is not one of`:                        {Method: Coarsened, Cutpoints: Cutpoints{"": {Rule: "q1"}}},
		"propensity score:":                              {Link: "magic"},
		"Ask for fewer subclasses":                       {Method: Subclass, Subclasses: 300},
		"weights need probabilities between 0 and 1":     {Method: Weighting, Link: "linear.logit"},
		"no unit has a match":                            {Exact: "race", AntiExact: "race"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := Run(f, withFormula(spec))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("error %v, want one with %q", err, want)
			}
			if code := policy.CodeOf(err); code != policy.Usage && code != policy.DataRefused {
				t.Errorf("code %s of %v", code, err)
			}
		})
	}
}

func TestFrameErrors(t *testing.T) {
	t.Parallel()
	for want, cols := range map[string][]Column{
		"at least one column":                  nil,
		"the data has 0 rows":                  {Numeric("x", nil)},
		`column "y" has 1 rows, but "x" has 2`: {Numeric("x", []float64{1, 2}), Numeric("y", []float64{1})},
		`two columns are named "x"`:            {Numeric("x", []float64{1}), Numeric("x", []float64{1})},
	} {
		if _, err := NewFrame(cols...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
