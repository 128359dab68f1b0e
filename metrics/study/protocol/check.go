package protocol

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
)

var (
	idPattern   = regexp.MustCompile(`^[a-z][a-z0-9_]{2,62}$`)
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
)

// Names that a unit's row has of itself.
const (
	schoolID   = "school_id"
	schoolYear = "school_year"
)

const (
	higherIsBetter = "higher_is_better"
	lowerIsBetter  = "lower_is_better"
	defaultAlpha   = 0.05
)

// complete fills in what a protocol may leave out.
func (p *Protocol) complete() {
	if p.Alpha == 0 {
		p.Alpha = defaultAlpha
	}
	if p.Unit == "" {
		p.Unit = TeacherYear
	}
	if p.Clusters == "" {
		p.Clusters = schoolID
	}
	for i := range p.Covariates {
		c := &p.Covariates[i]
		if c.Window == (Window{}) {
			c.Window = p.Baseline
		}
		c.complete()
	}
	p.completeBeyond()
	for i := range p.Outcomes {
		o := &p.Outcomes[i]
		o.complete()
		if o.Role == "" {
			o.Role = Secondary
			if i == 0 {
				o.Role = Primary
			}
		}
		if o.Direction == "" {
			o.Direction = higherIsBetter
		}
	}
}

func (m *Measure) complete() {
	if m.Label == "" {
		m.Label = strings.ReplaceAll(m.Name, "_", " ")
	}
	if m.Statistic == "" {
		m.Statistic = Mean
		if datasets[m.Dataset].day == "" {
			m.Statistic = Value
		}
	}
}

// check notes everything that makes no sense.
func (d *document) check(p *Protocol) {
	if !idPattern.MatchString(p.ID) {
		d.add("id", "%q is no id: small letters, digits and _, from 3 to 63 of them", p.ID)
	}
	for field, text := range map[string]string{"title": p.Title, "question": p.Question} {
		if strings.TrimSpace(text) == "" {
			d.add(field, "is missing")
		}
	}
	if p.Unit != TeacherYear {
		d.add("unit", "%q is no unit; use %s", p.Unit, TeacherYear)
	}
	if p.Clusters != schoolID {
		d.add("clusters", "%q is no cluster of teachers; use %s", p.Clusters, schoolID)
	}
	if !(p.Alpha > 0 && p.Alpha < 0.5) {
		d.add("alpha", "%v is no level between 0 and 0.5, such as 0.05", p.Alpha)
	}
	if len(p.Years) == 0 {
		d.add("years", "is missing; list the years in which the school years end, such as [2025, 2026]")
	}
	for i, year := range p.Years {
		if year < 1990 || year > 2200 || slices.Contains(p.Years[:i], year) {
			d.add(fmt.Sprintf("years[%d]", i), "%d is no year, or stands there twice", year)
		}
	}
	d.ownYear("baseline", p.Baseline)
	for i, c := range p.Population {
		d.condition(fmt.Sprintf("population[%d]", i), "teacher", c)
	}
	d.arm("treatment", p.Treatment)
	d.arm("comparison", p.Comparison)
	d.measures(p)
	d.method(p)
	d.dose(p)
	d.overTime(p)
}

// ownYear notes what is wrong with a window that must lie in the unit's school
// year.
func (d *document) ownYear(field string, w Window) {
	if problem := w.problem(); problem != "" {
		d.add(field, "%s", problem)
	} else if w.Year != 0 {
		d.add(field+".year", "belongs to measures and periods; the arms and the baseline lie in the unit's own school year")
	}
}

func (d *document) arm(field string, a Arm) {
	if strings.TrimSpace(a.Name) == "" {
		d.add(field+".name", "is missing; write what readers call this group")
	}
	of, known := datasets[a.Dataset]
	if !known || of.day == "" || of.students {
		d.add(field+".dataset", "%q is no dataset of dated rows about teachers; use one of %s", a.Dataset, strings.Join(datedDatasets(), ", "))
	}
	for i, c := range a.Conditions {
		d.condition(fmt.Sprintf("%s.conditions[%d]", field, i), a.Dataset, c)
	}
	d.ownYear(field+".window", a.Window)
	if a.Dose.Least < 0 || a.Dose.Most < 0 || a.Dose.Most > 0 && a.Dose.Most < a.Dose.Least {
		d.add(field+".dose", "at least %d and at most %d rows is no dose", a.Dose.Least, a.Dose.Most)
	}
}

func datedDatasets() []string {
	return slices.DeleteFunc(sortedKeys(datasets), func(name string) bool { return datasets[name].day == "" || datasets[name].students })
}

func (d *document) condition(field, of string, c Condition) {
	table, column, qualified := strings.Cut(c.Column, ".")
	if !qualified {
		table, column = of, c.Column
	}
	switch {
	case !namePattern.MatchString(column):
		d.add(field+".column", "%q is no column", c.Column)
	case qualified && (table != programs || !datasets[of].program):
		d.add(field+".column", "%q: rows of %s lead to no %s", c.Column, of, table)
	}
	if len(c.In) == 0 {
		d.add(field+".in", "is missing; list the values")
	}
}

func (d *document) measures(p *Protocol) {
	names := map[string]bool{treated: true, keyColumn: true, DoseColumn: true}
	if len(p.Covariates) == 0 {
		d.add("covariates", "is missing; a match needs something to match on")
	}
	for i, c := range p.Covariates {
		d.measure(fmt.Sprintf("covariates[%d]", i), c, names)
	}
	if len(p.Outcomes) == 0 {
		d.add("outcomes", "is missing")
	}
	for i, o := range p.Outcomes {
		field := fmt.Sprintf("outcomes[%d]", i)
		d.measure(field, o.Measure, names)
		if o.Statistic == Value {
			d.add(field+".dataset", "%s has no dates, so it is no outcome", o.Dataset)
		}
		if o.Role != Primary && o.Role != Secondary {
			d.add(field+".role", "%q is neither %s nor %s", o.Role, Primary, Secondary)
		}
		if o.Direction != higherIsBetter && o.Direction != lowerIsBetter {
			d.add(field+".direction", "%q is neither %s nor %s", o.Direction, higherIsBetter, lowerIsBetter)
		}
		if c, ok := p.Covariate(o.Baseline); o.Baseline != "" && (!ok || c.Statistic == Value) {
			d.add(field+".baseline", "%q is no covariate that is measured", o.Baseline)
		}
	}
	d.named("adjust", p, p.Adjust)
	d.named("subgroups", p, p.Subgroups)
	if !slices.Contains([]string{"", string(match.FillIndicator), string(match.FillMean), string(match.FillMedian)}, p.Missing) {
		d.add("missing", "%q is unknown; use indicator, mean or median, or nothing", p.Missing)
	}
}

func (d *document) measure(field string, m Measure, names map[string]bool) {
	of, known := datasets[m.Dataset]
	switch {
	case !namePattern.MatchString(m.Name):
		d.add(field+".name", "%q is no name: small letters, digits and _", m.Name)
	case names[m.Name]:
		d.add(field+".name", "%q is taken", m.Name)
	}
	names[m.Name] = true
	if !known {
		d.add(field+".dataset", "%q is unknown; use one of %s", m.Dataset, strings.Join(sortedKeys(datasets), ", "))
		return
	}
	if m.Statistic != Count && !namePattern.MatchString(m.Column) {
		d.add(field+".column", "%q is no column", m.Column)
	}
	if !slices.Contains([]Statistic{Value, Mean, Sum, Count, Share}, m.Statistic) {
		d.add(field+".statistic", "%q is unknown; use mean, sum, count, share or value", m.Statistic)
	}
	if (of.day == "") != (m.Statistic == Value) {
		d.add(field+".statistic", "%q does not suit %s, which has %s", m.Statistic, m.Dataset, map[bool]string{true: "a row a unit: use value", false: "many rows a unit: use mean, sum, count or share"}[of.day == ""])
	}
	if (m.Statistic == Share) != (len(m.Of) > 0) {
		d.add(field+".of", "lists the values whose share is the measure, and belongs to share alone")
	}
	for i, c := range m.Conditions {
		d.condition(fmt.Sprintf("%s.conditions[%d]", field, i), m.Dataset, c)
	}
	if problem := m.Window.problem(); problem != "" && of.day != "" {
		d.add(field+".window", "%s", problem)
	}
}

// named notes names that are no covariates.
func (d *document) named(field string, p *Protocol, names []string) {
	for i, name := range names {
		if _, ok := p.Covariate(name); !ok {
			d.add(fmt.Sprintf("%s[%d]", field, i), "%q is no covariate", name)
		}
	}
}

func (d *document) method(p *Protocol) {
	for field, names := range map[string][]string{"exact": p.Method.Exact, "antiexact": p.Method.AntiExact, "mahvars": p.Method.Mahvars} {
		for i, name := range names {
			if _, ok := p.Covariate(name); !ok && name != schoolID && name != schoolYear {
				d.add(fmt.Sprintf("method.%s[%d]", field, i), "%q is no covariate", name)
			}
		}
	}
}
