package study

// Stage is one line of the flow of units from the data to an outcome's
// effects, as a CONSORT diagram draws it: how many units there are, or how many
// leave and why.
type Stage struct {
	Name             string // what is counted, or why units leave
	Outcome          string // whose analysis it is about; empty: every one's
	Control, Treated int
	Leave            bool // the units of this stage are not in the next one
}

// attrition counts the matched units of an outcome's analysis, and those that
// have no outcome; in both, those of control come first.
type attrition struct {
	outcome        string
	lost, analysed [2]int
}

func (a *analysis) attrition() attrition {
	out := attrition{outcome: a.name, lost: a.lost}
	for _, t := range a.model.Treatment {
		out.analysed[int(t)]++
	}
	return out
}

// Flow tells what became of every unit of the data: how many there were, and
// how many left and why.
func (c *Comparison) Flow() []Stage {
	t, u := c.Balance.Sizes.Treated, c.Balance.Sizes.Control
	out := []Stage{
		{Name: "in the data", Control: u.All, Treated: t.All},
		{Name: "outside common support", Control: u.Discarded, Treated: t.Discarded, Leave: true},
		{Name: "without a match", Control: u.Unmatched, Treated: t.Unmatched, Leave: true},
		{Name: "matched", Control: u.Matched, Treated: t.Matched},
	}
	for _, a := range c.lost {
		out = append(out, Stage{Name: "without the outcome", Outcome: a.outcome, Control: a.lost[0], Treated: a.lost[1], Leave: true})
		out = append(out, Stage{Name: "analysed", Outcome: a.outcome, Control: a.analysed[0], Treated: a.analysed[1]})
	}
	return out
}
