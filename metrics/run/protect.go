package run

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/method"
)

// Rules are what protection turns on beside the values.
type Rules struct {
	Thresholds disclosure.Thresholds
	Revision   string               // of the policy that gives them
	Earlier    []disclosure.Release // of all snapshots that were published
	Minimum    map[string]int64     // by family: people behind each figure, where policy declassified it
}

// protect decides what is published of the cells, mart by mart, each against the
// releases of those before it. What is hidden so that a figure elsewhere cannot be
// worked out depends on that figure: were evaluative marts protected against
// formative ones, evaluators could see from what is hidden something of formative
// data. So no mart depends on one that comes after it.
func (s *store) protect(ctx context.Context, cells []*cell, marts map[string]string, runs []Run, rules Rules) (out []disclosure.Release, err error) {
	for _, mart := range metrics.Marts() {
		var in []*cell
		for _, c := range cells {
			if marts[c.metric.Family] == mart {
				in = append(in, c)
			}
		}
		if len(in) == 0 {
			continue
		}
		tables, of, err := s.tables(ctx, in, runs, rules.Minimum)
		if err != nil {
			return out, err
		}
		shown, release, err := disclosure.ProtectMetrics(tables, slices.Concat(rules.Earlier, out), rules.Thresholds)
		if err != nil {
			return out, fmt.Errorf("%s: %w", mart, err)
		}
		hideSame(tables, shown)
		for i := range tables {
			for k, c := range of[i] {
				c.publish(shown[i][k], rules.Thresholds.Rounding)
			}
		}
		out = append(out, release)
	}
	return out, nil
}

// tables makes one of disclosure control's metrics of each metric's cells.
func (s *store) tables(ctx context.Context, cells []*cell, runs []Run, minimum map[string]int64) ([]disclosure.Metric, [][]*cell, error) {
	who, err := s.whom(ctx)
	if err != nil {
		return nil, nil, err
	}
	figures := map[string]string{}
	for _, r := range runs {
		figures[r.Metric] = r.Figures
	}
	var out []disclosure.Metric
	var of [][]*cell
	at := map[string]int{}
	for _, c := range cells {
		m := c.metric
		i, ok := at[m.ID]
		if !ok {
			i = len(out)
			at[m.ID] = i
			out, of = append(out, disclosure.Metric{
				Name: m.ID + " " + Short(figures[m.ID]), Person: plural(m.Person), Group: "schools",
				Kind: disclosure.MetricKind(kindOf(m)), Dimensions: method.Dimensions, Minimum: max(int64(m.MinimumN), minimum[m.Family]), Populations: who[m.ID],
			}), append(of, nil)
		}
		out[i].Rows, of[i] = append(out[i].Rows, c.row()), append(of[i], c)
	}
	return out, of, nil
}

// whom reads whom the values of each metric count, by list of dimensions.
func (s *store) whom(ctx context.Context) (map[string]map[string]string, error) {
	rows, err := s.conn.QueryContext(ctx, "SELECT metric, list, people FROM metrics.population")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string]map[string]string{}
	for rows.Next() {
		var metric, list, people string
		if err := rows.Scan(&metric, &list, &people); err != nil {
			return nil, err
		}
		if out[metric] == nil {
			out[metric] = map[string]string{}
		}
		out[metric][list] = people
	}
	return out, rows.Err()
}

// plural is what a reader calls whom a metric counts; empty for nobody.
func plural(p metrics.Person) string {
	if p == metrics.NoPerson {
		return ""
	}
	return string(p) + "s"
}

func kindOf(m *metrics.Metric) method.Kind {
	if how, ok := method.ByName(m.Method); ok {
		return how.Kind(m.Options)
	}
	return method.Estimate
}

// row is the cell with its evidence.
func (c *cell) row() disclosure.MetricRow {
	r := disclosure.MetricRow{
		At: c.at(), Breakdown: c.breakdown.String, Category: c.category.String, People: c.people,
		Numerator: math.NaN(), Denominator: math.NaN(), Largest: c.largest,
	}
	if !c.keys[1].Valid { // a figure of one school is not about several
		r.Groups = c.schools
	}
	if c.numerator.Valid {
		r.Numerator = c.numerator.Float64
	}
	if c.denominator.Valid {
		r.Denominator = c.denominator.Float64
	}
	if c.residual.Valid {
		r.ResidualDF = &c.residual.Int64
	}
	return r
}

// publish turns what disclosure control shows of the cell into what readers get.
func (c *cell) publish(s disclosure.Shown, rounding disclosure.Rounding) {
	p := &c.shown
	*p = published{status: s.Status, rule: string(s.Rule), words: s.Text, people: s.People}
	if c.metric.Person == metrics.NoPerson {
		p.people = nil
	}
	if s.People != nil && c.schools > 0 {
		p.schools = &c.schools // the number of schools is no figure about people
	}
	if s.Status != disclosure.Published {
		return
	}
	kind := kindOf(c.metric)
	switch {
	case !c.value.Valid:
		p.words = "no value"
	case c.metric.Person != metrics.NoPerson && (kind == method.Rate || kind == method.Share) && s.Value != nil:
		v := round(*s.Value, 4)
		p.value, p.words = &v, words(c.unit, v)
		p.numerator, p.denominator = s.Numerator, s.Denominator
		c.around(v)
	case c.metric.Person != metrics.NoPerson && kind == method.Amount && s.Numerator != nil:
		v := rounded(c.unit, *s.Numerator)
		p.value, p.words, p.numerator = &v, words(c.unit, v), &v
	default:
		c.divide(rounding)
		c.rounded()
		if c.metric.Person == metrics.NoPerson && c.numerator.Valid && c.denominator.Valid { // programs or schools, which hide nobody
			p.numerator, p.denominator = &c.numerator.Float64, &c.denominator.Float64
		}
	}
}

// around puts the interval around a share as it is shown, with its own reach below
// and above, which knows of clusters what counts do not, in whole per cents.
func (c *cell) around(v float64) {
	if !c.low.Valid || !c.high.Valid {
		return
	}
	low := round(max(0, v-(c.value.Float64-c.low.Float64)), 2)
	high := round(min(1, v+(c.high.Float64-c.value.Float64)), 2)
	c.shown.low, c.shown.high = &low, &high
}

// rounded publishes a value that is not computed from counts, with few digits.
func (c *cell) rounded() {
	v := rounded(c.unit, c.value.Float64)
	c.shown.value, c.shown.words = &v, words(c.unit, v)
	if c.low.Valid && c.high.Valid {
		low, high := rounded(c.unit, c.low.Float64), rounded(c.unit, c.high.Float64)
		c.shown.low, c.shown.high = &low, &high
	}
}
