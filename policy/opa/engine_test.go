package opa_test

import (
	"slices"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

const me = "00000000-0000-4000-8000-000000000001"

// ask is a request of a principal with keys, for everything.
func ask(purpose policy.Purpose, roles ...policy.Role) policy.Request {
	return policy.Request{
		Principal: policy.Principal{
			ID: "p", Roles: roles, StaffKey: me,
			Schools: []string{"s1"}, Districts: []string{"d1"},
		},
		Purpose: purpose,
		Door:    policy.Command,
		On:      "2025-01-01",
	}
}

// agreement lets p study teachers and their coaching.
func agreement() *policy.Agreement {
	return &policy.Agreement{
		ID: "a1", Parties: []string{"district", "university"}, Purpose: policy.Research,
		Datasets: map[string][]string{
			"teacher":          {"teacher_key", "school_id", "years_experience", "hire_date", "effective_from", "subject"},
			"coaching_session": {"coaching_session_id", "teacher_key", "program_id", "held_at"},
			"school":           {"school_id", "level"},
		},
		From: "2023-08-01", To: "2024-07-31", DestroyBy: "2026-12-31", Members: []string{"p"}, MinimumCell: 12,
	}
}

// scope asks the built-in policy.
func scope(t *testing.T, r policy.Request) *policy.Scope {
	t.Helper()
	s, err := engine(t).Scope(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// granted lists the datasets that a scope grants.
func granted(s *policy.Scope) []string {
	var names []string
	for name, g := range s.Grants {
		if g.Allow {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestScope(t *testing.T) {
	t.Parallel()
	leaders := []string{"academic_session", "district", "mart_coaching_effect", "mart_observation_gain", "mart_program_cost", "metric_value", "pd_program", "school"}
	attached := []string{"core_reference", "mart_core", "mart_evaluative", "mart_formative", "mart_formative_evaluative"}
	tests := []struct {
		name         string
		request      policy.Request
		granted      []string
		compartments []string
	}{
		{
			"coach", ask(policy.Coaching, policy.Coach),
			[]string{"academic_session", "coach_assignment", "coaching_feedback", "coaching_session", "pd_program", "practice_change"},
			[]string{"core", "formative"},
		},
		{
			"evaluator", ask(policy.Evaluation, policy.Evaluator),
			[]string{"academic_session", "evaluation_rating", "evaluator_assignment", "mart_observation_gain", "metric_value", "observation", "observation_score", "school", "teacher"},
			[]string{"core", "evaluative", "mart_evaluative"},
		},
		{
			"evaluator who is everything else", ask(policy.Evaluation, policy.Roles()...),
			[]string{"academic_session", "evaluation_rating", "evaluator_assignment", "mart_observation_gain", "metric_value", "observation", "observation_score", "school", "teacher"},
			[]string{"core", "evaluative", "mart_evaluative"},
		},
		{"evaluator who coaches", ask(policy.Coaching, policy.Coach, policy.Evaluator), nil, nil},
		{
			"teacher", ask(policy.SelfService, policy.Teacher),
			[]string{
				"academic_session", "coach_assignment", "coaching_feedback", "coaching_session", "district", "evaluation_rating",
				"evaluator_assignment", "micro_credential", "observation", "observation_score", "pd_engagement", "pd_program",
				"plc_activity", "practice_change", "research_consent", "school", "section", "section_teacher", "skill_assessment",
				"student_feedback", "student_outcome", "survey_response", "teacher",
			},
			[]string{"core", "evaluative", "formative", "students"},
		},
		{"school leader", ask(policy.SchoolImprovement, policy.SchoolLeader), leaders, attached},
		{"district leader", ask(policy.PDROIReview, policy.DistrictLeader), leaders, attached},
		{"leader of both", ask(policy.PDROIReview, policy.DistrictLeader, policy.SchoolLeader), leaders, attached},
		{"privacy officer", ask(policy.PrivacyAudit, policy.PrivacyOfficer), []string{"audit.decisions", "data_sharing_event"}, []string{"audit_log", "formative_reference"}},
		{
			"data steward", ask(policy.Operations, policy.DataSteward),
			[]string{
				"academic_session", "coach_assignment", "district", "enrollment", "evaluator_assignment", "pd_cost",
				"pd_program", "school", "section", "section_teacher", "teacher",
			},
			[]string{"core"},
		},
		{"researcher without agreement", ask(policy.Research, policy.Researcher), nil, nil},
		{"no role", ask(policy.Research), nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := scope(t, tt.request)
			if got := granted(s); !slices.Equal(got, tt.granted) {
				t.Errorf("granted %v, want %v", got, tt.granted)
			}
			if !slices.Equal(s.Compartments, tt.compartments) {
				t.Errorf("compartments %v, want %v", s.Compartments, tt.compartments)
			}
		})
	}
}
