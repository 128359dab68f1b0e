package match_test

import (
	"fmt"

	"github.com/weir-warehouse/weir/metrics/match"
)

// Four teachers who were coached are matched to others of the same level with
// like experience.
func Example() {
	units, err := match.NewFrame(
		match.Logical("coached", []bool{true, true, true, true, false, false, false, false, false, false}),
		match.Numeric("years", []float64{2, 5, 9, 14, 1, 3, 6, 8, 15, 30}),
		match.Categorical("level", []string{"high", "middle", "high", "middle", "high", "high", "middle", "high", "middle", "middle"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := match.Run(units, match.Spec{
		Formula:  "coached ~ years + level",
		Distance: match.ColumnDistance("years"),
		Exact:    "~ level",
		Calipers: []match.Caliper{{Variable: "years", Width: 3, Raw: true}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, t := range r.Pairs.Focal {
		fmt.Println("row", t, "with", r.Pairs.Of(i))
	}
	b, err := r.Balance(units, match.BalanceOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range b.Matched[1:] { // the score comes first
		fmt.Printf("%-12s %6.2f %6.2f %s\n", row.Name, row.MeanTreated, row.MeanControl, row.Category)
	}
	// Output:
	// row 0 with [4]
	// row 1 with [6]
	// row 2 with [7]
	// row 3 with [8]
	// years          7.50   7.50 satisfied
	// levelhigh      0.50   0.50 satisfied
	// levelmiddle    0.50   0.50 satisfied
}
