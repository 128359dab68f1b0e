package protocol_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
)

func TestReadyProtocolsAndTemplateParse(t *testing.T) {
	t.Parallel()
	ready, err := protocol.Ready()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ready {
		if found, err := protocol.Find(p.ID); err != nil || found.Hash() != p.Hash() {
			t.Errorf("%s is not found as itself: %v", p.ID, err)
		}
	}
	if _, err := protocol.Parse("template.yaml", protocol.Template()); err != nil {
		t.Error(err)
	}
	if _, err := protocol.Find("nothing"); policy.CodeOf(err) != policy.NotFound {
		t.Errorf("got %v", err)
	}
}

// fault is a change of a protocol's text, and what is said of it.
type fault struct{ old, new, want string }

func refused(t *testing.T, text string, f fault) {
	t.Helper()
	changed := strings.Replace(text, f.old, f.new, 1)
	if changed == text {
		t.Fatalf("the template has no %q", f.old)
	}
	_, err := protocol.Parse("p.yaml", []byte(changed))
	if policy.CodeOf(err) != policy.DataRefused || !strings.Contains(err.Error(), f.want) {
		t.Errorf("got %v, want %q", err, f.want)
	}
}

func TestParseNamesEachFaultByLineAndField(t *testing.T) {
	t.Parallel()
	text := string(protocol.Template())
	tests := map[string]fault{
		"unknown field":    {"alpha: 0.05", "alfa: 0.05", `p.yaml:77: unknown field "alfa"`},
		"wrong kind":       {"alpha: 0.05", "alpha: high", "p.yaml:77: "},
		"level":            {"alpha: 0.05", "alpha: 0.9", "p.yaml:77: alpha: 0.9 is no level"},
		"id":               {"id: my_study ", "id: My-Study ", `p.yaml:4: id: "My-Study" is no id`},
		"half a month":     {"baseline: {from: 08-01, to: 10-31}", "baseline: {from: 08-01, to: 10-15}", "baseline: does not begin and end with a month"},
		"backwards":        {"baseline: {from: 08-01, to: 10-31}", "baseline: {from: 02-01, to: 10-31}", "baseline: ends before it begins"},
		"unknown dataset":  {"dataset: teacher, column: device_access", "dataset: staff, column: device_access", `covariates[2].dataset: "staff" is unknown`},
		"no programme":     {"- {column: role, in: [teacher]}", "- {column: pd_program.kind, in: [plc]}", "population[0].column"},
		"subgroup":         {"subgroups: [experience]", "subgroups: [sex]", `subgroups[0]: "sex" is no covariate`},
		"exact":            {"exact: [school_id]", "exact: [sex]", `method.exact[0]: "sex" is no covariate`},
		"name twice":       {"name: experience,", "name: fall_score,", `covariates[1].name: "fall_score" is taken`},
		"outcome baseline": {"baseline: fall_score", "baseline: experience", `outcomes[0].baseline: "experience" is no covariate that is measured`},
		"not YAML":         {"alpha: 0.05", "alpha: [", "p.yaml:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, text, test)
		})
	}
}

func TestStudyNamesTheOutcomeWindowsOfEachYear(t *testing.T) {
	t.Parallel()
	p, err := protocol.Parse("template.yaml", protocol.Template())
	if err != nil {
		t.Fatal(err)
	}
	s := p.Study(policy.Design, false)
	want := []policy.Window{{From: "2024-04-01", To: "2024-07-31"}, {From: "2025-04-01", To: "2025-07-31"}, {From: "2026-04-01", To: "2026-07-31"}}
	if !slices.Equal(s.Windows, want) || !slices.Equal(s.Outcomes, []string{"observation_score"}) || s.Protocol != p.Hash() {
		t.Errorf("got %+v", s)
	}
	leap := protocol.Window{From: "02-01", To: "02-29"}
	if got := leap.In(2023); got != (policy.Window{From: "2023-02-01", To: "2023-02-28"}) {
		t.Errorf("February is %v", got)
	}
}

func TestDesignReadsNoOutcome(t *testing.T) {
	t.Parallel()
	p, err := protocol.Parse("template.yaml", protocol.Template())
	if err != nil {
		t.Fatal(err)
	}
	if text := p.UnitsQuery(); strings.Contains(text, "outcome") {
		t.Error(text)
	}
}

func TestUnderAndDiffers(t *testing.T) {
	t.Parallel()
	p, err := protocol.Parse("template.yaml", protocol.Template())
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.Under("other")
	if err != nil {
		t.Fatal(err)
	}
	if q.Agreement != "other" || q.Hash() == p.Hash() || !slices.Equal(p.Differs(q), []string{"agreement"}) || p.Differs(p) != nil {
		t.Errorf("agreement %s, differs %v", q.Agreement, p.Differs(q))
	}
}
