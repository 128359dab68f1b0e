package metrics

import (
	"crypto/md5" //nolint:gosec // makes keys out of words, and protects nothing
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/sql/duck"
)

// testFolder is the part of a metric's folder with small input and exact expected
// output; expectedFile is the latter.
const (
	testFolder   = "test"
	expectedFile = "expected.csv"
)

// Example is the test of a metric: a few rows of the datasets that it reads, and
// every value that it must give of them.
type Example struct {
	Input    map[string][][]string // by dataset, the names of columns and then rows; an empty field is NULL
	Expected []Expected
}

// Expected is a row of expected.csv.
type Expected struct {
	Key    string            // its dimensions and breakdown, as Key writes them
	Fields map[string]string // what is stated of the value: "" for none, "any" for whatever it is
}

// Any stands in expected.csv for a number that a test leaves open, such as a limit
// that a bootstrap draws.
const Any = "any"

// ExampleKeys are the columns that tell values apart.
var ExampleKeys = slices.Concat(method.Dimensions, method.Breakdown[:2])

// ExampleNumbers are the columns that expected.csv may have beside those.
var ExampleNumbers = []string{"value", "ci_low", "ci_high", "n", "n_schools", "numerator", "denominator"}

// Key writes what tells a value apart as a reader of a test sees it.
func Key(at map[string]string) string {
	var parts []string
	for _, c := range ExampleKeys {
		if at[c] != "" {
			parts = append(parts, c+"="+at[c])
		}
	}
	return strings.Join(parts, ", ")
}

// Example reads the metric's test folder; nil if it has none. Errors name the file
// and line.
func (m *Metric) Example() (*Example, error) {
	entries, err := fs.ReadDir(m.folder, testFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // a metric need not have a test
	}
	if err != nil {
		return nil, fmt.Errorf("read the test of %s: %w", m.ID, err)
	}
	e := &Example{Input: map[string][][]string{}}
	for _, entry := range entries {
		name := entry.Name()
		rows, err := m.table(name)
		if err != nil {
			return nil, err
		}
		if name == expectedFile {
			if e.Expected, err = m.expected(rows); err != nil {
				return nil, err
			}
			continue
		}
		dataset := strings.TrimSuffix(name, ".csv")
		if !slices.Contains(m.Datasets, dataset) {
			return nil, fmt.Errorf("%s: the metric reads no dataset %q; it reads %s", m.testFile(name), dataset, strings.Join(m.Datasets, ", "))
		}
		e.Input[dataset] = rows
	}
	if len(e.Expected) == 0 {
		return nil, fmt.Errorf("%s: no values are expected; write the file, with a row for each", m.testFile(expectedFile))
	}
	return e, nil
}

func (m *Metric) testFile(name string) string { return path.Join(m.Origin, testFolder, name) }

// table reads a CSV file of the test.
func (m *Metric) table(name string) ([][]string, error) {
	text, err := fs.ReadFile(m.folder, path.Join(testFolder, name))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", m.testFile(name), err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.testFile(name), err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: the line with the names of columns is missing", m.testFile(name))
	}
	return rows, nil
}

// expected reads the rows of expected.csv.
func (m *Metric) expected(rows [][]string) ([]Expected, error) {
	for _, c := range rows[0] {
		if !slices.Contains(ExampleKeys, c) && !slices.Contains(ExampleNumbers, c) {
			return nil, fmt.Errorf("%s: column %q is unknown; known are %s", m.testFile(expectedFile), c, strings.Join(slices.Concat(ExampleKeys, ExampleNumbers), ", "))
		}
	}
	var out []Expected
	for i, row := range rows[1:] {
		at, e := map[string]string{}, Expected{Fields: map[string]string{}}
		for k, c := range rows[0] {
			if slices.Contains(ExampleKeys, c) {
				at[c] = row[k]
				continue
			}
			e.Fields[c] = row[k]
			if _, err := strconv.ParseFloat(row[k], 64); err != nil && row[k] != "" && row[k] != Any {
				return nil, fmt.Errorf("%s: line %d: %s %q is no number; write a number, %s, or nothing", m.testFile(expectedFile), i+2, c, row[k], Any)
			}
		}
		e.Key = Key(at)
		if slices.ContainsFunc(out, func(other Expected) bool { return other.Key == e.Key }) {
			return nil, fmt.Errorf("%s: line %d: %s is expected twice", m.testFile(expectedFile), i+2, e.Key)
		}
		out = append(out, e)
	}
	return out, nil
}

// Statements make a table of each dataset of the metric, with the rows of the
// test. A person's key may be any word, such as t1.
func (e *Example) Statements(m *Metric, catalog *contract.Catalog) ([]string, error) {
	var out []string
	for _, name := range m.Datasets {
		k, ok := catalog.Get(name)
		if !ok {
			continue
		}
		columns := make([]string, len(k.Columns))
		for i, c := range k.Columns {
			columns[i] = duck.Ident(c.Name) + " " + c.Type
		}
		out = append(out, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s (%s)", duck.Ident(name), strings.Join(columns, ", ")))
		rows := e.Input[name]
		if len(rows) < 2 {
			continue
		}
		values := make([]string, len(rows)-1)
		for i, row := range rows[1:] {
			fields := make([]string, len(row))
			for j, v := range row {
				c, ok := k.Column(rows[0][j])
				if !ok {
					return nil, fmt.Errorf("%s: the dataset has no column %q", m.testFile(name+".csv"), rows[0][j])
				}
				fields[j] = literal(c, v)
			}
			values[i] = "(" + strings.Join(fields, ", ") + ")"
		}
		out = append(out, fmt.Sprintf("INSERT INTO temp.main.%s (%s) VALUES %s", duck.Ident(name), duck.Idents(rows[0]), strings.Join(values, ", ")))
	}
	return out, nil
}

// literal writes a field as SQL.
func literal(c *contract.Column, v string) string {
	switch {
	case v == "":
		return "NULL"
	case c.Person != "":
		sum := md5.Sum([]byte(v)) //nolint:gosec // as above
		return fmt.Sprintf("'%x-%x-%x-%x-%x'", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:])
	}
	return "CAST(" + duck.Literal(v) + " AS " + c.Type + ")"
}
