package run

import (
	"github.com/weir-warehouse/weir/metrics/disclosure"

	"math"
	"regexp"
	"strconv"
	"strings"
)

// published is what a reader gets of a cell.
type published struct {
	status                 disclosure.Status
	rule                   string
	words                  string
	value, low, high       *float64
	people, schools        *int64
	numerator, denominator *float64
}

const share = "share"

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

// rounded gives a value the digits that it is published with: whole per cents,
// whole units of money from a hundred on, and three significant digits.
func rounded(unit string, v float64) float64 {
	switch {
	case unit == share:
		return round(v, 2)
	case currency.MatchString(unit) && math.Abs(v) >= 100:
		return round(v, 0)
	case v == 0:
		return 0
	}
	return round(v, 2-int(math.Floor(math.Log10(math.Abs(v)))))
}

// round rounds to so many decimal places, by way of decimal digits, so that equal
// values are equal bits.
func round(v float64, places int) float64 {
	if places < 0 {
		scale := math.Pow10(-places)
		return math.Round(v/scale) * scale
	}
	out, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', places, 64), 64)
	if err != nil { // digits that were just written
		return v
	}
	return out + 0 // no negative zero
}

// words writes a value for readers.
func words(unit string, v float64) string {
	switch {
	case unit == share:
		return percent(v)
	case currency.MatchString(unit):
		places := 0
		if math.Abs(v) < 100 {
			places = 2
		}
		return grouped(strconv.FormatFloat(v, 'f', places, 64)) + " " + unit
	}
	return grouped(strconv.FormatFloat(rounded(unit, v), 'f', -1, 64)) + " " + unit
}

func percent(v float64) string { return strconv.FormatFloat(math.Round(100*v), 'f', -1, 64) + " %" }

// grouped puts commas between thousands.
func grouped(digits string) string {
	whole, rest, point := strings.Cut(digits, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + rest
	}
	return sign + whole
}
