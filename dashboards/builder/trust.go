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
	c := b.about(metric{id: "engagement_event_study", title: "Engagement around changes of access", w: 12, h: 8})
	c.series = []string{"change", "from", "to"}
	c.sql = fmt.Sprintf(`SELECT concat_ws(' · ', breakdown, category) AS month, engagement_event_study AS change, engagement_event_study_low AS "from", engagement_event_study_high AS "to"
FROM trust WHERE district_id IN (${district:sqlstring}) AND engagement_event_study IS NOT NULL AND %s ORDER BY breakdown, category_order`, within)
	b.bars(c, false)
}
