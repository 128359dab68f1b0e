package disclosure

import (
	"testing"

	"pgregory.net/rapid"
)

// small are thresholds at which tables can be counted out.
func small(method Method, zeros bool) Thresholds {
	return Thresholds{
		People: 4, ZerosDisclose: zeros, Width: 2, Spread: 0.1,
		Rounding: Rounding{Method: method, Base: map[Method]int64{Exact: 0, Nearest: 3, Midpoint: 2}[method]},
	}
}

// shapes are tables small enough to be counted out: one way, two-way, a
// hierarchy, three-way, linked by their totals, a rate.
func shapes(name string, draw func() Cell) []Table {
	table := func(kind Kind, dimensions ...Dimension) Table {
		return crossed(Table{Name: name, Population: "all", Person: "teachers", Dimensions: dimensions, Measure: Measure{Name: "m", Kind: kind}}, draw)
	}
	switch name {
	case "one-way":
		return []Table{table(Counts, axis("a", 4, 0))}
	case "two-way":
		return []Table{table(Counts, axis("a", 2, 0), axis("b", 3, 0))}
	case "hierarchy":
		return []Table{table(Counts, axis("s", 6, 3))}
	case "three-way":
		return []Table{table(Counts, axis("a", 2, 0), axis("b", 2, 0), axis("c", 2, 0))}
	case "rate":
		return []Table{table(Rates, axis("a", 3, 0))}
	}
	first := table(Counts, axis("a", 3, 0))
	people := first.Cells[len(first.Cells)-1].People
	for _, c := range first.Cells {
		if c.At[0] == "all" {
			people = c.People
		}
	}
	left := people
	n := 0
	second := crossed(Table{Name: "second", Population: "all", Person: "teachers", Dimensions: []Dimension{axis("b", 3, 0)}, Measure: Measure{Kind: Counts}}, func() Cell {
		n++
		part := left / 2
		if n == 3 {
			part = left
		}
		left -= part
		return Cell{People: part}
	})
	return []Table{first, second}
}

func drawTables(t *rapid.T) ([]Table, Thresholds) {
	th := small(rapid.SampledFrom([]Method{Exact, Nearest, Midpoint}).Draw(t, "rounding"), rapid.Bool().Draw(t, "zeros disclose"))
	name := rapid.SampledFrom([]string{"one-way", "two-way", "hierarchy", "three-way", "rate", "linked"}).Draw(t, "shape")
	return shapes(name, func() Cell {
		n := rapid.Int64Range(0, 9).Draw(t, "people")
		return Cell{People: n, Count: rapid.Int64Range(0, n).Draw(t, "count")}
	}), th
}

// TestNothingIsBoundedTooTightly counts out all tables that would have been
// published as what Protect returns, and asks of each suppressed figure whether
// they leave it as wide as its level.
func TestNothingIsBoundedTooTightly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tables, th := drawTables(t)
		release, err := Protect(tables, nil, th)
		if err != nil {
			t.Fatal(err)
		}
		b := newBrute([]Release{release}, th, 14)
		b.run()
		for _, c := range b.checks {
			if c.hi-c.lo < c.figure.Level.Width {
				t.Fatalf("a figure suppressed by %q lies between %d and %d, its level is %d\n%+v", c.figure.Rule, c.lo, c.hi, c.figure.Level.Width, release)
			}
		}
		report, err := Audit([]Release{release}, th)
		if err != nil || report.Err() != nil {
			t.Fatalf("audit: %v, %v\n%+v", err, report, release)
		}
	})
}

// bare is a release with primary suppression and nothing else.
func bare(tables []Table, th Thresholds) (Release, error) {
	a, err := assemble(tables, th)
	if err != nil {
		return Release{}, err
	}
	a.primary()
	return a.release(), nil
}

// agrees compares the auditor's verdict on each suppressed figure with that of
// counting out.
func agrees(t *rapid.T, releases []Release, th Thresholds) (failed int) {
	report, err := Audit(releases, th)
	if err != nil {
		t.Fatal(err)
	}
	b := newBrute(releases, th, 14)
	b.run()
	level, width := map[string]int64{}, map[string]int64{}
	for _, c := range b.checks {
		level[c.id], width[c.id] = max(level[c.id], c.figure.Level.Width), c.hi-c.lo
	}
	for _, f := range report.Findings {
		id := brutePlace(f.At, f.Figure)
		if wide := width[id] >= level[id]; f.Proven != wide {
			t.Fatalf("%s: the auditor says proven %v, counting out says wide enough %v\n%+v\n%+v", id, f.Proven, wide, f, releases)
		}
	}
	return report.Failed
}

// TestAuditorAgreesWithCounting judges releases without complementary
// suppression, of which many fail.
func TestAuditorAgreesWithCounting(t *testing.T) {
	t.Parallel()
	caught := 0
	rapid.Check(t, func(t *rapid.T) {
		tables, th := drawTables(t)
		release, err := bare(tables, th)
		if err != nil {
			t.Fatal(err)
		}
		caught += agrees(t, []Release{release}, th)
	})
	if caught == 0 {
		t.Error("no planted release was caught")
	}
}

// TestDifferencingIsCaught releases the same tables twice, each protected on
// its own, with other cells chosen to protect the sensitive ones.
func TestDifferencingIsCaught(t *testing.T) {
	t.Parallel()
	caught := 0
	rapid.Check(t, func(t *rapid.T) {
		tables, th := drawTables(t)
		first, err := Protect(tables, nil, th)
		if err != nil {
			t.Fatal(err)
		}
		for i := range tables {
			for k := range tables[i].Cells {
				tables[i].Cells[k].Weight = rapid.Float64Range(1, 50).Draw(t, "weight")
			}
		}
		second, err := Protect(tables, nil, th)
		if err != nil {
			t.Fatal(err)
		}
		caught += agrees(t, []Release{first, second}, th)
		third, err := Protect(tables, []Release{first}, th)
		if err != nil {
			t.Fatalf("with the first release known: %v", err)
		}
		if failed := agrees(t, []Release{first, third}, th); failed > 0 {
			t.Fatalf("%d figures can be worked out although the first release was known", failed)
		}
	})
	if caught == 0 {
		t.Error("no pair of releases was caught")
	}
}

// TestProtectedReleasesPassTheAudit has larger tables, all kinds of measure and
// Weir's own thresholds. The auditor gets only what readers get.
func TestProtectedReleasesPassTheAudit(t *testing.T) {
	t.Parallel()
	least := int64(0)
	for name, dimensions := range map[string][]Dimension{
		"two-way":   {axis("a", 5, 0), axis("b", 4, 0)},
		"hierarchy": {axis("a", 9, 3), axis("b", 3, 0)},
		"three-way": {axis("a", 3, 0), axis("b", 3, 0), axis("c", 3, 0)},
	} {
		for _, kind := range []Kind{Counts, Rates, Amounts} {
			for _, rounding := range []Rounding{{}, {Nearest, 5}, {Midpoint, 6}} {
				t.Run(name+"/"+string(kind)+"/"+string(rounding.Method), func(t *testing.T) {
					t.Parallel()
					th := defaults()
					th.Rounding = rounding
					for seed := range uint64(4) {
						table := crossed(Table{Person: "teachers", Dimensions: dimensions, Measure: Measure{Name: "m", Kind: kind, Least: &least}}, skewed(seed))
						release, err := Protect([]Table{table}, nil, th)
						if err != nil {
							t.Fatal(err)
						}
						report, err := Audit([]Release{release}, th)
						if err != nil || report.Err() != nil {
							t.Errorf("seed %d: %v, %v", seed, err, report.Err())
						}
					}
				})
			}
		}
	}
}
