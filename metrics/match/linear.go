package match

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/policy"
)

// The matrices here have as many rows as there are covariates. Elimination and
// Cholesky's decomposition take LAPACK's steps one by one, since which of two
// equal distances is the smaller can hang on the last bit.

// singular is the determinant, and the relative singular value, below which a
// covariance counts as singular.
const singular = 1e-8

const epsilon = 2.220446049250313e-16 // of float64

// invert returns the inverse of a covariance, or, if it is not regular, the
// Moore–Penrose inverse.
func invert(cov [][]float64) (inverse [][]float64, regular bool, err error) {
	p := len(cov)
	a, inverse := square(p), square(p)
	for i := range p {
		inverse[i][i] = 1
		copy(a[i], cov[i])
	}
	if eliminate(a, inverse) > singular && norm(cov)*norm(inverse) < 1/epsilon {
		return inverse, true, nil
	}
	inverse, err = pseudoInverse(cov)
	return inverse, false, err
}

// norm is the greatest sum of magnitudes of a column.
func norm(a [][]float64) float64 {
	var most float64
	for k := range a {
		var s float64
		for i := range a {
			s += math.Abs(a[i][k])
		}
		most = max(most, s)
	}
	return most
}

func pseudoInverse(cov [][]float64) ([][]float64, error) {
	p := len(cov)
	m := mat.NewDense(p, p, nil)
	for i, row := range cov {
		m.SetRow(i, row)
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDThin) {
		return nil, policy.Errorf(policy.DataRefused, "the covariance of the covariates has no singular value decomposition")
	}
	values := svd.Values(nil)
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	inverse := square(p)
	for i := range p {
		for k := range p {
			var s float64
			for j, d := range values {
				if d > singular*values[0] {
					s += v.At(i, j) / d * u.At(k, j)
				}
			}
			inverse[i][k] = s
		}
	}
	return inverse, nil
}

func square(p int) [][]float64 {
	out := make([][]float64, p)
	for i := range out {
		out[i] = make([]float64, p)
	}
	return out
}

// eliminate solves a x = b in place of b, with partial pivoting, and returns
// the determinant of a, which it overwrites. If that is 0 b is not solved.
func eliminate(a, b [][]float64) float64 {
	det, p := 1.0, len(a)
	for j := range p {
		top := j
		for i := j + 1; i < p; i++ {
			if math.Abs(a[i][j]) > math.Abs(a[top][j]) {
				top = i
			}
		}
		if top != j {
			a[j], a[top], b[j], b[top], det = a[top], a[j], b[top], b[j], -det
		}
		det *= a[j][j]
		if a[j][j] == 0 {
			return 0
		}
		reciprocal := 1 / a[j][j]
		for i := j + 1; i < p; i++ {
			a[i][j] *= reciprocal
			for k := j + 1; k < p; k++ {
				a[i][k] -= a[i][j] * a[j][k]
			}
		}
	}
	for j := range p { // each column of b
		for k := range p {
			for i := k + 1; i < p; i++ {
				b[i][j] -= b[k][j] * a[i][k]
			}
		}
		for k := p - 1; k >= 0; k-- {
			b[k][j] /= a[k][k]
			for i := range k {
				b[i][j] -= b[k][j] * a[i][k]
			}
		}
	}
	return det
}

// rootOf returns Q with QᵀQ = a, which is symmetric and not negative, by
// Cholesky's decomposition with complete pivoting (Higham 2002, ch. 10). Only
// the upper triangle of a counts. Rows beyond the rank of a are zero.
func rootOf(a [][]float64) [][]float64 {
	p := len(a)
	q, sums, pivots := square(p), make([]float64, p), make([]int, p)
	stop := 0.0
	for i := range p {
		pivots[i] = i
		stop = max(stop, a[i][i]*float64(p)*epsilon/2)
	}
	at := func(i, k int) float64 { return a[min(i, k)][max(i, k)] }
	for j := range p {
		top, left := j, math.Inf(-1)
		for i := j; i < p; i++ {
			v := pivots[i]
			if j > 0 {
				sums[v] += q[j-1][v] * q[j-1][v]
			}
			if rest := a[v][v] - sums[v]; rest > left {
				top, left = i, rest
			}
		}
		if left <= stop {
			break
		}
		pivots[j], pivots[top] = pivots[top], pivots[j]
		pivot := pivots[j]
		q[j][pivot] = math.Sqrt(left)
		reciprocal := 1 / q[j][pivot]
		for _, v := range pivots[j+1:] {
			var s float64
			for l := range j {
				s += q[l][v] * q[l][pivot]
			}
			q[j][v] = (at(pivot, v) - s) * reciprocal
		}
	}
	return q
}
