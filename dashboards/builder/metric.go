package builder

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/policy"
)

// metricBoard builds a dashboard over the marts, whose families are wide: a row
// is one combination of dimensions, and one that a row does not name is NULL.
type metricBoard struct {
	*board

	metrics map[string]*metrics.Metric
}

// The variables that metric dashboards share, by the dimension that they
// choose. Links between dashboards carry them.
const (
	allSessions = "all sessions"
	inDistrict  = "district_id IN (${district:sqlstring})"
	chosen      = inDistrict + " AND coalesce(session_id, '" + allSessions + "') IN (${session:sqlstring})"
	// within honours the time range: what a value is about overlaps it.
	// A row about all sessions has no period.
	within = "coalesce(CAST(period_start AS TIMESTAMP) <= CAST($__timeTo() AS TIMESTAMP) AND CAST(period_end AS TIMESTAMP) >= CAST($__timeFrom() AS TIMESTAMP), true)"
)

// chosenStudies are the rows about studies that the variables choose. A study
// pools its years, so the session does not choose.
const chosenStudies = "district_id IN (${district:sqlstring}) AND (program_kind IS NULL OR program_kind IN (${kind:sqlstring}))"

// variables of dimensions: the column, and the condition that a choice makes.
var variables = map[string]string{
	"program_kind":    "program_kind IN (${kind:sqlstring})",
	"experience_band": "experience_band IN (${band:sqlstring})",
	"school_id":       "school_id IN (${school:sqlstring})",
}

// dimensions are those that a row may name, but for district and session.
func dimensions() []string {
	return []string{"school_id", "program_kind", "program_id", "grade_band", "subject", "experience_band", "device_access", "broadband_access"}
}

func newMetricBoard(words map[string]*metrics.Metric, role policy.Role, uid, title, description string) *metricBoard {
	b := &metricBoard{newBoard(audience(role), uid, title, description, "now-6y", ""), words}
	b.choose("district", "District", "districts", "SELECT DISTINCT district_id FROM district ORDER BY 1")
	b.choose("session", "Session", "school years and terms, or all of them together",
		"SELECT '"+allSessions+"' AS session UNION ALL SELECT session_id FROM (SELECT DISTINCT session_id, start_date FROM academic_session WHERE start_date <= CAST($__timeTo() AS TIMESTAMP) AND end_date >= CAST($__timeFrom() AS TIMESTAMP)) ORDER BY 1")
	b.Templating.List[1].Current = &dashboards.Selected{Text: []string{allSessions}, Value: []string{allSessions}}
	return b
}

func (b *metricBoard) chooseKind() {
	b.choose("kind", "Kind of program", "kinds of programs", "SELECT DISTINCT kind FROM pd_program ORDER BY 1")
}

func (b *metricBoard) chooseBand() {
	b.choose("band", "Experience", "years of experience", "SELECT * FROM (VALUES ('0-3'), ('4-9'), ('10-19'), ('20+')) bands(band)")
}

// cells are the rows of a family that name exactly these dimensions, and the
// breakdown, if any, as the variables choose.
func cells(breakdown string, names ...string) string {
	parts := []string{chosen, within}
	for _, d := range dimensions() {
		switch {
		case !slices.Contains(names, d):
			parts = append(parts, d+" IS NULL")
		case variables[d] != "":
			parts = append(parts, variables[d])
		default:
			parts = append(parts, d+" IS NOT NULL")
		}
	}
	if breakdown == "" {
		return strings.Join(append(parts, "breakdown IS NULL"), " AND ")
	}
	return strings.Join(append(parts, "breakdown = '"+breakdown+"'"), " AND ")
}

// label names a row in words: what it is about, with its session and district
// where there are several.
func label(first string) string {
	return "concat_ws(' · ', " + first + ", session_id, CASE WHEN min(district_id) OVER () <> max(district_id) OVER () THEN district_id END)"
}

// metric is what a panel shows of a metric.
type metric struct {
	id        string
	title     string // empty: the metric's
	by        string // dimension, or category, along which
	breakdown string
	also      string // a further dimension that rows name
	w, h      int
	decimals  int
}

// about fills a chart with a metric's words.
func (b *metricBoard) about(m metric, more ...string) chart {
	c := chart{title: m.title, w: m.w, h: m.h, decimals: new(m.decimals), empty: "nothing in this choice, or all of it suppressed"}
	var means, sources []string
	for _, id := range append([]string{m.id}, more...) {
		d, ok := b.metrics[id]
		if !ok {
			panic("there is no metric " + id)
		}
		if c.title == "" {
			c.title = d.Title
		}
		means = append(means, "**"+d.Title+"**: "+strings.Join(strings.Fields(d.Definition), " "))
		sources = append(sources, d.Family+"."+d.ID+" ("+strings.TrimSpace(d.Source.Citation)+")")
	}
	c.means, c.source = strings.Join(means, "\n\n"), strings.Join(sources, "; ")
	c.unit = unitOf(b.metrics[m.id].Unit)
	return c
}

// unitOf is Grafana's word for a unit.
func unitOf(unit string) string {
	switch {
	case unit == "USD":
		return "currencyUSD"
	case unit == "minute":
		return "m"
	case strings.HasPrefix(unit, "share"):
		return "percentunit"
	}
	return "short"
}

// along is what a panel goes along, and the dimensions that its rows name.
func (m metric) along() (first string, names []string) {
	switch m.by {
	case "", "category":
		if m.also != "" {
			return "concat_ws(' · ', " + m.also + ", category)", []string{m.also}
		}
		return "category", nil
	}
	if m.also != "" {
		return m.by, []string{m.by, m.also}
	}
	return m.by, []string{m.by}
}

// family is the wide relation of a metric.
func (b *metricBoard) family(id string) string { return b.metrics[id].Family }

// values shows a metric as bars along a dimension or category, with its
// interval and n when one looks closer.
func (b *metricBoard) values(m metric) {
	c := b.about(m)
	first, names := m.along()
	order := "1"
	switch m.by {
	case "category":
		order = "category_order, 1"
	case "experience_band":
		order = leastYears("experience_band")
	}
	c.overrides = append([]dashboards.Override{unit("n", "short")}, figures("n", "low", "high")...)
	c.sql = fmt.Sprintf(`SELECT %[1]s AS "%[2]s", %[3]s AS "%[4]s", %[3]s_low AS low, %[3]s_high AS high, %[3]s_n AS n FROM %[5]s
WHERE %[6]s AND %[3]s IS NOT NULL ORDER BY %[7]s`, label(first), strings.ReplaceAll(m.by, "_", " "), m.id, strings.ToLower(c.title), b.family(m.id), cells(m.breakdown, names...), order)
	b.bars(c)
}

// leastYears orders bands such as 4-9 and 10-19.
func leastYears(band string) string {
	return "TRY_CAST(regexp_extract(" + band + ", '^[0-9]+') AS INTEGER)"
}

// trend shows a metric of each session, as points over time.
func (b *metricBoard) trend(m metric, more ...string) {
	c := b.about(m, more...)
	var columns, given []string
	for _, id := range append([]string{m.id}, more...) {
		title := strings.ToLower(b.metrics[id].Title)
		columns, given, c.series = append(columns, fmt.Sprintf(`%s AS "%s"`, id, title)), append(given, id+" IS NOT NULL"), append(c.series, title)
	}
	c.sql = fmt.Sprintf(`SELECT extract(epoch FROM CAST(period_end AS TIMESTAMP)) AS "time", %s FROM %s
WHERE district_id IN (${district:sqlstring}) AND session_id IS NOT NULL AND %s AND (%s) ORDER BY 1`,
		strings.Join(columns, ", "), b.family(m.id), strings.TrimPrefix(cells(m.breakdown), chosen+" AND "), strings.Join(given, " OR "))
	b.lines(c)
}

// shown shows metrics as a table of what a reader reads: the value, with n, or
// why there is none.
func (b *metricBoard) shown(m metric, more ...string) {
	c := b.about(m, more...)
	c.unit, c.decimals = "", nil
	first, names := m.along()
	var columns, given []string
	if by := strings.ReplaceAll(m.by, "_", " "); by != "" {
		columns = append(columns, fmt.Sprintf(`%s AS "%s"`, first, by))
		c.overrides = append(c.overrides, width(by, 190))
	}
	for _, id := range append([]string{m.id}, more...) {
		title := strings.ToLower(b.metrics[id].Title)
		columns = append(columns, fmt.Sprintf(`%s_shown AS "%s"`, id, title))
		c.overrides = append(c.overrides, width(title, 160))
		if len(more) == 0 {
			columns = append(columns, id+"_low AS low", id+"_high AS high", id+"_n AS n")
			c.overrides = append(c.overrides, unit("low", unitOf(b.metrics[id].Unit)), unit("high", unitOf(b.metrics[id].Unit)))
		}
		given = append(given, id+"_shown IS NOT NULL")
	}
	order := "district_id, session_id NULLS FIRST"
	if m.by == "category" {
		order += ", category_order"
	} else if m.by != "" {
		order += ", " + m.by
	}
	c.sql = fmt.Sprintf(`SELECT %s, coalesce(session_id, '%s') AS session, district_id AS district FROM %s
WHERE %s AND (%s) ORDER BY %s`, strings.Join(columns, ", "), allSessions, b.family(m.id), cells(m.breakdown, names...), strings.Join(given, " OR "), order)
	b.table(c)
}

// figure shows one metric of the whole district as a number.
func (b *metricBoard) figure(m metric) {
	c := b.about(m)
	c.empty = "suppressed, or not measured"
	c.sql = fmt.Sprintf(`SELECT concat_ws(' · ', district_id, session_id) AS district, %s AS "%s" FROM %s WHERE %s AND %[1]s IS NOT NULL ORDER BY 1`,
		m.id, strings.ToLower(c.title), b.family(m.id), cells(m.breakdown))
	b.stats(c)
}
