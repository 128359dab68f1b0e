package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
)

// matchReport is what match shows and writes.
type matchReport struct {
	*study.Comparison
	call   string
	name   string // of the arms, where there are several; else ""
	folder string // then, within --out
	id     func(unit int) string
	found  study.Findings
	tables []matchTable // without those of units
}

// report examines what was asked for and makes the report.
func (o matchOptions) report(name string, c *study.Comparison, id func(unit int) string) (matchReport, error) {
	r := matchReport{Comparison: c, call: o.call, name: name, id: id}
	var err error
	if r.found, err = c.Examine(o.examination); err != nil {
		return r, err
	}
	r.tables = append(r.tables, balanceTable(c.Balance), sizesTable(c.Balance.Sizes), flowTable(c.Flow()))
	if len(c.Effects) > 0 {
		r.tables = append(r.tables, effectsTable(c.Effects))
	}
	r.tables = append(r.tables, r.findingTables()...)
	return r, nil
}

// prefix stands before what is said of one comparison of several.
func (r matchReport) prefix() string {
	if r.name == "" {
		return ""
	}
	return r.name + ": "
}

// print shows the summary that MatchIt's users know.
func (r matchReport) print(w io.Writer) error {
	b := &strings.Builder{}
	if r.name != "" {
		fmt.Fprintf(b, "\n%s\n%s\n\n", r.name, strings.Repeat("=", len([]rune(r.name))))
	}
	fmt.Fprintf(b, "Call:\n  %s\n\n", r.call)
	r.describe(b)
	fmt.Fprintf(b, "\nSummary of Balance for All Data:\n%s\n", balanceText(r.Balance.All, false))
	fmt.Fprintf(b, "\nSummary of Balance for Matched Data:\n%s\n", balanceText(r.Balance.Matched, r.Match.Subclass != nil || r.Match.Pairs != nil))
	for k, t := range r.Balance.Subclasses {
		fmt.Fprintf(b, "\nSummary of Balance for Subclass %d:\n%s\n", k+1, balanceText(t, false))
	}
	fmt.Fprintf(b, "\nSample Sizes:\n%s\n", sizesText(r.Balance.Sizes))
	fmt.Fprintf(b, "\nFlow of Units:\n%s\n", flowText(r.Flow()))
	if len(r.Effects) > 0 {
		fmt.Fprintf(b, "\nEffects (%s), with 95 %% intervals:\n%s\n", r.Match.Spec.Estimand, effectsText(r.Effects))
	}
	r.printFindings(b)
	_, err := io.WriteString(w, b.String())
	return err
}

// describe says what was done, as print.matchit does.
func (r matchReport) describe(b *strings.Builder) {
	s := r.Match.Spec
	fmt.Fprintf(b, "A match of %s (treated) to %s\n", r.Match.Level[1], r.Match.Level[0])
	fmt.Fprintf(b, " - method: %s\n", methodText(s))
	if text := distanceText(s); text != "" {
		fmt.Fprintf(b, " - distance: %s\n", text)
	}
	if r.Match.Sampling != nil {
		fmt.Fprintf(b, " - sampling weights: %s\n", s.Weights)
	}
	for _, c := range r.Match.Calipers {
		name := c.Variable
		if name == "" {
			name = "<distance>"
		}
		fmt.Fprintf(b, " - caliper: %s (%.3f)\n", name, c.Width)
	}
	if s.Discard != match.DiscardNone {
		fmt.Fprintf(b, " - common support: units from %s dropped\n", s.Discard)
	}
	sizes := r.Balance.Sizes
	fmt.Fprintf(b, " - number of obs.: %d (original), %d (matched)\n",
		sizes.Control.All+sizes.Treated.All, sizes.Control.Matched+sizes.Treated.Matched)
	fmt.Fprintf(b, " - target estimand: %s\n", s.Estimand)
	_, covariates, _ := strings.Cut(s.Formula, "~")
	fmt.Fprintf(b, " - covariates: %s\n", strings.TrimSpace(covariates))
}

func methodText(s match.Spec) string {
	ratio := strconv.FormatFloat(s.Ratio, 'g', -1, 64) + ":1"
	if s.MaxControls != 0 {
		ratio = "variable ratio " + ratio
	}
	replacement := " without replacement"
	if s.Replace {
		replacement = " with replacement"
	}
	return map[match.Method]string{
		match.Nearest:   ratio + " nearest neighbor matching" + replacement,
		match.Optimal:   ratio + " optimal pair matching",
		match.Full:      "full matching",
		match.Exact:     "exact matching",
		match.Coarsened: "coarsened exact matching",
		match.Subclass:  "subclassification",
		match.Entropy:   "entropy balancing",
		match.Weighting: "inverse probability weighting",
	}[s.Method]
}

func distanceText(s match.Spec) string {
	switch {
	case s.Method == match.Exact || s.Method == match.Coarsened || s.Method == match.Entropy:
		return ""
	case s.Distance != match.Score:
		return string(s.Distance)
	case s.Mahvars != "":
		return "Mahalanobis of " + s.Mahvars + "; propensity score (" + s.Link + ") for calipers"
	}
	return "propensity score, estimated by a binomial model with link " + s.Link
}

// fixed spells a number as the summary does; one that does not exist is a dot.
func fixed(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "."
	}
	if x == 0 || math.Abs(x) < 0.00005 { // also what rounding left of 0, and of −0
		return "0.0000"
	}
	return strconv.FormatFloat(x, 'f', 4, 64)
}

func balanceText(t match.Table, paired bool) string {
	rows := [][]string{{"", "Means Treated", "Means Control", "Std. Mean Diff.", "Var. Ratio", "eCDF Mean", "eCDF Max"}}
	if paired {
		rows[0] = append(rows[0], "Std. Pair Dist.")
	}
	for _, r := range t {
		row := []string{r.Name}
		for _, x := range []float64{r.MeanTreated, r.MeanControl, r.SMD, r.VarianceRatio, r.ECDFMean, r.ECDFMax, r.PairDistance}[:len(rows[0])-1] {
			row = append(row, fixed(x))
		}
		rows = append(rows, row)
	}
	return layOut(rows, func(column int) bool { return column > 0 })
}

// sizesText leaves out effective sizes where they say nothing new.
func sizesText(s match.Sizes) string {
	c, t := s.Control, s.Treated
	rows := [][]string{{"", "Control", "Treated"}}
	add := func(name string, control, treated float64) {
		short := func(x float64) string { return strconv.FormatFloat(math.Round(100*x)/100, 'f', -1, 64) }
		rows = append(rows, []string{name, short(control), short(treated)})
	}
	for _, part := range []struct {
		name             string
		control, treated int
		ess              [2]float64
	}{{"All", c.All, t.All, [2]float64{c.AllESS, t.AllESS}}, {"Matched", c.Matched, t.Matched, [2]float64{c.MatchedESS, t.MatchedESS}}} {
		same := math.Abs(part.ess[0]-float64(part.control))+math.Abs(part.ess[1]-float64(part.treated)) < 1e-6
		if !same {
			add(part.name+" (ESS)", part.ess[0], part.ess[1])
		}
		add(part.name, float64(part.control), float64(part.treated))
	}
	add("Unmatched", float64(c.Unmatched), float64(t.Unmatched))
	add("Discarded", float64(c.Discarded), float64(t.Discarded))
	return layOut(rows, func(column int) bool { return column > 0 })
}

// flowText leaves out reasons for which nobody left.
func flowText(stages []study.Stage) string {
	rows := [][]string{{"", "Control", "Treated"}}
	for _, s := range stages {
		name := s.Name
		if s.Outcome != "" {
			name = s.Outcome + ": " + name
		}
		if s.Leave {
			name = "- " + name
		}
		if !s.Leave || s.Control+s.Treated > 0 {
			rows = append(rows, []string{name, strconv.Itoa(s.Control), strconv.Itoa(s.Treated)})
		}
	}
	return layOut(rows, func(column int) bool { return column > 0 })
}

func effectsText(effects []study.Effect) string {
	rows := [][]string{{"Outcome", "Model", "Measure", "Estimate", "Std. Error", "95 % interval", "p", "g", "E-value"}}
	several := slices.ContainsFunc(effects, func(e study.Effect) bool { return e.Outcome != effects[0].Outcome })
	if several {
		rows[0] = append(rows[0], "p adjusted")
	}
	for _, e := range effects {
		value, low, high := e.Value()
		row := []string{
			e.Outcome, string(e.Model), string(e.Measure), significant(value), significant(e.Estimate.SE),
			interval(low, high), fixed(e.Estimate.P()), fixed(e.Size.Value), fixed(e.EValue),
		}
		if several {
			row = append(row, fixed(e.Adjusted))
		}
		rows = append(rows, row)
	}
	return layOut(rows, func(column int) bool { return column > 2 })
}

func interval(low, high float64) string { return significant(low) + " to " + significant(high) }

// significant spells a number in the outcome's unit with 5 digits.
func significant(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "."
	}
	digits := 4
	if size := math.Abs(x); size >= 1 {
		digits = max(0, 4-int(math.Log10(size)))
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}
