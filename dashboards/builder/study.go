package builder

import "github.com/weir-warehouse/weir/dashboards"

// Panels about studies that were released. Where is the condition on the rows of
// study, study_effect, study_balance and study_specification, of which a study
// has the same for each of its districts.

const (
	studySource = "studies that were released, see 'weir study'"
	noStudy     = "no study in this choice was released"

	// limits of a standardized difference of a covariate, see
	// stats.BaselineEquivalence.
	adjustedFrom, unequalFrom = 0.05, 0.25
)

// studyChart is a chart about studies.
func studyChart(relation, title, means string, w, h int, sql string) chart {
	return chart{title: title, means: means, source: relation + ", of " + studySource, empty: noStudy, w: w, h: h, sql: sql}
}

// ifSeveral names what differs among the rows; where all are of one, it is left out,
// since a bar's label is short.
func ifSeveral(what string) string {
	return "CASE WHEN min(" + what + ") OVER () <> max(" + what + ") OVER () THEN " + what + " END"
}

// figures hides fields from a chart, but not from who looks closer.
func figures(names ...string) (out []dashboards.Override) {
	for _, name := range names {
		out = append(out, named(name, dashboards.Property{ID: "custom.hideFrom", Value: map[string]bool{"viz": true, "legend": true, "tooltip": false}}))
	}
	return out
}

const naiveMeans = "A study's effect on each outcome, of those treated against matched others (matched), and the plain difference of all treated and all others (naive). " +
	"What lies between them is what matching took away."

// matchedAgainstNaive shows effects beside what a comparison without matching
// would say.
func matchedAgainstNaive(b *board, where string) {
	c := studyChart("study_effect", "Matched against naive", naiveMeans+" In standard deviations of the outcome (Hedges' g), so that outcomes compare; 95 % limits when one looks closer.", 12, 9,
		`SELECT DISTINCT concat_ws(' · ', study, `+ifSeveral("coalesce(label, outcome)")+`) AS study, g AS matched, naive * g / nullif(estimate, 0) AS naive,
  g_low AS "matched from", g_high AS "matched to", naive_low * g / nullif(estimate, 0) AS "naive from", naive_high * g / nullif(estimate, 0) AS "naive to",
  n_treated AS treated, n_comparison AS comparison
FROM study_effect WHERE main AND measure = 'difference' AND `+where+` ORDER BY 1`)
	c.series, c.decimals = []string{"matched", "naive"}, new(2)
	c.overrides = append(figures("matched from", "matched to", "naive from", "naive to", "treated", "comparison"), unit("treated", "short"), unit("comparison", "short"))
	b.bars(c)
}

// effects shows the same in numbers.
func effects(b *board, where string) {
	c := studyChart("study_effect", "Matched against naive, in numbers", naiveMeans+" In the outcome's unit, with 95 % limits; p is adjusted for the number of outcomes; teacher-years are rounded.", 24, 8,
		`SELECT DISTINCT study, coalesce(label, outcome) AS "effect on", unit, estimate AS matched, ci_low AS "from", ci_high AS "to", naive, naive_low AS "naive from", naive_high AS "naive to",
  p_adjusted AS p, n_treated AS treated, n_comparison AS comparison, status
FROM study_effect WHERE main AND `+where+` ORDER BY 1, 2`)
	c.overrides = []dashboards.Override{width("study", 230), width("effect on", 210), width("unit", 120), coloured("status", word(blue, "registered"), word(orange, "exploratory"))}
	for _, name := range []string{"matched", "from", "to", "naive", "naive from", "naive to", "p"} {
		c.overrides = append(c.overrides, named(name, dashboards.Property{ID: "decimals", Value: 3}))
	}
	b.table(c)
}

// evidence shows what the What Works Clearinghouse and ESSA would make of each
// study.
func evidence(b *board, where string, w, h int) {
	c := studyChart("study", "Quality of the evidence", "The rating that the rules of the What Works Clearinghouse (Handbook 5.0) and of ESSA suggest for the primary outcome. "+
		"A matched study reaches tier 2 at best, and only with outcomes of students. Deviations are departures from what was registered.", w, h,
		`SELECT DISTINCT study, title, coalesce(wwc, 'not rated') AS "What Works Clearinghouse", coalesce('tier ' || nullif(essa_tier, 0), 'not rated') AS "ESSA", deviations, warnings, teachers, schools, CAST(released_on AS VARCHAR) AS released
FROM study WHERE `+where+` ORDER BY 1`)
	c.overrides = []dashboards.Override{
		width("study", 200), width("title", 240), width("What Works Clearinghouse", 180),
		coloured("What Works Clearinghouse", word(blue, "meets without reservations"), word(green, "meets with reservations"), word(vermilion, "does not meet")),
		coloured("ESSA", word(blue, "tier 1"), word(green, "tier 2"), word(orange, "tier 3"), word(grey, "tier 4")),
	}
	b.table(c)
}

// balance shows how alike the compared were before treatment.
func balance(b *board, where string) {
	c := studyChart("study", "Balance at a glance", "The greatest standardized difference of a covariate between treated and comparison teachers, before and after matching, "+
		"and how many were matched (teacher-years, rounded). Up to 0.05 is equal, up to 0.25 needs adjustment, above is not comparable (What Works Clearinghouse).", 12, 9,
		`SELECT DISTINCT study, max_smd_before AS before, max_smd AS after, n_treated AS treated, n_comparison AS comparison, matching FROM study WHERE `+where+` ORDER BY 1`)
	two := dashboards.Property{ID: "decimals", Value: 2}
	c.overrides = []dashboards.Override{width("study", 190), onOneLine("matching", 500), stepped("before", rising(adjustedFrom, unequalFrom), two), stepped("after", rising(adjustedFrom, unequalFrom), two)}
	b.table(c)
	c = studyChart("study_balance", "Balance of each covariate", "Standardized differences (absolute) of each covariate between treated and comparison teachers, before and after matching: a love plot. "+
		"Covariates that would tell of few people are left out.", 12, 9,
		`SELECT DISTINCT concat_ws(' · ', `+ifSeveral("study")+`, covariate) AS covariate, abs(smd_before) AS before, abs(smd) AS after FROM study_balance WHERE `+where+` ORDER BY 1`)
	c.series, c.decimals, c.min = []string{"after", "before"}, new(2), new(float64(0))
	b.bars(c)
}

// byExperience shows effects by experience.
func byExperience(b *board, where string) {
	c := studyChart("study_effect", "Matched effect by experience", "A study's effect by years of experience, in the outcome's unit; 95 % limits and teacher-years (rounded) when one looks closer. "+
		"Levels with too few teachers have no effect.", 12, 9,
		`SELECT concat_ws(' · ', study, outcome, subgroup) AS experience, effect, low, high, treated, comparison FROM (
  SELECT DISTINCT `+ifSeveral("study")+` AS study, `+ifSeveral("coalesce(label, outcome)")+` AS outcome, subgroup, estimate AS effect, ci_low AS low, ci_high AS high, n_treated AS treated, n_comparison AS comparison
  FROM study_effect WHERE subgroup_by = 'experience' AND subgroup IN (${band:sqlstring}) AND estimate IS NOT NULL AND `+where+`)
ORDER BY study, outcome, `+leastYears("subgroup"))
	c.overrides = figures("low", "high", "treated", "comparison")
	b.bars(c)
}

// specifications shows effects by other ways to match and to model.
func specifications(b *board, where string) {
	c := studyChart("study_specification", "Specification curve", "Each study's effect by the protocol's match and by others that could have been chosen, each with all outcome models, "+
		"in order of size. A flat line far from zero is robust (Simonsohn, Simmons and Nelson, Nature Human Behaviour 4, 2020).", 12, 9,
		`SELECT concat_ws(' · ', study, outcome, matching, model) AS specification, rank() OVER (PARTITION BY study, outcome ORDER BY estimate, matching, model) AS place, estimate AS effect,
  ci_low AS "from", ci_high AS "to", p, max_smd AS imbalance
FROM (SELECT DISTINCT study, outcome, matching, model, estimate, ci_low, ci_high, p, max_smd FROM study_specification WHERE estimate IS NOT NULL AND `+where+`) ORDER BY 2, 1`)
	b.plane(c, "place", "effect", "specification")
	c = studyChart("study_effect", "Specification spread", "The protocol's effect beside the least, the median and the greatest of the other ways to match and adjust that could be made.", 12, 9,
		`SELECT DISTINCT study, coalesce(label, outcome) AS "effect on", estimate AS "protocol's", specifications AS tried, specification_least AS least, specification_median AS median, specification_most AS greatest
FROM study_effect WHERE main AND specifications > 0 AND `+where+` ORDER BY 1, 2`)
	for _, name := range []string{"protocol's", "least", "median", "greatest"} {
		c.overrides = append(c.overrides, named(name, dashboards.Property{ID: "decimals", Value: 3}))
	}
	b.table(c)
}
