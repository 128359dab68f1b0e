package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// Wald is a test of the hypothesis that several coefficients are all zero.
type Wald struct {
	F   float64 // statistic: quadratic form over DF1
	DF1 float64 // coefficients tested
	DF2 float64 // of the covariance; +Inf makes DF1·F a chi-squared statistic
	P   float64
}

// Wald tests that the named coefficients are all zero. For CR2, DF2 is the
// smallest of their Satterthwaite degrees of freedom, which is cautious.
// Errors: no name, an unknown or aliased one, or a covariance that is singular.
func (c *Covariance) Wald(names ...string) (Wald, error) {
	var contrasts [][]float64
	for _, name := range names {
		if _, err := c.Coefficient(name); err != nil {
			return Wald{}, err
		}
		contrast := make([]float64, len(c.model.names))
		contrast[slices.Index(c.model.names, name)] = 1
		contrasts = append(contrasts, contrast)
	}
	return c.joint(contrasts)
}

// joint tests that contrasts of the coefficients are all zero.
func (c *Covariance) joint(contrasts [][]float64) (Wald, error) {
	if len(contrasts) == 0 {
		return Wald{}, policy.Errorf(policy.Usage, "joint test of no coefficients")
	}
	values, cov := mat.NewVecDense(len(contrasts), nil), mat.NewSymDense(len(contrasts), nil)
	df := math.Inf(1)
	for a, contrast := range contrasts {
		values.SetVec(a, floats.Dot(contrast, c.model.coefficients))
		g := c.restrict(contrast)
		df = min(df, c.df(g.RawVector().Data))
		for b := range a + 1 {
			cov.SetSym(a, b, mat.Inner(g, c.matrix, c.restrict(contrasts[b])))
		}
	}
	return waldTest(values, cov, df)
}

// waldTest returns the test that a vector with that covariance is zero.
func waldTest(beta *mat.VecDense, cov mat.Symmetric, df float64) (Wald, error) {
	var factor mat.Cholesky
	if !factor.Factorize(cov) || factor.Cond() > 1/epsilon {
		return Wald{}, policy.Errorf(policy.DataRefused, "joint test of %d coefficients: their covariance is singular", beta.Len())
	}
	var solved mat.VecDense
	if err := factor.SolveVecTo(&solved, beta); err != nil {
		return Wald{}, policy.Errorf(policy.DataRefused, "joint test of %d coefficients: %w", beta.Len(), err)
	}
	q := float64(beta.Len())
	test := Wald{F: mat.Dot(beta, &solved) / q, DF1: q, DF2: df}
	if math.IsInf(df, 1) {
		test.P = distuv.ChiSquared{K: q}.Survival(test.F * q)
	} else {
		test.P = distuv.F{D1: q, D2: df}.Survival(test.F)
	}
	return test, nil
}
