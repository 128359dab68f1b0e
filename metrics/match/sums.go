package match

import "math"

// sum adds numbers and products with a second word for what rounding loses
// (Neumaier 1974), since distances that are equal on paper should come out
// equal wherever they can.
type sum struct{ high, low float64 }

func (s *sum) add(x float64) {
	t := s.high + x
	if math.Abs(s.high) >= math.Abs(x) {
		s.low += s.high - t + x
	} else {
		s.low += x - t + s.high
	}
	s.high = t
}

func (s *sum) addProduct(a, b float64) {
	p := a * b
	s.add(p)
	s.low += math.FMA(a, b, -p)
}

func (s *sum) value() float64 { return s.high + s.low }

// over returns the quotient, rounded once.
func (s *sum) over(d float64) float64 {
	q := s.high / d
	return q + (math.FMA(-q, d, s.high)+s.low)/d
}

// mean returns the mean of values.
func mean(values []float64) float64 {
	var s sum
	for _, x := range values {
		s.add(x)
	}
	return s.over(float64(len(values)))
}

// deviation is the standard deviation (n−1).
func deviation(values []float64) float64 {
	center := mean(values)
	var s sum
	for _, x := range values {
		s.add((x - center) * (x - center))
	}
	return math.Sqrt(s.value() / float64(len(values)-1))
}
