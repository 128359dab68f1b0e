package match

import "math"

// verifyStrata checks that each stratum has both arms, and is what its method
// promises: equal covariates, or a star whose pairs keep the constraints.
func (p *problem) verifyStrata(r *Result, rules []pairRule) error {
	members := make([][2][]int32, maxOf(r.Subclass)+1)
	for i, s := range r.Subclass {
		arm := place(p.treated[i])
		members[s][arm] = append(members[s][arm], index32(i))
	}
	for s, m := range members[1:] {
		control, treated := m[0], m[1]
		if len(control) == 0 || len(treated) == 0 {
			return breach("subclass %d lacks an arm", s+1)
		}
		switch p.spec.Method {
		case Exact:
			for _, u := range append(control, treated[1:]...) {
				for _, c := range p.vars {
					if !c.same(treated[0], u) {
						return breach("rows %d and %d of one stratum differ in %s", treated[0]+1, u+1, c.name)
					}
				}
			}
		case Full:
			if err := verifyStar(treated, control, rules); err != nil {
				return err
			}
		case Subclass:
			if n := min(len(treated), len(control)); n < p.spec.MinN {
				return breach("subclass %d has %d units of an arm; %d were asked for", s+1, n, p.spec.MinN)
			}
		default:
		}
	}
	return nil
}

func verifyStar(treated, control []int32, rules []pairRule) error {
	if len(treated) > 1 && len(control) > 1 {
		return breach("a stratum of full matching has %d treated and %d control units", len(treated), len(control))
	}
	for _, t := range treated {
		for _, u := range control {
			for _, rule := range rules {
				if text := rule(t, u); text != "" {
					return breach("rows %d and %d %s", t+1, u+1, text)
				}
			}
		}
	}
	return nil
}

// verifyCells checks that the units of a stratum fall into the same cell.
func (p *problem) verifyCells(r *Result) error {
	cells, err := p.coarseCells()
	if err != nil || cells == nil {
		return err
	}
	cell := make(map[int32]int32)
	for i, s := range r.Subclass {
		c, ok := cell[s]
		switch {
		case s == 0:
		case !ok:
			cell[s] = cells[i]
		case c != cells[i]:
			return breach("row %d is not in the cell of its stratum", i+1)
		}
	}
	return nil
}

// verifyMoments checks that the arms' weighted moments are equal, and for the
// ATE equal to those of all units.
func (p *problem) verifyMoments(r *Result) error {
	design, err := p.formula.design(p.frame, contrasts)
	if err != nil {
		return err
	}
	for j, col := range design.Columns {
		spread := deviation(col)
		for power := 1.0; power <= float64(p.spec.Moments); power++ {
			var sum, total [3]float64 // controls, treated, all units
			for i, x := range col {
				base := 1.0
				if p.sampling != nil {
					base = p.sampling[i]
				}
				v := math.Pow((x-col[0])/spread, power)
				for k, w := range [2]float64{r.Weights[i] * base, base} {
					group := 2 * k
					if k == 0 {
						group = place(p.treated[i])
					}
					sum[group] += w * v
					total[group] += w
				}
			}
			control, treated, all := sum[0]/total[0], sum[1]/total[1], sum[2]/total[2]
			tolerance := 1e-6 * max(1, math.Abs(treated))
			if math.Abs(treated-control) > tolerance || p.spec.Estimand == ATE && math.Abs(treated-all) > tolerance {
				return breach("moment %v of %q is %v and %v", power, design.Names[j], treated, control)
			}
		}
	}
	return nil
}
