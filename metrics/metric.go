// Package metrics holds the metrics of the warehouse: one folder a metric, with
// its definition in metric.yaml and its SQL in metric.sql. From the syntax tree
// of the SQL come what a metric depends on, its tags, and so the mart in which
// its values may lie. It computes nothing; package run does.
package metrics

import (
	"io/fs"

	"github.com/weir-warehouse/weir/metrics/method"
)

// Kind says what a folder defines.
type Kind string

// The kinds.
const (
	KindMetric   Kind = "metric"   // unit rows, from which a method makes published values
	KindRelation Kind = "relation" // rows that metrics read by its id; never published
)

// Direction says which way is good.
type Direction string

// The directions.
const (
	HigherIsBetter Direction = "higher_is_better"
	LowerIsBetter  Direction = "lower_is_better"
	Neutral        Direction = "neutral"
)

// Person is whom a metric counts.
type Person string

// Whom a metric may count.
const (
	Teacher  Person = "teacher"
	Student  Person = "student"
	NoPerson Person = "none" // the metric is about no people, such as what a programme cost
)

// Key is the column of unit rows with the people; empty for no people.
func (p Person) Key() string {
	if p == NoPerson {
		return ""
	}
	return string(p) + "_key"
}

// Metric is what one folder defines.
type Metric struct {
	ID         string    `json:"id"`
	Kind       Kind      `json:"kind"`
	Family     string    `json:"family,omitempty"` // the wide relation in which it stands
	Title      string    `json:"title"`
	Question   string    `json:"question,omitempty"` // that it answers
	Definition string    `json:"definition"`
	Unit       string    `json:"unit,omitempty"` // share (0 to 1, shown in percent), a currency, or a word in the plural
	Direction  Direction `json:"direction,omitempty"`
	Person     Person    `json:"person,omitempty"`
	Method     string    `json:"method,omitempty"`

	Options      method.Options `json:"options,omitempty"`
	Dimensions   [][]string     `json:"dimensions,omitempty"` // by the columns' names
	MinimumN     int            `json:"minimum_n,omitempty"`  // people, where more than policy asks for
	Descriptive  bool           `json:"descriptive"`          // no causal claim: groups may differ in more than the programme
	Comparison   string         `json:"comparison,omitempty"` // the study protocol that is its matched comparison
	Declassified []Declassified `json:"declassified,omitempty"`
	Source       Source         `json:"source,omitzero"`

	SQL    string `json:"sql"`
	Origin string `json:"origin"` // folder that defines it
	Digest string `json:"digest"` // SHA-256 of metric.yaml and metric.sql, hex
	folder fs.FS

	// What the syntax tree tells.
	Datasets  []string `json:"datasets"`            // that it reads, through relations too
	Relations []string `json:"relations,omitempty"` // that it reads, through others too, in the order in which they are made
	Columns   []Column `json:"columns"`             // of its rows
	Tags      []string `json:"tags"`                // of all that it reads
	Mart      string   `json:"mart,omitempty"`      // the compartment in which its values lie
}

// Column is a column of a metric's unit rows.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Declassified is what a metric proposes to policy: tags that its values need
// not carry. It holds only where policy lists the metric's family by name.
type Declassified struct {
	Tags []string `json:"tags"`
	Why  string   `json:"why"`
}

// Source is where the idea of a metric comes from.
type Source struct {
	Claim    string `json:"claim,omitempty"`
	Citation string `json:"citation,omitempty"`
}

// Names lists the names of the unit rows' columns.
func (m *Metric) Names() []string {
	out := make([]string, len(m.Columns))
	for i, c := range m.Columns {
		out[i] = c.Name
	}
	return out
}
