package builder

import (
	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/policy"
)

// engagementAndPractice answers a district leader: do teachers find it
// relevant, use it, and change what they do.
func engagementAndPractice(words map[string]*metrics.Metric) dashboards.Dashboard {
	b := newMetricBoard(words, policy.DistrictLeader, "engagement-and-practice", "Engagement and practice",
		"Relevance, satisfaction and time engaged; what was applied and kept; micro-credentials and coaching.")
	b.chooseKind()
	b.chooseBand()
	b.figure(metric{id: "survey_not_relevant_rate", title: "Find it not relevant", w: 6, h: 4})
	b.figure(metric{id: "applied_within_week_rate", w: 6, h: 4})
	b.figure(metric{id: "retention_rate", w: 6, h: 4})
	b.figure(metric{id: "practice_change_rate", w: 6, h: 4})
	relevance(b)
	practice(b)
	b.heading("Micro-credentials and coaching")
	b.trend(metric{id: "micro_credential_uptake_rate", title: "Micro-credentials: begun, completed, awarded", w: 12, h: 8}, "micro_credential_completion_rate", "micro_credential_award_rate")
	b.shown(metric{id: "micro_credential_uptake_rate", title: "Micro-credential funnel", w: 12, h: 8}, "micro_credential_completion_rate", "micro_credential_award_rate", "micro_credential_school_share")
	b.trend(metric{id: "coach_load", w: 12, h: 8, decimals: 1})
	b.shown(metric{id: "coach_load", title: "Coaching", w: 12, h: 8}, "cost_per_coached_teacher", "ai_human_correlation", "ai_human_icc", "ai_human_kappa")
	return b.Dashboard
}

func relevance(b *metricBoard) {
	b.heading("Relevance and engagement")
	b.values(metric{id: "not_relevant_rate", title: "Not relevant, by kind of program", by: "program_kind", w: 12, h: 8})
	b.values(metric{id: "not_relevant_by_delivery_rate", by: "category", breakdown: "delivery", w: 12, h: 8})
	b.values(metric{id: "satisfaction_mean", title: "Satisfaction, personalized and generic", by: "category", breakdown: "content", w: 8, h: 8, decimals: 2})
	b.values(metric{id: "engagement_minutes", title: "Time engaged, personalized and generic", by: "category", breakdown: "content", w: 8, h: 8})
	b.shown(metric{id: "engagement_ratio", title: "Personalized against generic", w: 8, h: 8}, "satisfaction_ratio")
	b.trend(metric{id: "pd_participation_rate", title: "Participation and preferences", w: 12, h: 8}, "prefers_self_paced_rate", "prefers_own_schedule_rate")
	b.values(metric{id: "completion_rate", title: "Completion by kind of program", by: "program_kind", w: 12, h: 8})
}

func practice(b *metricBoard) {
	b.heading("Practice")
	b.values(metric{id: "applied_within_week_rate", title: "Applied within a week, by kind of program", by: "program_kind", w: 12, h: 8})
	b.values(metric{id: "retention_rate", title: "Retained at three months, by kind of program", by: "program_kind", w: 12, h: 8})
	b.values(metric{id: "gain_by_coaching_sessions", title: "Dose: gain by coaching sessions", by: "category", breakdown: "coaching sessions", w: 12, h: 8, decimals: 1})
	b.values(metric{id: "gain_by_duration", title: "Duration: gain by weeks of workshops", by: "category", breakdown: "designed weeks", w: 12, h: 8, decimals: 1})
	b.values(metric{id: "practice_change_rate", title: "Changed a practice, by experience", by: "experience_band", w: 12, h: 8})
	b.shown(metric{id: "retention_ratio", title: "Retention, follow-up and application, as ratios", w: 12, h: 8}, "follow_up_practice_ratio", "applied_within_week_ratio")
}
