package match

import "math"

// weighting is weights of units, with what they sum to.
type weighting struct {
	w       []float64
	units   [2]int // of positive weight: controls, treated
	weight  [2]float64
	squares [2]float64
	step    []float64 // share of each unit in its arm, that of a control negative
}

func newWeighting(w []float64, treated []bool) *weighting {
	out := &weighting{w: w, step: make([]float64, len(w))}
	for i, v := range w {
		a := place(treated[i])
		out.units[a] += place(v != 0)
		out.weight[a] += v
		out.squares[a] += v * v
	}
	for i, v := range w {
		a := place(treated[i])
		out.step[i] = float64(2*a-1) * v / out.weight[a]
	}
	return out
}

// sample is one covariate of some units.
type sample struct {
	x       []float64
	treated []bool
	binary  bool    // only 0 and 1, among all units
	order   []int32 // ascending; nil until asked for
	last    []bool  // of each place in order: the next one's value is another
	spread  spread2
}

// sort sets the order, unless it stands.
func (s *sample) sort() {
	if s.order != nil {
		return
	}
	s.order, s.last = ascending(s.x), make([]bool, len(s.x))
	next := math.NaN()
	for i := len(s.order) - 1; i >= 0; i-- {
		x := s.x[s.order[i]]
		s.last[i] = x != next
		next = x
	}
}

// moments are an arm's weighted mean and variance.
type moments struct {
	units    int // of positive weight
	mean     float64
	about    float64 // weighted sum of squares about the mean
	variance float64 // by reliability weights; p(1−p) for 0 and 1
}

// moments returns those of the controls and of the treated.
func (s *sample) moments(by *weighting) [2]moments {
	var sum, about [2]float64
	for i, x := range s.x {
		sum[place(s.treated[i])] += by.w[i] * x
	}
	mean := [2]float64{sum[0] / by.weight[0], sum[1] / by.weight[1]}
	for i, x := range s.x {
		a := place(s.treated[i])
		d := x - mean[a]
		about[a] += by.w[i] * d * d
	}
	var m [2]moments
	for a := range m {
		m[a] = moments{units: by.units[a], mean: mean[a], about: about[a]}
		if s.binary {
			m[a].variance = mean[a] * (1 - mean[a])
		} else {
			m[a].variance = about[a] / (by.weight[a] * (1 - by.squares[a]/by.weight[a]/by.weight[a]))
		}
	}
	return m
}

// spread2 is what a standardized difference may be divided by.
type spread2 struct {
	arms   [2]float64 // standard deviation of the controls and the treated
	equal  float64    // root of the mean of both variances
	pooled float64    // within arms
}

func (s *sample) spreads(by *weighting, m [2]moments) spread2 {
	weight, squares := by.weight[0]+by.weight[1], by.squares[0]+by.squares[1]
	sum := m[0].about + m[1].about
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

// row computes a table's row under weights of those moments; pairs may be nil.
func (s *sample) row(name string, by *weighting, m [2]moments, scale float64, pairs func(*sample) float64) Row {
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
		out.ECDFMean, out.ECDFMax = s.ecdf(by)
	}
	return out
}

// ecdf returns the mean and the greatest absolute difference of the arms'
// weighted distribution functions over the distinct values.
func (s *sample) ecdf(by *weighting) (mean, most float64) {
	s.sort()
	var gap, sum float64
	var values int
	for i, u := range s.order {
		gap += by.step[u]
		if s.last[i] {
			values++
			sum += math.Abs(gap)
			most = max(most, math.Abs(gap))
		}
	}
	return sum / float64(values), most
}

// subset returns the sample of some units.
func (s *sample) subset(rows []int32) *sample {
	return &sample{x: gather(s.x, rows), treated: gather(s.treated, rows), binary: s.binary}
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
