package synth_test

import (
	"database/sql"
	"math"
	"testing"

	"github.com/weir-warehouse/weir/etl/synth"
)

// recoveries estimates planted quantities from the files alone, each with its
// standard error.
var recoveries = map[string]string{
	"not_relevant.generic":      `SELECT estimate(CAST(relevance_rating <= 2 AS INTEGER)) FROM pd_engagement JOIN pd_program USING (program_id) WHERE NOT personalized`,
	"not_relevant.personalized": `SELECT estimate(CAST(relevance_rating <= 2 AS INTEGER)) FROM pd_engagement JOIN pd_program USING (program_id) WHERE personalized`,
	"not_relevant.survey_generic": `SELECT estimate(CAST(relevance <= 2 AS INTEGER)) FROM survey
		WHERE NOT EXISTS (FROM took JOIN pd_program USING (program_id) WHERE personalized AND took.teacher_number = survey.teacher_number AND took.ends = survey.ends)`,
	"satisfaction_ratio": `SELECT quotient(estimate(CASE WHEN personalized THEN satisfaction_rating END), estimate(CASE WHEN NOT personalized THEN satisfaction_rating END))
		FROM pd_engagement JOIN pd_program USING (program_id)`,
	"engagement_ratio": `SELECT quotient(estimate(CASE WHEN personalized THEN minutes END), estimate(CASE WHEN NOT personalized THEN minutes END)) FROM spent WHERE device_access = 'personal'`,
	"engagement_ratio.device_none": `SELECT quotient(estimate(CASE WHEN device_access = 'none' THEN minutes END), estimate(CASE WHEN device_access = 'personal' THEN minutes END))
		FROM spent WHERE kind = 'ai_personalized'`,
	"prefers_self_paced":   `SELECT estimate(CAST(prefers_self_paced AS INTEGER)) FROM survey`,
	"prefers_own_schedule": `SELECT estimate(CAST(prefers_own_schedule AS INTEGER)) FROM survey`,
	"changed_practice":     `SELECT estimate(CAST(changed_practice AS INTEGER)) FROM survey`,
	"follow_up_risk_ratio": `SELECT quotient(estimate(CASE WHEN followed_up THEN CAST(changed_practice AS INTEGER) END), estimate(CASE WHEN NOT followed_up THEN CAST(changed_practice AS INTEGER) END))
		FROM survey JOIN (SELECT teacher_number, ends, bool_or(follow_up) AS followed_up FROM took JOIN pd_program USING (program_id) GROUP BY ALL) USING (teacher_number, ends)`,
	"trust_change.evaluators_get_access": `SELECT difference(estimate(CASE WHEN answered_on >= shared_on THEN trust END), estimate(CASE WHEN answered_on < coalesce(shared_on, DATE '9999-01-01') THEN trust END))
		FROM survey LEFT JOIN shared USING (school_id)`,
	"confidence_trend":      `SELECT slope(confidence, ends) FROM survey`,
	"innovation_trend":      `SELECT slope(innovation, ends) FROM survey`,
	"collaboration_trend":   `SELECT slope(collaboration, ends) FROM survey`,
	"follow_up_share":       `SELECT exactly(avg(CAST(follow_up AS INTEGER))) FROM pd_program`,
	"active_practice_share": `SELECT exactly(avg(CAST(active_practice AS INTEGER))) FROM pd_program`,
	"cost_per_teacher_year": `SELECT nearly((SELECT sum(amount) FROM pd_cost) / (SELECT count(*) FROM teacher_year), 0.01) `,
	"coach_cost":            `SELECT estimate(unit_price) FROM pd_cost WHERE unit = 'coach year'`,
	"coach_load":            `SELECT exactly(count(*) / count(DISTINCT (coach_number, begin_date))) FROM coach_assignment`,
	"ai_expert_correlation": `SELECT correlation(ai_score, expert_score) FROM coaching_feedback WHERE expert_score IS NOT NULL`,
	"useful.ai_lesson_plan_feedback": `SELECT estimate(CAST(usefulness_rating >= 4 AS INTEGER)) FROM coaching_session
		WHERE coach_type = 'ai' AND kind = 'lesson_plan_feedback'`,
	"self_assessment_gap":              `SELECT estimate(self_level - benchmark_level) FROM skill_assessment`,
	"micro_credential_award_rate":      `SELECT estimate(CAST(status = 'awarded' AS INTEGER)) FROM micro_credential`,
	"micro_credential_completion_rate": `SELECT estimate(CAST(evidence_kind IS NOT NULL AS INTEGER)) FROM micro_credential`,
	"micro_credential_schools.2024": `SELECT nearly(count(DISTINCT school_id) / 16, 1 / 32) FROM micro_credential JOIN person USING (teacher_email)
		JOIN teacher USING (teacher_number) WHERE enrolled_on BETWEEN effective_from AND effective_to AND year(effective_to) = 2024`,
	"micro_credential_schools.2026": `SELECT nearly(count(DISTINCT school_id) / 16, 1 / 32) FROM micro_credential JOIN person USING (teacher_email)
		JOIN teacher USING (teacher_number) WHERE enrolled_on BETWEEN effective_from AND effective_to AND year(effective_to) = 2026`,
	"research_consent": `SELECT estimate(CAST(consented AS INTEGER)) FROM research_consent`,
	"applied_within_week.personalized": `SELECT estimate(CASE WHEN first_applied_on - learned_on <= 7 THEN 1 ELSE 0 END)
		FROM practice_change JOIN pd_program USING (program_id) WHERE personalized`,
	"applied_within_week.workshop": `SELECT estimate(CASE WHEN first_applied_on - learned_on <= 7 THEN 1 ELSE 0 END)
		FROM practice_change JOIN pd_program USING (program_id) WHERE kind = 'workshop'`,
	"retention_3_months.workshop":       `SELECT estimate(CAST(in_use_at_3_months AS INTEGER)) FROM practice_change JOIN pd_program USING (program_id) WHERE kind = 'workshop'`,
	"retention_3_months.micro_learning": `SELECT estimate(CAST(in_use_at_3_months AS INTEGER)) FROM practice_change JOIN pd_program USING (program_id) WHERE kind = 'micro_learning'`,
	"retention_ratio": `SELECT quotient(estimate(CASE WHEN kind = 'micro_learning' THEN CAST(in_use_at_3_months AS INTEGER) END), estimate(CASE WHEN kind = 'workshop' THEN CAST(in_use_at_3_months AS INTEGER) END))
		FROM practice_change JOIN pd_program USING (program_id)`,
	"observation_gain.ai_personalized":       `SELECT gain(spring, fall) FROM teacher_year WHERE kinds = 'ai_personalized'`,
	"observation_gain.workshop":              `SELECT gain(spring, fall) FROM teacher_year WHERE kinds = 'workshop'`,
	"uptake.ai_personalized.device_personal": `SELECT estimate(CAST(kinds = 'ai_personalized' AS INTEGER)) FROM teacher_year WHERE device = 'personal'`,
	"uptake.ai_personalized.device_shared":   `SELECT estimate(CAST(kinds = 'ai_personalized' AS INTEGER)) FROM teacher_year WHERE device = 'shared'`,
	"uptake.ai_personalized.device_none":     `SELECT estimate(CAST(kinds = 'ai_personalized' AS INTEGER)) FROM teacher_year WHERE device = 'none'`,
	"dose.human_coaching": `SELECT slope(spring / fall - 1, sessions) FROM teacher_year
		JOIN (SELECT teacher_number, year(held_at + INTERVAL 4 MONTH) AS ends, count(*) AS sessions FROM coaching_session JOIN person USING (teacher_email) WHERE coach_type = 'human' GROUP BY ALL)
		USING (teacher_number, ends) WHERE kinds = 'human_coaching'`,
	"duration.workshop": `SELECT slope(spring / fall - 1, designed_weeks) FROM teacher_year JOIN pd_program ON program_id = programs[1] WHERE kinds = 'workshop'`,
	"narrow_focus.workshop": `SELECT difference(estimate(CASE WHEN skills_targeted = 1 THEN spring / fall - 1 END), estimate(CASE WHEN skills_targeted > 1 THEN spring / fall - 1 END))
		FROM teacher_year JOIN pd_program ON program_id = programs[1] WHERE kinds = 'workshop'`,
	"visit_reliability": `SELECT correlation(list_extract(visits, 1), list_extract(visits, 2))
		FROM (SELECT list(score ORDER BY observation_id) AS visits FROM score WHERE half = 'F' GROUP BY teacher_number, ends HAVING count(*) = 2)`,
	// a school's share of the minutes that schools without the event have in the
	// same month; over twelve seeds of half the size it errs by 0.011
	"engagement_change.evaluators_get_access": `
		WITH monthly AS (
			SELECT school_id, date_trunc('month', started_at) AS month, sum(minutes) AS minutes
			FROM pd_engagement JOIN person USING (teacher_email) JOIN teacher USING (teacher_number)
			WHERE started_at BETWEEN effective_from AND effective_to GROUP BY ALL
		), compared AS (
			SELECT own.school_id, month >= any_value(shared_on) AS after, any_value(own.minutes) / sum(others.minutes) AS share
			FROM monthly AS own JOIN shared USING (school_id) JOIN monthly AS others USING (month)
			WHERE others.school_id NOT IN (SELECT school_id FROM shared) GROUP BY own.school_id, month
		)
		SELECT nearly(avg(share) FILTER (WHERE after) / avg(share) FILTER (WHERE NOT after) - 1, 0.02) FROM compared`,
}

const recoverySQL = `
CREATE TABLE shared AS SELECT school_id, occurred_on AS shared_on FROM data_sharing_event WHERE audience = 'evaluators';
CREATE TABLE survey AS SELECT survey_response.*, teacher_number, school_id, year(effective_to) AS ends
FROM survey_response JOIN person USING (teacher_email) JOIN teacher USING (teacher_number) WHERE answered_on BETWEEN effective_from AND effective_to;
CREATE TABLE spent AS
SELECT device_access, kind, personalized, CAST(sum(minutes) AS DOUBLE) AS minutes
FROM pd_engagement JOIN pd_program USING (program_id) JOIN person USING (teacher_email) JOIN teacher AS t USING (teacher_number)
WHERE started_at BETWEEN t.effective_from AND t.effective_to GROUP BY device_access, kind, personalized, teacher_number, program_id, t.effective_to;
CREATE MACRO slope(y, x) AS {'value': regr_slope(y, x), 'se': sqrt((1 - corr(y, x) ** 2) * var_samp(y) / var_samp(x) / (count(*) - 2))};
CREATE MACRO correlation(x, y) AS {'value': corr(x, y), 'se': (1 - corr(x, y) ** 2) / sqrt(count(*))};
CREATE MACRO nearly(x, se) AS {'value': x, 'se': se};
CREATE MACRO exactly(x) AS {'value': x, 'se': 1e-9};
`

// recover checks each planted quantity against the files, to four standard
// errors: of forty-five, one in 350 districts would fail, and the seed is fixed.
func recoverPlanted(t *testing.T, db *sql.DB, truth synth.Truth) {
	t.Helper()
	exec(t, db, recoverySQL)
	for id, query := range recoveries {
		var got, se float64
		if err := db.QueryRowContext(t.Context(), "SELECT e.value, e.se FROM ("+query+") AS q(e)").Scan(&got, &se); err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		want := quantity(t, truth, id)
		if !(math.Abs(got-want.Value) <= 4*se) {
			t.Errorf("%s: found %.4f ± %.4f, planted %.4f", id, got, se, want.Value)
		}
		if want.Realised != nil && want.Naive == nil && math.Abs(got-*want.Realised) > 4*se {
			t.Errorf("%s: found %.4f ± %.4f, realised %.4f", id, got, se, *want.Realised)
		}
	}
}

func quantity(t *testing.T, truth synth.Truth, id string) synth.Quantity {
	t.Helper()
	for _, q := range truth.Quantities {
		if q.ID == id {
			return q
		}
	}
	t.Fatalf("truth.json lacks %s", id)
	return synth.Quantity{}
}
