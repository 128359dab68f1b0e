package identity

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// exampleAgreement is the id of the agreement that an example has.
const exampleAgreement = "growth-study"

// Example says which people and places of a made-up district its example
// principals stand for.
type Example struct {
	Evaluator, Coach, Teacher string // staff numbers
	School, District          string // ids
	From, To                  policy.Date
	DestroyBy                 policy.Date
}

// ExampleDrafts lists, a principal of each role, what the principals of
// [Example] can ask for. Their ids are the names of the roles.
func ExampleDrafts() []Draft {
	drafts := make([]Draft, 0, len(policy.Roles()))
	for i, role := range policy.Roles() {
		d := Draft{Principal: string(role), Purpose: policy.Purposes()[i]} // the lists go together
		if role == policy.Researcher {
			d.Agreement = exampleAgreement
		}
		drafts = append(drafts, d)
	}
	return drafts
}

// Write writes principals.yaml and agreements.yaml into a home, with a
// principal of each role. It writes nothing, and reports false, into a home
// that has principals or agreements.
func (e Example) Write(home string) (bool, error) {
	d, err := Load(home)
	if err != nil || len(d.entries)+len(d.agreements) > 0 {
		return false, err
	}
	if err := writeFile(filepath.Join(home, AgreementsFile), []byte(DefaultAgreements+e.agreements())); err != nil {
		return false, fmt.Errorf("write %s: %w", AgreementsFile, err)
	}
	if err := writeFile(filepath.Join(home, PrincipalsFile), []byte(DefaultPrincipals+e.principals())); err != nil {
		return false, fmt.Errorf("write %s: %w", PrincipalsFile, err)
	}
	return true, nil
}

func (e Example) principals() string {
	bound := map[policy.Role]string{
		policy.DistrictLeader: fmt.Sprintf("districts: [%q]", e.District),
		policy.SchoolLeader:   fmt.Sprintf("schools: [%q]\n    districts: [%q]", e.School, e.District),
		policy.Evaluator:      fmt.Sprintf("staff_number: %q\n    schools: [%q]", e.Evaluator, e.School),
		policy.Coach:          fmt.Sprintf("staff_number: %q", e.Coach),
		policy.Teacher:        fmt.Sprintf("staff_number: %q", e.Teacher),
	}
	var b strings.Builder
	for _, role := range policy.Roles() {
		name := strings.ReplaceAll(string(role), "_", " ")
		fmt.Fprintf(&b, "  - id: %s\n    name: Example %s\n    roles: [%s]\n", role, name, role)
		if bound[role] != "" {
			b.WriteString("    " + bound[role] + "\n")
		}
	}
	return b.String()
}

func (e Example) agreements() string {
	return fmt.Sprintf(`  - id: %s
    parties: [Example district, Example university]
    purpose: research
    datasets:
      school: [school_id, level, locale, title_i]
      teacher: [teacher_key, effective_from, effective_to, school_id, role, grade_band, subject, years_experience, highest_degree, hire_date, device_access, broadband_access]
      section_teacher: [section_id, teacher_key, instruction_share]
      pd_program: [program_id, kind, designed_hours, designed_weeks, skills_targeted, follow_up, active_practice, personalized]
      pd_engagement: [engagement_id, teacher_key, program_id, started_at, minutes, completed, relevance_rating, satisfaction_rating]
      coaching_session: [coaching_session_id, teacher_key, program_id, coach_type, held_at, minutes, usefulness_rating]
      practice_change: [practice_change_id, teacher_key, program_id, strategy, learned_on, in_use_at_3_months]
      micro_credential: [credential_id, teacher_key, program_id, status, enrolled_on, awarded_on]
      survey_response: [response_id, teacher_key, survey, answered_on, relevance, confidence, innovation, collaboration, trust, changed_practice]
      observation_score: [observation_id, element, teacher_key, observed_on, score, scale_min, scale_max]
      student_outcome: [outcome_id, student_key, section_id, assessment, subject, assessed_on, scale_score]
    from: %s
    to: %s
    destroy_by: %s
    members: [%s]
    minimum_cell: 10
`, exampleAgreement, e.From, e.To, e.DestroyBy, policy.Researcher)
}
