package method

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the level of confidence of all intervals.
const Level = 0.95

// form is an estimator that is a function of sums over unit rows, and whose
// error is that of a linear function of the same sums by cluster: the delta
// method with CR1 variance (Cochran, Sampling Techniques, section 6.4; Cameron
// and Miller, Journal of Human Resources 50, 2015). A cluster is a school; in
// a cell of one school it is a person.
//
// Sums repeat whatever the order of rows, since they count millionths in
// integers; doubles begin where one row stands for a cell.
type form struct {
	needs    []string // columns that unit rows must have
	optional []string // columns that they may lack, which then are empty
	keep     string   // condition on the unit rows that count
	sums     []string // expressions of rows of {units} that are integers; s1, s2, … are their sums as DOUBLE
	value    string
	slope    []string // derivatives, by each sum, of what se is the standard error of; nil: no interval
	// limits of value v by standard error se and critical value t, and their name
	low, high, label       string
	numerator, denominator string
	people                 string // of a cell, from m1, m2, … of each person who; all by default
}

// closed is a method that has a form for each setting of its options.
type closed struct {
	options map[string][]string // values of each; the first is the default
	kind    func(o Options) Kind
	form    func(o Options) form
}

func (closed) Version() int { return 1 }

func (c closed) Kind(o Options) Kind { return c.kind(o) }

func (c closed) Check(o Options) ([]string, error) {
	var known []string
	for name := range c.options {
		known = append(known, name)
	}
	slices.Sort(known)
	if err := o.Unknown(known...); err != nil {
		return nil, err
	}
	for _, name := range known {
		if v := o.Text(name, c.options[name][0]); !slices.Contains(c.options[name], v) {
			return nil, fmt.Errorf("option %s = %q: write %s", name, v, strings.Join(c.options[name], " or "))
		}
	}
	return c.form(o).needs, nil
}

// Tables that an estimate makes and drops.
const (
	partTable = "_method_part"
	cellTable = "_method_cell"
)

func (c closed) Estimate(ctx context.Context, in Input) error {
	f := c.form(in.Options)
	return in.statements(ctx, in.gather(f.keep, f.optional, f.sums), in.cells(f),
		fmt.Sprintf("INSERT INTO %s BY NAME %s", in.Into, f.query(in)), "DROP TABLE "+partTable, "DROP TABLE "+cellTable)
}

func (in Input) statements(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := in.DB.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("estimate: %w", err)
		}
	}
	return nil
}

// micro counts an amount in millionths.
func micro(expression string) string {
	return "CAST(round(CAST(" + expression + " AS DOUBLE) * 1000000) AS BIGINT)"
}

// gather sums unit rows by person, school and all dimensions, so that later
// steps read few rows.
func (in Input) gather(keep string, optional, sums []string) string {
	units := in.Units
	for _, column := range optional {
		if !slices.Contains(in.Columns, column) {
			units = fmt.Sprintf("(SELECT *, CAST(NULL AS DOUBLE) AS %s FROM %s)", column, units)
		}
	}
	who, school := "row_number() OVER ()", "NULL"
	if in.Person != "" {
		who = in.Person
	}
	if slices.Contains(in.Columns, "school_id") {
		school = "school_id"
	}
	selected := append([]string{who + " AS who", school + " AS school"}, in.used()...)
	var totals []string
	for i, s := range sums {
		selected = append(selected, fmt.Sprintf("%s AS m%d", strings.ReplaceAll(s, "{units}", in.Units), i+1))
		totals = append(totals, fmt.Sprintf("CAST(sum(m%d) AS HUGEINT) AS m%d", i+1, i+1))
	}
	return fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s AS SELECT who, school, %s, count(*) AS units, %s FROM (SELECT %s FROM %s WHERE %s) GROUP BY ALL",
		partTable, strings.Join(in.used(), ", "), strings.Join(totals, ", "), strings.Join(selected, ", "), units, keep)
}

// cells makes a row for each cell: sums s, their second moments by school (q)
// and by person (p), and how many schools, people and unit rows there are.
func (in Input) cells(f form) string {
	var of [4][]string
	for i := range f.sums {
		of[0] = append(of[0], fmt.Sprintf("sum(m%d) AS m%d", i+1, i+1))
		of[2] = append(of[2], fmt.Sprintf("CAST(sum(m%d) AS DOUBLE) AS s%d", i+1, i+1))
		for j := i; j < len(f.slope); j++ {
			of[1] = append(of[1], fmt.Sprintf("sum(m%d * m%d) AS p%d_%d", i+1, j+1, i+1, j+1))
			of[2] = append(of[2], fmt.Sprintf("CAST(sum(p%d_%d) AS DOUBLE) AS p%d_%d", i+1, j+1, i+1, j+1),
				fmt.Sprintf("CAST(sum(m%d * m%d) AS DOUBLE) AS q%d_%d", i+1, j+1, i+1, j+1))
		}
	}
	people := f.people
	if people == "" {
		people = "count(DISTINCT who)"
	}
	keys := strings.Join(slices.Concat(Dimensions, Breakdown), ", ")
	return fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE %s AS
WITH person AS (SELECT %s, school, who, sum(units) AS units, %s FROM %s %s),
counted AS (SELECT %s, %s AS n FROM person GROUP BY ALL),
school AS (SELECT %s, school, sum(units) AS units, count(*) AS members, %s FROM person GROUP BY ALL),
cell AS (SELECT %s, CAST(sum(units) AS BIGINT) AS units, CAST(sum(members) AS BIGINT) AS members, count(*) AS clusters,
	count(school) AS n_schools, %s FROM school GROUP BY ALL)
SELECT cell.*, n FROM cell JOIN counted ON %s`,
		cellTable, in.Keys(), strings.Join(of[0], ", "), partTable, in.GroupBy("school", "who"),
		keys, people, keys, strings.Join(slices.Concat(of[0], of[1]), ", "), keys, strings.Join(of[2], ", "), SameKeys("cell", "counted"))
}

// query states the value and interval of each cell.
func (f form) query(in Input) string {
	rounded := func(expression string) string {
		if expression == "" {
			return "CAST(NULL AS DOUBLE)"
		}
		return fmt.Sprintf("CASE WHEN isfinite(%s) THEN round(%s, 9) END", expression, expression)
	}
	by := map[string]string{"teacher_key": "teacher", "student_key": "student"}[in.Person]
	if by == "" {
		by = "row"
	}
	label := strings.ReplaceAll(f.label, "{cluster}", "' || CASE WHEN clusters > 1 THEN 'school' ELSE '"+by+"' END || '")
	keys := strings.Join(slices.Concat(Dimensions, Breakdown), ", ")
	return fmt.Sprintf(`WITH valued AS (
	SELECT *, %s AS v, CASE WHEN clusters > 1 THEN clusters ELSE members END AS groups FROM %s
), spread AS (
	SELECT *, CASE WHEN clusters > 1 THEN %s ELSE %s END AS total, CASE WHEN clusters > 1 THEN %s ELSE %s END AS size FROM valued
), uncertain AS (
	-- what is left of sums that cancel is rounding
	SELECT *, CASE WHEN groups > 1 THEN sqrt(CASE WHEN total > 1e-13 * size THEN total ELSE 0 END * groups / (groups - 1)) END AS se, %s AS t FROM spread
)
SELECT %s, round(v, 9) AS value, %s AS ci_low, %s AS ci_high, CASE WHEN se IS NOT NULL THEN %s END AS ci_method,
	CAST(%s AS BIGINT) AS n, n_schools, %s AS numerator, %s AS denominator
FROM uncertain WHERE isfinite(v)`,
		f.value, cellTable, f.quadratic("q", "%s"), f.quadratic("p", "%s"), f.quadratic("q", "abs(%s)"), f.quadratic("p", "abs(%s)"), critical("groups - 1"),
		keys, rounded(f.low), rounded(f.high), label, in.counted(), rounded(f.numerator), rounded(f.denominator))
}

// counted is the number of people of a cell: 0 for a metric about none.
func (in Input) counted() string {
	if in.Person == "" {
		return "0"
	}
	return "n"
}

// quadratic sums the slopes' products over second moments, each term as given.
func (f form) quadratic(moment, term string) string {
	var terms []string
	for i := range f.slope {
		for j := i; j < len(f.slope); j++ {
			times := 2
			if i == j {
				times = 1
			}
			terms = append(terms, fmt.Sprintf(term, fmt.Sprintf("%d * (%s) * (%s) * %s%d_%d", times, f.slope[i], f.slope[j], moment, i+1, j+1)))
		}
	}
	if terms == nil {
		return "CAST(NULL AS DOUBLE)"
	}
	return strings.Join(terms, " + ")
}

// tabulated degrees of freedom; beyond them the expansion of the quantile in
// 1/df errs by less than 1e-9 (Abramowitz and Stegun, 26.7.5).
const tabulated = 200

// critical is the two-sided critical value of the t distribution, in SQL.
func critical(df string) string {
	values := make([]string, tabulated)
	for i := range values {
		values[i] = fmt.Sprintf("%.12f", distuv.StudentsT{Sigma: 1, Nu: float64(i + 1)}.Quantile((1+Level)/2))
	}
	z := normal()
	zz := z * z
	g1 := z * (zz + 1) / 4
	g2 := z * ((5*zz+16)*zz + 3) / 96
	g3 := z * (((3*zz+19)*zz+17)*zz - 15) / 384
	return fmt.Sprintf("CASE WHEN %s <= %d THEN list_extract([%s], %s) ELSE %.12f + %.12f / (%s) + %.12f / (%s)^2 + %.12f / (%s)^3 END",
		df, tabulated, strings.Join(values, ", "), df, z, g1, df, g2, df, g3, df)
}

// normal is the two-sided critical value of the normal distribution.
func normal() float64 { return distuv.UnitNormal.Quantile((1 + Level) / 2) }
