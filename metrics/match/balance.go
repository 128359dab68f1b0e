package match

import (
	"fmt"
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// Balance measures the balance of the covariates, of the variables that
// constraints name, and of the score, on the units f of the match (Ho, Imai,
// King and Stuart 2007; Stuart 2010).
func (r *Result) Balance(f *Frame, o BalanceOptions) (*Balance, error) {
	if f.n != len(r.Weights) {
		return nil, policy.Errorf(policy.Usage, "the data has %d rows, but the match was of %d", f.n, len(r.Weights))
	}
	names, cols, err := r.balanceColumns(f, o.Extra)
	if err != nil {
		return nil, err
	}
	sampling, weights := r.Sampling, make([]float64, len(r.Weights))
	if sampling == nil {
		sampling = spread(1, len(r.Weights))
	}
	for i, w := range r.Weights {
		weights[i] = w * sampling[i]
	}
	b := &balancer{Result: r, options: o, sampling: newWeighting(sampling, r.Treated), weights: newWeighting(weights, r.Treated)}
	if err := b.readClusters(f); err != nil {
		return nil, err
	}
	out := b.empty()
	for _, rows := range b.describeAll(names, cols) {
		out.append(rows)
	}
	out.Sizes = r.sizes(sampling, weights)
	return out, nil
}

// balanceColumns expands the covariates, all levels of categories included.
func (r *Result) balanceColumns(f *Frame, extra string) (names []string, cols [][]float64, err error) {
	vars := r.covariates
	if extra != "" {
		p := &problem{frame: f}
		more, err := p.variables("extra variables", extra)
		if err != nil {
			return nil, nil, err
		}
		vars = uniqueColumns(vars, more)
	}
	for _, v := range vars {
		if v.Numeric() {
			names, cols = append(names, v.name), append(cols, v.values)
			continue
		}
		n, c := code(v.dropLevels(), !v.truth, dummies)
		names, cols = append(names, n...), append(cols, c...)
	}
	return names, cols, nil
}

// balancer is a balance table under way.
type balancer struct {
	*Result
	options  BalanceOptions
	sampling *weighting
	weights  *weighting // matching times sampling
	strata   [][]int32  // rows of each stratum
	clusters [][]int32  // rows of each cluster
	levels   []string
}

// readClusters lists the rows of strata and clusters that are asked for.
func (b *balancer) readClusters(f *Frame) error {
	if b.options.Subclasses && b.Subclass != nil {
		b.strata = make([][]int32, maxOf(b.Subclass))
		for i, s := range b.Subclass {
			if s > 0 {
				b.strata[s-1] = append(b.strata[s-1], index32(i))
			}
		}
	}
	if b.options.Clusters == "" {
		return nil
	}
	c, err := f.Column(b.options.Clusters)
	if err == nil {
		err = complete("clusters", []Column{c})
	}
	if err != nil {
		return fmt.Errorf("balance by cluster: %w", err)
	}
	if c.Numeric() {
		v := evalFactor(value{nums: c.values})
		c = *v.cats
	}
	b.levels = c.levels
	b.clusters = make([][]int32, len(c.levels))
	for i, k := range c.codes {
		if b.weights.w[i] > 0 {
			b.clusters[k] = append(b.clusters[k], index32(i))
		}
	}
	return nil
}

func (b *balancer) empty() *Balance {
	out := &Balance{Subclasses: make([]Table, len(b.strata)), Clusters: make([]ClusterBalance, len(b.clusters))}
	for i, level := range b.levels {
		out.Clusters[i].Cluster = level
	}
	return out
}

// rowSet is the rows of one covariate in all tables.
type rowSet struct {
	all, matched Row
	strata       []Row
	clusters     []*Row // nil: the cluster lacks an arm
}

func (b *Balance) append(r rowSet) {
	b.All, b.Matched = append(b.All, r.all), append(b.Matched, r.matched)
	for i, row := range r.strata {
		b.Subclasses[i] = append(b.Subclasses[i], row)
	}
	for i, row := range r.clusters {
		if row != nil {
			b.Clusters[i].Table = append(b.Clusters[i].Table, *row)
		}
	}
}

// describeAll describes the score, if there is one, the columns and, where
// asked, their products.
func (b *balancer) describeAll(names []string, cols [][]float64) []rowSet {
	type job struct{ i, k int } // k < 0: the column itself; i < 0: the score
	var jobs []job
	if b.Distance != nil {
		jobs = append(jobs, job{-1, -1})
	}
	for i := range cols {
		jobs = append(jobs, job{i, -1})
	}
	if b.options.Interactions {
		for i := range cols {
			for k := i; k < len(cols); k++ {
				jobs = append(jobs, job{i, k})
			}
		}
	}
	sets := make([]rowSet, len(jobs))
	keep := make([]bool, len(jobs))
	parallel(len(jobs), func(at int) {
		i, k := jobs[at].i, jobs[at].k
		if i < 0 {
			sets[at], keep[at] = b.describeScore(), true
			return
		}
		if k < 0 {
			sets[at], keep[at] = b.describe(names[i], cols[i]), true
			return
		}
		x, ok := product(cols[i], cols[k])
		if !ok {
			return
		}
		name := names[i] + " * " + names[k]
		if i == k {
			name = names[i] + "²"
		}
		sets[at], keep[at] = b.describe(name, x), true
	})
	var out []rowSet
	for at, set := range sets {
		if keep[at] {
			out = append(out, set)
		}
	}
	return out
}

// product multiplies two columns; it is not ok if that gives nothing new: all
// zeros, or the first column again.
func product(a, b []float64) (x []float64, ok bool) {
	x = make([]float64, len(a))
	zero, same := true, true
	for i := range x {
		x[i] = a[i] * b[i]
		zero = zero && math.Abs(x[i]) < tiny
		same = same && math.Abs(x[i]-a[i]) < tiny
	}
	return x, !zero && !same
}

// describeScore makes the rows of the score, which is no covariate to the What
// Works Clearinghouse.
func (b *balancer) describeScore() rowSet {
	out := b.describe("distance", b.Distance)
	for _, row := range []*Row{&out.all, &out.matched} {
		row.G, row.Category = math.NaN(), ""
	}
	return out
}

// describe makes a covariate's rows.
func (b *balancer) describe(name string, x []float64) rowSet {
	s := &sample{x: x, treated: b.Treated, binary: isBinary(x)}
	before, after := s.moments(b.sampling), s.moments(b.weights)
	s.spread = s.spreads(b.sampling, before)
	scale := s.scale(b.Spec.Estimand)
	out := rowSet{all: s.row(name, b.sampling, before, scale, nil), matched: s.row(name, b.weights, after, scale, b.pairDistance)}
	out.matched.effectSize(after, s.binary)
	out.all.effectSize(before, s.binary)
	for _, rows := range b.strata {
		sub := s.subset(rows)
		w := newWeighting(gather(b.sampling.w, rows), sub.treated)
		m := sub.moments(w)
		sub.spread = sub.spreads(w, m)
		if b.Spec.Estimand == ATE {
			sub.spread = s.spread
		}
		out.strata = append(out.strata, sub.row(name, w, m, sub.scale(b.Spec.Estimand), nil))
	}
	for _, rows := range b.clusters {
		sub := s.subset(rows)
		if !sub.bothArms() {
			out.clusters = append(out.clusters, nil)
			continue
		}
		w := newWeighting(gather(b.weights.w, rows), sub.treated)
		row := sub.row(name, w, sub.moments(w), scale, nil)
		out.clusters = append(out.clusters, &row)
	}
	return out
}
