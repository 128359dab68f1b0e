package report_test

import (
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/metrics/study/report"
)

// figures lists the names of a report's pictures.
func figures(r *report.Report) string {
	var names []string
	for _, f := range r.Figures {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

// Distributions are drawn of many teachers, and of few they are named without a
// picture.
func TestDistributionsOfFewTeachersAreNotDrawn(t *testing.T) {
	t.Parallel()
	many, _, err := report.Make(input(t, 120, 0))
	if err != nil {
		t.Fatal(err)
	}
	if names := figures(many); !strings.Contains(names, "overlap ecdf") || strings.Contains(strings.Join(many.Hidden, "\n"), "Distribution") {
		t.Errorf("figures %s, hidden %q", names, many.Hidden)
	}
	few, _, err := report.Make(input(t, 30, 0))
	if err != nil {
		t.Fatal(err)
	}
	if names := figures(few); strings.Contains(names, "overlap") || strings.Contains(names, "ecdf") {
		t.Errorf("distributions of 30 treated teachers are drawn: %s", names)
	}
	if hidden := strings.Join(few.Hidden, "\n"); !strings.Contains(hidden, "Distribution of propensity score: too few teachers.") ||
		!strings.Contains(hidden, "Distribution of observation score in the fall: too few teachers.") {
		t.Errorf("hidden: %s", hidden)
	}
}
