package disclosure

import "fmt"

// Method says how counts are rounded.
type Method string

// The methods of rounding.
const (
	Exact    Method = ""         // not at all
	Nearest  Method = "nearest"  // to the nearest multiple of the base, halves up
	Midpoint Method = "midpoint" // up to a multiple of the base, less half the base; zero stays zero
)

// Rounding is a method with its base. Midpoint with base 6 is OpenSAFELY's
// midpoint-6: ceil(x/6)*6 - 3.
type Rounding struct {
	Method Method `json:"method"`
	Base   int64  `json:"base"`
}

func (r Rounding) validate() error {
	switch r.Method {
	case Exact:
		return nil
	case Nearest:
		if r.Base >= 1 {
			return nil
		}
	case Midpoint:
		if r.Base >= 2 && r.Base%2 == 0 {
			return nil
		}
	default:
		return fmt.Errorf("rounding: method %q is neither %q nor %q", r.Method, Nearest, Midpoint)
	}
	return fmt.Errorf("rounding: base %d does not suit method %s", r.Base, r.Method)
}

// Round returns the count as it is shown. Counts are not negative.
func (r Rounding) Round(x int64) int64 {
	switch r.Method {
	case Nearest:
		return (x + r.Base/2) / r.Base * r.Base
	case Midpoint:
		if x > 0 {
			return (x+r.Base-1)/r.Base*r.Base - r.Base/2
		}
	case Exact:
	}
	return x
}

// Known returns all counts that are shown as the given one is.
func (r Rounding) Known(x int64) Range {
	shown := r.Round(x)
	switch r.Method {
	case Nearest:
		return Range{max(0, shown-r.Base/2), shown + (r.Base-1)/2}
	case Midpoint:
		if x > 0 {
			return Range{shown - r.Base/2 + 1, shown + r.Base/2}
		}
	case Exact:
	}
	return Range{x, x}
}

// band returns the band for a group of so many people, if there is one.
func band(bands []Band, people int64) (Band, bool) {
	var best Band
	for _, b := range bands {
		if people >= b.People && b.People > best.People {
			best = b
		}
	}
	return best, best.People > 0
}
