package stats_test

import (
	"fmt"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// Twelve teachers of four schools, half of them coached, with a baseline score.
func ExampleGComputation() {
	coached := []float64{1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0}
	baseline := []float64{2.0, 2.5, 3.0, 2.2, 2.8, 3.1, 2.1, 2.4, 3.2, 2.3, 2.6, 2.9}
	score := []float64{2.9, 3.1, 3.6, 2.7, 3.4, 3.5, 2.3, 2.7, 3.3, 2.2, 2.9, 3.0}
	school := []int{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}
	study := stats.GComputation{
		Treatment:  coached,
		Covariates: stats.Design{Names: []string{"baseline"}, Columns: [][]float64{baseline}},
		Adjustment: stats.MainEffects,
		Variance:   stats.CR2,
		Clusters:   [][]int{school},
	}
	effect, err := study.Linear(score)
	if err != nil {
		fmt.Println(err)
		return
	}
	low, high := effect.Interval(0.95)
	fmt.Printf("%.2f points (%.2f to %.2f, %.1f degrees of freedom)\n", effect.Value, low, high, effect.DF)
	// Output: 0.45 points (0.02 to 0.88, 2.0 degrees of freedom)
}

// The propensity of two schools' teachers to be coached, where one covariate
// tells them apart.
func ExampleGLM() {
	experience := []float64{1, 3, 8, 12, 2, 7, 15, 4}
	pilot := []float64{1, 1, 0, 0, 0, 0, 0, 0}
	coached := []float64{1, 1, 1, 0, 0, 1, 0, 0}
	design := stats.Design{Names: []string{"experience", "pilot"}, Columns: [][]float64{experience, pilot}}.WithIntercept(8)
	fit, err := stats.GLM{Link: stats.Logit}.Fit(design, coached, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fit.Separation)
	// Output: covariates pilot predict the outcome perfectly for 2 rows, so their coefficients are infinite: coarsen or drop them, match exactly on them, or use a ridge penalty
}
