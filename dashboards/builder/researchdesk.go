package builder

import (
	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/policy"
)

const (
	stepSource = "research.study_event, from the audit log, of studies under the agreement"

	// steps are the steps of studies that the variables select, and studied
	// the rows of marts.
	steps   = "$__timeFilter(timestamp) AND study IN (${study:sqlstring})"
	studied = "study IN (${study:sqlstring})"
)

// researchDesk answers a researcher: where do the agreement's studies stand, and
// what did those find that were released.
func researchDesk() dashboards.Dashboard {
	b := newBoard(audience(policy.Researcher), "research-desk", "Research desk",
		"Studies under the agreement: their steps on the audit log; and of those that were released, balance, effects with intervals, how effects stand up to other choices, and the rating of the evidence.", "now-2y", "")
	b.choose("study", "Study", "studies with a step in the time range", "SELECT DISTINCT study FROM research.study_event WHERE $__timeFilter(timestamp) ORDER BY 1")
	studySteps(b)
	b.heading("Evidence and balance")
	evidence(b, studied, 24, 7)
	balance(b, studied)
	b.heading("Effects")
	matchedAgainstNaive(b, studied)
	effectsByGroup(b)
	effects(b, studied)
	b.heading("Specification spread")
	specifications(b, studied)
	return b.Dashboard
}

func studySteps(b *board) {
	for _, f := range []struct{ title, step, means string }{
		{"Designed", "designed", "Studies that were matched and looked at without outcomes."},
		{"Registered", "registered", "Studies whose protocol and match are on the audit log, before outcomes were read."},
		{"Estimated", "estimated", "Studies whose outcomes were read."},
		{"Released", "released", "Studies whose report left the enclave, after two approvals."},
	} {
		b.stat(chart{
			title: f.title, means: f.means, source: stepSource, empty: "none", w: 6, h: 4,
			sql: "SELECT count(DISTINCT study) AS studies FROM research.study_event WHERE step = '" + f.step + "' AND " + steps,
		})
	}
	b.table(chart{
		title: "Studies", means: "Each study's phase, when it came there, and how many approve its report. Outcomes are read after the registration; a deviation is a departure from what was registered.",
		source: stepSource, empty: "no study has a step in the time range; 'weir study design' begins one", w: 24, h: 8,
		overrides: []dashboards.Override{width("study", 260), coloured("phase", word(blue, "released"), word(green, "estimated"), word(orange, "registered"), word(grey, "designed"))},
		sql: `SELECT study, CASE WHEN max(CASE WHEN step = 'released' THEN timestamp END) IS NOT NULL THEN 'released' WHEN max(CASE WHEN step = 'estimated' THEN timestamp END) IS NOT NULL THEN 'estimated'
    WHEN max(CASE WHEN step = 'registered' THEN timestamp END) IS NOT NULL THEN 'registered' ELSE 'designed' END AS phase,
  min(CASE WHEN step = 'designed' THEN timestamp END) AS designed, max(CASE WHEN step = 'registered' THEN timestamp END) AS registered,
  max(CASE WHEN step = 'estimated' THEN timestamp END) AS estimated, max(CASE WHEN step = 'released' THEN timestamp END) AS released,
  count(*) FILTER (WHERE step = 'deviated') AS deviations, count(*) FILTER (WHERE step = 'approved') AS approvals, count(*) FILTER (WHERE step = 'refused') AS refusals
FROM research.study_event WHERE ` + steps + ` GROUP BY 1 ORDER BY max(timestamp) DESC, 1`,
	})
	b.table(chart{
		title: "Deviations, approvals and refusals", means: "What was said of studies: why one departed from what was registered, and who approved or refused a report, by role.",
		source: stepSource, empty: "nobody departed from what was registered, approved or refused", w: 24, h: 6,
		overrides: []dashboards.Override{width("study", 260), coloured("step", word(blue, "approved"), word(orange, "deviated"), word(vermilion, "refused"))},
		sql: `SELECT timestamp, study, step, array_to_string(roles, ', ') AS role, reason, left(report_sha256, 12) AS report
FROM research.study_event WHERE step IN ('approved', 'deviated', 'refused') AND ` + steps + ` ORDER BY 1 DESC, 2 LIMIT 100`,
	})
}

// effectsByGroup shows all subgroups.
func effectsByGroup(b *board) {
	c := studyChart("study_effect", "Effects in subgroups", "A study's effect in each level of the covariates that the protocol names, in the outcome's unit with 95 % limits; teacher-years are rounded. "+
		"Levels with too few teachers have no effect.", 12, 9,
		`SELECT DISTINCT study, coalesce(label, outcome) AS "effect on", subgroup_by AS "by", subgroup AS level, estimate AS effect, ci_low AS "from", ci_high AS "to", n_treated AS treated, n_comparison AS comparison
FROM study_effect WHERE subgroup_by IS NOT NULL AND `+studied+` ORDER BY 1, 2, 3, 4`)
	for _, name := range []string{"effect", "from", "to"} {
		c.overrides = append(c.overrides, named(name, dashboards.Property{ID: "decimals", Value: 3}))
	}
	b.table(c)
}
