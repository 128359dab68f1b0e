package run

import (
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics/disclosure"
)

// hideSame hides rates whose numerator is the number of people of a figure that is
// hidden: the share of teachers who took part in a program tells of how many
// teachers its cost was made. Metrics are the same counts if, for some list of
// dimensions, all their numbers are equal.
func hideSame(of []disclosure.Metric, shown [][]disclosure.Shown) {
	counted := map[counts][]int{} // metrics by whom they count
	for i := range of {
		for c := range countsOf(&of[i], func(r *disclosure.MetricRow) float64 { return float64(r.People) }) {
			counted[c] = append(counted[c], i)
		}
	}
	for i := range of {
		if of[i].Kind != disclosure.MetricRate && of[i].Kind != disclosure.MetricShare {
			continue
		}
		same := map[int]bool{}
		for c := range countsOf(&of[i], func(r *disclosure.MetricRow) float64 { return r.Numerator }) {
			for _, j := range counted[c] {
				if i != j && of[i].Person == of[j].Person {
					same[j] = true
				}
			}
		}
		for _, j := range slices.Sorted(maps.Keys(same)) {
			hideWhere(of[i].Rows, shown[i], of[j].Rows, shown[j])
		}
	}
}

// counts are the numbers of one list of dimensions.
type counts struct {
	list string
	sum  uint64
}

// countsOf returns the numbers by list, those that are zero left out. Fewer than so
// many could be equal by chance.
func countsOf(m *disclosure.Metric, of func(*disclosure.MetricRow) float64) map[counts]bool {
	const enough = 5
	sums, rows := map[string]uint64{}, map[string]int{}
	for i := range m.Rows {
		r := &m.Rows[i]
		n := of(r)
		if n == 0 || math.IsNaN(n) {
			continue
		}
		var list strings.Builder
		for k, at := range r.At {
			if at != "" {
				list.WriteString(strconv.Itoa(k) + " ")
			}
		}
		list.WriteString(r.Breakdown)
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(place(r) + "\x1f" + strconv.FormatFloat(n, 'g', -1, 64)))
		sums[list.String()] += hash.Sum64()
		rows[list.String()]++
	}
	out := map[counts]bool{}
	for list, sum := range sums {
		if rows[list] >= enough {
			out[counts{list, sum}] = true
		}
	}
	return out
}

// place tells a row apart from others of its metric.
func place(r *disclosure.MetricRow) string {
	return strings.Join(r.At, "\x1f") + "\x1f" + r.Breakdown + "\x1f" + r.Category
}

// hideWhere hides what is shown of rows where the number of people of the same row
// of another metric is hidden.
func hideWhere(rows []disclosure.MetricRow, shown []disclosure.Shown, others []disclosure.MetricRow, theirs []disclosure.Shown) {
	hidden := map[string]disclosure.Shown{}
	for k := range others {
		if theirs[k].People == nil {
			hidden[place(&others[k])] = theirs[k]
		}
	}
	for k := range rows {
		if why, ok := hidden[place(&rows[k])]; ok && shown[k].Status != disclosure.Suppressed {
			shown[k] = disclosure.Shown{Status: disclosure.Suppressed, Rule: why.Rule, Text: why.Text, People: shown[k].People}
		}
	}
}
