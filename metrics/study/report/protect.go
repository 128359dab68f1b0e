package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
)

// scoreName is what readers call the distance of the match.
const scoreName = "propensity score"

// The arms, and the category that stands for both, in tables of counts.
const (
	treatedArm    = "treated"
	comparisonArm = "comparison"
	all           = "all"
)

// Where a unit of the arms ends.
const (
	analysed       = "in the analysis"
	withoutOutcome = "matched, but without the primary outcome"
	unmatched      = "no match"
	discarded      = "outside common support"
)

// inAnalysis names the population of the subgroups' tables.
const inAnalysis = "teacher-years in the analysis"

// group is a cell of a table of counts: teacher-years, and the distinct teachers
// behind them.
type group struct {
	at    []string
	years int
	who   map[string]bool
}

// heavy is a loss above that of any other cell, so that others are hidden instead.
const heavy = 1000

// groups are the cells of a table, in the order in which they first appeared.
type groups struct {
	name, population string
	dimensions       []string
	main             string // of the first dimension, what readers need most
	cells            []*group
}

// add counts a teacher-year in a cell.
func (g *groups) add(teacher string, at ...string) {
	i := slices.IndexFunc(g.cells, func(c *group) bool { return slices.Equal(c.at, at) })
	if i < 0 {
		i = len(g.cells)
		g.cells = append(g.cells, &group{at: at, who: map[string]bool{}})
	}
	g.cells[i].years++
	g.cells[i].who[teacher] = true
}

// protection decides which counts are shown. Teachers recur over the years, so
// a table counts teacher-years, and its threshold is raised until each group
// that reaches it has as many distinct teachers as policy asks for.
type protection struct {
	thresholds disclosure.Thresholds
	steps      []string
	figures    map[string]disclosure.Figure // by table and place
	schools    int
	teachers   int      // distinct, in the match
	fates      []string // of the frame's units
	treated    []bool   // the same
	hidden     []string
}

// newProtection counts the study's units and protects the counts.
func newProtection(in Input, c *study.Comparison) (*protection, error) {
	g := &protection{thresholds: in.Thresholds, figures: map[string]disclosure.Figure{}, treated: c.Match.Treated}
	if err := g.sizes(in, c); err != nil {
		return nil, err
	}
	flow := &groups{name: "flow", population: "teacher-years of both arms", dimensions: []string{"end", "arm"}, main: analysed}
	for _, loss := range in.Units.Lost {
		g.steps = append(g.steps, loss.Label)
		for _, teacher := range loss.Treated {
			flow.add(teacher, loss.Label, treatedArm)
		}
		for _, teacher := range loss.Comparison {
			flow.add(teacher, loss.Label, comparisonArm)
		}
	}
	if err := g.end(in, c); err != nil {
		return nil, err
	}
	for i, fate := range g.fates {
		flow.add(in.Units.Teachers[i], fate, armOf(c.Match.Treated[i]))
	}
	tables := []*groups{flow}
	for _, sample := range []string{"before", "after"} {
		tables = append(tables, g.categories(in, c, sample)...)
	}
	for _, by := range in.Protocol.Subgroups {
		if table := g.levels(in, c, by); table != nil {
			tables = append(tables, table)
		}
	}
	return g, g.protect(tables)
}

// sizes refuses a match that is too small to report on.
func (g *protection) sizes(in Input, c *study.Comparison) error {
	schools, everyone := map[string]bool{}, map[string]bool{}
	var who [2]map[string]bool
	for arm := range who {
		who[arm] = map[string]bool{}
	}
	for i, w := range c.Match.Weights {
		if w > 0 {
			arm := place(c.Match.Treated[i])
			who[arm][in.Units.Teachers[i]], everyone[in.Units.Teachers[i]], schools[in.Units.Schools[i]] = true, true, true
		}
	}
	g.schools, g.teachers = len(schools), len(everyone)
	least := in.Thresholds.People
	if int64(len(who[0])) < least || int64(len(who[1])) < least || int64(g.schools) < in.Thresholds.Groups {
		return policy.Errorf(policy.Denied, "the match has fewer than %d teachers in an arm, or fewer than %d schools, so nothing of it is reported; "+
			"widen the protocol", least, in.Thresholds.Groups)
	}
	return nil
}

// end finds where each unit of the frame ends.
func (g *protection) end(in Input, c *study.Comparison) error {
	var outcome []float64
	if in.Phase == policy.Estimate {
		column, err := c.Frame.Column(in.Protocol.Outcomes[0].Name)
		if err != nil {
			return err
		}
		outcome = column.Values()
	}
	g.fates = make([]string, len(c.Match.Weights))
	for i, w := range c.Match.Weights {
		switch {
		case c.Match.Discarded[i]:
			g.fates[i] = discarded
		case !(w > 0):
			g.fates[i] = unmatched
		case outcome != nil && math.IsNaN(outcome[i]):
			g.fates[i] = withoutOutcome
		default:
			g.fates[i] = analysed
		}
	}
	g.steps = append(g.steps, discarded, unmatched, withoutOutcome, analysed)
	return nil
}

func place(treated bool) int {
	if treated {
		return 1
	}
	return 0
}

func armOf(treated bool) string {
	if treated {
		return treatedArm
	}
	return comparisonArm
}

// categories counts the levels of each category before or after matching.
func (g *protection) categories(in Input, c *study.Comparison, sample string) []*groups {
	var out []*groups
	population := "teacher-years " + sample
	if sample == "after" && !slices.Contains(g.fates, withoutOutcome) {
		population = inAnalysis // the same units as those of the subgroups
	}
	for _, covariate := range in.Protocol.Covariates {
		column, err := c.Frame.Column(covariate.Name)
		if err != nil || column.Numeric() {
			continue
		}
		table := &groups{name: sample + " " + covariate.Name, population: population, dimensions: []string{covariate.Name, "arm"}}
		for i, code := range column.Codes() {
			if code >= 0 && (sample == "before" || c.Match.Weights[i] > 0) {
				table.add(in.Units.Teachers[i], column.Levels()[code], armOf(c.Match.Treated[i]))
			}
		}
		out = append(out, table)
	}
	return out
}

// levels counts the analysed units by the levels of a subgroup.
func (g *protection) levels(in Input, c *study.Comparison, by string) *groups {
	column, err := c.Frame.Column(by)
	if err != nil || column.Numeric() {
		return nil
	}
	table := &groups{name: "subgroup " + by, population: inAnalysis, dimensions: []string{by, "arm"}}
	for i, code := range column.Codes() {
		if code >= 0 && g.fates[i] == analysed {
			table.add(in.Units.Teachers[i], column.Levels()[code], armOf(c.Match.Treated[i]))
		}
	}
	return table
}

// protect runs disclosure control over all tables together.
func (g *protection) protect(tables []*groups) error {
	least := int(g.thresholds.People)
	for _, t := range tables {
		for _, cell := range t.cells {
			if len(cell.who) < int(g.thresholds.People) {
				least = max(least, cell.years+1)
			}
		}
	}
	g.thresholds.People = int64(least)
	var in []disclosure.Table
	for _, t := range tables {
		in = append(in, t.table())
	}
	release, err := disclosure.Protect(in, nil, g.thresholds)
	if err != nil {
		return fmt.Errorf("protect the report's counts: %w", err)
	}
	for _, t := range release.Tables {
		for _, cell := range t.Cells {
			g.figures[t.Name+"\x00"+strings.Join(cell.At, "\x00")] = cell.People
		}
	}
	return nil
}

// table is the table as disclosure control takes it, with totals.
func (g *groups) table() disclosure.Table {
	t := disclosure.Table{
		Name: g.name, Population: g.population, Person: "teacher-years", Group: "schools",
		Measure: disclosure.Measure{Name: "teacher-years", Kind: disclosure.Counts},
	}
	for _, name := range g.dimensions {
		t.Dimensions = append(t.Dimensions, disclosure.Dimension{Name: name, Total: all})
	}
	sums := map[string]int64{}
	var order [][]string
	for _, cell := range g.cells {
		for _, at := range [][]string{cell.at, {cell.at[0], all}, {all, cell.at[1]}, {all, all}} {
			key := strings.Join(at, "\x00")
			if _, seen := sums[key]; !seen {
				order = append(order, at)
			}
			sums[key] += int64(cell.years)
		}
	}
	for _, at := range order {
		cell := disclosure.Cell{At: at, People: sums[strings.Join(at, "\x00")]}
		if at[0] == g.main {
			cell.Weight = heavy
		}
		t.Cells = append(t.Cells, cell)
	}
	return t
}

// count is a cell as readers get it. One that does not exist has nobody.
func (g *protection) count(table string, at ...string) Count {
	figure, ok := g.figures[table+"\x00"+strings.Join(at, "\x00")]
	switch {
	case !ok:
		zero := int64(0)
		return Count{N: &zero, Shown: "0"}
	case !figure.Shown:
		return Count{Shown: figure.Reason}
	}
	n := figure.Number
	return Count{N: &n, Shown: thousands(n)}
}

// rounded is a count beside the tables, which says no more than its rounding.
func (g *protection) rounded(n int) Count {
	if int64(n) < g.thresholds.People {
		return Count{Shown: fmt.Sprintf("fewer than %d", g.thresholds.People)}
	}
	r := g.thresholds.Rounding.Round(int64(n))
	return Count{N: &r, Shown: thousands(r)}
}

func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// flow fills in the flow of units and the sample.
func (g *protection) flow(r *Report) {
	step := func(label, at string, lost bool) {
		r.Flow = append(r.Flow, Step{
			Label: label, Lost: lost, Treated: g.count("flow", at, treatedArm), Comparison: g.count("flow", at, comparisonArm), Total: g.count("flow", at, all),
		})
	}
	step("in either arm", all, false)
	for _, name := range g.steps[:len(g.steps)-1] {
		step(name, name, true)
	}
	step(analysed, analysed, false)
	// the sample says again what the flow says, or a reader could work out more
	both := g.count("flow", analysed, all)
	r.Sample = Sample{Treated: g.count("flow", analysed, treatedArm), Comparison: g.count("flow", analysed, comparisonArm), Teachers: both, Schools: g.schools}
	if both.N != nil {
		r.Sample.Teachers = g.rounded(g.teachers)
	}
}

// balanceRows are the covariates before and after matching. Levels with too few
// units in an arm are named without numbers, from which the few could be counted.
func (g *protection) balanceRows(in Input, c *study.Comparison) []Balance {
	out := []Balance{}
	for i, before := range c.Balance.All {
		after := c.Balance.Matched[i]
		if g.exact(in, before.Name) {
			continue
		}
		row := Balance{Name: g.label(in, before.Name), Hidden: g.hides(in, c, before.Name)}
		if row.Hidden == "" {
			row.TreatedBefore, row.ControlBefore, row.SMDBefore = number(before.MeanTreated), number(before.MeanControl), number(before.SMD)
			row.Treated, row.Control, row.SMD = number(after.MeanTreated), number(after.MeanControl), number(after.SMD)
			row.VarianceRatio, row.KS, row.G, row.Category = number(after.VarianceRatio), number(after.ECDFMax), number(after.G), string(after.Category)
		} else {
			row = hiddenRow(row)
			g.hidef("Balance of %s: %s.", row.Name, row.Hidden)
		}
		out = append(out, row)
	}
	return out
}

// exact tells whether a row is of a variable that is equal within pairs by
// design and no covariate, such as the school: it would count each school's units.
func (g *protection) exact(in Input, name string) bool {
	for _, exact := range in.Protocol.Method.Exact {
		if _, ok := in.Protocol.Covariate(exact); !ok && strings.HasPrefix(name, exact) {
			return true
		}
	}
	return false
}

func hiddenRow(b Balance) Balance {
	nan := Number(math.NaN())
	b.TreatedBefore, b.ControlBefore, b.SMDBefore, b.Treated, b.Control, b.SMD, b.VarianceRatio, b.KS, b.G = nan, nan, nan, nan, nan, nan, nan, nan, nan
	return b
}

// level splits a balance row's name into covariate and level.
func level(in Input, c *study.Comparison, name string) (covariate, value string, ok bool) {
	for _, m := range in.Protocol.Covariates {
		column, err := c.Frame.Column(m.Name)
		if err != nil || column.Numeric() {
			continue
		}
		for _, l := range column.Levels() {
			if name == m.Name+l || name == m.Name {
				return m.Name, l, true
			}
		}
	}
	return "", "", false
}

// hides says why a balance row is not shown; empty: it is.
func (g *protection) hides(in Input, c *study.Comparison, name string) string {
	covariate, value, ok := level(in, c, name)
	if !ok {
		return ""
	}
	for _, sample := range []string{"before", "after"} {
		for _, arm := range []string{treatedArm, comparisonArm} {
			if n := g.count(sample+" "+covariate, value, arm); n.N == nil {
				return n.Shown
			}
		}
	}
	return ""
}

func (g *protection) label(in Input, name string) string {
	if name == "distance" {
		return scoreName
	}
	for _, m := range in.Protocol.Covariates {
		if rest, ok := strings.CutPrefix(name, m.Name); ok {
			if rest == "" {
				return m.Label
			}
			return m.Label + ": " + rest
		}
	}
	return name
}

func (g *protection) hidef(format string, args ...any) {
	g.hidden = append(g.hidden, fmt.Sprintf(format, args...))
}

// wholeNumber finds counts in a sentence.
var wholeNumber = regexp.MustCompile(`(^|[ (])(\d+)( of\b| treated| control| matched| units| have)`)

// warnings rounds the counts in the sentences of a comparison.
func (g *protection) warnings(lines []string) []string {
	out := []string{}
	for _, line := range lines {
		if !strings.Contains(line, "clusters") { // schools are no people
			line = wholeNumber.ReplaceAllStringFunc(line, func(found string) string {
				parts := wholeNumber.FindStringSubmatch(found)
				n, err := strconv.Atoi(parts[2])
				if err != nil || n == 0 {
					return found
				}
				return parts[1] + g.rounded(n).Shown + parts[3]
			})
		}
		out = append(out, titled(line))
	}
	return out
}

// effect is an effect as readers get it. One with too few degrees of freedom is
// refused.
func (g *protection) effect(e study.Effect) (Effect, error) {
	if int64(e.Rows-e.Terms) < g.thresholds.ResidualDF {
		return Effect{}, policy.Errorf(policy.Denied, "the model %s has fewer than %d residual degrees of freedom, so it is not reported; "+
			"give fewer covariates under adjust", e.Model, g.thresholds.ResidualDF)
	}
	value, low, high := e.Value()
	gLow, gHigh := e.Size.Interval(study.Level)
	return Effect{
		Outcome: e.Outcome, Model: string(e.Model), Measure: string(e.Measure), Estimate: number(value), Low: number(low), High: number(high),
		SE: number(e.Estimate.SE), SEType: e.Variance.String(), DF: number(e.Estimate.DF), P: number(e.Estimate.P()), Adjusted: number(e.Adjusted),
		Treated: number(e.Treated), Control: number(e.Control), Clusters: e.Clusters,
		G: number(e.Size.Value), GLow: number(gLow), GHigh: number(gHigh), Improve: number(e.Improvement()),
		EValue: number(e.EValue), ELimit: number(e.EValueLimit),
	}, nil
}

// subgroups are the effects by level, without those of groups that are hidden.
func (g *protection) subgroups(in Input, s study.Subgroups) Subgroups {
	out := Subgroups{Outcome: s.Outcome, By: s.By, Label: g.label(in, s.By), P: number(s.Test.P), Levels: []Subgroup{}}
	table := "subgroup " + s.By
	nan := Number(math.NaN())
	anyHidden := false
	for _, e := range s.Effects {
		level := Subgroup{Level: e.Level, Treated: g.count(table, e.Level, treatedArm), Comparison: g.count(table, e.Level, comparisonArm)}
		if level.Treated.N == nil || level.Comparison.N == nil {
			level.Estimate, level.Low, level.High, level.P, level.Hidden = nan, nan, nan, nan, "too few teachers"
			anyHidden = true
			g.hidef("Effect on %s for %s %s: too few teachers.", s.Outcome, out.Label, e.Level)
		} else {
			low, high := e.Interval(study.Level)
			level.Estimate, level.Low, level.High, level.P = number(e.Value), number(low), number(high), number(e.P())
		}
		out.Levels = append(out.Levels, level)
	}
	for _, name := range s.Lacking {
		out.Levels = append(out.Levels, Subgroup{
			Level: name, Treated: Count{Shown: "too few"}, Comparison: Count{Shown: "too few"},
			Estimate: nan, Low: nan, High: nan, P: nan, Hidden: "too few teachers in an arm",
		})
		g.hidef("Effect on %s for %s %s: too few teachers in an arm.", s.Outcome, out.Label, name)
	}
	if anyHidden {
		out.P = nan // with the others' effects it would bound the hidden one
	}
	return out
}

// studentCount counts the distinct students behind an outcome.
func (g *protection) studentCount(in Input, c *study.Comparison, o protocol.Outcome) (n int, ok bool) {
	if !o.OfStudents() {
		return 0, false
	}
	distinct := map[string]bool{}
	for i, w := range c.Match.Weights {
		if w > 0 {
			for _, s := range in.Units.Students[o.Name][in.Units.IDs[i]] {
				distinct[s] = true
			}
		}
	}
	return len(distinct), true
}

func (g *protection) students(in Input, c *study.Comparison, o protocol.Outcome) Count {
	n, ok := g.studentCount(in, c, o)
	if !ok {
		return Count{Shown: "no"}
	}
	return g.rounded(n)
}

// shownBalance is the balance without hidden rows, for pictures.
func (g *protection) shownBalance(in Input, c *study.Comparison) *match.Balance {
	out := *c.Balance
	out.All, out.Matched = nil, nil
	for i, row := range c.Balance.All {
		if g.exact(in, row.Name) || g.hides(in, c, row.Name) != "" {
			continue
		}
		after := c.Balance.Matched[i]
		row.Name, after.Name = g.label(in, row.Name), g.label(in, after.Name)
		out.All, out.Matched = append(out.All, row), append(out.Matched, after)
	}
	return &out
}
