package opa

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

const (
	self  = "00000000-0000-4000-8000-000000000001"
	other = "00000000-0000-4000-8000-000000000002"
)

// samples are the values that rows and rules draw from, by kind of column, as
// DuckDB reads them. They repeat often, so that comparisons meet.
var samples = map[string][]string{
	"VARCHAR":       {"", "a", "A", "ab", "b'c", `"`, `\`, "%", "_b", "ä", "日本", "a\tb", "--", "; DROP TABLE t", "null"}, //nolint:gosmopolitan // text of other scripts is under test
	"UUID":          {self, other, "00000000-0000-4000-8000-000000000003", "ffffffff-ffff-4fff-bfff-ffffffffffff"},
	"DATE":          {"2023-08-01", "2023-12-31", "2024-01-01", "2024-07-31", "0099-03-01"},
	"TIMESTAMP":     {"2023-08-01T00:00:00", "2023-08-01T12:30:00.5", "2023-08-01T12:30:00.45", "2024-01-01T00:00:00", "2024-01-01T00:00:00.000001"},
	"BOOLEAN":       {"true", "false"},
	"INTEGER":       {"-3", "0", "1", "2", "2147483647"},
	"DECIMAL(8,2)":  {"-3.00", "0.00", "0.10", "1.00", "2.50", "999999.99"},
	"DECIMAL(14,4)": {"-3.0000", "0.1000", "0.1001", "1.0000", "2.5000"},
	"DOUBLE":        {"-3", "0", "0.1", "0.30000000000000004", "1", "2.5", "NaN", "Infinity", "-Infinity"},
}

// columns are the columns of the random table; the bundles below compare those
// of one kind.
func randomColumns(t *rapid.T) []policy.Column {
	out := []policy.Column{{Name: "id", Type: "INTEGER", Required: true}}
	for _, c := range []policy.Column{
		{Name: "t1", Type: "VARCHAR"},
		{Name: `t"2`, Type: "VARCHAR"},
		{Name: "u1", Type: "UUID"}, {Name: "u2", Type: "UUID"},
		{Name: "d1", Type: "DATE"}, {Name: "d2", Type: "DATE"},
		{Name: "s1", Type: "TIMESTAMP"}, {Name: "s2", Type: "TIMESTAMP"},
		{Name: "b1", Type: "BOOLEAN"}, {Name: "b2", Type: "BOOLEAN"},
		{Name: "i1", Type: "INTEGER"}, {Name: "n1", Type: "DECIMAL(8,2)"}, {Name: "n2", Type: "DECIMAL(14,4)"},
		{Name: "f1", Type: "DOUBLE"}, {Name: "f2", Type: "DOUBLE"},
	} {
		c.Required = rapid.Bool().Draw(t, c.Name+" required")
		out = append(out, c)
	}
	return out
}

// randomValue draws a value of a column; nil is NULL.
func randomValue(t *rapid.T, c policy.Column) *string {
	if !c.Required && rapid.IntRange(0, 2).Draw(t, "null") == 0 {
		return nil
	}
	v := rapid.SampledFrom(samples[c.Type]).Draw(t, c.Name)
	return &v
}

// seen is a value as rules see it.
func seen(c policy.Column, v *string) any {
	if v == nil {
		return nil
	}
	switch {
	case c.Type == "BOOLEAN":
		return *v == "true"
	case c.Type == "DOUBLE":
		f, err := strconv.ParseFloat(*v, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil
		}
		return json.Number(*v)
	case c.Type == "INTEGER" || strings.HasPrefix(c.Type, "DECIMAL"):
		return json.Number(*v)
	}
	return *v
}

// link is a row of the relation's dataset.
type link struct {
	who, key string
	from, to *string
}

// table is a random table with its rows and the rows of a relation.
type table struct {
	columns []policy.Column
	rows    [][]*string
	links   []link
}

// randomTable draws a table.
func randomTable(t *rapid.T) table {
	out := table{columns: randomColumns(t)}
	for i := range rapid.IntRange(1, 24).Draw(t, "rows") {
		id := strconv.Itoa(i)
		row := []*string{&id}
		for _, c := range out.columns[1:] {
			row = append(row, randomValue(t, c))
		}
		out.rows = append(out.rows, row)
	}
	day := policy.Column{Name: "day", Type: "DATE"}
	for range rapid.IntRange(0, 4).Draw(t, "links") {
		out.links = append(out.links, link{
			who:  rapid.SampledFrom([]string{self, other}).Draw(t, "who"),
			key:  rapid.SampledFrom(samples["UUID"]).Draw(t, "key"),
			from: randomValue(t, day),
			to:   randomValue(t, day),
		})
	}
	return out
}

// value returns a row's value of a column.
func (x table) value(row []*string, name string) *string {
	return row[slices.IndexFunc(x.columns, func(c policy.Column) bool { return c.Name == name })]
}

// input is a row as a rule sees it.
func (x table) input(row []*string, rule string) map[string]any {
	values := map[string]any{}
	for i, c := range x.columns {
		values[c.Name] = seen(c, row[i])
	}
	start, end := x.value(row, "d1"), x.value(row, "d2")
	linked := slices.ContainsFunc(x.links, func(l link) bool {
		key := x.value(row, "u1")
		return l.who == self && key != nil && l.key == *key && start != nil &&
			(l.from == nil || end == nil || *l.from <= *end) && (l.to == nil || *l.to >= *start)
	})
	return map[string]any{
		"rules":   []any{rule},
		"row":     values,
		"period":  map[string]any{"start": values["d1"], "end": values["d2"]},
		"related": map[string]any{"linked": linked},
	}
}

// store writes the table to DuckDB.
func (x table) store(ctx context.Context, db *sql.DB) error {
	var definitions, casts []string
	for _, c := range x.columns {
		definitions = append(definitions, duck.Ident(c.Name)+" "+c.Type)
		casts = append(casts, "CAST(? AS "+c.Type+")")
	}
	if _, err := db.ExecContext(ctx, "CREATE OR REPLACE TABLE core.main.t ("+strings.Join(definitions, ", ")+")"); err != nil {
		return err
	}
	for _, row := range x.rows {
		args := make([]any, len(row))
		for i, v := range row {
			if v != nil {
				args[i] = *v
			}
		}
		if _, err := db.ExecContext(ctx, "INSERT INTO core.main.t VALUES ("+strings.Join(casts, ", ")+")", args...); err != nil {
			return err
		}
	}
	if _, err := db.ExecContext(ctx, "CREATE OR REPLACE TABLE core.main.link (who UUID, key UUID, a DATE, b DATE)"); err != nil {
		return err
	}
	for _, l := range x.links {
		if _, err := db.ExecContext(ctx, "INSERT INTO core.main.link VALUES (CAST(? AS UUID), CAST(? AS UUID), CAST(? AS DATE), CAST(? AS DATE))",
			l.who, l.key, l.from, l.to); err != nil {
			return err
		}
	}
	return nil
}

// texts lists the text columns that are never NULL, as rules name them.
func (x table) texts() []string {
	var out []string
	for _, c := range x.columns {
		if c.Type == "VARCHAR" && c.Required {
			out = append(out, fmt.Sprintf("row[%q]", c.Name))
		}
	}
	return out
}

// catalogue is what policy knows of the table.
func (x table) catalogue() []policy.Dataset {
	key := func(name, kind string) policy.Column { return policy.Column{Name: name, Type: kind} }
	return []policy.Dataset{
		{Name: "t", Compartment: "core", Columns: x.columns},
		{Name: "link", Compartment: "core", Columns: []policy.Column{key("who", "UUID"), key("key", "UUID"), key("a", "DATE"), key("b", "DATE")}},
	}
}

// String shows the rows as rules see them.
func (x table) String() string {
	var b strings.Builder
	for _, row := range x.rows {
		text, err := json.Marshal(x.input(row, ""))
		fmt.Fprintln(&b, string(text), err)
	}
	return b.String()
}
