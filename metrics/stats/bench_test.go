package stats

import "testing"

// BenchmarkEffect is what a study of 200,000 matched pairs computes for one
// outcome and ten covariates.
func BenchmarkEffect(b *testing.B) {
	design, treatment := simulate(400_000, 10)
	pairs, schools := make([]int, len(treatment)), make([]int, len(treatment))
	for i := range pairs {
		pairs[i], schools[i] = i/2, i%500
	}
	g := GComputation{
		Treatment: treatment, Covariates: Design{Names: design.Names[1:], Columns: design.Columns[1:]}, Adjustment: Interacted,
	}
	outcome := design.Columns[1]
	g.Covariates.Names, g.Covariates.Columns = g.Covariates.Names[1:], g.Covariates.Columns[1:]
	for name, c := range map[string]struct {
		kind     Variance
		clusters [][]int
	}{
		"HC3": {HC3, nil}, "CR1S pairs": {CR1S, [][]int{pairs}}, "CR1S pairs and schools": {CR1S, [][]int{pairs, schools}},
		"CR2 schools": {CR2, [][]int{schools}}, "CR2 pairs": {CR2, [][]int{pairs}},
	} {
		b.Run(name, func(b *testing.B) {
			g.Variance, g.Clusters = c.kind, c.clusters
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.Linear(outcome); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
