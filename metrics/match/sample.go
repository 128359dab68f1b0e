package match

import "math"

// sample is one covariate of some units.
type sample struct {
	x       []float64
	treated []bool
	binary  bool    // only 0 and 1, among all units
	order   []int32 // ascending
	spread  spread2
}

// moments are an arm's weighted mean and variance.
type moments struct {
	units    int // of positive weight
	weight   float64
	mean     float64
	variance float64 // by reliability weights; p(1−p) for 0 and 1
}

// moments returns those of the controls and of the treated.
func (s *sample) moments(w []float64) [2]moments {
	var m [2]moments
	var squares [2]float64
	for i, x := range s.x {
		a := place(s.treated[i])
		m[a].units += place(w[i] != 0)
		m[a].weight += w[i]
		m[a].mean += w[i] * x
		squares[a] += w[i] * w[i]
	}
	for a := range m {
		m[a].mean /= m[a].weight
	}
	if s.binary {
		for a := range m {
			m[a].variance = m[a].mean * (1 - m[a].mean)
		}
		return m
	}
	for i, x := range s.x {
		a := place(s.treated[i])
		m[a].variance += w[i] * (x - m[a].mean) * (x - m[a].mean)
	}
	for a := range m {
		m[a].variance /= m[a].weight * (1 - squares[a]/m[a].weight/m[a].weight)
	}
	return m
}

// spread2 is what a standardized difference may be divided by.
type spread2 struct {
	arms   [2]float64 // standard deviation of the controls and the treated
	equal  float64    // root of the mean of both variances
	pooled float64    // within arms
}

func (s *sample) spreads(w []float64) spread2 {
	m := s.moments(w)
	var sum, weight, squares float64
	for i, x := range s.x {
		d := x - m[place(s.treated[i])].mean
		sum += w[i] * d * d
		weight += w[i]
		squares += w[i] * w[i]
	}
	pooled := sum / weight
	switch n := float64(len(s.x)); {
	case s.binary:
	case squares == weight && weight == n: // no weights: n − 2 degrees of freedom
		pooled = sum / (n - 2)
	default:
		pooled = sum / (weight - squares/weight)
	}
	return spread2{
		arms:   [2]float64{math.Sqrt(m[0].variance), math.Sqrt(m[1].variance)},
		equal:  math.Sqrt((m[0].variance + m[1].variance) / 2),
		pooled: math.Sqrt(pooled),
	}
}

// scale is the divisor of standardized differences. Where the arm does not
// vary, the deviation within both arms stands in.
func (s *sample) scale(e Estimand) float64 {
	out := s.spread.equal
	switch e {
	case ATT:
		out = s.spread.arms[1]
	case ATC:
		out = s.spread.arms[0]
	case ATE:
	}
	if !(out >= tiny) || math.IsInf(out, 0) {
		return s.spread.pooled
	}
	return out
}

// row computes a table's row under weights; pairs may be nil.
func (s *sample) row(name string, w []float64, scale float64, pairs func(*sample) float64) Row {
	m := s.moments(w)
	nan := math.NaN()
	out := Row{Name: name, MeanTreated: m[1].mean, MeanControl: m[0].mean, SMD: nan, VarianceRatio: nan,
		ECDFMean: nan, ECDFMax: nan, PairDistance: nan, G: nan}
	gap := m[1].mean - m[0].mean
	few := m[0].units < 2 && m[1].units < 2
	divisor := 1.0
	if math.Abs(gap) > tiny {
		divisor = scale
	}
	if !few || divisor == 1 {
		out.SMD = gap / divisor
		if pairs != nil {
			out.PairDistance = pairs(s) / divisor
		}
	}
	switch {
	case s.binary:
		out.ECDFMean, out.ECDFMax = math.Abs(gap), math.Abs(gap)
	case !few:
		out.VarianceRatio = m[1].variance / m[0].variance
		out.ECDFMean, out.ECDFMax = s.ecdf(w, m)
	}
	return out
}

// ecdf returns the mean and the greatest absolute difference of the arms'
// weighted distribution functions over the distinct values.
func (s *sample) ecdf(w []float64, m [2]moments) (mean, most float64) {
	var gap, sum float64
	var values int
	for i, u := range s.order {
		a := place(s.treated[u])
		gap += float64(2*a-1) * w[u] / m[a].weight
		if i+1 < len(s.order) && s.x[s.order[i+1]] == s.x[u] {
			continue
		}
		values++
		sum += math.Abs(gap)
		most = max(most, math.Abs(gap))
	}
	return sum / float64(values), most
}

// subset returns the sample of some units.
func (s *sample) subset(rows []int32) *sample {
	out := &sample{x: gather(s.x, rows), treated: gather(s.treated, rows), binary: s.binary}
	out.order = ascending(out.x)
	return out
}

func (s *sample) bothArms() bool {
	var has [2]bool
	for _, t := range s.treated {
		has[place(t)] = true
	}
	return has[0] && has[1]
}

func gather[T any](values []T, rows []int32) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}
