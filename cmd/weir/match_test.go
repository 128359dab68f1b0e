package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// references is where the results of MatchIt 4.7.2 on lalonde are, which
// ../../metrics/match/testdata/README.md describes.
const references = "../../metrics/match/testdata/matchit"

// effectReferences is where their effects are.
const effectReferences = "../../metrics/stats/testdata/matchit"

// TestMatch runs the command on lalonde. In its scripts `same WRITTEN FOLDER`
// compares the tables of a directory with MatchIt's.
func TestMatch(t *testing.T) {
	t.Parallel()
	reference, err := filepath.Abs(references)
	if err != nil {
		t.Fatal(err)
	}
	effects, err := filepath.Abs(effectReferences)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/match",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("WEIR_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			data, err := os.ReadFile(filepath.Join(reference, "lalonde.csv"))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "lalonde.csv"), data, 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"same": func(ts *testscript.TestScript, _ bool, args []string) {
				sameFolder(ts, ts.MkAbs(args[0]), filepath.Join(reference, args[1]))
				sameEffects(ts, ts.MkAbs(args[0]), filepath.Join(effects, args[1]))
			},
		},
	})
}

// sameFolder compares units, pairs, balance and sample sizes: numbers to 1e-10,
// all else exactly.
func sameFolder(ts *testscript.TestScript, written, reference string) {
	units := readCSV(ts, filepath.Join(written, "units.csv"))
	sameRows(ts, units, readCSV(ts, filepath.Join(reference, "units.csv")))
	sameRows(ts, readCSV(ts, filepath.Join(written, "sample_sizes.csv")), readCSV(ts, filepath.Join(reference, "sample_sizes.csv")))
	if pairs := filepath.Join(reference, "pairs.csv"); exists(pairs) {
		sameRows(ts, readCSV(ts, filepath.Join(written, "pairs.csv")), readCSV(ts, pairs))
	}
	balance := readCSV(ts, filepath.Join(written, "balance.csv"))
	for _, sample := range []string{"all", "matched"} {
		rows := [][]string{balance[0][1:]}
		for _, row := range balance[1:] {
			if row[0] == sample {
				rows = append(rows, row[1:])
			}
		}
		sameRows(ts, rows, readCSV(ts, filepath.Join(reference, "balance_"+sample+".csv")))
	}
}

// sameEffects compares each model's effect, error and interval to 1e-8.
func sameEffects(ts *testscript.TestScript, written, reference string) {
	data, err := os.ReadFile(filepath.Join(reference, "effects.json"))
	ts.Check(err)
	var want map[string]json.RawMessage
	ts.Check(json.Unmarshal(data, &want))
	effects := readCSV(ts, filepath.Join(written, "effects.csv"))
	if len(effects) != 4 {
		ts.Fatalf("%d effects, want those of 3 models", len(effects)-1)
	}
	for _, row := range effects[1:] {
		got := map[string]string{}
		for j, name := range effects[0] {
			got[name] = row[j]
		}
		var w struct {
			Estimate    float64            `json:"estimate"`
			SE          map[string]float64 `json:"se"`
			Recommended string             `json:"recommended_se"`
			Interval    [2]float64         `json:"ci95_normal"`
		}
		ts.Check(json.Unmarshal(want[got["model"]], &w))
		for name, number := range map[string]float64{
			"estimate": w.Estimate, "se": w.SE[w.Recommended], "ci95_low": w.Interval[0], "ci95_high": w.Interval[1],
		} {
			x, err := strconv.ParseFloat(got[name], 64)
			if err != nil || math.Abs(x-number) > 1e-8*math.Abs(number) {
				ts.Fatalf("model %s, %s: %q, want %v", got["model"], name, got[name], number)
			}
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func readCSV(ts *testscript.TestScript, path string) [][]string {
	file, err := os.Open(path)
	ts.Check(err)
	rows, err := csv.NewReader(file).ReadAll()
	_ = file.Close()
	ts.Check(err)
	return rows
}

// sameRows compares the columns of want, in whatever place they are in got.
func sameRows(ts *testscript.TestScript, got, want [][]string) {
	if len(got) != len(want) {
		ts.Fatalf("%v: %d rows, want %d", want[0], len(got)-1, len(want)-1)
	}
	place := map[string]int{}
	for j, name := range got[0] {
		place[name] = j
	}
	for i, row := range want[1:] {
		for j, cell := range row {
			name := want[0][j]
			k, ok := place[name]
			if !ok {
				ts.Fatalf("no column %q in %v", name, got[0])
			}
			if !sameCell(got[i+1][k], cell) {
				ts.Fatalf("row %d, column %q: %q, want %q", i+1, name, got[i+1][k], cell)
			}
		}
	}
}

func sameCell(got, want string) bool {
	if want == "NA" {
		want = ""
	}
	x, err := strconv.ParseFloat(got, 64)
	y, err2 := strconv.ParseFloat(want, 64)
	if err != nil || err2 != nil {
		return got == want
	}
	return math.Abs(x-y) <= 1e-10*max(1, math.Abs(y))
}
