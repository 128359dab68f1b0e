package match

import (
	"math"

	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

const (
	balanceTolerance = 1e-9 // of moments, in standard deviations
	newtonSteps      = 200
)

// entropyBalance weights units so that the moments of their covariates equal
// the target's, by the weights that diverge least from the sampling weights
// (Hainmueller 2012): for the ATT the controls to the treated, for the ATC the
// treated to the controls, for the ATE both arms to all units.
func (p *problem) entropyBalance() (*Result, error) {
	design, err := p.formula.design(p.frame, contrasts)
	if err != nil {
		return nil, err
	}
	if len(design.Columns) == 0 {
		return nil, policy.Errorf(policy.Usage, "entropy balancing needs covariates in the formula")
	}
	base := p.sampling
	if base == nil {
		base = spread(1, p.frame.n)
	}
	b := &balancing{base: base}
	b.moments(design, p.spec.Moments)
	r := p.result()
	for _, arm := range []bool{false, true} {
		var units, target []int32
		for i, t := range p.treated {
			if t == arm {
				units = append(units, index32(i))
			}
			if p.spec.Estimand == ATE || t == (p.spec.Estimand == ATT) {
				target = append(target, index32(i))
			}
		}
		if p.spec.Estimand != ATE && arm == (p.spec.Estimand == ATT) {
			for _, u := range units {
				r.Weights[u] = 1
			}
			continue
		}
		if err := b.balance(units, target, r.Weights); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// balancing solves the dual problem by Newton's method.
type balancing struct {
	base    []float64
	columns [][]float64 // standardized moments
	names   []string
}

// moments adds powers of the columns that have more than two values.
func (b *balancing) moments(d stats.Design, most int) {
	for j, col := range d.Columns {
		if constant(col) {
			continue
		}
		center, scale := mean(col), deviation(col)
		first := scaled(col, center, scale)
		b.columns, b.names = append(b.columns, first), append(b.names, d.Names[j])
		if most > 1 && len(distinct(col)) <= 2 {
			continue
		}
		for power := 2; power <= most; power++ {
			raised := make([]float64, len(first))
			for i, x := range first {
				raised[i] = math.Pow(x, float64(power))
			}
			b.columns, b.names = append(b.columns, raised), append(b.names, d.Names[j])
		}
	}
}

// balance sets the weights of units so that their weighted means of the
// columns are those of target.
func (b *balancing) balance(units, target []int32, weights []float64) error {
	goal := b.means(target)
	d := &dual{columns: make([][]float64, len(b.columns)), base: gather(b.base, units)}
	for j, col := range b.columns {
		d.columns[j] = scaled(gather(col, units), goal[j], 1)
	}
	w, worst, err := d.solve()
	if err != nil {
		return err
	}
	if worst.gap > balanceTolerance {
		return policy.Errorf(policy.DataRefused, "no positive weights balance the covariates: %q stays %.3g standard deviations apart. Ask for fewer moments or drop covariates on which the arms hardly overlap", b.names[worst.column], worst.gap)
	}
	for i, u := range units {
		weights[u] = 0
		if b.base[u] > 0 {
			weights[u] = w[i] / b.base[u] // balance multiplies by the sampling weight
		}
	}
	return nil
}

func (b *balancing) means(units []int32) []float64 {
	out := make([]float64, len(b.columns))
	for j, col := range b.columns {
		var s sum
		var total float64
		for _, u := range units {
			s.addProduct(b.base[u], col[u])
			total += b.base[u]
		}
		out[j] = s.over(total)
	}
	return out
}
