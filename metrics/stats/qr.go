package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// chains is into how many runs of rows a matrix is cut for factoring. It is a
// constant, and not the number of processors, so that the result never depends
// on the latter.
const chains = 16

// upper is an upper triangular matrix: upper[j][i] is row i of column j.
type upper [][]float64

func newUpper(n int) upper {
	r := make(upper, n)
	for j := range r {
		r[j] = make([]float64, n)
	}
	return r
}

// triangularize returns the R of a QR decomposition of the columns, each row
// of them multiplied by its entry of scale (nil: by 1). Blocks of rows are
// reduced by Householder reflections and joined in a fixed order (Demmel et
// al., Communication-optimal parallel QR, SIAM J. Sci. Comput. 34, 2012). The
// squares of the data are never formed, so that accuracy is that of QR, not of
// the normal equations.
func triangularize(columns [][]float64, scale []float64) upper {
	rows := len(columns[0])
	parts := make([]upper, chains)
	inParallel(chains, func(c int) {
		parts[c] = reduceChain(columns, scale, c*rows/chains, (c+1)*rows/chains)
	})
	r := parts[0]
	for _, part := range parts[1:] {
		r.absorb(part)
	}
	return r
}

// reduceChain returns the triangular factor of rows lo … hi−1.
func reduceChain(columns [][]float64, scale []float64, lo, hi int) upper {
	r := newUpper(len(columns))
	block := make([][]float64, len(columns))
	for j := range block {
		block[j] = make([]float64, min(blockRows, hi-lo))
	}
	for ; lo < hi; lo += blockRows {
		end := min(lo+blockRows, hi)
		for j, column := range columns {
			block[j] = block[j][:end-lo]
			if scale == nil {
				copy(block[j], column[lo:end])
			} else {
				floats.MulTo(block[j], column[lo:end], scale[lo:end])
			}
		}
		r.absorb(block)
	}
	return r
}

// productRows is how many rows of a few columns stay in the innermost cache.
const productRows = 256

// crossProducts returns the products of the columns, each row of them
// multiplied by its entry of scale: entry i of column j is that of i and j.
func crossProducts(columns [][]float64, scale []float64) upper {
	rows := len(scale)
	parts := make([]upper, chains)
	inParallel(chains, func(c int) {
		parts[c] = chainProducts(columns, scale, c*rows/chains, (c+1)*rows/chains)
	})
	for _, part := range parts[1:] {
		for j, column := range part {
			floats.Add(parts[0][j], column)
		}
	}
	return parts[0]
}

// chainProducts returns the products over rows lo … hi−1.
func chainProducts(columns [][]float64, scale []float64, lo, hi int) upper {
	products := newUpper(len(columns))
	block := make([][]float64, len(columns))
	for j := range block {
		block[j] = make([]float64, productRows)
	}
	for ; lo < hi; lo += productRows {
		end := min(lo+productRows, hi)
		for j, column := range columns {
			block[j] = floats.MulTo(block[j][:end-lo], column[lo:end], scale[lo:end])
			for i, other := range block[:j+1] {
				products[j][i] += floats.Dot(other, block[j])
			}
		}
	}
	return products
}

// absorb makes r the triangular factor of r stacked on block, which it uses up.
// A reflection touches one row of r and all of block (LAPACK's dtpqrt).
func (r upper) absorb(block [][]float64) {
	for j, v := range block {
		beta, tau := householder(r[j][j], v)
		if tau == 0 {
			continue
		}
		r[j][j] = beta
		for l := j + 1; l < len(r); l++ {
			s := tau * (r[l][j] + floats.Dot(v, block[l]))
			r[l][j] -= s
			floats.AddScaled(block[l], -s, v)
		}
	}
}

// householder makes v, by scaling it, the vector of the reflection
// I − tau·(1, v)(1, v)' that turns (alpha, v) into (beta, 0). A tau of 0 means
// that v is zero already.
func householder(alpha float64, v []float64) (beta, tau float64) {
	square := floats.Dot(v, v)
	if square == 0 {
		return alpha, 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+square), alpha)
	floats.Scale(1/(alpha-beta), v)
	return beta, (beta - alpha) / beta
}

// factor is a least squares problem reduced to a triangular system over the
// columns that do not depend on earlier ones.
type factor struct {
	kept []int     // these columns, ascending
	t    upper     // t't is their cross product matrix
	rhs  []float64 // t·coefficients = rhs
}

// solveOrder works out from the factor of a design and, as last column, an
// outcome, which columns are independent, as R's lm does (LINPACK's dqrdc2): a
// column is aliased if what earlier columns leave of it is shorter than
// tolerance times its length.
func (r upper) solveOrder(tolerance float64) factor {
	p := len(r) - 1
	work := make([][]float64, p+1)
	for j := range work {
		work[j] = slices.Clone(r[j])
	}
	var f factor
	for j := range p {
		k := len(f.kept)
		left := floats.Norm(work[j][k:], 2)
		if left == 0 || left < tolerance*floats.Norm(r[j], 2) {
			continue
		}
		reflect(work[j:], k)
		f.kept = append(f.kept, j)
		f.t = append(f.t, work[j])
	}
	rank := len(f.kept)
	for i := range f.t {
		f.t[i] = f.t[i][:rank]
	}
	f.rhs = work[p][:rank]
	return f
}

// reflect zeroes the first column below row k and turns the others with it.
func reflect(columns [][]float64, k int) {
	v := slices.Clone(columns[0][k+1:])
	beta, tau := householder(columns[0][k], v)
	columns[0][k] = beta
	clear(columns[0][k+1:])
	for _, column := range columns[1:] {
		s := tau * (column[k] + floats.Dot(v, column[k+1:]))
		column[k] -= s
		floats.AddScaled(column[k+1:], -s, v)
	}
}

// solve returns the coefficients of p columns, 0 for an aliased one.
func (f factor) solve(p int) []float64 {
	beta := make([]float64, p)
	rest := slices.Clone(f.rhs)
	for k, j := range slices.Backward(f.kept) {
		b := rest[k] / f.t[k][k]
		beta[j] = b
		floats.AddScaled(rest[:k], -b, f.t[k][:k])
	}
	return beta
}

// aliased tells of each of p columns whether it is.
func (f factor) aliased(p int) []bool {
	aliased := make([]bool, p)
	for j := range aliased {
		aliased[j] = !slices.Contains(f.kept, j)
	}
	return aliased
}

// inverseRoot returns t⁻¹, over the kept columns.
func (f factor) inverseRoot() *mat.TriDense {
	rank := len(f.kept)
	root := mat.NewTriDense(rank, mat.Upper, nil)
	for j := range f.t {
		for i := range j + 1 {
			root.SetTri(i, j, f.t[j][i])
		}
	}
	var inverse mat.TriDense
	// A kept column has a diagonal entry that is not zero, so the only error
	// possible is a warning of poor condition, which the tolerance admits.
	_ = inverse.InverseTri(root) //nolint:errcheck // see above
	return &inverse
}

// inverse returns (t't)⁻¹, over the kept columns.
func (f factor) inverse() *mat.SymDense {
	var product mat.SymDense
	product.SymOuterK(1, f.inverseRoot())
	return &product
}
