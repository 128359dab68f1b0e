package protocol_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
)

// commented finds the lines of the template's parts that are switched off.
var commented = regexp.MustCompile(`(?m)^# (dose_response:|over_time:|  .*)$`)

// beyond is the template with those parts.
func beyond(t *testing.T) string {
	t.Helper()
	text := commented.ReplaceAllString(string(protocol.Template()), "$1")
	text = strings.Replace(text, "  weir study design my_study.yaml --as YOU --agreement ID\n", "", 1)
	if !strings.Contains(text, "\ndose_response:\n  label: sessions\n") || !strings.Contains(text, "\nover_time:\n  outcome: spring_score\n") {
		t.Fatalf("the template lacks its commented parts:\n%s", text)
	}
	return text
}

func TestPartsBeyondTheEffects(t *testing.T) {
	t.Parallel()
	p, err := protocol.Parse("p.yaml", []byte(beyond(t)))
	if err != nil {
		t.Fatal(err)
	}
	if p.Dose.Statistic != protocol.Count || p.FirstTreated() != 2 {
		t.Errorf("dose by %q, first treated period %d", p.Dose.Statistic, p.FirstTreated())
	}
	for _, want := range []string{`AS "dose"`, `AS "period 0"`, `AS "period 2"`, "DATE '2022-08-01', DATE '2022-10-31'"} {
		if text := p.OutcomesQuery(); !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if text := p.UnitsQuery(); strings.Contains(text, `"period `) || strings.Contains(text, `"dose"`) {
		t.Errorf("the design reads outcomes over time, or the dose:\n%s", text)
	}
	// A treated period's days are outcome windows, as those of outcomes are.
	later := strings.Replace(beyond(t), "- {name: spring, from: 04-01, to: 07-31}", "- {name: next fall, year: 1, from: 08-01, to: 10-31}", 1)
	if p, err = protocol.Parse("p.yaml", []byte(later)); err != nil {
		t.Fatal(err)
	}
	hidden := false
	for _, w := range p.Study(policy.Design, false).Windows {
		hidden = hidden || w == policy.Window{From: "2026-08-01", To: "2026-10-31"}
		if w.From == "2025-08-01" && w.To == "2025-10-31" {
			continue // also the next fall of the year before
		}
		if w.From == "2022-08-01" {
			t.Errorf("a period before treatment is an outcome window: %v", w)
		}
	}
	if !hidden {
		t.Error("the next fall is no outcome window")
	}
}

func TestFaultsBeyondTheEffects(t *testing.T) {
	t.Parallel()
	text := beyond(t)
	for name, test := range map[string]fault{
		"no cuts":           {"  cuts: [5, 8]\n", "", "dose_response.cuts: is missing"},
		"cuts descend":      {"cuts: [5, 8]", "cuts: [8, 5]", "dose_response.cuts[1]: 5 does not ascend"},
		"amount of nothing": {"at: [4, 6, 8, 10]", "at: [0, 6]", "dose_response.at[0]: 0 does not ascend from above 0"},
		"mean dose":         {"  label: sessions\n", "  statistic: mean\n", `dose_response.statistic: "mean" is no amount`},
		"sum of nothing":    {"  label: sessions\n", "  statistic: sum\n", "dose_response.column"},
		"no outcome":        {"outcome: spring_score", "outcome: winter_score", `over_time.outcome: "winter_score" is no outcome`},
		"disorder":          {"name: fall before, year: -1", "name: fall before, year: 1", "over_time.periods[1]: does not begin after the one before"},
		"nothing before":    {"    - {name: fall before, year: -1, from: 08-01, to: 10-31}\n    - {name: fall, from: 08-01, to: 10-31}\n", "", "over_time.periods: needs a period that begins before"},
		"far away":          {"name: fall before, year: -1", "name: fall before, year: -9", "over_time.periods[0]: lies -9 school years away"},
		"nameless":          {"name: fall before, year: -1", "year: -1", "over_time.periods[0].name: is missing"},
		"arm elsewhere":     {"window: {from: 10-01, to: 04-30}", "window: {from: 10-01, to: 04-30, year: 1}", "treatment.window.year: belongs to measures and periods"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, text, test)
		})
	}
}
