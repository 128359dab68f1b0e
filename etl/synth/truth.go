package synth

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// truthFile is the name of the file that says what was planted.
const truthFile = "truth.json"

// Truth says what was planted in the files of one run.
type Truth struct {
	Options    Size       `json:"options"`
	Quantities []Quantity `json:"quantities"`
	Files      []File     `json:"files"`
	Mess       []Mess     `json:"mess"`
}

// Size repeats the options that decide the content of the files.
type Size struct {
	Districts          int   `json:"districts"`
	SchoolsPerDistrict int   `json:"schools_per_district"`
	Teachers           int   `json:"teachers"`
	Years              int   `json:"years"`
	Seed               int64 `json:"seed"`
	Mess               bool  `json:"mess"`
}

// Quantity is a planted value.
type Quantity struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Population  string `json:"population"`
	Comparison  string `json:"comparison"`
	Source      string `json:"source"` // datasets and columns

	// Value is what was planted: a probability, a mean or an effect.
	Value float64 `json:"value"`
	// Realised is what the files hold of it, where that can be read off without
	// adjustment; rows with planted faults are left out.
	Realised *float64 `json:"realised,omitempty"`
	// Naive is what a comparison without adjustment gives for a quantity that
	// self-selection biases, and NaiveBias is by how much it is wrong.
	Naive     *float64 `json:"naive,omitempty"`
	NaiveBias *float64 `json:"naive_bias,omitempty"`
}

// File counts the rows of one source file, without its header.
type File struct {
	Path    string `json:"path"`
	Dataset string `json:"dataset,omitempty"` // empty: a OneRoster file
	Rows    int64  `json:"rows"`
}

// Mess counts the planted faults of one source file.
type Mess struct {
	Path        string         `json:"path"`
	Dataset     string         `json:"dataset"`
	Encoding    string         `json:"encoding,omitempty"`
	Quarantined map[string]int `json:"quarantined"` // rows that must be refused, by rule
	Repaired    map[string]int `json:"repaired"`    // rows that must load all the same, by what is wrong
}

func (o *Options) public() Size {
	return Size{
		Districts: o.Districts, SchoolsPerDistrict: o.Schools, Teachers: o.Teachers,
		Years: o.Years, Seed: o.Seed, Mess: o.Mess,
	}
}

func (t *Truth) add(f file, rows int64) {
	t.Files = append(t.Files, File{Path: f.path, Dataset: f.dataset, Rows: rows})
	if t.Options.Mess && f.mess != nil {
		t.Mess = append(t.Mess, Mess{
			Path: f.path, Dataset: f.dataset, Encoding: string(f.mess.encoding),
			Quarantined: f.mess.quarantined(), Repaired: f.mess.repaired(),
		})
	}
}

func (t *Truth) write(path string) error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", truthFile, err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil { //nolint:gosec // made-up data, to be looked at
		return fmt.Errorf("write %s: %w", truthFile, err)
	}
	return nil
}

// quantities works out what was planted, by id. A value
// that this district is too small to have is left out.
func (g *generator) quantities(ctx context.Context) (_ []Quantity, err error) {
	if err := g.script(ctx, "sql/truth.sql", "%s"); err != nil {
		return nil, err
	}
	rows, err := g.conn.QueryContext(ctx, `SELECT id, description, population, comparison, source,
		stated(value), stated(realised), stated(naive), stated(naive - value)
		FROM quantity WHERE isfinite(value) ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read the planted quantities: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	var all []Quantity
	for rows.Next() {
		var q Quantity
		if err := rows.Scan(&q.ID, &q.Description, &q.Population, &q.Comparison, &q.Source,
			&q.Value, &q.Realised, &q.Naive, &q.NaiveBias); err != nil {
			return nil, fmt.Errorf("read a planted quantity: %w", err)
		}
		all = append(all, q)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the planted quantities: %w", err)
	}
	return all, nil
}
