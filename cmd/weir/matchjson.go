package main

import (
	"encoding/json"
	"io"

	"github.com/weir-warehouse/weir/metrics/match"
)

// matchJSON is the results without the units and pairs, which --out has.
type matchJSON struct {
	Call        string            `json:"call"`
	Formula     string            `json:"formula"`
	Method      match.Method      `json:"method"`
	Estimand    match.Estimand    `json:"estimand"`
	Treated     string            `json:"treated"` // the treatment's value
	Control     string            `json:"control"`
	Warnings    []string          `json:"warnings"`
	SampleSizes []json.RawMessage `json:"sample_sizes"`
	Flow        []json.RawMessage `json:"flow"`
	Balance     []json.RawMessage `json:"balance"`
	Effects     []json.RawMessage `json:"effects"`
	// What was asked for besides.
	Subgroups      []json.RawMessage `json:"subgroups,omitempty"`
	Placebo        []json.RawMessage `json:"placebo,omitempty"`
	Sensitivity    []json.RawMessage `json:"sensitivity,omitempty"`
	Specifications []json.RawMessage `json:"specifications,omitempty"`
}

// printReportsJSON writes an object, or with several arms an array of them.
func printReportsJSON(w io.Writer, reports []matchReport, several bool) error {
	out := make([]matchJSON, len(reports))
	for i, r := range reports {
		var err error
		if out[i], err = r.json(); err != nil {
			return err
		}
	}
	if several {
		return printJSON(w, out)
	}
	return printJSON(w, out[0])
}

func (r matchReport) json() (matchJSON, error) {
	s := r.Match.Spec
	out := matchJSON{
		Call: r.call, Formula: s.Formula, Method: s.Method, Estimand: s.Estimand,
		Treated: r.Match.Level[1], Control: r.Match.Level[0], Warnings: append([]string{}, r.Warnings...),
	}
	var err error
	for table, into := range map[string]*[]json.RawMessage{
		"sample_sizes": &out.SampleSizes, "flow": &out.Flow, "balance": &out.Balance, "effects": &out.Effects,
		"subgroups": &out.Subgroups, "placebo": &out.Placebo, "sensitivity": &out.Sensitivity, "specifications": &out.Specifications,
	} {
		*into = []json.RawMessage{}
		for _, t := range r.tables {
			if t.name == table {
				*into, err = t.jsonRows()
			}
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// jsonRows returns each row as an object with its columns in order.
func (t matchTable) jsonRows() ([]json.RawMessage, error) {
	rows := make([]json.RawMessage, t.rows.NumRows())
	for i := range rows {
		row, err := jsonRow(t.rows, i)
		if err != nil {
			return nil, err
		}
		rows[i] = row
	}
	return rows, nil
}
