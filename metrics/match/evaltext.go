package match

import (
	"fmt"
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// compareText compares categories with a text or with other categories.
func compareText(e *expr, a, b value) (value, error) {
	read := func(v value) (func(int) string, int) {
		if v.cats != nil {
			return func(i int) string { return v.cats.levels[v.cats.codes[i]] }, v.cats.Len()
		}
		return func(int) string { return v.text }, 0
	}
	if a.nums != nil || b.nums != nil {
		return value{}, policy.Errorf(policy.Usage, "%s compares categories with numbers; put the category in quotes", e)
	}
	left, n := read(a)
	right, m := read(b)
	out := value{nums: make([]float64, max(n, m)), truth: true}
	for i := range out.nums {
		if a.cats != nil && a.cats.codes[i] < 0 || b.cats != nil && b.cats.codes[i] < 0 {
			out.nums[i] = math.NaN()
			continue
		}
		out.nums[i] = number((left(i) == right(i)) == (e.text == "=="))
	}
	return out, nil
}

// evalFactor makes categories of numbers, in ascending order.
func evalFactor(v value) value {
	if v.cats != nil || v.nums == nil {
		return v
	}
	sorted := distinct(v.nums)
	levels := make([]string, len(sorted))
	place := make(map[float64]int32, len(sorted))
	for i, x := range sorted {
		place[x] = index32(i)
		levels[i] = fmt.Sprintf("%.15g", x)
		if v.truth {
			levels[i] = []string{"FALSE", "TRUE"}[int(x)]
		}
	}
	codes := make([]int32, len(v.nums))
	for i, x := range v.nums {
		codes[i] = -1
		if k, ok := place[x]; ok {
			codes[i] = k
		}
	}
	return value{cats: &Column{codes: codes, levels: levels}}
}
