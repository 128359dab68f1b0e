package opa_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// A relation with parts in several marts is the union of those that are granted,
// and what is not granted leaves no trace.
func TestUnion(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	for mart, value := range map[string]string{"mart_core": "cost", "mart_evaluative": "rating", "mart_formative": "coaching"} {
		w.exec("INSERT INTO " + mart + ".main.metric_value VALUES ('d1', '" + value + "'), ('d1', NULL)")
	}
	evaluator := ask(policy.Evaluation, policy.Evaluator)
	evaluator.Principal.Schools = []string{"rating", "coaching", "cost"}
	leader := ask(policy.PDROIReview, policy.DistrictLeader)
	leader.Principal.Districts = []string{"d1"}
	head := ask(policy.SchoolImprovement, policy.SchoolLeader)
	head.Principal.Schools, head.Principal.Districts = []string{"coaching"}, []string{"d1"}
	for name, c := range map[string]struct {
		request policy.Request
		want    []string
	}{
		"evaluator":       {evaluator, []string{"rating"}},
		"district leader": {leader, []string{"coaching", "cost", "rating", "∅", "∅", "∅"}},
		"school leader":   {head, []string{"coaching", "∅", "∅", "∅"}},
	} {
		s := scope(t, c.request)
		grant := s.Grants["metric_value"]
		if grant == nil || !grant.Allow {
			t.Fatalf("%s: metric_value is not granted", name)
		}
		for granted := range s.Grants {
			if strings.Contains(granted, " of ") {
				t.Errorf("%s: a grant of %s", name, granted)
			}
		}
		if got := w.rows("SELECT school_id FROM (" + grant.View + ") ORDER BY 1 NULLS LAST"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if grant := scope(t, ask(policy.Coaching, policy.Coach)).Grants["metric_value"]; grant != nil {
		t.Errorf("a coach's grant: %+v", grant)
	}
	e := engine(t)
	x, err := e.Explain(t.Context(), evaluator, "metric_value", "school_id")
	if err != nil || !x.Allow || x.Dataset != "metric_value" || !strings.Contains(x.SQL, "school_id") {
		t.Errorf("%+v, %v", x, err)
	}
	if x, err = e.Explain(t.Context(), ask(policy.Coaching, policy.Coach), "metric_value", ""); err != nil || x.Allow {
		t.Errorf("%+v, %v", x, err)
	}
}
