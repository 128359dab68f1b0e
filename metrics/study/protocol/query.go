package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// programs is the dataset of programmes, to which others lead by program_id.
const programs = "pd_program"

// keyColumn names a unit in what the statements yield: the school year and the
// teacher's pseudonym.
const keyColumn = "unit"

// Columns of the units' statement beside those of covariates.
const (
	UnitColumn     = keyColumn
	TeacherColumn  = "teacher_key"
	SchoolColumn   = schoolID
	YearColumn     = schoolYear
	TreatedColumn  = treated    // in the treated arm
	ComparedColumn = "compared" // in the comparison arm
	RosterColumn   = "rostered" // in the roster of teachers
	StartColumn    = "started"  // month in which the treatment began
	LastSuffix     = "_last"    // of a covariate: month of its last row
	PeopleSuffix   = "_people"  // of an outcome of students: how many
)

// builder writes a statement.
type builder struct {
	ctes []string
}

func (b *builder) ctef(name, format string, args ...any) {
	b.ctes = append(b.ctes, name+" AS (\n"+fmt.Sprintf(format, args...)+"\n)")
}

func (b *builder) statementf(format string, args ...any) string {
	return "WITH " + strings.Join(b.ctes, ",\n") + "\n" + fmt.Sprintf(format, args...)
}

func ident(name string) string   { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func literals(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = literal(v)
	}
	return strings.Join(out, ", ")
}

// UnitsQuery gathers all teachers and years, their arms and their covariates, in
// the order of their pseudonyms. It reads no outcome.
func (p *Protocol) UnitsQuery() string {
	b := &builder{}
	p.units(b)
	columns := []string{"u." + keyColumn, "u.teacher_key", "u.school_id", "u.school_year", "u.treated", "u.compared", "u.rostered", "u.started"}
	var joins []string
	for i, c := range p.Covariates {
		name := ident(c.Name)
		switch c.Dataset {
		case "teacher":
			columns = append(columns, "u."+ident(c.Column)+" AS "+name)
		case "school":
			table := fmt.Sprintf("school_%d", i)
			joins = append(joins, fmt.Sprintf("LEFT JOIN school AS %s ON %s.school_id = u.school_id", table, table))
			columns = append(columns, table+"."+ident(c.Column)+" AS "+name)
		default:
			table := fmt.Sprintf("covariate_%d", i)
			p.measure(b, table, c)
			joins = append(joins, fmt.Sprintf("LEFT JOIN %s ON %s.school_year = u.school_year AND %s.teacher_key = u.teacher_key", table, table, table))
			columns = append(columns, c.value(table)+" AS "+name, table+".last_day AS "+ident(c.Name+LastSuffix))
		}
	}
	return b.statementf("SELECT %s\nFROM unit AS u\n%s\nORDER BY u.%s", strings.Join(columns, ",\n  "), strings.Join(joins, "\n"), keyColumn)
}

// OutcomesQuery gathers the outcomes of the units in either arm, and what else is
// read with them.
func (p *Protocol) OutcomesQuery() string {
	b := &builder{}
	p.units(b)
	columns := []string{"u." + keyColumn}
	var joins []string
	for i, o := range p.Later() {
		table := fmt.Sprintf("outcome_%d", i)
		p.measure(b, table, o)
		joins = append(joins, fmt.Sprintf("LEFT JOIN %s ON %s.school_year = u.school_year AND %s.teacher_key = u.teacher_key", table, table, table))
		columns = append(columns, o.value(table)+" AS "+ident(o.Name))
		if o.OfStudents() {
			columns = append(columns, table+".people AS "+ident(o.Name+PeopleSuffix))
		}
	}
	return b.statementf("SELECT %s\nFROM unit AS u\n%s\nWHERE u.treated OR u.compared\nORDER BY u.%s", strings.Join(columns, ",\n  "), strings.Join(joins, "\n"), keyColumn)
}

// StudentsQuery lists each unit's students with an outcome, by pseudonym, to
// count those of many units once.
func (p *Protocol) StudentsQuery(o Outcome) string {
	b := &builder{}
	p.years(b)
	return b.statementf(`SELECT DISTINCT CAST(y.school_year AS VARCHAR) || ' ' || s.teacher_key AS %s, d.student_key
FROM year AS y %s
WHERE %s
ORDER BY ALL`, keyColumn, rowsOf(o.Measure, p.place(o.Window)), whereOf(o.Measure))
}

// years lists the school years with the days of all windows.
func (p *Protocol) years(b *builder) {
	var rows []string
	for _, year := range p.Years {
		cells := []string{strconv.Itoa(year)}
		for _, w := range p.windows() {
			days := w.In(year)
			cells = append(cells, "DATE "+literal(string(days.From)), "DATE "+literal(string(days.To)))
		}
		rows = append(rows, "("+strings.Join(cells, ", ")+")")
	}
	columns := []string{schoolYear}
	for i := range p.windows() {
		columns = append(columns, fmt.Sprintf("from_%d", i), fmt.Sprintf("to_%d", i))
	}
	b.ctef("year", "SELECT * FROM (VALUES %s) AS y (%s)", strings.Join(rows, ", "), strings.Join(columns, ", "))
}

// windows lists all windows of the protocol: baseline, treatment, comparison,
// then those of measures.
func (p *Protocol) windows() []Window {
	all := []Window{p.Baseline, p.Treatment.Window, p.Comparison.Window}
	for _, c := range p.Covariates {
		all = append(all, c.Window)
	}
	for _, o := range p.Later() {
		all = append(all, o.Window)
	}
	var distinct []Window
	for _, w := range all {
		if w != (Window{}) && !slices.Contains(distinct, w) {
			distinct = append(distinct, w)
		}
	}
	return distinct
}

// place numbers a window among the protocol's.
func (p *Protocol) place(w Window) string { return strconv.Itoa(slices.Index(p.windows(), w)) }

// units makes the relation unit: teachers by year, with their arms.
func (p *Protocol) units(b *builder) {
	p.years(b)
	wanted := map[string]bool{"teacher_key": true, schoolID: true}
	var columns []string
	for _, c := range p.Covariates {
		if c.Dataset == "teacher" && !wanted[c.Column] && c.Column != schoolYear {
			wanted[c.Column] = true
			columns = append(columns, ", t."+ident(c.Column))
		}
	}
	where := []string{"true"}
	for _, c := range p.Population {
		where = append(where, "t."+ident(c.Column)+" IN ("+literals(c.In)+")")
	}
	base := p.place(p.Baseline)
	b.ctef("roster", `SELECT y.school_year, t.teacher_key, t.school_id%s
FROM year AS y JOIN teacher AS t ON t.effective_from <= y.to_%s AND (t.effective_to IS NULL OR t.effective_to >= y.from_%s)
WHERE %s
QUALIFY row_number() OVER (PARTITION BY y.school_year, t.teacher_key ORDER BY t.effective_from DESC, t.school_id) = 1`,
		strings.Join(columns, ""), base, base, strings.Join(where, " AND "))
	p.arm(b, "arm_treated", p.Treatment)
	p.arm(b, "arm_compared", p.Comparison)
	b.ctef("unit", `SELECT CAST(school_year AS VARCHAR) || ' ' || teacher_key AS %s, *
FROM (SELECT r.* EXCLUDE (school_year, teacher_key), coalesce(r.school_year, a.school_year, c.school_year) AS school_year,
    coalesce(r.teacher_key, a.teacher_key, c.teacher_key) AS teacher_key,
    a.teacher_key IS NOT NULL AS treated, c.teacher_key IS NOT NULL AS compared, r.teacher_key IS NOT NULL AS rostered, a.started
  FROM roster AS r
  FULL JOIN arm_treated AS a ON a.school_year = r.school_year AND a.teacher_key = r.teacher_key
  FULL JOIN arm_compared AS c ON c.school_year = coalesce(r.school_year, a.school_year) AND c.teacher_key = coalesce(r.teacher_key, a.teacher_key))`, keyColumn)
}

// arm makes the relation of the units of an arm.
func (p *Protocol) arm(b *builder, name string, a Arm) {
	condition := conditions(a.Conditions)
	having := []string{fmt.Sprintf("count(*) FILTER (WHERE %s) >= %d", condition, max(1, a.Dose.Least))}
	if a.Dose.Most > 0 {
		having = append(having, fmt.Sprintf("count(*) FILTER (WHERE %s) <= %d", condition, a.Dose.Most))
	}
	if a.Only {
		having = append(having, fmt.Sprintf("count(*) FILTER (WHERE NOT (%s)) = 0", condition))
	}
	for _, c := range a.Conditions {
		for _, value := range c.In {
			if c.Every {
				having = append(having, fmt.Sprintf("count(*) FILTER (WHERE %s = %s) > 0", c.column(), literal(value)))
			}
		}
	}
	window := p.place(a.Window)
	m := Measure{Dataset: a.Dataset, Conditions: a.Conditions}
	b.ctef(name, `SELECT y.school_year, d.teacher_key, min(d.%s) FILTER (WHERE %s) AS started
FROM year AS y %s
GROUP BY y.school_year, d.teacher_key
HAVING %s`, ident(datasets[a.Dataset].day), condition, rowsOf(m, window), strings.Join(having, " AND "))
}

// rowsOf joins a measure's rows of a window to the years, and their programmes,
// or their teachers, where needed.
func rowsOf(m Measure, window string) string {
	of := datasets[m.Dataset]
	out := fmt.Sprintf("JOIN %s AS d ON d.%s BETWEEN y.from_%s AND y.to_%s", ident(m.Dataset), ident(of.day), window, window)
	if slices.ContainsFunc(m.Conditions, func(c Condition) bool { return strings.HasPrefix(c.Column, programs+".") }) {
		out += " LEFT JOIN pd_program AS g ON g.program_id = d.program_id"
	}
	if of.students {
		out += " JOIN section_teacher AS s ON s.section_id = d.section_id"
	}
	return out
}

func (c Condition) column() string {
	if column, ok := strings.CutPrefix(c.Column, programs+"."); ok {
		return "CAST(g." + ident(column) + " AS VARCHAR)"
	}
	return "CAST(d." + ident(c.Column) + " AS VARCHAR)"
}

// conditions is true of a row that meets all, and never NULL.
func conditions(all []Condition) string {
	out := []string{"true"}
	for _, c := range all {
		out = append(out, "coalesce("+c.column()+" IN ("+literals(c.In)+"), false)")
	}
	return strings.Join(out, " AND ")
}

func whereOf(m Measure) string {
	where := conditions(m.Conditions)
	if m.Statistic != Count {
		where += " AND d." + ident(m.Column) + " IS NOT NULL"
	}
	return where
}

// measure makes the relation of a measure's sums by unit. Sums are of decimals,
// so that they do not depend on the order of rows.
func (p *Protocol) measure(b *builder, name string, m Measure) {
	of := datasets[m.Dataset]
	who, people, weight := "d.teacher_key", "", "1"
	if of.students {
		who, weight = "s.teacher_key", "CAST(coalesce(s.instruction_share, 1) AS DECIMAL(18, 3))"
		people = ", count(DISTINCT d.student_key) AS people"
	}
	value := "1"
	switch m.Statistic {
	case Mean, Sum:
		value = "CAST(d." + ident(m.Column) + " AS DECIMAL(18, 4))"
	case Share:
		value = "CAST(CAST(d." + ident(m.Column) + " AS VARCHAR) IN (" + literals(m.Of) + ") AS INTEGER)"
	case Count, Value:
	}
	b.ctef(name, `SELECT y.school_year, %s AS teacher_key, sum(%s * %s) AS total, sum(%s) AS weight, max(d.%s) AS last_day%s
FROM year AS y %s
WHERE %s
GROUP BY y.school_year, %s`, who, value, weight, weight, ident(of.day), people, rowsOf(m, p.place(m.Window)), whereOf(m), who)
}

// value is a measure over its relation of sums. Who has no row has done nothing
// where rows are counted, and is unknown otherwise.
func (m *Measure) value(table string) string {
	total := "CAST(" + table + ".total AS DOUBLE)"
	switch m.Statistic {
	case Count, Sum:
		return "coalesce(" + total + ", 0)"
	case Mean, Share, Value:
	}
	return total + " / CAST(" + table + ".weight AS DOUBLE)"
}
