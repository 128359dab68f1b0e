package stats

import "fmt"

// Evidence is what the WWC and ESSA ratings of a study rest on.
type Evidence struct {
	Randomized        bool
	LowAttrition      bool        // of a randomized study
	Equivalence       Equivalence // the worst of the covariates required at baseline
	Adjusted          bool        // the outcome model adjusts for covariates that need it
	SelectionControls bool        // the comparison controls statistically for selection
	StudentOutcome    bool        // the outcome is one of students; observation scores are not
	Significant       bool        // the effect, after correction for multiple comparisons
	Positive          bool        // the effect favours the treatment
	Students          int
	Sites             int // districts or schools, as the study counts sites
}

// Criterion is one condition of a rating, with the reason for its verdict.
type Criterion struct {
	Name   string
	Met    bool
	Reason string
}

// Rating is a suggestion, with the criteria that it follows from.
type Rating struct {
	WWC      string // "meets without reservations", "meets with reservations", "does not meet"
	ESSA     int    // tier 1 strong, 2 moderate, 3 promising, 4 demonstrates a rationale
	Criteria []Criterion
}

// Rate suggests a WWC rating and an ESSA tier (Handbook 5.0, chapter IV; Every
// Student Succeeds Act, section 8101(21)(A), with the size that the Department
// of Education's guidance of 2016 asks for: 350 students at two sites). A
// matched study reaches tier 2 at best, and one without a student outcome tier 4.
func Rate(e Evidence) Rating {
	baseline := e.Equivalence == Satisfied || e.Equivalence == Adjust && e.Adjusted
	without := e.Randomized && e.LowAttrition
	meets := without || baseline
	favourable := e.Significant && e.Positive
	large := e.Students >= 350 && e.Sites >= 2
	r := Rating{WWC: "does not meet", ESSA: 4, Criteria: []Criterion{
		{"randomized", e.Randomized, choose(e.Randomized, "units were assigned at random", "units were not assigned at random")},
		{"attrition", without, attritionReason(e)},
		{"baseline equivalence", baseline, fmt.Sprintf("%s; outcome model %s", e.Equivalence, choose(e.Adjusted, "adjusts", "does not adjust"))},
		{"selection controls", e.SelectionControls, choose(e.SelectionControls, "selection is controlled for", "selection is not controlled for")},
		{"student outcome", e.StudentOutcome, choose(e.StudentOutcome, "the outcome is one of students", "observation scores and the like do not qualify")},
		{"significant and positive", favourable, choose(favourable, "the effect is positive and significant", "the effect is not both positive and significant")},
		{"size", large, fmt.Sprintf("%d students at %d sites; 350 at 2 are asked for", e.Students, e.Sites)},
	}}
	switch {
	case without:
		r.WWC = "meets without reservations"
	case meets:
		r.WWC = "meets with reservations"
	}
	switch {
	case !e.StudentOutcome || !favourable:
	case without && large:
		r.ESSA = 1
	case meets && large:
		r.ESSA = 2
	case meets || e.SelectionControls:
		r.ESSA = 3
	}
	return r
}

func attritionReason(e Evidence) string {
	if !e.Randomized {
		return "counts only where units were assigned at random"
	}
	return choose(e.LowAttrition, "attrition is low", "attrition is high")
}

func choose(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}
