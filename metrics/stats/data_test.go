package stats

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// table is a CSV file of testdata, by column.
type table map[string][]string

func readTable(t *testing.T, name string) table {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var source io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if source, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(source).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := table{}
	for j, name := range rows[0] {
		for _, row := range rows[1:] {
			columns[name] = append(columns[name], row[j])
		}
	}
	return columns
}

// numbers returns a column's values, NaN for an empty one.
func (c table) numbers(t *testing.T, name string) []float64 {
	t.Helper()
	values := make([]float64, len(c[name]))
	for i, text := range c[name] {
		if text == "" {
			values[i] = math.NaN()
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			t.Fatal(err)
		}
		values[i] = v
	}
	return values
}

// is returns 1 where the column has the value, else 0.
func (c table) is(name, value string) []float64 {
	values := make([]float64, len(c[name]))
	for i, text := range c[name] {
		if text == value {
			values[i] = 1
		}
	}
	return values
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// near fails unless got is want to a relative tolerance, absolute below 1.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s = %.15g, want %.15g (off by %.2g)", what, got, want, got-want)
	}
}

// relative fails unless got is want to a relative tolerance.
func relative(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s = %.15g, want %.15g (off by %.2g of it)", what, got, want, (got-want)/want)
	}
}

// lalonde returns the named columns of lalonde, "race…" as an indicator.
func lalonde(t *testing.T, names ...string) Design {
	t.Helper()
	data := readTable(t, "lalonde.csv")
	var d Design
	for _, name := range names {
		d.Names = append(d.Names, name)
		switch race, ok := strings.CutPrefix(name, "race"); {
		case ok:
			d.Columns = append(d.Columns, data.is("race", race))
		case name == "dup":
			age, educ := data.numbers(t, "age"), data.numbers(t, "educ")
			for i := range age {
				age[i] = 2*age[i] + educ[i]
			}
			d.Columns = append(d.Columns, age)
		default:
			d.Columns = append(d.Columns, data.numbers(t, name))
		}
	}
	return d
}

// cycle returns the weights that the R scripts use.
func cycle(n int) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 0.5 + float64((i+1)%7)/4
	}
	return weights
}
