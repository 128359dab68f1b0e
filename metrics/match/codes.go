package match

import "slices"

// codesOf numbers the distinct values of a column from 0.
func codesOf(c Column) []int32 {
	if !c.Numeric() {
		return c.codes
	}
	place := make(map[float64]int32)
	codes := make([]int32, len(c.values))
	for i, x := range c.values {
		k, ok := place[x]
		if !ok {
			k = index32(len(place))
			place[x] = k
		}
		codes[i] = k
	}
	return codes
}

// combine numbers the distinct combinations of codes from 0, in order of
// appearance. It returns nil for no codes.
func combine(lists ...[]int32) []int32 {
	var out []int32
	for _, codes := range lists {
		place := make(map[[2]int32]int32)
		next := make([]int32, len(codes))
		for i, c := range codes {
			key := [2]int32{0, c}
			if out != nil {
				key[0] = out[i]
			}
			k, ok := place[key]
			if !ok {
				k = index32(len(place))
				place[key] = k
			}
			next[i] = k
		}
		out = next
	}
	return out
}

// bothArms renumbers the cells from 1 that have units of both arms, in the
// order in which units of the first unit's arm enter them; the others get 0.
func bothArms(cells []int32, arm []bool) []int32 {
	has := make([][2]bool, slices.Max(cells)+1)
	for i, c := range cells {
		has[c][place(arm[i])] = true
	}
	number := make([]int32, len(has))
	var last int32
	for i, c := range cells {
		if arm[i] == arm[0] && number[c] == 0 && has[c][0] && has[c][1] {
			last++
			number[c] = last
		}
	}
	out := make([]int32, len(cells))
	for i, c := range cells {
		out[i] = number[c]
	}
	return out
}

// place is 1 for true, the second arm.
func place(b bool) int {
	if b {
		return 1
	}
	return 0
}
