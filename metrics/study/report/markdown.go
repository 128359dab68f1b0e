package report

import (
	"fmt"
	"math"
	"strings"
)

// shown writes a number for readers: three significant digits, or a dash.
func (n Number) shown() string {
	x := float64(n)
	switch {
	case math.IsNaN(x):
		return "–"
	case x == 0:
		return "0"
	case math.Abs(x) >= 1000:
		return fmt.Sprintf("%.0f", x)
	}
	return strings.Replace(fmt.Sprintf("%.3f", x), "-", "−", 1)
}

// probability writes a p-value.
func (n Number) probability() string {
	if float64(n) < 0.001 {
		return "<\u00a00.001" // on one line
	}
	return n.shown()
}

func interval(low, high Number) string {
	if math.IsNaN(float64(low)) {
		return "–"
	}
	return low.shown() + " to " + high.shown()
}

// grid is a table for readers.
type grid struct {
	Title, Note string
	Head        []string
	Rows        [][]string
	Words       int // columns from the left that hold words
}

func (r *Report) flowGrid() grid {
	g := grid{Title: "Flow of units", Head: []string{"", "treated", "comparison", "both"}, Words: 1, Note: "Units are " + r.Unit + ", rounded."}
	for _, s := range r.Flow {
		label := s.Label
		if s.Lost {
			label = "− " + label
		}
		g.Rows = append(g.Rows, []string{label, s.Treated.Shown, s.Comparison.Shown, s.Total.Shown})
	}
	return g
}

func (r *Report) balanceGrid() grid {
	g := grid{
		Title: "Balance", Words: 1,
		Head: []string{"covariate", "treated", "comparison before", "SMD before", "comparison matched", "SMD matched", "variance ratio", "KS", "g", "WWC baseline"},
		Note: "SMD: standardized mean difference. KS: greatest difference of the distribution functions. WWC: satisfied up to 0.05, to be adjusted for up to 0.25.",
	}
	for _, b := range r.Balance {
		if b.Hidden != "" {
			g.Rows = append(g.Rows, []string{b.Name, "–", "–", "–", "–", "–", "–", "–", "–", "not shown: " + b.Hidden})
			continue
		}
		g.Rows = append(g.Rows, []string{
			b.Name, b.Treated.shown(), b.ControlBefore.shown(), b.SMDBefore.shown(), b.Control.shown(), b.SMD.shown(),
			b.VarianceRatio.shown(), b.KS.shown(), b.G.shown(), b.Category,
		})
	}
	return g
}

func (r *Report) powerGrid() grid {
	g := grid{Title: "Smallest effect that would be found", Head: []string{"share of variance explained", "effect in standard deviations"}, Note: "With a power of 80 %, two-sided."}
	for _, p := range r.Power {
		g.Rows = append(g.Rows, []string{p.R2.shown(), p.Effect.shown()})
	}
	return g
}

var modelWords = map[string]string{"unadjusted": "unadjusted", "main_effects": "main effects", "gcomp_interacted": "g-computation"}

var measureWords = map[string]string{"difference": "difference", "risk_difference": "difference of shares", "risk_ratio": "risk ratio", "odds_ratio": "odds ratio"}

func (r *Report) effectsGrid() grid {
	g := grid{
		Title: "Effects", Words: 3,
		Head: []string{"outcome", "model", "measure", "effect", "95 % interval", "SE", "df", "p", "adjusted p", "g", "95 % of g", "percentile points", "E-value (limit)"},
		Note: "The conclusion rests on g-computation. Adjusted p-values are over the outcomes. Percentile points: the improvement index.",
	}
	for _, e := range r.Effects {
		g.Rows = append(g.Rows, []string{
			e.Label, modelWords[e.Model], measureWords[e.Measure], e.Estimate.shown(), interval(e.Low, e.High), e.SE.shown() + " (" + e.SEType + ")",
			e.DF.shown(), e.P.probability(), e.Adjusted.probability(), e.G.shown(), interval(e.GLow, e.GHigh), e.Improve.shown(),
			e.EValue.shown() + " (" + e.ELimit.shown() + ")",
		})
	}
	return g
}

func (r *Report) subgroupGrid() grid {
	g := grid{
		Title: "Subgroups", Words: 3, Head: []string{"outcome", "by", "level", "treated", "comparison", "effect", "95 % interval", "p", "p of the difference"},
		Note: "Within each level the model has the covariates' main effects. The last column tests whether the effects differ.",
	}
	for _, s := range r.Subgroups {
		for i, l := range s.Levels {
			test := ""
			if i == 0 {
				test = s.P.probability()
			}
			effect, p := l.Estimate.shown(), l.P.probability()
			if l.Hidden != "" {
				effect, p = "not shown: "+l.Hidden, "–"
			}
			g.Rows = append(g.Rows, []string{r.outcomeLabel(s.Outcome), s.Label, l.Level, l.Treated.Shown, l.Comparison.Shown, effect, interval(l.Low, l.High), p, test})
		}
	}
	return g
}

func (r *Report) sensitivityGrid() grid {
	g := grid{
		Title: "Sensitivity", Words: 2, Head: []string{"outcome", "question", "answer"},
	}
	for _, s := range r.Sensitivity {
		add := func(question, answer string) {
			g.Rows = append(g.Rows, []string{r.outcomeLabel(s.Outcome), question, answer})
		}
		if !math.IsNaN(float64(s.Gamma)) {
			add("Rosenbaum: hidden bias in the odds of treatment at which significance is lost", s.Gamma.shown())
		}
		if !math.IsNaN(float64(s.Delta)) {
			add("Oster: how much unobserved covariates would have to matter, next to observed ones, for no effect", s.Delta.shown())
		}
		add("Effect without any one school", interval(s.LeastSchool, s.MostSchool))
		if s.Placebo != nil {
			add("Placebo: effect on the outcome before treatment, which must be near 0",
				s.Placebo.Estimate.shown()+" ("+interval(s.Placebo.Low, s.Placebo.High)+"; p "+s.Placebo.P.probability()+")")
		}
		if s.Count > 0 {
			add(fmt.Sprintf("Effect over %d other ways to match and adjust", s.Count),
				fmt.Sprintf("%s, median %s; %d significant, %d of the same sign", interval(s.Least, s.Most), s.Median.shown(), s.Significant, s.SameSign))
		}
	}
	return g
}

func (r *Report) evidenceGrid() grid {
	g := grid{Title: "Evidence", Words: 4, Head: []string{"outcome", "criterion", "met", "why"}, Note: "A suggestion by the rules of the What Works Clearinghouse (Handbook 5.0) and ESSA; reviewers decide."}
	for _, e := range r.Evidence {
		g.Rows = append(g.Rows, []string{r.outcomeLabel(e.Outcome), "suggested rating", "", fmt.Sprintf("WWC: %s. ESSA: tier %d.", e.WWC, e.ESSA)})
		for _, c := range e.Criteria {
			met := "no"
			if c.Met {
				met = "yes"
			}
			g.Rows = append(g.Rows, []string{r.outcomeLabel(e.Outcome), c.Name, met, c.Reason})
		}
	}
	return g
}

// grids are the tables that have rows.
func (r *Report) grids() []grid {
	var out []grid
	for _, g := range []grid{
		r.effectsGrid(), r.flowGrid(), r.balanceGrid(), r.powerGrid(), r.subgroupGrid(), r.doseGrid(), r.doseCurveGrid(), r.overTimeGrid(),
		r.sensitivityGrid(), r.evidenceGrid(),
	} {
		if len(g.Rows) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func (g grid) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "## %s\n\n", g.Title)
	row := func(cells []string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	row(g.Head)
	rule := make([]string, len(g.Head))
	for i := range rule {
		rule[i] = "---:"
		if i < g.Words {
			rule[i] = "---"
		}
	}
	row(rule)
	for _, cells := range g.Rows {
		escaped := make([]string, len(cells))
		for i, cell := range cells {
			escaped[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		row(escaped)
	}
	if g.Note != "" {
		fmt.Fprintf(b, "\n%s\n", g.Note)
	}
	b.WriteString("\n")
}

// Headline is what was found, in a sentence for each outcome.
func (r *Report) Headline() []string {
	var out []string
	for _, e := range r.Effects {
		if !e.Main {
			continue
		}
		unit := ""
		if e.Unit != "" {
			unit = " " + e.Unit
		}
		line := fmt.Sprintf("%s: %s%s (95 %% interval %s; g = %s)", titled(e.Label), e.Estimate.shown(), unit, interval(e.Low, e.High), e.G.shown())
		if !math.IsNaN(float64(e.Percent)) {
			line += fmt.Sprintf(", %.1f %% of the baseline (%.1f to %.1f)", float64(e.Percent), float64(e.PercentLow), float64(e.PercentTop))
		}
		line += fmt.Sprintf(". Without matching the difference is %s (%s). %s.", e.Naive.shown(), interval(e.NaiveLow, e.NaiveHigh), titled(e.Status))
		out = append(out, line)
	}
	return out
}

func titled(word string) string {
	if word == "" {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// provenance are the facts by which the report can be made again.
func (r *Report) provenance() [][2]string {
	out := [][2]string{
		{"Study", r.ID}, {"Phase", r.Phase}, {"Author", r.Author}, {"Agreement", r.Agreement},
		{"Snapshot", r.Source.Snapshot}, {"Policy", r.Source.PolicyRevision}, {"Weir", r.Source.Program}, {"Protocol", r.Protocol.SHA256},
	}
	if g := r.Registration; g != nil {
		out = append(out, [2]string{"Registered", fmt.Sprintf("%s, entry %d of the audit log; match %s", g.On, g.AuditIndex, g.Match)})
	}
	return out
}

// Markdown writes the report as Markdown, without pictures.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", r.Title, r.Question)
	bullets := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&b, "## %s\n\n", title)
		for _, line := range lines {
			fmt.Fprintf(&b, "- %s\n", line)
		}
		b.WriteString("\n")
	}
	bullets("Result", r.Headline())
	bullets("Deviations from what was registered", r.deviationLines())
	bullets("Warnings", r.Warnings)
	for _, g := range r.grids() {
		g.markdown(&b)
	}
	bullets("Not shown", r.Hidden)
	bullets("Limits", r.Limits)
	fmt.Fprintf(&b, "## Methods\n\n%s\n\n", strings.Join(r.Methods, "\n\n"))
	bullets("References", r.References)
	b.WriteString("## Where it comes from\n\n")
	for _, p := range r.provenance() {
		fmt.Fprintf(&b, "- %s: %s\n", p[0], p[1])
	}
	return b.String()
}

func (r *Report) deviationLines() []string {
	var lines []string
	for _, d := range r.Deviations {
		lines = append(lines, fmt.Sprintf("%s, entry %d of the audit log: %s. Changed: %s.", d.On, d.AuditIndex, d.Why, strings.Join(d.Fields, ", ")))
	}
	return lines
}
