package match

import (
	"math"
	"slices"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

func TestFill(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	f := frame(t,
		Numeric("treat", []float64{1, 0, 1, 0, 0}),
		Numeric("years", []float64{1, nan, 3, 11, math.Inf(1)}),
		Coded("level", []int32{0, 1, 1, -1, 1}, []string{"high", "middle"}),
		Numeric("never", []float64{nan, nan, nan, nan, nan}))
	for how, want := range map[Filling]struct {
		years float64
		level string
		added []string
	}{
		FillIndicator: {5, "(missing)", []string{"years.missing"}},
		FillMean:      {5, "middle", nil},
		FillMedian:    {3, "middle", nil},
	} {
		got, added, notes, err := f.Fill(how, "years", "level", "treat")
		if err != nil {
			t.Fatal(err)
		}
		years, level := got.cols[1].values, got.cols[2]
		if !slices.Equal(years, []float64{1, want.years, 3, 11, want.years}) || level.levels[level.codes[3]] != want.level {
			t.Errorf("%s gives %v and %s", how, years, level.levels[level.codes[3]])
		}
		if !slices.Equal(added, want.added) || len(notes) != 2 {
			t.Errorf("%s adds %v and notes %q", how, added, notes)
		}
		if added != nil && !slices.Equal(got.cols[4].values, []float64{0, 1, 0, 0, 1}) {
			t.Errorf("the indicator is %v", got.cols[4].values)
		}
	}
	if _, _, _, err := f.Fill(FillMean, "never"); policy.CodeOf(err) != policy.DataRefused {
		t.Errorf("error %v for a column without values", err)
	}
	if _, _, _, err := f.Fill("guess", "years"); policy.CodeOf(err) != policy.Usage {
		t.Errorf("error %v for a way that does not exist", err)
	}
}
