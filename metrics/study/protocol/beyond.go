package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// DoseColumn is each unit's amount of treatment.
const DoseColumn = "dose"

// PeriodColumn is the outcome that is followed over time, in a period.
func PeriodColumn(period int) string { return "period " + strconv.Itoa(period) }

// Later lists the measures that are read with the outcomes: these, the amount of
// treatment, and the outcome over time.
func (p *Protocol) Later() []Measure {
	var out []Measure
	for _, o := range p.Outcomes {
		out = append(out, o.Measure)
	}
	if p.Dose != nil {
		out = append(out, Measure{
			Name: DoseColumn, Label: p.Dose.Label, Dataset: p.Treatment.Dataset, Column: p.Dose.Column, Statistic: p.Dose.Statistic,
			Conditions: p.Treatment.Conditions, Window: p.Treatment.Window,
		})
	}
	if p.OverTime != nil {
		o, _ := p.outcome(p.OverTime.Outcome)
		for i, period := range p.OverTime.Periods {
			m := o.Measure
			m.Name, m.Label, m.Window = PeriodColumn(i), period.Name, period.Window
			out = append(out, m)
		}
	}
	return out
}

func (p *Protocol) outcome(name string) (Outcome, bool) {
	i := slices.IndexFunc(p.Outcomes, func(o Outcome) bool { return o.Name == name })
	if i < 0 {
		return Outcome{}, false
	}
	return p.Outcomes[i], true
}

// FirstTreated is the place of the first period after treatment has begun; the
// number of periods if there is none.
func (p *Protocol) FirstTreated() int {
	for i, period := range p.OverTime.Periods {
		if p.Treatment.Window.before(period.Window) {
			return i
		}
	}
	return len(p.OverTime.Periods)
}

// completeBeyond fills in what the parts beyond the effects may leave out.
func (p *Protocol) completeBeyond() {
	if p.Dose == nil {
		return
	}
	if p.Dose.Statistic == "" {
		p.Dose.Statistic = Count
		if p.Dose.Column != "" {
			p.Dose.Statistic = Sum
		}
	}
	if p.Dose.Label == "" {
		p.Dose.Label = "number of times"
		if p.Dose.Column != "" {
			p.Dose.Label = strings.ReplaceAll(p.Dose.Column, "_", " ")
		}
	}
}

func (d *document) dose(p *Protocol) {
	if p.Dose == nil {
		return
	}
	switch s := p.Dose; {
	case s.Statistic != Count && s.Statistic != Sum:
		d.add("dose_response.statistic", "%q is no amount; use count or sum", s.Statistic)
	case (s.Statistic == Sum) != (s.Column != "") || s.Column != "" && !namePattern.MatchString(s.Column):
		d.add("dose_response.column", "%q: names the column that sum adds up, and belongs to sum alone", s.Column)
	case len(s.Cuts) == 0:
		d.add("dose_response.cuts", "is missing; list where one band ends and the next begins, such as [5, 8]")
	}
	for field, values := range map[string][]float64{"cuts": p.Dose.Cuts, "at": p.Dose.At} {
		for i, x := range values {
			if !(x > 0) || i > 0 && x <= values[i-1] {
				d.add(fmt.Sprintf("dose_response.%s[%d]", field, i), "%v does not ascend from above 0", x)
			}
		}
	}
}

func (d *document) overTime(p *Protocol) {
	if p.OverTime == nil {
		return
	}
	if _, ok := p.outcome(p.OverTime.Outcome); !ok {
		d.add("over_time.outcome", "%q is no outcome", p.OverTime.Outcome)
	}
	sound := true
	for i, period := range p.OverTime.Periods {
		field := fmt.Sprintf("over_time.periods[%d]", i)
		problem := period.problem()
		switch {
		case problem != "":
			d.add(field, "%s", problem)
		case strings.TrimSpace(period.Name) == "":
			d.add(field+".name", "is missing; write what readers call this period")
		case i > 0 && !p.OverTime.Periods[i-1].before(period.Window):
			d.add(field, "does not begin after the one before")
		default:
			continue
		}
		sound = false
	}
	if !sound || p.Treatment.Window.problem() != "" {
		return
	}
	if first := p.FirstTreated(); first == 0 || first == len(p.OverTime.Periods) {
		d.add("over_time.periods", "needs a period that begins before the treatment's window and one that begins after it")
	}
}
