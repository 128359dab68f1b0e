package match

// ArmSizes counts one arm's units.
type ArmSizes struct {
	All        int
	AllESS     float64 // effective size (Σw)²/Σw² under sampling weights (Kish 1965)
	Matched    int     // units of positive weight
	MatchedESS float64 // under matching and sampling weights
	Unmatched  int     // weight 0 without being discarded
	Discarded  int     // outside common support
}

// Sizes counts the units of both arms.
type Sizes struct{ Control, Treated ArmSizes }

func (r *Result) sizes(sampling, weights []float64) Sizes {
	var arms [2]ArmSizes
	var sums, squares [2][2]float64 // of sampling and of matching weights
	for i := range weights {
		arm := place(r.Treated[i])
		a := &arms[arm]
		a.All++
		a.Matched += place(weights[i] > 0)
		a.Discarded += place(r.Discarded[i])
		a.Unmatched += place(weights[i] == 0 && !r.Discarded[i])
		for k, w := range [2]float64{sampling[i], weights[i]} {
			sums[arm][k] += w
			squares[arm][k] += w * w
		}
	}
	for arm := range arms {
		arms[arm].AllESS = sums[arm][0] * sums[arm][0] / squares[arm][0]
		arms[arm].MatchedESS = sums[arm][1] * sums[arm][1] / squares[arm][1]
	}
	return Sizes{Control: arms[0], Treated: arms[1]}
}

// SubclassSize counts the units of one stratum.
type SubclassSize struct{ Control, Treated int }

// SubclassSizes counts the units of each stratum or pair, by number from 1; it
// is nil if the result has none.
func (r *Result) SubclassSizes() []SubclassSize {
	if r.Subclass == nil {
		return nil
	}
	out := make([]SubclassSize, maxOf(r.Subclass))
	for i, s := range r.Subclass {
		switch {
		case s == 0:
		case r.Treated[i]:
			out[s-1].Treated++
		default:
			out[s-1].Control++
		}
	}
	return out
}
