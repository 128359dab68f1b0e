package stats

import (
	"cmp"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// BenjaminiHochberg returns p-values of one family adjusted so that rejecting
// those at most q keeps the false discovery rate at q (Benjamini and Hochberg,
// JRSS B 57, 1995), in the order given. Errors: one is not in [0, 1].
func BenjaminiHochberg(p []float64) ([]float64, error) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, policy.Errorf(policy.Usage, "p-value %d of the family is %v, not from 0 to 1", i+1, v)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	adjusted := make([]float64, len(p))
	least := 1.0
	for rank, i := range order {
		least = math.Min(least, float64(len(p))/float64(len(p)-rank)*p[i])
		adjusted[i] = least
	}
	return adjusted, nil
}
