package match

import (
	"math"
)

// weight is a unit's sampling weight.
func (t *transform) weight(i int) float64 {
	switch {
	case t.out[i]:
		return 0
	case t.weights == nil:
		return 1
	}
	return t.weights[i]
}

// units is how many count.
func (t *transform) units() float64 {
	var n float64
	for _, out := range t.out {
		n += 1 - number(out)
	}
	return n
}

// armMeans returns a column's mean in each arm.
func (t *transform) armMeans(col []float64) [2]float64 {
	var total [2]float64
	var sums [2]sum
	for i, x := range col {
		w, a := t.weight(i), place(t.arm[i])
		sums[a].add(w * x)
		total[a] += w
	}
	if t.weights == nil {
		return [2]float64{sums[0].over(total[0]), sums[1].over(total[1])}
	}
	return [2]float64{sums[0].value() / total[0], sums[1].value() / total[1]}
}

// covariance is that of the columns less their centers, which cost so many
// degrees of freedom.
func (t *transform) covariance(center func(col []float64) [2]float64, lost float64) [][]float64 {
	p := len(t.columns)
	means := make([][2]float64, p)
	for j, col := range t.columns {
		means[j] = center(col)
	}
	if t.weights != nil {
		return t.weightedCovariance(means)
	}
	n := t.units()
	return symmetric(p, func(j, k int) float64 {
		var s sum
		for i, x := range t.columns[j] {
			if !t.out[i] {
				a := place(t.arm[i])
				s.addProduct(x-means[j][a], t.columns[k][i]-means[k][a])
			}
		}
		v := s.over(n - 1)
		if lost != 1 {
			v = v * (n - 1) / (n - lost) // in R's two steps
		}
		return v
	})
}

// weightedCovariance is that of reliability weights, as R's cov.wt has it.
func (t *transform) weightedCovariance(means [][2]float64) [][]float64 {
	var total, squares sum
	for i := range t.out {
		total.add(t.weight(i))
	}
	share := make([]float64, len(t.out))
	for i := range share {
		share[i] = t.weight(i) / total.value()
		squares.add(share[i] * share[i])
	}
	centered := make([][]float64, len(t.columns))
	parallel(len(centered), func(j int) {
		centered[j] = make([]float64, len(share))
		var rest sum // what rounding leaves of the mean
		for i, x := range t.columns[j] {
			centered[j][i] = x - means[j][place(t.arm[i])]
			rest.add(share[i] * centered[j][i])
		}
		for i, x := range centered[j] {
			centered[j][i] = math.Sqrt(share[i]) * (x - rest.value())
		}
	})
	return symmetric(len(centered), func(j, k int) float64 {
		var s float64
		for i, x := range centered[j] {
			s += x * centered[k][i]
		}
		return s / (1 - squares.value())
	})
}

// symmetric computes a symmetric matrix in parallel.
func symmetric(p int, entry func(j, k int) float64) [][]float64 {
	out := square(p)
	parallel(p*(p+1)/2, func(c int) {
		j, k := triangle(c)
		v := entry(j, k)
		out[j][k], out[k][j] = v, v
	})
	return out
}

// triangle numbers the pairs j ≥ k.
func triangle(c int) (j, k int) {
	for c > j {
		c -= j + 1
		j++
	}
	return j, c
}

// pooledCovariance is the covariance within arms.
func (t *transform) pooledCovariance() [][]float64 {
	return t.covariance(t.armMeans, 2)
}

// rankCovariance is the covariance of ranks, each scaled to the variance that
// ranks without ties have (Rosenbaum 2010, ch. 8).
func (t *transform) rankCovariance() [][]float64 {
	cov := t.covariance(func(col []float64) [2]float64 {
		if t.weights != nil {
			return [2]float64{} // weightedCovariance subtracts the rest
		}
		var s sum
		for _, x := range col {
			s.add(x) // ranks of units that do not count are 0
		}
		m := s.over(t.units())
		return [2]float64{m, m}
	}, 1)
	n := t.units()
	untied := math.Sqrt(n * (n + 1) / 12)
	p := len(t.columns)
	scale := make([]float64, p)
	for j := range scale {
		scale[j] = untied / math.Sqrt(cov[j][j])
	}
	for j := range p {
		for k := range p {
			cov[j][k] *= scale[j] * scale[k]
		}
	}
	return cov
}

// pooledDeviation is the standard deviation within arms; for a column of 0 and
// 1 that of proportions.
func (t *transform) pooledDeviation(col []float64) float64 {
	var total float64
	for i := range col {
		total += t.weight(i)
	}
	means := t.armMeans(col)
	var s, squares sum
	for i, x := range col {
		d, w := x-means[place(t.arm[i])], t.weight(i)/total
		squares.add(w * w)
		if t.weights == nil {
			w = t.weight(i)
		}
		s.add(w * (d * d))
	}
	switch {
	case isBinary(col) && t.weights == nil:
		return math.Sqrt(s.value() / total)
	case isBinary(col):
		return math.Sqrt(s.value())
	case t.weights == nil:
		return math.Sqrt(s.value() / (total - 2))
	}
	return math.Sqrt(s.value() / (1 - squares.value()))
}

// isBinary reports whether all values are 0 or 1.
func isBinary(col []float64) bool {
	for _, x := range col {
		if x != 0 && x != 1 {
			return false
		}
	}
	return true
}

// whiten multiplies the columns by a factor Q of the inverse of cov, which is
// QᵀQ, so that the Euclidean distance becomes Mahalanobis'. A covariance that
// cannot be inverted gets a generalized inverse.
func (t *transform) whiten(cov [][]float64) (*space, error) {
	inverse, regular, err := invert(cov)
	if err != nil {
		return nil, err
	}
	q := rootOf(inverse)
	p := len(t.columns)
	n := len(t.columns[0])
	s := &space{dims: p, points: make([]float64, n*p), singular: !regular}
	const chunk = 4096
	parallel((n+chunk-1)/chunk, func(c int) {
		for i := c * chunk; i < min(n, (c+1)*chunk); i++ {
			out := s.points[i*p : (i+1)*p]
			for j := range out {
				var sum float64
				for k, col := range t.columns {
					sum += col[i] * q[j][k]
				}
				out[j] = sum
			}
		}
	})
	return s, nil
}
