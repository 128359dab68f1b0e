package builder

import (
	"strings"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/policy"
)

// schoolView answers a school leader: how is my school beside its district.
func schoolView(words map[string]*metrics.Metric) dashboards.Dashboard {
	b := newMetricBoard(words, policy.SchoolLeader, "school-view", "School view",
		"The leader's schools beside their district. What is about few people is suppressed, and said to be.")
	b.choose("school", "School", "the leader's schools", "SELECT DISTINCT school_id FROM metric_value WHERE school_id IS NOT NULL ORDER BY 1")
	for _, m := range []metric{
		{id: "survey_not_relevant_rate", w: 8, h: 7}, {id: "completion_rate", w: 8, h: 7}, {id: "applied_within_week_rate", w: 8, h: 7},
		{id: "retention_rate", w: 8, h: 7}, {id: "trust_mean", w: 8, h: 7, decimals: 2}, {id: "observation_score_mean", w: 8, h: 7, decimals: 2},
	} {
		b.beside(m)
	}
	b.heading("In numbers")
	c := b.about(metric{id: "pd_participation_rate", title: "Schools beside their district", w: 24, h: 14})
	c.means = "Every value of the leader's schools beside the district's for the same session. What is suppressed says so, with the rule. 'weir metrics show' has each metric's definition."
	c.source = "metric_value, of all families that a school leader sees"
	c.unit, c.decimals = "", nil
	var same []string
	for _, d := range append(dimensions()[1:], "session_id", "breakdown", "category") {
		same = append(same, "d."+d+" IS NOT DISTINCT FROM s."+d)
	}
	c.sql = `SELECT s.family, replace(s.metric, '_', ' ') AS metric, s.school_id AS school, coalesce(s.session_id, '` + allSessions + `') AS session,
  s.breakdown, s.category, s.shown AS "school's value", d.shown AS "district's value", s.n, s.rule
FROM metric_value s LEFT JOIN metric_value d ON d.metric = s.metric AND d.district_id = s.district_id AND d.school_id IS NULL AND ` + strings.Join(same, " AND ") + `
WHERE ` + strings.ReplaceAll(strings.ReplaceAll(chosen, "district_id", "s.district_id"), "session_id", "s.session_id") + ` AND s.school_id IN (${school:sqlstring}) AND s.program_kind IS NULL
  AND ` + strings.ReplaceAll(within, "CAST(period", "CAST(s.period") + `
ORDER BY s.family, s.metric, s.school_id, s.session_id NULLS FIRST, s.category_order LIMIT 1000`
	b.table(c)
	return b.Dashboard
}

// beside shows a metric of schools and of their district, over the years.
func (b *metricBoard) beside(m metric) {
	c := b.about(m)
	where := []string{"district_id IN (${district:sqlstring})", "(school_id IS NULL OR school_id IN (${school:sqlstring}))", "session_id IS NOT NULL", within, "breakdown IS NULL"}
	for _, d := range dimensions()[1:] {
		where = append(where, d+" IS NULL")
	}
	c.sql = `SELECT extract(epoch FROM CAST(period_end AS TIMESTAMP)) AS "time", coalesce('school ' || school_id, 'district') AS metric, ` + m.id + ` AS value FROM ` + b.family(m.id) + `
WHERE ` + strings.Join(where, " AND ") + ` AND ` + m.id + ` IS NOT NULL ORDER BY 1`
	c.series = []string{"district"}
	c.overrides = []dashboards.Override{{Matcher: dashboards.Matcher{ID: "byRegexp", Options: "/^school /"}, Properties: []dashboards.Property{painted(orange)}}}
	b.lines(c)
}
