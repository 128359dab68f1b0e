package disclosure

import (
	"fmt"
	"testing"
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

func BenchmarkProtect(b *testing.B) {
	for _, kind := range []Kind{Counts, Rates, Amounts} {
		for name, table := range large(kind) {
			for _, method := range []Method{Nearest, Exact} {
				b.Run(fmt.Sprintf("%s/%s/%s", name, kind, method), func(b *testing.B) {
					th := defaults()
					th.Rounding.Method = method
					for b.Loop() {
						release, err := Protect([]Table{table}, nil, th)
						if err != nil {
							b.Fatal(err)
						}
						b.ReportMetric(float64(len(table.Cells)), "cells")
						b.ReportMetric(float64(complements(release)), "complementary")
					}
				})
			}
		}
	}
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
