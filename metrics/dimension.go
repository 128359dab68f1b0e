package metrics

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics/method"
)

// breakdown is the dimension for whatever has no column of its own.
const breakdown = "breakdown"

// dimensionWords lists the dimensions as metric.yaml names them: a column's name
// without _id.
func dimensionWords() []string {
	out := make([]string, 0, len(method.Dimensions)+1)
	for _, c := range method.Dimensions {
		out = append(out, strings.TrimSuffix(c, "_id"))
	}
	return append(out, breakdown)
}

// dimensionColumn returns the column that a word stands for; breakdown stands
// for itself.
func dimensionColumn(word string) (string, bool) {
	i := slices.Index(dimensionWords(), word)
	switch {
	case i < 0:
		return word, false
	case word == breakdown:
		return breakdown, true
	}
	return method.Dimensions[i], true
}

func methodNames() []string { return slices.Sorted(maps.Keys(method.All())) }

func itoa(i int) string { return strconv.Itoa(i) }
