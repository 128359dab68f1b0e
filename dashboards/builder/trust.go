package builder

import (
	"fmt"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/policy"
)

// trustAndEquity answers a district leader: do teachers trust us with their
// data, and who is left out.
func trustAndEquity(words map[string]*metrics.Metric) dashboards.Dashboard {
	b := newMetricBoard(words, policy.DistrictLeader, "trust-and-equity", "Trust and equity",
		"What teachers say and do around changes of who may see their data; and gaps in access.")
	b.chooseKind()
	b.chooseBand()
	b.markEvents()
	b.heading("Trust monitor")
	b.trend(metric{id: "trust_mean", title: "Trust", w: 12, h: 8, decimals: 2})
	eventStudy(b)
	b.shown(metric{id: "engagement_after_access", title: "Engagement after changes of access", by: "category", breakdown: "access", w: 16, h: 7}, "engagement_alert", "engagement_pretrend")
	b.shown(metric{id: "trust_change", w: 8, h: 7})
	b.heading("Teacher voice")
	b.trend(metric{id: "confidence_mean", title: "Confidence, innovation, collaboration", w: 12, h: 8, decimals: 2}, "innovation_mean", "collaboration_mean")
	b.values(metric{id: "trust_mean", title: "Trust by experience", by: "experience_band", w: 12, h: 8, decimals: 2})
	b.shown(metric{id: "trust_trend", title: "Change a year", w: 24, h: 6}, "confidence_trend", "innovation_trend", "collaboration_trend")
	b.heading("Gaps in access")
	b.values(metric{id: "device_uptake_gap", by: "program_kind", w: 12, h: 8, decimals: 1})
	b.values(metric{id: "broadband_uptake_gap", by: "program_kind", w: 12, h: 8, decimals: 1})
	b.values(metric{id: "engagement_minutes", title: "Time engaged by device", by: "device_access", w: 8, h: 8})
	b.values(metric{id: "personalized_uptake_by_skill_rate", by: "category", breakdown: "skill level", w: 8, h: 8})
	b.shown(metric{id: "self_assessment_gap", title: "Self-assessment beside a benchmark", by: "category", breakdown: "skill", w: 8, h: 8})
	return b.Dashboard
}

// eventStudy shows engagement around changes of access.
func eventStudy(b *metricBoard) {
	c := b.about(metric{id: "engagement_event_study", title: "Engagement around evaluators' access", w: 12, h: 8})
	c.means = "Along the months before and after evaluators were given access; limits of 95 %; of several districts, their mean. Other changes of access are in the table below.\n\n" + c.means
	c.series, c.decimals = []string{"change", "from", "to"}, nil
	c.overrides = []dashboards.Override{unit("months since", "none")}
	for _, limit := range []string{"from", "to"} {
		c.overrides = append(c.overrides, named(limit, dashboards.Property{ID: "custom.lineStyle", Value: map[string]any{"fill": "dash", "dash": []int{6, 6}}},
			dashboards.Property{ID: "custom.lineWidth", Value: 1}, dashboards.Property{ID: "custom.showPoints", Value: "never"}))
	}
	c.sql = fmt.Sprintf(`SELECT category_order AS "months since", avg(engagement_event_study) AS change, avg(engagement_event_study_low) AS "from", avg(engagement_event_study_high) AS "to"
FROM trust WHERE district_id IN (${district:sqlstring}) AND engagement_event_study IS NOT NULL AND breakdown LIKE '%%evaluators granted' AND %s GROUP BY 1 ORDER BY 1`, within)
	b.curve(c, "months since")
}
