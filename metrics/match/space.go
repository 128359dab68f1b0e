package match

import (
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// space is the units as points, between which the Euclidean distance is the
// one asked for.
type space struct {
	dims   int
	points []float64 // unit i is points[i*dims:(i+1)*dims]
	// singular says that a generalized inverse was used, whose rounding no two
	// libraries share.
	singular bool
}

func (s *space) point(u int32) []float64 { return s.points[int(u)*s.dims:][:s.dims] }

// first returns the first dimension.
func (s *space) first() []float64 {
	out := make([]float64, len(s.points)/s.dims)
	for i := range out {
		out[i] = s.points[i*s.dims]
	}
	return out
}

// distance is the squared distance of two units.
func (s *space) distance(a, b int32) float64 {
	x, y := s.point(a), s.point(b)
	var sum float64
	for j, v := range x {
		d := v - y[j]
		sum += d * d
	}
	return sum
}

// space makes the points for the spec's distance; nil if it is a score.
func (p *problem) space() (*space, error) {
	m, kind := p.formula, p.spec.Distance
	if kind.scored() {
		if p.spec.Mahvars == "" {
			return nil, nil //nolint:nilnil // no points are needed
		}
		var err error
		if m, err = p.oneSided("mahvars", p.spec.Mahvars); err != nil {
			return nil, err
		}
		if p.named.mahvars, err = m.evaluate(p.frame); err != nil {
			return nil, err
		}
		kind = Mahalanobis
	}
	return p.spaceOf(m, kind)
}

func (p *problem) spaceOf(m *Formula, kind Distance) (*space, error) {
	d, err := m.design(p.frame, halved)
	if err != nil {
		return nil, err
	}
	if len(d.Columns) == 0 {
		return nil, policy.Errorf(policy.Usage, "the distance %s needs covariates in the formula", kind)
	}
	t := &transform{columns: d.Columns, arm: p.focal, out: p.discarded, weights: p.sampling}
	s, err := t.apply(kind)
	if err != nil {
		return nil, err
	}
	for _, x := range s.points {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, policy.Errorf(policy.DataRefused, "the distance %s does not exist: a covariate or a level does not vary within the arms; leave it out", kind)
		}
	}
	return s, nil
}

// transform turns covariates into points.
type transform struct {
	columns [][]float64
	arm     []bool
	out     []bool    // units that do not count in means and covariances
	weights []float64 // sampling weights; nil: equal
}

func (t *transform) apply(kind Distance) (*space, error) {
	t.dropConstant()
	if len(t.columns) == 1 && constant(t.columns[0]) {
		kind = Euclidean
	}
	switch kind {
	case Mahalanobis:
		t.standardize()
		return t.whiten(t.pooledCovariance())
	case RobustMahalanobis:
		t.rankColumns()
		return t.whiten(t.rankCovariance())
	case ScaledEuclidean:
		for j, col := range t.columns {
			t.columns[j] = scaled(col, 0, t.pooledDeviation(col))
		}
	default:
	}
	return rows(t.columns), nil
}

// constant reports whether a column hardly varies.
func constant(col []float64) bool {
	low, high := col[0], col[0]
	for _, x := range col {
		low, high = min(low, x), max(high, x)
	}
	return high-low < tiny
}

// tiny is R's square root of the machine's precision.
const tiny = 1.490116119384766e-08

// dropConstant leaves out columns that do not vary, all but one at least.
func (t *transform) dropConstant() {
	var kept [][]float64
	for _, col := range t.columns {
		if !constant(col) {
			kept = append(kept, col)
		}
	}
	if kept == nil {
		kept = t.columns[:1]
	}
	t.columns = kept
}

// scaled returns (col − center) / scale.
func scaled(col []float64, center, scale float64) []float64 {
	out := make([]float64, len(col))
	for i, x := range col {
		out[i] = (x - center) / scale
	}
	return out
}

// standardize centers each column and divides it by its standard deviation,
// over all units.
func (t *transform) standardize() {
	for j, col := range t.columns {
		t.columns[j] = scaled(col, mean(col), deviation(col))
	}
}

// rankColumns replaces values by their ranks among units that count, ties
// their average; the others get 0.
func (t *transform) rankColumns() {
	for j, col := range t.columns {
		t.columns[j] = ranks(col, t.out)
	}
}

func ranks(col []float64, out []bool) []float64 {
	var kept []int32
	for _, u := range ascending(col) {
		if !out[u] {
			kept = append(kept, u)
		}
	}
	r := make([]float64, len(col))
	for from := 0; from < len(kept); {
		to := from + 1
		for to < len(kept) && col[kept[to]] == col[kept[from]] {
			to++
		}
		for _, u := range kept[from:to] {
			r[u] = float64(from+1+to) / 2
		}
		from = to
	}
	return r
}

// rows lays columns out as points.
func rows(columns [][]float64) *space {
	s := &space{dims: len(columns), points: make([]float64, len(columns)*len(columns[0]))}
	for j, col := range columns {
		for i, x := range col {
			s.points[i*s.dims+j] = x
		}
	}
	return s
}
