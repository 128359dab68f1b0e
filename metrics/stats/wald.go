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

// waldTest returns the test that a vector with that covariance is zero. It
// works on correlations, so that units of measurement do not matter.
func waldTest(beta *mat.VecDense, cov *mat.SymDense, df float64) (Wald, error) {
	q := beta.Len()
	z, correlation := mat.NewVecDense(q, nil), mat.NewSymDense(q, nil)
	for i := range q {
		si := math.Sqrt(cov.At(i, i))
		z.SetVec(i, beta.AtVec(i)/si)
		for j := range i + 1 {
			correlation.SetSym(i, j, cov.At(i, j)/si/math.Sqrt(cov.At(j, j)))
		}
	}
	var factor mat.Cholesky
	var solved mat.VecDense
	if !factor.Factorize(correlation) || !(factor.Cond() < 1e12) || factor.SolveVecTo(&solved, z) != nil {
		return Wald{}, policy.Errorf(policy.DataRefused,
			"joint test of %d coefficients: their covariance is singular, as it is with as few clusters as coefficients", q)
	}
	test := Wald{F: mat.Dot(z, &solved) / float64(q), DF1: float64(q), DF2: df}
	if math.IsInf(df, 1) {
		test.P = distuv.ChiSquared{K: test.DF1}.Survival(test.F * test.DF1)
	} else {
		test.P = distuv.F{D1: test.DF1, D2: df}.Survival(test.F)
	}
	return test, nil
}
