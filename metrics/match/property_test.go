package match

import (
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
)

// randomSpec draws a nearest-neighbour specification for randomFrame's columns.
func randomSpec(t *rapid.T) Spec {
	s := Spec{
		Formula:   "treat ~ x + z + g",
		Distance:  rapid.SampledFrom([]Distance{ColumnDistance("x"), ColumnDistance("x"), Mahalanobis, ScaledEuclidean, Euclidean, RobustMahalanobis}).Draw(t, "distance"),
		Estimand:  rapid.SampledFrom([]Estimand{ATT, ATC}).Draw(t, "estimand"),
		Ratio:     float64(rapid.IntRange(1, 3).Draw(t, "ratio")),
		ReuseMax:  rapid.SampledFrom([]int{1, 1, 2, 3, unlimited}).Draw(t, "reuse"),
		Exact:     rapid.SampledFrom([]string{"", "", "g", "~ g + z"}).Draw(t, "exact"),
		AntiExact: rapid.SampledFrom([]string{"", "", "school"}).Draw(t, "antiexact"),
		Seed:      rapid.Uint64().Draw(t, "seed"),
	}
	if s.AntiExact == "" {
		s.Within = rapid.SampledFrom([]string{"", "", "school"}).Draw(t, "within")
	}
	width := rapid.Float64Range(-1, 2)
	orders := []Order{DataRow, Random, Closest, Farthest}
	if s.Distance.scored() {
		s.Mahvars = rapid.SampledFrom([]string{"", "", "~ x + z"}).Draw(t, "mahvars")
		s.Discard = rapid.SampledFrom([]Discard{DiscardNone, DiscardBoth, DiscardTreated, DiscardControl}).Draw(t, "discard")
		orders = append(orders, Largest, Smallest)
		if rapid.Bool().Draw(t, "scored caliper") {
			s.Calipers = append(s.Calipers, Caliper{Width: width.Draw(t, "width"), Raw: rapid.Bool().Draw(t, "raw")})
		}
	}
	if s.ReuseMax != unlimited {
		s.Order = rapid.SampledFrom(orders).Draw(t, "order")
	}
	for _, name := range []string{"x", "z"} {
		if rapid.Bool().Draw(t, "caliper on "+name) {
			s.Calipers = append(s.Calipers, Caliper{Variable: name, Width: width.Draw(t, "width of "+name), Raw: rapid.Bool().Draw(t, "raw "+name)})
		}
	}
	return s
}

// TestConstraintsHold draws data with exact strata and covariate calipers, on
// which MatchIt 4.7.2 can return pairs that break them, and checks each pair
// from the data alone.
func TestConstraintsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := randomFrame(t, rapid.IntRange(2, 12).Draw(t, "treated"), rapid.IntRange(2, 25).Draw(t, "controls"))
		r, err := Run(f, randomSpec(t))
		if err != nil {
			if policy.CodeOf(err) != policy.DataRefused {
				t.Fatal(err)
			}
			return
		}
		used := make(map[int32]int)
		for i, a := range r.Pairs.Focal {
			matches := r.Pairs.Of(i)
			if float64(len(matches)) > r.Spec.Ratio || len(slices.Compact(slices.Sorted(slices.Values(matches)))) != len(matches) {
				t.Fatalf("unit %d has the matches %v", a, matches)
			}
			for _, b := range matches {
				used[b]++
				checkPair(t, f, r, a, b)
			}
		}
		for u, times := range used {
			if times > r.Spec.ReuseMax {
				t.Fatalf("unit %d is used %d times", u, times)
			}
		}
	})
}

func checkPair(t *rapid.T, f *Frame, r *Result, a, b int32) {
	column := func(name string) Column {
		c, err := f.Column(name)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if r.Treated[a] == r.Treated[b] || r.Discarded[a] || r.Discarded[b] {
		t.Fatalf("units %d and %d may not be matched", a, b)
	}
	g, school, z := column("g").Codes(), column("school").Codes(), column("z").Values()
	switch {
	case r.Spec.Exact != "" && g[a] != g[b], r.Spec.Exact == "~ g + z" && z[a] != z[b], r.Spec.AntiExact != "" && school[a] == school[b]:
		t.Fatalf("units %d and %d break exact or antiexact", a, b)
	}
	for _, c := range r.Calipers {
		name := c.Variable
		if name == "" {
			name = "x"
		}
		v := column(name).Values()
		gap := math.Abs(v[a] - v[b])
		if c.Width >= 0 && gap > c.Width || c.Width < 0 && gap <= -c.Width {
			t.Fatalf("units %d and %d are %v apart in %s, whose caliper is %v", a, b, gap, name, c.Width)
		}
	}
}

// TestStarsKeepConstraints draws full matches with exact strata, calipers and
// variables that must differ.
func TestStarsKeepConstraints(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := randomFrame(t, rapid.IntRange(2, 10).Draw(t, "treated"), rapid.IntRange(2, 20).Draw(t, "controls"))
		s := randomSpec(t)
		r, err := Run(f, Spec{
			Formula: s.Formula, Method: Full, Distance: s.Distance, Mahvars: s.Mahvars, Estimand: s.Estimand,
			Exact: s.Exact, AntiExact: s.AntiExact, Calipers: s.Calipers, Discard: s.Discard,
		})
		if err != nil {
			if policy.CodeOf(err) != policy.DataRefused {
				t.Fatal(err)
			}
			return
		}
		for a, s := range r.Subclass {
			for b, other := range r.Subclass[:a] {
				if s > 0 && s == other && r.Treated[a] != r.Treated[b] {
					checkPair(t, f, r, int32(a), int32(b))
				}
			}
		}
	})
}

// plainWalk is line without its shortcuts: it steps through all units.
type plainWalk struct {
	*line
	gone map[int32]bool
}

func (w *plainWalk) remove(u int32) { w.gone[u] = true }

func (w *plainWalk) find(t int32, taken []int32, k int, buf []found) []found {
	type hit struct {
		found
		step int
	}
	order := w.unit[w.base+1:][:len(w.left)-2]
	at := func(u int32) int { return slices.Index(order, u) }
	first, last := at(t), at(t)
	least := 0.0
	for _, u := range taken {
		first, last = min(first, at(u)), max(last, at(u))
	}
	for _, i := range []int{first, last} {
		least = max(least, math.Abs(w.score[t]-w.score[order[i]]))
	}
	var hits []hit
	for i, u := range order {
		d := math.Abs(w.score[t] - w.score[u])
		step := 2 * int(w.rank[u]-w.rank[order[last]])
		if i < first {
			step = 2*int(w.rank[order[first]]-w.rank[u]) - 1
		}
		inside := i >= first && i <= last
		if inside || w.gone[u] || d < least || w.limits.score != nil && !w.limits.score.ok(t, u) || !w.limits.ok(t, u) {
			continue
		}
		hits = append(hits, hit{found{u, d}, step})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		if a.dist != b.dist {
			return compareFloats(a.dist, b.dist)
		}
		return a.step - b.step
	})
	for _, h := range hits[:min(k, len(hits))] {
		buf = append(buf, h.found)
	}
	return buf
}

// plainScan is tree without its shortcuts: it looks at all units.
type plainScan struct {
	*tree
	gone map[int32]bool
}

func (s *plainScan) remove(u int32) { s.gone[u] = true }

func (s *plainScan) find(t int32, taken []int32, k int, buf []found) []found {
	var hits []found
	for _, u := range s.units {
		q := search{tree: s.tree, unit: t, taken: taken}
		if !s.gone[u] && q.allowed(u) {
			hits = append(hits, found{u, s.rule.rounded(s.space.distance(t, u))})
		}
	}
	slices.SortFunc(hits, func(a, b found) int {
		if a.dist != b.dist {
			return compareFloats(a.dist, b.dist)
		}
		claim := func(u int32) int32 { return s.rule.claim(s.places[t], s.places[u]) }
		return int(claim(b.unit) - claim(a.unit))
	})
	return append(buf, hits[:min(k, len(hits))]...)
}

// TestSearchIsExact compares both searches with plain ones.
func TestSearchIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		treated, controls := rapid.IntRange(2, 12).Draw(t, "treated"), rapid.IntRange(2, 40).Draw(t, "controls")
		f := randomFrame(t, treated, controls)
		spec := randomSpec(t)
		if spec.ReuseMax >= min(treated, controls) {
			spec.Ratio = 1 // more at once are in the order of a heap: see TestReferences
		}
		rule := tieRule(rapid.IntRange(0, int(highestRow)).Draw(t, "rule"))
		match := func(plain bool) *Pairs {
			p, err := prepare(f, spec)
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.space()
			if policy.CodeOf(err) == policy.DataRefused {
				return nil // covariates that do not vary within the arms
			}
			if err != nil {
				t.Fatal(err)
			}
			g, err := p.newGreedy(s, p.score)
			if err != nil {
				t.Fatal(err)
			}
			g.rule = rule
			if plain {
				seek := g.seek
				g.seek = func(stratum int, units []int32, l *limits) finder {
					gone := make(map[int32]bool)
					f := seek(stratum, units, l)
					if l, ok := f.(*line); ok {
						for _, u := range l.unit {
							gone[u] = !g.available(u)
						}
						return &plainWalk{l, gone}
					}
					return &plainScan{f.(*tree), gone} //nolint:errcheck,forcetypeassert // there are two kinds
				}
			}
			g.run()
			return g.pairs()
		}
		if got, want := match(false), match(true); !reflect.DeepEqual(got, want) {
			t.Fatalf("pairs %v, want %v", got, want)
		}
	})
}

// TestProcessorsDoNotMatter runs on one and on several processors.
func TestProcessorsDoNotMatter(t *testing.T) { //nolint:paralleltest // it sets the number of processors
	f := syntheticFrame(t, 4000, 5, 1)
	for _, spec := range []Spec{
		{Exact: "~ group"},
		{Distance: Mahalanobis, Ratio: 2},
		{Distance: Mahalanobis, Exact: "~ group", Order: Closest},
		{Method: Full, Exact: "~ group", Calipers: []Caliper{{Width: 0.05}}},
		{Method: Entropy},
	} {
		spec.Formula = syntheticFormula(5)
		run := func(processors int) *Result {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
			r, err := Run(f, spec)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		one, many := run(1), run(7)
		if !reflect.DeepEqual(one.Pairs, many.Pairs) || !reflect.DeepEqual(one.Weights, many.Weights) {
			t.Errorf("%+v: results differ", spec)
		}
	}
}
