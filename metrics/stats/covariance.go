package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/policy"
)

// Variance is an estimator of the variance of a model's coefficients.
type Variance int

// The estimators. HC: robust to unequal variance (MacKinnon and White, J.
// Econometrics 29, 1985). CR: robust to dependence within clusters too
// (Cameron and Miller, J. Human Resources 50, 2015). With G clusters, n rows
// and k coefficients, CR1 is CR0 times G/(G−1), and CR1S times (n−1)/(n−k)
// besides. CR2 is bias-reduced, for few clusters (Bell and McCaffrey, Survey
// Methodology 28, 2002; Pustejovsky and Tipton, J. Bus. Econ. Stat. 36, 2018),
// with working variance the identity, as clubSandwich has it.
const (
	Classical Variance = iota
	HC0
	HC1
	HC2
	HC3
	CR0
	CR1
	CR1S
	CR2
)

var varianceNames = [...]string{"classical", "HC0", "HC1", "HC2", "HC3", "CR0", "CR1", "CR1S", "CR2"}

// ParseVariance returns the estimator of that name, such as "HC3" or "CR1S".
func ParseVariance(name string) (Variance, error) {
	if i := slices.Index(varianceNames[:], name); i >= 0 {
		return Variance(i), nil
	}
	return 0, policy.Errorf(policy.Usage, "unknown variance estimator %q: choose one of %v", name, varianceNames)
}

// String returns the estimator's name.
func (v Variance) String() string {
	if v < 0 || int(v) >= len(varianceNames) {
		return "unknown"
	}
	return varianceNames[v]
}

// Clustered tells whether the estimator is robust to dependence in clusters.
func (v Variance) Clustered() bool { return v >= CR0 }

// Covariance is the estimated covariance of a model's coefficients, with the
// degrees of freedom that tests by it have: residual ones for the classical
// and HC estimators (infinite for a GLM); clusters less one, of the clustering
// that has fewer, for CR0, CR1 and CR1S; Satterthwaite's, which differ from
// contrast to contrast, for CR2.
type Covariance struct {
	Kind     Variance
	Clusters []int // the number of clusters in each clustering

	model  *model
	matrix *mat.SymDense // over the coefficients that are not aliased
	df     func(contrast []float64) float64
}

// At returns the covariance of coefficients i and j, NaN if one is aliased.
func (c *Covariance) At(i, j int) float64 {
	a, b := slices.Index(c.model.solved.kept, i), slices.Index(c.model.solved.kept, j)
	if a < 0 || b < 0 {
		return math.NaN()
	}
	return c.matrix.At(a, b)
}

// Coefficient returns the coefficient of that name with its uncertainty.
// Errors: there is none of that name, or it is aliased.
func (c *Covariance) Coefficient(name string) (Estimate, error) {
	j := slices.Index(c.model.names, name)
	if j < 0 {
		return Estimate{}, policy.Errorf(policy.NotFound, "model has no coefficient %q", name)
	}
	contrast := make([]float64, len(c.model.names))
	contrast[j] = 1
	return c.Contrast(contrast)
}

// Contrast returns Σ contrast·coefficient with its uncertainty; contrast has
// one entry a column of the design. Errors: it has another length, asks for an
// aliased coefficient, or its variance is not positive, which the two-way
// estimators can yield.
func (c *Covariance) Contrast(contrast []float64) (Estimate, error) {
	if len(contrast) != len(c.model.names) {
		return Estimate{}, policy.Errorf(policy.Usage, "contrast has %d entries for %d coefficients", len(contrast), len(c.model.names))
	}
	for j, v := range contrast {
		if v != 0 && !slices.Contains(c.model.solved.kept, j) {
			return Estimate{}, policy.Errorf(policy.DataRefused,
				"coefficient %q is aliased: its column is a linear combination of earlier ones", c.model.names[j])
		}
	}
	return c.estimate(floats.Dot(contrast, c.model.coefficients), contrast)
}

// estimate gives a value the standard error of gradient·coefficients, in which
// aliased coefficients, being no part of the model, have no share.
func (c *Covariance) estimate(value float64, gradient []float64) (Estimate, error) {
	g := c.restrict(gradient)
	variance := mat.Inner(g, c.matrix, g)
	if !(variance >= 0) {
		return Estimate{}, policy.Errorf(policy.DataRefused,
			"%s variance is negative or undefined: too few clusters, or rows that decide a coefficient alone", c.Kind)
	}
	return Estimate{Value: value, SE: math.Sqrt(variance), DF: c.df(g.RawVector().Data)}, nil
}

// restrict leaves out of a gradient what belongs to aliased coefficients.
func (c *Covariance) restrict(gradient []float64) *mat.VecDense {
	g := mat.NewVecDense(len(c.model.solved.kept), nil)
	for k, j := range c.model.solved.kept {
		g.SetVec(k, gradient[j])
	}
	return g
}
