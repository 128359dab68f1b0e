package policy

import "time"

// Date is a calendar date in ISO 8601, such as 2025-09-01. Empty means open.
// Dates compare as strings.
type Date string

// DateOf returns the calendar date of a moment, in the moment's own zone.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// Valid reports whether the date is empty or a day of the calendar.
func (d Date) Valid() bool {
	_, err := time.Parse(time.DateOnly, string(d))
	return d == "" || err == nil
}

// Within reports whether the date lies in the closed period from one date to
// another, either of which may be open.
func (d Date) Within(from, to Date) bool {
	return d >= from && (to == "" || d <= to)
}

// Principal is a person or program that asks.
type Principal struct {
	ID        string   `json:"id"`
	Name      string   `json:"name,omitempty"`
	Roles     []Role   `json:"roles"`
	StaffKey  string   `json:"staff_key,omitempty"` // the person's own pseudonym, a lower-case UUID
	Schools   []string `json:"schools"`             // school ids
	Districts []string `json:"districts"`           // district ids
	ValidFrom Date     `json:"valid_from,omitempty"`
	ValidTo   Date     `json:"valid_to,omitempty"` // last day
}

// Agreement is a written data sharing agreement (34 CFR 99.31(a)(6)(iii)(C)):
// who may use which data elements for what, and until when.
type Agreement struct {
	ID          string              `json:"id"`
	Parties     []string            `json:"parties"`
	Purpose     Purpose             `json:"purpose"`
	Datasets    map[string][]string `json:"datasets"`   // columns by dataset
	From        Date                `json:"from"`       // first day of the data
	To          Date                `json:"to"`         // last day of the data; without one no dated row is shown
	DestroyBy   Date                `json:"destroy_by"` // last day of the agreement; without one it is not in force
	Members     []string            `json:"members"`    // ids of principals
	MinimumCell int                 `json:"minimum_cell"`
}

// Request is what a scope is asked for.
type Request struct {
	Principal Principal
	Purpose   Purpose
	Agreement *Agreement // nil: none
	Study     *Study     // nil: the request is no study's
	Door      Door
	Client    string // network address, for the record; empty: this machine
	On        Date   // today; required
}
