package opa_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestExplain(t *testing.T) {
	t.Parallel()
	study := ask(policy.Research, policy.Researcher)
	study.Agreement = agreement()
	tests := []struct {
		name            string
		request         policy.Request
		dataset, column string
	}{
		{"coach_coaching_session", ask(policy.Coaching, policy.Coach), "coaching_session", ""},
		{"evaluator_coaching_session", ask(policy.Evaluation, policy.Evaluator, policy.Coach), "coaching_session", ""},
		{"evaluator_observation", ask(policy.Evaluation, policy.Evaluator), "observation", ""},
		{"evaluator_asking_to_coach", ask(policy.Coaching, policy.Evaluator, policy.Coach), "teacher", ""},
		{"teacher_student_outcome", ask(policy.SelfService, policy.Teacher), "student_outcome", ""},
		{"researcher_teacher", study, "teacher", ""},
		{"researcher_teacher_years_experience", study, "teacher", "years_experience"},
		{"researcher_teacher_fte", study, "teacher", "fte"},
		{"leader_mart", ask(policy.PDROIReview, policy.DistrictLeader), "mart_program_cost", ""},
		{"steward_vault", ask(policy.Operations, policy.DataSteward), "staff_identity", ""},
	}
	revision := regexp.MustCompile(`Policy [0-9a-f]{64}`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, err := engine(t).Explain(t.Context(), tt.request, tt.dataset, tt.column)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := x.Write(&b); err != nil {
				t.Fatal(err)
			}
			got := revision.ReplaceAll(b.Bytes(), []byte("Policy REVISION"))
			file := filepath.Join("testdata", "explain", tt.name+".txt")
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestExplainRefusesUnknownNames(t *testing.T) {
	t.Parallel()
	for _, name := range [][2]string{{"no_such_dataset", ""}, {"teacher", "no_such_column"}} {
		_, err := engine(t).Explain(t.Context(), ask(policy.Coaching, policy.Coach), name[0], name[1])
		if policy.CodeOf(err) != policy.NotFound {
			t.Errorf("%v: got %v, want not found", name, err)
		}
	}
}
