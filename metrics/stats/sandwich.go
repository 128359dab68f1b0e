package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/policy"
)

// model is a fitted model as its variance sees it: a weighted regression of
// residuals on columns. For a GLM weights and residuals are the working ones
// at the estimate.
type model struct {
	names        []string
	columns      [][]float64
	weights      []float64
	residuals    []float64
	solved       factor
	coefficients []float64 // 0 where aliased
	rows         int
	dispersion   float64
	linear       bool
}

func (m *model) covariance(kind Variance, clusters [][]int) (*Covariance, error) {
	if err := m.check(kind, clusters); err != nil {
		return nil, fmt.Errorf("estimate %s variance: %w", kind, err)
	}
	c := &Covariance{Kind: kind, model: m}
	residual := math.Inf(1)
	if m.linear {
		residual = float64(m.rows - len(m.solved.kept))
	}
	c.df = func([]float64) float64 { return residual }
	bread := m.solved.inverse()
	switch {
	case kind == Classical:
		c.matrix = mat.NewSymDense(bread.SymmetricDim(), nil)
		c.matrix.ScaleSym(m.dispersion, bread)
	case kind == CR2:
		groups := group(clusters[0], m.weights)
		c.Clusters = []int{len(groups)}
		reduced := m.biasReduce(groups)
		c.matrix, c.df = reduced.matrix(), reduced.df
	case kind.Clustered():
		c.matrix = m.clustered(kind, bread, clusters, c)
	default:
		c.matrix = fold(triangularize(m.kept(), m.heteroskedastic(kind)), bread)
		if kind == HC1 {
			c.matrix.ScaleSym(float64(m.rows)/float64(m.rows-len(m.solved.kept)), c.matrix)
		}
	}
	return c, m.checkClusters(c.Clusters, kind)
}

func (m *model) check(kind Variance, clusters [][]int) error {
	least, most := 0, 0
	switch {
	case kind < Classical || kind > CR2:
		return policy.Errorf(policy.Usage, "there is no such estimator")
	case kind == CR2:
		least, most = 1, 1
	case kind.Clustered():
		least, most = 1, 2
	}
	if len(clusters) < least || len(clusters) > most {
		return policy.Errorf(policy.Usage, "%d clusterings given, it takes %d to %d", len(clusters), least, most)
	}
	if kind == CR2 && !m.linear {
		return policy.Errorf(policy.Usage, "it is defined here for linear models alone: use CR1S, or a linear model of the outcome")
	}
	for _, codes := range clusters {
		if len(codes) != len(m.residuals) {
			return policy.Errorf(policy.Usage, "clustering has %d codes for %d rows", len(codes), len(m.residuals))
		}
	}
	if len(m.solved.kept) == 0 {
		return policy.Errorf(policy.DataRefused, "every column of the design is zero")
	}
	if m.rows <= len(m.solved.kept) && kind != CR0 && kind != HC0 {
		return policy.Errorf(policy.DataRefused, "%d rows leave no degrees of freedom for %d coefficients", m.rows, len(m.solved.kept))
	}
	return nil
}

func (m *model) checkClusters(counts []int, kind Variance) error {
	for _, count := range counts {
		if count < 2 {
			return policy.Errorf(policy.DataRefused, "estimate %s variance: all rows are in one cluster", kind)
		}
	}
	return nil
}

// kept returns the columns that are not aliased.
func (m *model) kept() [][]float64 {
	columns := make([][]float64, len(m.solved.kept))
	for k, j := range m.solved.kept {
		columns[k] = m.columns[j]
	}
	return columns
}

// heteroskedastic returns for each row the factor that makes its row of the
// design its score: weight times residual, adjusted for leverage as the
// estimator demands.
func (m *model) heteroskedastic(kind Variance) []float64 {
	scores := make([]float64, len(m.residuals))
	forBlocks(len(scores), func(lo, hi int) {
		var leverage []float64
		if kind == HC2 || kind == HC3 {
			leverage = m.leverage(lo, hi)
		}
		for i := lo; i < hi; i++ {
			scores[i] = weightOf(m.weights, i) * m.residuals[i]
			switch {
			case leverage == nil:
			case leverage[i-lo] > 1-1e-12:
				scores[i] = 0 // the row has a coefficient to itself: its residual is rounding
			case kind == HC2:
				scores[i] /= math.Sqrt(1 - leverage[i-lo])
			default:
				scores[i] /= 1 - leverage[i-lo]
			}
		}
	})
	return scores
}

// leverage returns the diagonal of the hat matrix for rows lo … hi−1.
func (m *model) leverage(lo, hi int) []float64 {
	h := make([]float64, hi-lo)
	for _, u := range m.orthonormal(lo, hi) {
		for i, v := range u {
			h[i] += v * v * weightOf(m.weights, lo+i)
		}
	}
	return h
}

// orthonormal returns rows lo … hi−1 of the kept columns times t⁻¹, whose
// weighted cross product over all rows is the identity.
func (m *model) orthonormal(lo, hi int) [][]float64 {
	columns := make([][]float64, len(m.solved.kept))
	for k, j := range m.solved.kept {
		u := append([]float64(nil), m.columns[j][lo:hi]...)
		for l, before := range columns[:k] {
			floats.AddScaled(u, -m.solved.t[k][l], before)
		}
		floats.Scale(1/m.solved.t[k][k], u)
		columns[k] = u
	}
	return columns
}

// fold returns side'·(r'r)·side, with side the bread or its like.
func fold(r upper, side mat.Matrix) *mat.SymDense {
	p := len(r)
	meat := mat.NewDense(p, p, nil)
	for j, column := range r {
		meat.SetCol(j, column)
	}
	var half mat.Dense
	half.Mul(meat, side)
	var product mat.SymDense
	product.SymOuterK(1, half.T())
	return &product
}
