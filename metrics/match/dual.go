package match

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/policy"
)

// dual is the dual of entropy balancing: the weights base·exp(−λ·x), summed to
// 1, have mean 0 in every column where log Σ base·exp(−λ·x), which is convex,
// is least.
type dual struct {
	columns [][]float64 // less their targets
	base    []float64
	lambda  []float64
	weights []float64
}

// imbalance is the column whose weighted mean is farthest from 0.
type imbalance struct {
	column int
	gap    float64
}

// solve returns the weights, whose mean is 1, and what imbalance is left.
func (d *dual) solve() ([]float64, imbalance, error) {
	d.lambda, d.weights = make([]float64, len(d.columns)), make([]float64, len(d.base))
	value := d.value(d.lambda)
	for range newtonSteps {
		gradient := d.gradient()
		worst := most(gradient)
		if worst.gap <= balanceTolerance/100 {
			break
		}
		step, err := d.step(gradient)
		if err != nil {
			return nil, worst, err
		}
		next, ok := d.search(step, gradient, value)
		if !ok {
			break
		}
		value = next
	}
	worst := most(d.gradient())
	for i := range d.weights {
		d.weights[i] *= float64(len(d.weights))
	}
	return d.weights, worst, nil
}

// value computes the weights at lambda and returns the objective.
func (d *dual) value(lambda []float64) float64 {
	top := math.Inf(-1)
	for i := range d.weights {
		var s float64
		for j, col := range d.columns {
			s -= lambda[j] * col[i]
		}
		d.weights[i] = s
		if d.base[i] > 0 {
			top = max(top, s)
		}
	}
	var total float64
	for i, s := range d.weights {
		d.weights[i] = 0
		if d.base[i] > 0 {
			d.weights[i] = d.base[i] * math.Exp(s-top)
		}
		total += d.weights[i]
	}
	for i := range d.weights {
		d.weights[i] /= total
	}
	return math.Log(total) + top
}

// gradient returns the weighted mean of each column, which is the negative
// gradient.
func (d *dual) gradient() []float64 {
	out := make([]float64, len(d.columns))
	parallel(len(out), func(j int) {
		var s sum
		for i, x := range d.columns[j] {
			s.addProduct(d.weights[i], x)
		}
		out[j] = s.value()
	})
	return out
}

func most(gradient []float64) imbalance {
	var out imbalance
	for j, g := range gradient {
		if math.Abs(g) > out.gap {
			out = imbalance{j, math.Abs(g)}
		}
	}
	return out
}

// step is Newton's: the covariance's inverse times the gradient. Columns that
// are combinations of others get a touch of ridge.
func (d *dual) step(gradient []float64) ([]float64, error) {
	p := len(d.columns)
	h := mat.NewSymDense(p, nil)
	parallel(p*(p+1)/2, func(c int) {
		j, k := triangle(c)
		var s float64
		for i, x := range d.columns[j] {
			s += d.weights[i] * x * d.columns[k][i]
		}
		s -= gradient[j] * gradient[k]
		if j == k {
			s += 1e-10 * (1 + s)
		}
		h.SetSym(j, k, s)
	})
	var chol mat.Cholesky
	if !chol.Factorize(h) {
		return nil, policy.Errorf(policy.DataRefused, "entropy balancing does not converge: the weights concentrate on too few units. Ask for fewer moments or drop covariates on which the arms hardly overlap")
	}
	out := mat.NewVecDense(p, nil)
	if err := chol.SolveVecTo(out, mat.NewVecDense(p, gradient)); err != nil && !isCondition(err) {
		return nil, policy.Errorf(policy.Failed, "entropy balancing: %w", err)
	}
	return out.RawVector().Data, nil
}

// isCondition reports whether err only warns of an ill-conditioned matrix.
func isCondition(err error) bool {
	_, ok := err.(mat.Condition) //nolint:errorlint // gonum returns it bare
	return ok
}

// search shortens the step until the objective falls enough (Armijo).
func (d *dual) search(step, gradient []float64, value float64) (next float64, ok bool) {
	var slope float64
	for j, s := range step {
		slope += s * gradient[j]
	}
	trial := make([]float64, len(step))
	for size := 1.0; size > 1e-12; size /= 2 {
		for j, s := range step {
			trial[j] = d.lambda[j] + size*s
		}
		if next = d.value(trial); next <= value-1e-4*size*slope+1e-13*math.Abs(value) {
			copy(d.lambda, trial)
			return next, true
		}
	}
	return d.value(d.lambda), false
}
