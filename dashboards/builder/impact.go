package builder

import (
	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/policy"
)

// impactComparison answers a district leader: which programs come with larger
// gains, and of whom.
func impactComparison(words map[string]*metrics.Metric) dashboards.Dashboard {
	b := newMetricBoard(words, policy.DistrictLeader, "impact-comparison", "Impact comparison",
		"Effects of programs against matched teachers, beside plain comparisons, with the quality of the evidence; and gains in observation scores and student outcomes by program, with intervals and numbers of teachers. Plain comparisons describe; a description names the study that compares like with like.")
	b.chooseKind()
	b.chooseBand()
	b.heading("Matched comparisons: studies that were released")
	matchedAgainstNaive(b.board, chosenStudies)
	byExperience(b.board, chosenStudies)
	effects(b.board, chosenStudies)
	balance(b.board, chosenStudies)
	evidence(b.board, chosenStudies, 24, 7)
	b.heading("Gain in observation scores")
	b.values(metric{id: "observation_gain", title: "Gain by kind of program", by: "program_kind", w: 12, h: 8, decimals: 1})
	b.shown(metric{id: "observation_gain", title: "Gain by kind of program, in numbers", by: "program_kind", w: 12, h: 8})
	b.values(metric{id: "observation_gain", title: "Gain by programs taken", by: "category", breakdown: "programs taken", w: 12, h: 8, decimals: 1})
	b.shown(metric{id: "observation_gain_difference", title: "Gain beyond workshops, by programs taken", by: "category", breakdown: "programs taken", w: 12, h: 8})
	b.values(metric{id: "observation_gain", title: "Gain by experience", by: "experience_band", w: 12, h: 8, decimals: 1})
	b.shown(metric{id: "early_career_ai_coaching_gain", by: "category", breakdown: "career", w: 12, h: 8})
	b.trend(metric{id: "observation_gain", title: "Gain over the years", w: 12, h: 8, decimals: 1})
	b.shown(metric{id: "coached_improvement_ratio", title: "Ratios and slopes", w: 12, h: 8}, "narrow_focus_difference", "coaching_dose_slope", "workshop_duration_slope")
	b.heading("Student outcomes")
	b.trend(metric{id: "student_score_gain", w: 12, h: 8, decimals: 1})
	b.shown(metric{id: "student_gain_difference", by: "category", breakdown: "programs taken", w: 12, h: 8})
	b.heading("Teachers' scores")
	b.trend(metric{id: "observation_score_mean", w: 12, h: 8, decimals: 2})
	b.values(metric{id: "visit_reliability", by: "category", breakdown: "visits", w: 12, h: 8, decimals: 2})
	return b.Dashboard
}
