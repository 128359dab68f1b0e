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

// armMeans returns a column's weighted mean in each arm.
func (t *transform) armMeans(col []float64) [2]float64 {
	var total [2]float64
	var sums [2]sum
	for i, x := range col {
		w, a := t.weight(i), place(t.arm[i])
		sums[a].addProduct(w, x)
		total[a] += w
	}
	return [2]float64{sums[0].over(total[0]), sums[1].over(total[1])}
}

// divisor is what sums of products are divided by: the number of units less
// lost degrees of freedom, or its like for reliability weights.
func (t *transform) divisor(lost float64) float64 {
	var sum, squares float64
	for i := range t.out {
		w := t.weight(i)
		sum += w
		squares += w * w
	}
	if t.weights == nil {
		return sum - lost
	}
	return sum - squares/sum
}

// covariance is that of the columns less their centers, which cost so many
// degrees of freedom.
func (t *transform) covariance(center func(col []float64) [2]float64, lost float64) [][]float64 {
	d := t.divisor(1)
	p := len(t.columns)
	means := make([][2]float64, p)
	for j, col := range t.columns {
		means[j] = center(col)
	}
	out := square(p)
	parallel(p*(p+1)/2, func(c int) {
		j, k := triangle(c)
		var s sum
		for i, x := range t.columns[j] {
			a := place(t.arm[i])
			s.addProduct(t.weight(i)*(x-means[j][a]), t.columns[k][i]-means[k][a])
		}
		v := s.over(d)
		if lost != 1 && t.weights == nil {
			v = v * d / t.divisor(lost) // in R's two steps
		}
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
	overall := func(col []float64) [2]float64 {
		var sum, total float64
		for i, x := range col {
			sum += t.weight(i) * x
			total += t.weight(i)
		}
		return [2]float64{sum / total, sum / total}
	}
	cov := t.covariance(overall, 1)
	n := 0.0
	for _, out := range t.out {
		n += 1 - number(out)
	}
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
	means := t.armMeans(col)
	var sum, total float64
	for i, x := range col {
		m := means[place(t.arm[i])]
		sum += t.weight(i) * (x - m) * (x - m)
		total += t.weight(i)
	}
	if isBinary(col) {
		return math.Sqrt(sum / total)
	}
	return math.Sqrt(sum / t.divisor(2))
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
