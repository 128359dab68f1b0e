package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// biasReduced is the CR2 estimator of one model and clustering. Columns are
// made orthonormal first, so that the bread is the identity and no column's
// unit spoils the arithmetic.
type biasReduced struct {
	model    *model
	groups   [][]int
	u        [][]float64   // orthonormal columns
	adjusted [][]float64   // A·W·u, with A the adjustment matrix of each row's cluster
	squares  *mat.SymDense // u'W²u
}

// biasReduce computes, for each cluster, the adjustment matrix A, the inverse
// square root of [(I−H)(I−H)'] over the cluster's rows (Pustejovsky and
// Tipton 2018, equation 11, with identity working variance), times W·u.
func (m *model) biasReduce(groups [][]int) *biasReduced {
	n := len(m.residuals)
	p := len(m.solved.kept)
	b := &biasReduced{model: m, groups: groups, u: make([][]float64, p), adjusted: make([][]float64, p)}
	for j := range p {
		b.u[j], b.adjusted[j] = make([]float64, n), make([]float64, n)
	}
	forBlocks(n, func(lo, hi int) {
		for j, u := range m.orthonormal(lo, hi) {
			copy(b.u[j][lo:hi], u)
		}
	})
	b.squares = crossProduct(triangularize(b.u, m.weights))
	inParallel(len(groups), func(g int) { b.adjust(groups[g]) })
	return b
}

// adjust fills in a cluster's rows of adjusted. Outside the span of u and W·u,
// A is the identity, so it is worked out in that span alone, and a cluster of
// many rows costs no more than its rows times the square of the columns.
func (b *biasReduced) adjust(rows []int) {
	p := len(b.u)
	u, wu := make([][]float64, p), make([][]float64, p)
	for j := range p {
		u[j], wu[j] = make([]float64, len(rows)), make([]float64, len(rows))
		for k, i := range rows {
			u[j][k] = b.u[j][i]
			wu[j][k] = b.u[j][i] * weightOf(b.model.weights, i)
		}
	}
	span := u
	if b.model.weights != nil {
		span = slices.Concat(u, wu)
	}
	basis := orthonormalBasis(span, len(rows))
	insideU, insideWU := project(basis, u), project(basis, wu)
	var change mat.Dense
	change.Mul(b.correction(insideU, insideWU), insideWU)
	for j, column := range wu {
		for q, direction := range basis {
			floats.AddScaled(column, change.At(q, j), direction)
		}
		for k, i := range rows {
			b.adjusted[j][i] = column[k]
		}
	}
}

// correction returns A−I in the basis, given u and W·u there.
func (b *biasReduced) correction(u, wu *mat.Dense) *mat.Dense {
	r, _ := u.Dims()
	var hat, spread, half mat.Dense
	hat.Mul(u, wu.T())
	half.Mul(u, b.squares)
	spread.Mul(&half, u.T())
	middle := mat.NewSymDense(r, nil)
	for i := range r {
		for j := range i + 1 {
			v := (spread.At(i, j)+spread.At(j, i))/2 - hat.At(i, j) - hat.At(j, i)
			if i == j {
				v++
			}
			middle.SetSym(i, j, v)
		}
	}
	root := inverseRoot(middle)
	for i := range r {
		root.Set(i, i, root.At(i, i)-1)
	}
	return root
}

// inverseRoot returns the symmetric inverse square root, with directions of
// zero eigenvalue left out.
func inverseRoot(s *mat.SymDense) *mat.Dense {
	r := s.SymmetricDim()
	var eigen mat.EigenSym
	if !eigen.Factorize(s, true) {
		return mat.NewDense(r, r, constant(math.NaN(), r*r)) // only if s is not finite
	}
	var vectors, scaled, root mat.Dense
	eigen.VectorsTo(&vectors)
	scaled.CloneFrom(&vectors)
	for q, value := range eigen.Values(nil) {
		power := 0.0
		if value > 1e-12 {
			power = 1 / math.Sqrt(value)
		}
		for i := range r {
			scaled.Set(i, q, scaled.At(i, q)*power)
		}
	}
	root.Mul(&scaled, vectors.T())
	return &root
}

// matrix returns the covariance of the coefficients.
func (b *biasReduced) matrix() *mat.SymDense {
	scores := sumGroups(b.adjusted, b.model.residuals, b.groups)
	return fold(triangularize(scores, nil), b.model.solved.inverseRoot().T())
}

// df returns Satterthwaite's degrees of freedom of a contrast: the variance
// estimator is a quadratic form in normal errors, and matches in mean and
// variance a multiple of a chi-squared variable with as many (Bell and
// McCaffrey 2002, section 4).
func (b *biasReduced) df(contrast []float64) float64 {
	var c mat.VecDense
	c.MulVec(b.model.solved.inverseRoot().T(), mat.NewVecDense(len(contrast), contrast))
	n, p := len(b.model.residuals), len(b.u)
	a := make([]float64, n)
	for j, column := range b.adjusted {
		floats.AddScaled(a, c.AtVec(j), column)
	}
	wa := make([]float64, n)
	for i := range a {
		wa[i] = a[i] * weightOf(b.model.weights, i)
	}
	// The clusters' forms have inner products d (within a cluster) + z'kernel·z.
	z := append(sumGroups(b.u, wa, b.groups), sumGroups(b.u, a, b.groups)...)
	kernel := mat.NewDense(2*p, 2*p, nil)
	for i := range p {
		kernel.Set(i, p+i, -1)
		kernel.Set(p+i, i, -1)
		for j := range p {
			kernel.Set(p+i, p+j, b.squares.At(i, j))
		}
	}
	var trace, square float64
	row := mat.NewVecDense(2*p, nil)
	for g, rows := range b.groups {
		var d float64
		for _, i := range rows {
			d += a[i] * a[i]
		}
		for j := range z {
			row.SetVec(j, z[j][g])
		}
		low := mat.Inner(row, kernel, row)
		trace += d + low
		square += d*d + 2*d*low
	}
	var product, twice mat.Dense
	product.Mul(kernel, crossProduct(triangularize(z, nil)))
	twice.Mul(&product, &product)
	return trace * trace / (square + mat.Trace(&twice))
}

// orthonormalBasis returns at most limit orthonormal vectors that span the
// columns, by Gram–Schmidt done twice over.
func orthonormalBasis(columns [][]float64, limit int) [][]float64 {
	var basis [][]float64
	for _, column := range columns {
		if len(basis) == limit {
			break
		}
		v := append([]float64(nil), column...)
		before := floats.Norm(v, 2)
		for range 2 {
			for _, q := range basis {
				floats.AddScaled(v, -floats.Dot(q, v), q)
			}
		}
		if norm := floats.Norm(v, 2); norm > 1e-13*before {
			floats.Scale(1/norm, v)
			basis = append(basis, v)
		}
	}
	return basis
}

// project returns the columns' coordinates in the basis, one row a direction.
func project(basis, columns [][]float64) *mat.Dense {
	coordinates := mat.NewDense(len(basis), len(columns), nil)
	for q, direction := range basis {
		for j, column := range columns {
			coordinates.Set(q, j, floats.Dot(direction, column))
		}
	}
	return coordinates
}

// crossProduct returns r'r.
func crossProduct(r upper) *mat.SymDense {
	p := len(r)
	product := mat.NewSymDense(p, nil)
	for i := range p {
		for j := range i + 1 {
			product.SetSym(i, j, floats.Dot(r[i], r[j]))
		}
	}
	return product
}
