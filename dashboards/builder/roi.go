package builder

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/policy"
)

// returnOnInvestment answers a district leader: is our professional
// development worth what it costs.
func returnOnInvestment(words map[string]*metrics.Metric) dashboards.Dashboard {
	b := newMetricBoard(words, policy.DistrictLeader, "pd-return-on-investment", "PD return on investment",
		"What professional development costs, what it changes, and what a change costs. Figures about few people are suppressed.")
	b.chooseKind()
	b.figure(metric{id: "pd_spending", w: 8, h: 4})
	b.figure(metric{id: "cost_per_teacher", w: 8, h: 4})
	b.figure(metric{id: "cost_per_sustained_change", w: 8, h: 4})
	b.heading("Spending")
	b.values(metric{id: "pd_spending", title: "Spending by kind of program", by: "program_kind", w: 12, h: 8})
	b.values(metric{id: "pd_spending", title: "Spending by ingredient", by: "category", breakdown: "ingredient", w: 12, h: 8})
	b.shown(metric{id: "pd_spending", title: "Spending by program", by: "program_id", also: "program_kind", w: 12, h: 8})
	b.shown(metric{id: "cost_per_participant", title: "Cost a participant by program", by: "program_id", also: "program_kind", w: 12, h: 8})
	b.heading("What a change costs")
	b.values(metric{id: "cost_per_participant", title: "Cost a participant by kind of program", by: "program_kind", w: 12, h: 8})
	b.values(metric{id: "cost_per_sustained_change", title: "Cost of a sustained change by kind of program", by: "program_kind", w: 12, h: 8})
	b.values(metric{id: "cost_per_observation_gain", title: "Cost of 0.1 SD by kind of program", by: "program_kind", w: 12, h: 8})
	costAgainstGain(b)
	costAgainstMatched(b)
	b.heading("How sure is that")
	ranking(b)
	b.shown(metric{id: "break_even_effect", title: "Break-even", by: "category", breakdown: "as cost-effective as", also: "program_kind", w: 12, h: 9})
	b.values(metric{id: "cost_sensitivity", title: "Cost a participant if an ingredient costs more or less", by: "category", breakdown: "scenario", w: 12, h: 9})
	b.shown(metric{id: "cost_per_student_gain", by: "program_kind", w: 12, h: 9})
	return b.Dashboard
}

// costAgainstGain is the cost-effectiveness plane.
func costAgainstGain(b *metricBoard) {
	c := b.about(metric{id: "cost_per_participant", title: "Cost and gain", w: 12, h: 8}, "observation_gain")
	c.means = "Each kind of program by what it costs a participant and by the gain in observation scores of those who took it: " +
		"to the right costs more, higher up gains more.\n\n" + c.means
	c.unit, c.decimals = "", nil
	c.overrides = []dashboards.Override{unit("cost", "currencyUSD"), unit("gain", "percentunit"), unit("gain from", "percentunit"), unit("gain to", "percentunit")}
	c.sql = fmt.Sprintf(`SELECT concat_ws(' · ', program_kind, c.session_id) AS kind, c.cost_per_participant AS cost, g.observation_gain AS gain,
  g.observation_gain_low AS "gain from", g.observation_gain_high AS "gain to", g.observation_gain_n AS n
FROM (SELECT * FROM pd_roi WHERE %[1]s) c JOIN (SELECT * FROM impact WHERE %[1]s) g USING (district_id, program_kind)
WHERE c.session_id IS NOT DISTINCT FROM g.session_id AND c.cost_per_participant IS NOT NULL AND g.observation_gain IS NOT NULL ORDER BY 1`, cells("", "program_kind"))
	c.series = programKinds()
	b.plane(c, "cost", "gain", "kind")
}

// programKinds are the kinds in the contract of pd_program.
func programKinds() []string {
	return strings.Fields("ai_coaching ai_personalized human_coaching micro_learning micro_credential just_in_time workshop plc")
}

// costAgainstMatched is the plane with effects against matched teachers, and the
// same in numbers.
func costAgainstMatched(b *metricBoard) {
	c := b.about(metric{id: "cost_per_participant", title: "Cost and matched effect", w: 12, h: 8})
	c.means = "Each released study by what its kind of program costs a participant and by its effect against matched teachers, in standard deviations (Hedges' g). " +
		"The effect is beyond what the comparison had, whose cost is not taken off.\n\n" + c.means
	c.source, c.empty = "study_effect, of "+studySource+"; "+c.source, noStudy
	c.unit, c.decimals = "", nil
	c.overrides = []dashboards.Override{unit("cost", "currencyUSD")}
	c.sql = fmt.Sprintf(`SELECT DISTINCT concat_ws(' · ', e.program_kind, e.study, coalesce(e.label, e.outcome)) AS study, c.cost_per_participant AS cost, e.g AS effect,
  e.g_low AS "effect from", e.g_high AS "effect to", e.n_treated AS treated
FROM (SELECT * FROM pd_roi WHERE %s AND session_id IS NULL) c JOIN (SELECT * FROM study_effect WHERE main AND %s) e USING (district_id, program_kind)
WHERE c.cost_per_participant IS NOT NULL AND e.g IS NOT NULL ORDER BY 1`, strings.Replace(cells("", "program_kind"), chosen, inDistrict, 1), chosenStudies)
	b.plane(c, "cost", "effect", "study")
	c.title = "Cost and matched effect, in numbers"
	c.overrides = append(c.overrides, width("study", 300))
	b.table(c)
}

// ranking orders kinds of programs by what a gain costs, with the limits
// within which that is known.
func ranking(b *metricBoard) {
	c := b.about(metric{id: "cost_per_observation_gain", title: "Ranking", w: 12, h: 9})
	c.means = "Kinds of programs by what 0.1 standard deviations of gain cost, cheapest first, with 95 % limits. Where limits overlap the order is not sure; " +
		"without an upper limit the gain may be none.\n\n" + c.means
	c.unit, c.decimals = "", nil
	c.overrides = []dashboards.Override{unit("from", "currencyUSD"), unit("to", "currencyUSD")}
	c.sql = fmt.Sprintf(`SELECT rank() OVER (PARTITION BY district_id, session_id ORDER BY cost_per_observation_gain NULLS LAST) AS rank, program_kind AS kind, coalesce(session_id, '%s') AS session,
  cost_per_observation_gain_shown AS "cost of 0.1 SD", cost_per_observation_gain_low AS "from", cost_per_observation_gain_high AS "to", cost_per_observation_gain_n AS n
FROM pd_roi_impact WHERE %s AND cost_per_observation_gain_shown IS NOT NULL ORDER BY district_id, session_id NULLS FIRST, 1, 2`, allSessions, cells("", "program_kind"))
	b.table(c)
}
