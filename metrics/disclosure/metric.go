package disclosure

import (
	"fmt"
	"math"
)

// MetricKind says which rules the values of a metric are under.
type MetricKind string

// The kinds of metric.
const (
	MetricRate     MetricKind = "rate"     // numerator and denominator count people
	MetricShare    MetricKind = "share"    // a ratio of counts that are no people, such as answers
	MetricAmount   MetricKind = "amount"   // a sum over people: the numerator
	MetricEstimate MetricKind = "estimate" // anything else: a mean, a ratio of sums, a model's result
)

// Metric is a metric's values as rows: a cell each, of as many dimensions as it
// names. How parts make up wholes is worked out from the rows.
type Metric struct {
	Name, Person, Group string // as in Table; without a person the metric is about nobody, and shown as it is
	Kind                MetricKind
	Dimensions          []string // of the rows' At
	Minimum             int64    // as in Table
	// Populations says who is counted where rows name the dimensions that the key
	// lists, with commas, in their order; a breakdown as "breakdown=weeks".
	// Metrics for which they are equal count the same people. Rows of other lists
	// have a population of their own.
	Populations map[string]string
	Rows        []MetricRow
}

// MetricRow is a value with its evidence.
type MetricRow struct {
	At                     []string // a category for each dimension, "" for all
	Breakdown, Category    string   // what else it is of, and which of it
	People, Groups         int64    // as in Cell
	Numerator, Denominator float64  // NaN where there is none
	Largest                []float64
	ResidualDF             *int64 // nil without a model
}

// Status is what became of a value.
type Status string

// The states.
const (
	Published  Status = "published"
	InBand     Status = "banded"
	Suppressed Status = "suppressed"
)

// Shown is a value as readers get it. What is nil is hidden, or was not there.
type Shown struct {
	Status                 Status
	Rule                   Rule
	Text                   string // why it is suppressed, or the band
	People                 *int64
	Numerator, Denominator *float64 // of a rate or share: as counts are shown; of an estimate none
	Value                  *float64 // of a rate or share; other values are shown as they are
}

// ProtectMetrics protects the values of all metrics together, as Protect does.
// It returns what is shown of each metric's rows, in their order.
func ProtectMetrics(metrics []Metric, earlier []Release, t Thresholds) ([][]Shown, Release, error) {
	shown := make([][]Shown, len(metrics))
	var tables []Table
	var sheets []*sheet
	for i := range metrics {
		m := &metrics[i]
		shown[i] = make([]Shown, len(m.Rows))
		if m.Person == "" {
			for k := range m.Rows {
				shown[i][k] = m.Rows[k].open()
			}
			continue
		}
		made, err := m.sheets()
		if err != nil {
			return nil, Release{}, fmt.Errorf("metric %s: %w", m.Name, err)
		}
		for _, s := range made {
			s.shown = shown[i]
			sheets, tables = append(sheets, s), append(tables, s.table)
		}
	}
	release, err := Protect(tables, earlier, t)
	if err != nil {
		return nil, Release{}, err
	}
	for i, s := range sheets {
		s.read(&release.Tables[i], t)
	}
	return shown, release, nil
}

// open shows a row as it is.
func (r *MetricRow) open() Shown {
	s := Shown{Status: Published, People: &r.People}
	if !math.IsNaN(r.Numerator) {
		s.Numerator = &r.Numerator
	}
	if !math.IsNaN(r.Denominator) {
		s.Denominator = &r.Denominator
	}
	if s.Numerator != nil && s.Denominator != nil && r.Denominator != 0 {
		v := r.Numerator / r.Denominator
		s.Value = &v
	}
	return s
}

// read takes from a released table what is shown of its rows.
func (s *sheet) read(t *ReleasedTable, th Thresholds) {
	for cell, row := range s.rows {
		s.shown[row] = t.Cells[cell].shown(s.table.Measure, s.table.Cells[cell], s.scale, th)
	}
}

// shown is a cell as the row of a metric.
func (c *ReleasedCell) shown(m Measure, cell Cell, scale float64, t Thresholds) Shown {
	out := Shown{Status: Published}
	if c.People.Shown {
		out.People = &c.People.Number
	}
	switch {
	case !c.People.Shown:
		out.Status, out.Rule, out.Text = Suppressed, c.People.Rule, c.People.Reason
		return out
	case c.Value.Rule == Banded:
		out.Status, out.Rule, out.Text = InBand, Banded, c.Share
		return out
	case !c.Value.Shown:
		out.Status, out.Rule, out.Text = Suppressed, c.Value.Rule, c.Value.Reason
		return out
	}
	count := float64(c.Value.Number)
	switch m.Kind {
	case Rates, Shares:
		of := float64(c.People.Number)
		if m.Kind == Shares {
			of = float64(t.Rounding.Round(cell.Of))
		}
		out.Numerator, out.Denominator = &count, &of
		if of > 0 {
			v := count / of
			out.Value = &v
		}
	case Amounts:
		count /= scale
		out.Numerator = &count
	case Counts, Estimates:
	}
	return out
}
