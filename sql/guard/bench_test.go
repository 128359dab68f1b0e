package guard_test

import (
	"path/filepath"
	"testing"
)

// BenchmarkCheck measures the guard alone, without the engine's parsing.
func BenchmarkCheck(b *testing.B) {
	g, db := newGuard(b), open(b)
	for _, pattern := range []string{
		"*-honest-count", "*-honest-grafana-timeseries", "*-honest-dbplyr-summarise", "*-honest-window",
		"*-honest-cte-in-every-clause",
	} {
		dirs, err := filepath.Glob(filepath.Join("testdata/cases", pattern))
		if err != nil || len(dirs) != 1 {
			b.Fatalf("%s: %v %v", pattern, dirs, err)
		}
		text, scope := readCase(b, dirs[0])
		tree := parse(b, db, text)
		b.Run(pattern[9:], func(b *testing.B) {
			b.SetBytes(int64(len(tree)))
			for b.Loop() {
				if !g.Check(text, tree, scope).Allowed() {
					b.Fatal("refused")
				}
			}
		})
	}
}
