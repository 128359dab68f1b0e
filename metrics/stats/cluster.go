package stats

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

// clustered returns the covariance robust to one or two clusterings. Of two,
// it is the sum of both less that of their intersection (Cameron, Gelbach and
// Miller, J. Bus. Econ. Stat. 29, 2011), each with its own small-sample factor.
func (m *model) clustered(kind Variance, bread *mat.SymDense, clusters [][]int, c *Covariance) *mat.SymDense {
	scores := m.heteroskedastic(kind)
	total := mat.NewSymDense(bread.SymmetricDim(), nil)
	add := func(groups [][]int, sign float64) {
		part := fold(triangularize(sumGroups(m.kept(), scores, groups), nil), bread)
		part.ScaleSym(sign*m.smallSample(kind, float64(len(groups))), part)
		total.AddSym(total, part)
	}
	for _, codes := range clusters {
		groups := group(codes, m.weights)
		c.Clusters = append(c.Clusters, len(groups))
		add(groups, 1)
	}
	if len(clusters) == 2 {
		add(group(intersect(clusters[0], clusters[1]), m.weights), -1)
	}
	fewest := float64(c.Clusters[0])
	for _, count := range c.Clusters {
		fewest = min(fewest, float64(count))
	}
	c.df = func([]float64) float64 { return fewest - 1 }
	return total
}

// smallSample returns the factor for a number of clusters.
func (m *model) smallSample(kind Variance, clusters float64) float64 {
	n, k := float64(m.rows), float64(len(m.solved.kept))
	switch kind {
	case CR1:
		return clusters / (clusters - 1)
	case CR1S:
		return clusters / (clusters - 1) * (n - 1) / (n - k)
	default:
		return 1
	}
}

// group returns the rows of positive weight of each code, in the order in
// which codes first appear.
func group(codes []int, weights []float64) [][]int {
	place := placesOf(codes)
	numbers := make([]int, len(codes)) // from 1; 0: no weight
	var sizes []int
	for i, code := range codes {
		if weightOf(weights, i) == 0 {
			continue
		}
		g := place(code)
		if *g == 0 {
			sizes = append(sizes, 0)
			*g = len(sizes)
		}
		numbers[i] = *g
		sizes[*g-1]++
	}
	groups, rows := make([][]int, len(sizes)), make([]int, len(codes))
	for g, size := range sizes {
		groups[g], rows = rows[:0:size], rows[size:]
	}
	for i, g := range numbers {
		if g > 0 {
			groups[g-1] = append(groups[g-1], i)
		}
	}
	return groups
}

// placesOf returns where to keep a number for each code, at first 0: a table if
// the codes are dense.
func placesOf(codes []int) func(code int) *int {
	if len(codes) > 0 {
		low := slices.Min(codes)
		if span := slices.Max(codes) - low; span >= 0 && span < 4*len(codes) { // below 0: too wide for an int
			table := make([]int, span+1)
			return func(code int) *int { return &table[code-low] }
		}
	}
	table := make(map[int]*int)
	return func(code int) *int {
		n, ok := table[code]
		if !ok {
			n = new(int)
			table[code] = n
		}
		return n
	}
}

// intersect returns codes that are equal where both a's and b's are.
func intersect(a, b []int) []int {
	place := map[[2]int]int{}
	codes := make([]int, len(a))
	for i := range a {
		pair := [2]int{a[i], b[i]}
		if _, ok := place[pair]; !ok {
			place[pair] = len(place)
		}
		codes[i] = place[pair]
	}
	return codes
}

// sumGroups returns, for each column, the sum over each group's rows of the
// column times scale.
func sumGroups(columns [][]float64, scale []float64, groups [][]int) [][]float64 {
	sums := make([][]float64, len(columns))
	inParallel(len(columns), func(j int) {
		sums[j] = make([]float64, len(groups))
		for g, rows := range groups {
			for _, i := range rows {
				sums[j][g] += columns[j][i] * scale[i]
			}
		}
	})
	return sums
}
