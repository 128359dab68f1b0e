package suggest

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
)

// The notations of numbers.
var (
	plainNumber   = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
	groupedNumber = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
	commaNumber   = regexp.MustCompile(`^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$`)
)

// judgeNumber finds the notation in which most values are numbers within the
// column's bounds; the simplest one of those that do equally well.
func judgeNumber(p *profile, col *contract.Column) verdict {
	within := bounds(col)
	notations := []struct {
		decimal string
		number  func(string) bool
		plain   *strings.Replacer
	}{
		{"", plainNumber.MatchString, strings.NewReplacer()},
		{".", func(v string) bool { return plainNumber.MatchString(v) || groupedNumber.MatchString(v) }, strings.NewReplacer(",", "")},
		{",", commaNumber.MatchString, strings.NewReplacer(".", "", ",", ".")},
	}
	var best verdict
	for _, n := range notations {
		fit := p.share(func(v string) bool { return n.number(v) && within(n.plain.Replace(v)) })
		if fit > best.fit {
			best = verdict{fit: fit, decimal: n.decimal}
		}
	}
	return best
}

// bounds returns a test of plain numbers.
func bounds(col *contract.Column) func(string) bool {
	low, lowErr := strconv.ParseFloat(col.Minimum, 64)
	high, highErr := strconv.ParseFloat(col.Maximum, 64)
	return func(text string) bool {
		v, err := strconv.ParseFloat(text, 64)
		whole := col.LogicalType != "integer" || v == float64(int64(v))
		return err == nil && whole && (lowErr != nil || v >= low) && (highErr != nil || v <= high)
	}
}
