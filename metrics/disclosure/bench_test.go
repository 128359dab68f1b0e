package disclosure

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"
)

// large are tables of about 10,000 cells.
func large(kind Kind) map[string]Table {
	out := map[string]Table{}
	for name, dimensions := range map[string][]Dimension{
		"two-way":   {axis("a", 100, 0), axis("b", 98, 0)},
		"three-way": {axis("a", 20, 0), axis("b", 20, 0), axis("c", 20, 0)},
		"schools":   {axis("s", 400, 20), axis("b", 4, 0), axis("p", 4, 0)},
	} {
		out[name] = crossed(Table{Name: name, Person: "teachers", Dimensions: dimensions, Measure: Measure{Name: "m", Kind: kind}}, skewed(7))
	}
	return out
}

// linked are three two-way tables of the same people, one of them with groups of
// categories, of about 10,000 cells together.
func linked(kind Kind) []Table {
	whole := crossed(Table{
		Name: "all", Person: "teachers", Measure: Measure{Name: "m", Kind: kind},
		Dimensions: []Dimension{axis("a", 60, 10), axis("b", 60, 0), axis("c", 40, 0)},
	}, sparse(9))
	var out []Table
	for _, left := range []int{0, 1, 2} { // the dimension that a table lacks
		t := whole
		t.Name, t.Population, t.Dimensions, t.Cells = fmt.Sprintf("without-%d", left), "teachers", slices.Delete(slices.Clone(whole.Dimensions), left, left+1), nil
		for _, c := range whole.Cells {
			if c.At[left] == whole.Dimensions[left].Total {
				c.At = slices.Delete(slices.Clone(c.At), left, left+1)
				t.Cells = append(t.Cells, c)
			}
		}
		out = append(out, t)
	}
	return out
}

// sparse draws leaves of which most are empty.
func sparse(seed uint64) func() Cell {
	draw, r := skewed(seed), rand.New(rand.NewPCG(seed, 2))
	return func() Cell {
		if r.IntN(20) > 0 {
			return Cell{}
		}
		return draw()
	}
}

func BenchmarkProtect(b *testing.B) {
	for _, kind := range []Kind{Counts, Rates, Amounts} {
		sets := map[string][]Table{"linked": linked(kind)}
		for name, table := range large(kind) {
			sets[name] = []Table{table}
		}
		for name, tables := range sets {
			for _, method := range []Method{Nearest, Exact} {
				b.Run(fmt.Sprintf("%s/%s/%s", name, kind, method), func(b *testing.B) {
					th := defaults()
					th.Rounding.Method = method
					cells := 0
					for _, t := range tables {
						cells += len(t.Cells)
					}
					begin, loops := processorTime(b), 0
					for b.Loop() {
						release, err := Protect(tables, nil, th)
						if err != nil {
							b.Fatal(err)
						}
						loops++
						b.ReportMetric((processorTime(b)-begin).Seconds()/float64(loops), "cpu-s") // for a machine with other work
						b.ReportMetric(float64(cells), "cells")
						b.ReportMetric(float64(complements(release)), "complementary")
					}
				})
			}
		}
	}
}

// processorTime is what the process has used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func complements(r Release) (n int) {
	for _, t := range r.Tables {
		for _, c := range t.Cells {
			if c.People.Rule == Complementary || c.Value.Rule == Complementary {
				n++
			}
		}
	}
	return n
}

func BenchmarkAudit(b *testing.B) {
	for _, kind := range []Kind{Counts, Rates, Amounts} {
		for name, table := range large(kind) {
			b.Run(fmt.Sprintf("%s/%s", name, kind), func(b *testing.B) {
				release, err := Protect([]Table{table}, nil, defaults())
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					report, err := Audit([]Release{release}, defaults())
					if err != nil || report.Err() != nil {
						b.Fatal(err, report.Err())
					}
					b.ReportMetric(float64(len(report.Findings)), "suppressed")
				}
			})
		}
	}
}
