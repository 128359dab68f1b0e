package metrics_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"

	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/sql/duck"
)

// planted is a quantity of the synthetic district, with the figure of a metric
// that must find it. Target says what of the quantity it finds: the planted
// value; what the files realise of it; or, where teachers choose for themselves,
// the naive comparison, which a descriptive metric states.
type planted struct {
	quantity, metric, target string
	where                    string // condition on the row of values
}

func readPlanted(t testing.TB) []planted {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "planted.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // it is only read
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []planted
	for _, row := range rows[1:] {
		given := map[string]string{}
		for i, name := range rows[0] {
			given[name] = row[i]
		}
		where := []string{"TRUE"}
		for _, d := range []string{"school_id", "session_id", "program_kind", "program_id", "grade_band", "subject", "experience_band", "device_access", "broadband_access", "category"} {
			condition := d + " IS NULL"
			if given[d] != "" {
				condition = d + " = " + duck.Literal(given[d])
			}
			where = append(where, condition)
		}
		all = append(all, planted{given["quantity"], given["metric"], given["target"], strings.Join(where, " AND ")})
	}
	return all
}

// found says whether the interval of a figure holds the target; a figure of all
// there is has no interval, and must equal it to a part in a hundred thousand.
func (p planted) found(t testing.TB, b *bench, truth synth.Truth) bool {
	t.Helper()
	i := slices.IndexFunc(truth.Quantities, func(q synth.Quantity) bool { return q.ID == p.quantity })
	if i < 0 {
		t.Fatalf("truth.json lacks %s", p.quantity)
	}
	q := truth.Quantities[i]
	target := q.Value
	switch p.target {
	case "naive":
		target = *q.Naive
	case "realised":
		target = *q.Realised
	}
	var value, low, high float64
	err := b.conn.QueryRowContext(context.Background(),
		"SELECT value, coalesce(ci_low, value - abs(value) * 1e-5), coalesce(ci_high, value + abs(value) * 1e-5) FROM result WHERE "+p.where).Scan(&value, &low, &high)
	if err != nil {
		t.Fatalf("%s: %v", p.metric, err)
	}
	return low <= target && target <= high
}

// district makes and loads a synthetic district, and returns a bench over it.
func district(t testing.TB, seed int64, teachers int) (*bench, synth.Truth) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	b := newBench(t, 1)
	engine, err := duck.Open(ctx, duck.Options{MemoryLimit: "1GB", Threads: 1, TempDirectory: filepath.Join(dir, "spill")})
	if err != nil {
		t.Fatal(err)
	}
	truth, err := synth.Generate(ctx, engine.SQL(), synth.Options{
		Out: filepath.Join(dir, "files"), Districts: 1, Schools: 16, Teachers: teachers, Years: 3, Seed: seed,
	})
	if err := errors.Join(err, engine.Close()); err != nil {
		t.Fatal(err)
	}
	home := etl.Home{Dir: filepath.Join(dir, "home")}
	if err := home.Create(); err != nil {
		t.Fatal(err)
	}
	loader := &etl.Loader{
		Home: home, Catalog: contracts(t), RemovalLimit: 0.1, Program: "test",
		Engine: duck.Options{MemoryLimit: "1GB", Threads: 1, TempDirectory: filepath.Join(home.Build(), "spill")},
		Now:    func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) },
	}
	if _, err := loader.Load(ctx, []string{filepath.Join(dir, "files")}, etl.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range contract.Compartments() {
		if c == contract.Vault {
			continue
		}
		b.execf(t, "ATTACH %s AS %s (READ_ONLY)", duck.Literal(filepath.Join(home.Build(), string(c)+".duckdb")), c)
	}
	for _, k := range contracts(t).All() {
		if k.Compartment != contract.Vault {
			b.execf(t, "CREATE TEMP VIEW %s AS FROM %s.main.%s", duck.Ident(k.Name), k.Compartment, duck.Ident(k.Name))
		}
	}
	return b, truth
}

// coverage counts, for each planted quantity, the seeds in which it was found.
func coverage(t testing.TB, seeds, teachers int) map[string]int {
	t.Helper()
	all := readPlanted(t)
	counts := map[string]int{}
	for seed := range seeds {
		b, truth := district(t, int64(seed+1), teachers)
		last := ""
		for _, p := range all {
			if p.metric != last {
				b.compute(t, p.metric, ofDistrict)
				last = p.metric
			}
			name := fmt.Sprintf("%s in %s", p.quantity, p.metric)
			if p.found(t, b, truth) {
				counts[name]++
			} else {
				counts[name] += 0
			}
		}
	}
	return counts
}

// ofDistrict wants lists without schools.
func ofDistrict(list []string) bool { return !slices.Contains(list, "school_id") }

// TestFidelity asks of ten districts that each planted quantity be found in most,
// and that no more be missed in all than intervals of 95 % allow.
func TestFidelity(t *testing.T) {
	t.Parallel()
	const seeds = 10
	counts := coverage(t, seeds, 320)
	total := 0
	for name, n := range counts {
		total += n
		if n < 7 {
			t.Errorf("%s: found in %d of %d seeds", name, n, seeds)
		}
	}
	if share := float64(total) / float64(seeds*len(counts)); share < 0.93 {
		t.Errorf("of all, %.3f was found", share)
	}
}

// BenchmarkFidelity prints in how many of 100 districts each planted quantity
// lies within its metric's 95 % interval, and fails for one under 90.
func BenchmarkFidelity(b *testing.B) {
	const seeds = 100
	for b.Loop() {
		for name, n := range coverage(b, seeds, 800) {
			b.Logf("%3d of %d: %s", n, seeds, name)
			if n < 90 {
				b.Errorf("%s: found in %d of %d seeds", name, n, seeds)
			}
		}
	}
}
