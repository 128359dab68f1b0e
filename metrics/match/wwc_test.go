package match

import (
	"math"
	"testing"
)

// TestEffectSizes works g and Cox's index out by hand.
func TestEffectSizes(t *testing.T) {
	t.Parallel()
	f := frame(t,
		Numeric("treat", []float64{1, 1, 1, 1, 0, 0, 0, 0}),
		Numeric("x", []float64{3, 4, 5, 6, 2, 3, 4, 5}),
		Numeric("b", []float64{1, 1, 1, 0, 1, 1, 0, 0}),
		Numeric("same", []float64{1, 2, 3, 4, 1, 2, 3, 4}))
	r := run(t, f, Spec{Formula: "treat ~ x + b + same", Distance: Euclidean})
	b, err := r.Balance(f, BalanceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	small := 1 - 3/(4*8.0-9)
	want := []struct {
		g        float64
		category Category
	}{
		{small / math.Sqrt(5.0/3), NotSatisfied},
		{small * math.Log(3) / 1.65, NotSatisfied},
		{0, Satisfied},
	}
	for i, w := range want {
		if row := b.All[i]; !alike(row.G, w.g, 1e-14) || row.Category != w.category {
			t.Errorf("%s: g %v, %s; want %v, %s", row.Name, row.G, row.Category, w.g, w.category)
		}
	}
	for g, want := range map[float64]Category{
		0.05: Satisfied, -0.0501: Adjust, 0.25: Adjust, -0.2501: NotSatisfied, math.Inf(1): NotSatisfied,
	} {
		if got := categoryOf(g); got != want {
			t.Errorf("g of %v is %s, want %s", g, got, want)
		}
	}
}

func TestBalanceByCluster(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	r := run(t, f, Spec{Formula: formula, Exact: "block"})
	b, err := r.Balance(f, BalanceOptions{Clusters: "block", Extra: "~ I(age > 30) + age"})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Clusters) != 7 || b.Clusters[3].Cluster != "3" {
		t.Fatalf("%d clusters", len(b.Clusters))
	}
	last := b.Matched[len(b.Matched)-1]
	if last.Name != "I(age > 30)TRUE" {
		t.Errorf("the last row is %s", last.Name)
	}
	// Within one block a mean over the matched controls is the plain mean of
	// those of the block.
	block, err := f.Column("block")
	if err != nil {
		t.Fatal(err)
	}
	age, err := f.Column("age")
	if err != nil {
		t.Fatal(err)
	}
	var sum, weight float64
	for i, w := range r.Weights {
		if !r.Treated[i] && block.Values()[i] == 3 {
			sum += w * age.Values()[i]
			weight += w
		}
	}
	if row := b.Clusters[3].Table[1]; row.Name != "age" || !alike(row.MeanControl, sum/weight, 1e-12) {
		t.Errorf("%s has the mean %v, want %v", row.Name, row.MeanControl, sum/weight)
	}
}

func TestBeyondThresholds(t *testing.T) {
	t.Parallel()
	table := Table{
		{Name: "far", SMD: -0.3, VarianceRatio: math.NaN()},
		{Name: "wide", SMD: 0.1, VarianceRatio: 0.4},
		{Name: "skewed", SMD: 0, VarianceRatio: 1, ECDFMax: 0.5},
		{Name: "fine", SMD: 0.05, VarianceRatio: 1.1, ECDFMax: 0.1},
	}
	for i, limit := range []Thresholds{{SMD: 0.25}, {VarianceRatio: 2}, {ECDFMax: 0.2}} {
		if got := table.Beyond(limit); len(got) != 1 || got[0].Name != table[i].Name {
			t.Errorf("%+v finds %+v, want %s", limit, got, table[i].Name)
		}
	}
	if got := table.Beyond(Thresholds{}); got != nil {
		t.Errorf("no threshold finds %+v", got)
	}
}
