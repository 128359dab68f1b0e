package suggest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/etl/mapping/suggest"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

func catalog(t rapid.TB) *contract.Catalog {
	t.Helper()
	c, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func engine(t testing.TB) duck.Querier {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db.SQL()
}

// write writes a file, and returns its path.
func write(t rapid.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sources lists the one file of each case.
func sources(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*")
	if err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, f := range files {
		if !strings.HasPrefix(f, "testdata/base") && filepath.Ext(f) != ".golden" {
			sources = append(sources, f)
		}
	}
	if len(sources) < 7 {
		t.Fatal("cases are missing")
	}
	return sources
}

// Each folder of testdata but base holds a file as districts have it, and the
// mapping that is suggested. WEIR_UPDATE=1 writes the latter, to be read
// before it is committed.
func TestMapping(t *testing.T) {
	t.Parallel()
	for _, source := range sources(t) {
		t.Run(filepath.Base(source), func(t *testing.T) {
			t.Parallel()
			q, scratch := engine(t), t.TempDir()
			file, err := tabular.Open(source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := suggest.Mapping(context.Background(), q, file, suggest.Options{Catalog: catalog(t), Scratch: scratch})
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join(filepath.Dir(source), "mapping.golden")
			if os.Getenv("WEIR_UPDATE") != "" {
				write(t, filepath.Dir(source), "mapping.golden", got)
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s\n got: %s\nwant: %s", golden, got, want)
			}
			if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
				t.Errorf("left in the scratch directory: %v, %v", left, err)
			}
		})
	}
}

func TestMappingRefuses(t *testing.T) {
	t.Parallel()
	q := engine(t)
	for _, c := range []struct {
		name, text, dataset string
		code                policy.Code
		want                string
	}{
		{"data.csv", "e1,1001,2024-10-01,45\ne2,1002,2024-10-02,30\n", "", policy.DataRefused, "data.csv: line 1 looks like data, not like a header; add a line with the names of the columns"},
		{"strange.csv", "color,shape\nred,round\n", "", policy.DataRefused, "strange.csv: its columns are like those of no dataset; if it is one, name it with --dataset"},
		{"near.csv", "name,shape,color,mass,taste\nred,round,a,b,c\n", "", policy.DataRefused, "near.csv: its columns are like those of no dataset; nearest are "},
		{"district.csv", "district_id,name\nd1,First\n", "distrikt", policy.Usage, "no contract is named \"distrikt\"; `weir contracts list` shows them"},
		{"empty.csv", "", "", policy.DataRefused, "empty.csv: is empty; expected a header line"},
		{"nul.csv", "district_id,name\nd1,\x00\n", "", policy.DataRefused, "nul.csv: line 2 holds a NUL byte"},
		{"bad.ndjson", "{\"district_id\": \n", "", policy.DataRefused, "bad.ndjson: cannot be read as ndjson"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file, err := tabular.Open(write(t, dir, c.name, c.text))
			if err != nil {
				t.Fatal(err)
			}
			_, err = suggest.Mapping(context.Background(), q, file, suggest.Options{Catalog: catalog(t), Dataset: c.dataset, Scratch: dir})
			if err == nil || policy.CodeOf(err) != c.code || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// Whatever a header holds, the mapping is one, and uses only columns that the
// file has.
func TestMappingParses(t *testing.T) {
	t.Parallel()
	q, cat, dir := engine(t), catalog(t), t.TempDir()
	word := rapid.SampledFrom([]string{"Emp ID", "Minutes", "Start", "yes", "null", "é \"q\"", "a: b", "#", "{}", "- x", "=", "'", "%", "Email, work", "007", "~", "&a", "Course\\"})
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.SliceOfNDistinct(word, 1, 8, rapid.ID[string]).Draw(t, "header")
		quoted := make([]string, len(header))
		for i, h := range header {
			quoted[i] = `"` + strings.ReplaceAll(h, `"`, `""`) + `"`
		}
		cells := rapid.SliceOfN(rapid.SampledFrom([]string{"1", "x@y.z", "N/A", "10/11/2024", "1,5", "Yes", "\"\""}), len(header), len(header)).Draw(t, "cells")
		text := strings.Join(quoted, ";") + "\n" + strings.Repeat(strings.Join(cells, ";")+"\n", 3)
		file, err := tabular.Open(write(t, dir, "t.csv", text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := suggest.Mapping(context.Background(), q, file, suggest.Options{Catalog: cat, Dataset: "pd_engagement", Scratch: dir})
		if err != nil {
			if policy.CodeOf(err) == policy.DataRefused {
				return // half of the header was numbers
			}
			t.Fatal(err)
		}
		m, err := mapping.Parse("t.mapping.yaml", []byte(got), cat)
		if err != nil {
			t.Fatalf("%v\n%s", err, got)
		}
		for target, col := range m.Columns {
			if len(col.From) != 1 || !strings.Contains(strings.Join(header, "\n"), col.From[0]) {
				t.Errorf("%s comes from %q, header %q", target, col.From, header)
			}
		}
		c, _ := cat.Get(m.Dataset)
		if _, _, err := m.Fit(context.Background(), q, file, c); err != nil && strings.Contains(err.Error(), "which the mapping names") {
			t.Error(err)
		}
	})
}

// No value of a file is printed, unless it is a code of a column of codes.
func TestMappingHidesValues(t *testing.T) {
	t.Parallel()
	q, cat, dir := engine(t), catalog(t), t.TempDir()
	secret := rapid.StringMatching(`[Zz]q[a-z]{3}[0-9]{3}`)
	rapid.Check(t, func(t *rapid.T) {
		header := []string{"Activity ID", "Teacher Email", "Given Name", "Family Name", "Program", "Delivery", "Completed", "Notes", "Birth Date", "Start"}
		rows := rapid.SliceOfN(rapid.SliceOfN(secret, len(header), len(header)), 1, 40).Draw(t, "rows")
		var text strings.Builder
		text.WriteString(strings.Join(header, ",") + "\n")
		for _, row := range rows {
			text.WriteString(strings.Join(row, ",") + "\n")
		}
		file, err := tabular.Open(write(t, dir, "export.csv", text.String()))
		if err != nil {
			t.Fatal(err)
		}
		for _, dataset := range []string{"staff_identity", ""} {
			got, err := suggest.Mapping(context.Background(), q, file, suggest.Options{Catalog: cat, Dataset: dataset, Scratch: dir})
			if err != nil {
				got = err.Error()
			}
			for _, row := range rows {
				for i, value := range row {
					if header[i] != "Delivery" && header[i] != "Completed" && strings.Contains(got, value) {
						t.Fatalf("%s is in the mapping for %s:\n%s", header[i], dataset, got)
					}
				}
			}
		}
	})
}
