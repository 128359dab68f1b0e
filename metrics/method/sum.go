package method

import "math/bits"

// sum is a sum of integers that cannot overflow, so that it repeats whatever the
// order of rows.
type sum struct {
	hi int64
	lo uint64
}

func (s *sum) add(v int64) {
	lo, carry := bits.Add64(s.lo, uint64(v), 0) //nolint:gosec // two's complement
	s.lo, s.hi = lo, s.hi+v>>63+int64(carry)    //nolint:gosec // 0 or 1
}

// product adds the product of two numbers.
func (s *sum) product(x, y int64) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))                         //nolint:gosec // two's complement
	s.plus(sum{hi: int64(hi) - (x >> 63 & y) - (y >> 63 & x), lo: lo}) //nolint:gosec // as above
}

// millionths is the sum in units.
func (s *sum) millionths() float64 {
	if s.hi >= 0 {
		return (float64(s.hi)*(1<<64) + float64(s.lo)) / 1e6
	}
	lo, carry := bits.Add64(^s.lo, 1, 0)
	return -(float64(^s.hi+int64(carry))*(1<<64) + float64(lo)) / 1e6 //nolint:gosec // as above
}

func (s *sum) plus(o sum) {
	lo, carry := bits.Add64(s.lo, o.lo, 0)
	s.lo, s.hi = lo, s.hi+o.hi+int64(carry) //nolint:gosec // 0 or 1
}
