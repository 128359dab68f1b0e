package disclosure

import (
	"errors"
	"fmt"
	"slices"
)

// Verdict is what becomes of a cell that somebody wants to release.
type Verdict string

// The verdicts.
const (
	Pass   Verdict = "pass"   // it can be released as it is, rounded
	Review Verdict = "review" // safe in itself, but hides or reveals another
	Fail   Verdict = "fail"   // a rule forbids it
)

// Judgement is the verdict on a cell with its evidence.
type Judgement struct {
	At       []string `json:"at"`
	Verdict  Verdict  `json:"verdict"`
	Rule     Rule     `json:"rule,omitempty"`
	Evidence string   `json:"evidence"`
}

// Check judges each cell of a table as it is and returns, beside the verdicts,
// the copy that Protect makes of it. Evidence is for whoever holds the table:
// it says how closely the rest of the table bounds a cell that fails.
func Check(table Table, earlier []Release, t Thresholds) ([]Judgement, Release, error) {
	protected, err := Protect([]Table{table}, earlier, t)
	if err != nil {
		return nil, Release{}, err
	}
	bounds, err := alone(table, earlier, t)
	if err != nil {
		return nil, Release{}, err
	}
	out := make([]Judgement, len(table.Cells))
	for k, c := range table.Cells {
		shown := protected.Tables[0].Cells[k]
		j := Judgement{At: slices.Clone(c.At), Verdict: Pass, Evidence: "all rules hold"}
		switch why := t.of(&table).Primary(table.Measure, c); {
		case why == Banded:
			j.Verdict, j.Rule, j.Evidence = Review, why, "a share so near 0 % or 100 % is shown as "+shown.Share
		case why != None:
			j.Verdict, j.Rule, j.Evidence = Fail, why, t.of(&table).sentence(why, table.Person, table.Group)+bounds[k]
		case t.unjudged(table.Measure, c):
			j.Verdict, j.Rule = Review, NKDominance
			j.Evidence = fmt.Sprintf("dominance cannot be judged without the largest %d contributions; give them, or show that no one has too much", t.contributions())
		case !shown.People.Shown || shown.Value.Rule == Complementary:
			j.Verdict, j.Rule, j.Evidence = Review, Complementary, t.sentence(Complementary, table.Person, table.Group)
		}
		out[k] = j
	}
	return out, protected, nil
}

// alone says of each cell how the rest of the table bounds it when nothing but
// the cells that fail is suppressed.
func alone(table Table, earlier []Release, t Thresholds) ([]string, error) {
	a, err := assemble([]Table{table}, t)
	if err != nil {
		return nil, err
	}
	if err := a.remember(earlier); err != nil {
		return nil, err
	}
	a.primary()
	a.glance = true
	found, err := a.bound(a.levels(), nil)
	if err != nil {
		return nil, err
	}
	texts := map[int]string{}
	for _, i := range found {
		if errors.Is(i.err, errTight) {
			texts[i.quantity] = fmt.Sprintf("; suppressing it alone leaves it between %d and %d", i.Outer.Lo, i.Outer.Hi)
		}
	}
	out := make([]string, len(table.Cells))
	for k := range table.Cells {
		s := a.layouts[0].spots[k]
		if out[k] = texts[s.people]; out[k] == "" && s.value >= 0 {
			out[k] = texts[s.value]
		}
	}
	return out, nil
}
