package stats

import (
	"cmp"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// Agreement is a coefficient of agreement or correlation with its interval.
type Agreement struct {
	Value     float64
	Low, High float64 // of the level asked for
	N         int     // units rated
}

// Pearson returns the correlation of x and y, with Fisher's interval at a level
// such as 0.95 (Fisher, Metron 1, 1921). Errors: a level outside (0, 1), fewer than four units, values
// that are not finite, or a variable that does not vary.
func Pearson(x, y []float64, level float64) (Agreement, error) {
	n := len(x)
	if err := cmp.Or(checkLevel(level), checkPair(x, y, 4)); err != nil {
		return Agreement{}, err
	}
	sx, sy := math.Sqrt(weightedVariance(x, nil)), math.Sqrt(weightedVariance(y, nil))
	if sx == 0 || sy == 0 {
		return Agreement{}, policy.Errorf(policy.DataRefused, "correlation: one of the variables has the same value for all %d units", n)
	}
	mx, my := weightedMean(x, nil), weightedMean(y, nil)
	var r float64
	for i := range x {
		r += (x[i] - mx) / sx * ((y[i] - my) / sy) / float64(n)
	}
	r = max(-1, min(1, r))
	reach := critical(math.Inf(1), level) / math.Sqrt(float64(n-3))
	return Agreement{Value: r, Low: math.Tanh(math.Atanh(r) - reach), High: math.Tanh(math.Atanh(r) + reach), N: n}, nil
}

// ICC21 returns the intraclass correlation ICC(2,1), absolute agreement of
// single raters drawn from many, of ratings[unit][rater], with its interval
// (Shrout and Fleiss, Psychological Bulletin 86, 1979; McGraw and Wong,
// Psychological Methods 1, 1996). Errors: a level outside (0, 1), fewer than two units or raters, a
// unit that not all have rated, or ratings that do not vary.
func ICC21(ratings [][]float64, level float64) (Agreement, error) {
	if err := checkLevel(level); err != nil {
		return Agreement{}, err
	}
	n := len(ratings)
	if n < 2 || len(ratings[0]) < 2 {
		return Agreement{}, policy.Errorf(policy.DataRefused, "intraclass correlation of %d units: it needs two, each rated by two", n)
	}
	k := len(ratings[0])
	var grand float64
	columns := make([]float64, k)
	for _, row := range ratings {
		if err := checkValues("rating", row, k); err != nil {
			return Agreement{}, err
		}
		for j, v := range row {
			columns[j] += v / float64(n)
			grand += v / float64(n*k)
		}
	}
	var units, raters, total float64
	for _, row := range ratings {
		d := weightedMean(row, nil) - grand
		units += float64(k) * d * d
		for _, v := range row {
			total += (v - grand) * (v - grand)
		}
	}
	for _, mean := range columns {
		raters += float64(n) * (mean - grand) * (mean - grand)
	}
	if total == 0 {
		return Agreement{}, policy.Errorf(policy.DataRefused, "intraclass correlation: all ratings of %d units are the same", n)
	}
	rest := max(0, total-units-raters)
	return icc21(float64(n), float64(k), units/float64(n-1), raters/float64(k-1), rest/float64((n-1)*(k-1)), level), nil
}

// icc21 works out coefficient and interval from the mean squares of units,
// raters and error.
func icc21(n, k, msr, msc, mse, level float64) Agreement {
	icc := (msr - mse) / (msr + (k-1)*mse + k*(msc-mse)/n)
	result := Agreement{Value: icc, Low: 1, High: 1, N: int(n)}
	if icc >= 1 {
		return result
	}
	a := k * icc / (n * (1 - icc)) * msc
	b := (1 + k*icc*(n-1)/(n*(1-icc))) * mse
	v := (a + b) * (a + b) / (a*a/(k-1) + b*b/((n-1)*(k-1)))
	p := (1 + level) / 2
	fl, fu := distuv.F{D1: n - 1, D2: v}.Quantile(p), distuv.F{D1: v, D2: n - 1}.Quantile(p)
	between := k*msc + (k*n-k-n)*mse
	result.Low = n * (msr - fl*mse) / (fl*between + n*msr)
	result.High = n * (fu*msr - mse) / (between + n*fu*msr)
	return result
}

// SpearmanBrown returns the reliability of the mean of so many ratings, visits
// say, of which one has the given reliability. With ICC21's it is ICC(2,k).
func SpearmanBrown(reliability, ratings float64) float64 {
	return ratings * reliability / (1 + (ratings-1)*reliability)
}

// QuadraticKappa returns Cohen's kappa of two raters' scores from low to high,
// with disagreement weighted by its square (Cohen, Psychological Bulletin 70,
// 1968), and its large-sample interval (Fleiss, Cohen and Everitt,
// Psychological Bulletin 72, 1969). Errors: a level outside (0, 1), fewer than
// two units, a score out of range, or both raters giving all units one and the same score.
func QuadraticKappa(a, b []int, low, high int, level float64) (Agreement, error) {
	if err := checkLevel(level); err != nil {
		return Agreement{}, err
	}
	k, n := high-low+1, len(a)
	if len(b) != n || n < 2 || k < 2 {
		return Agreement{}, policy.Errorf(policy.Usage, "kappa of %d and %d scores from %d to %d", n, len(b), low, high)
	}
	share := make([][]float64, k)
	rows, columns := make([]float64, k), make([]float64, k)
	for i := range share {
		share[i] = make([]float64, k)
	}
	for u := range a {
		i, j := a[u]-low, b[u]-low
		if i < 0 || i >= k || j < 0 || j >= k {
			return Agreement{}, policy.Errorf(policy.DataRefused, "kappa: a score of unit %d is not from %d to %d", u+1, low, high)
		}
		share[i][j] += 1 / float64(n)
		rows[i] += 1 / float64(n)
		columns[j] += 1 / float64(n)
	}
	kappa, se := weightedKappa(share, rows, columns, n)
	if math.IsNaN(kappa) {
		return Agreement{}, policy.Errorf(policy.DataRefused, "kappa: all scores of %d units are the same", n)
	}
	reach := critical(math.Inf(1), level) * se
	return Agreement{Value: kappa, Low: max(-1, kappa-reach), High: min(1, kappa+reach), N: n}, nil
}

// weightedKappa returns the coefficient and its standard error from the shares
// of units in each cell, row and column.
func weightedKappa(share [][]float64, rows, columns []float64, n int) (kappa, se float64) {
	k := len(rows)
	weight := func(i, j int) float64 {
		d := float64(i-j) / float64(k-1)
		return 1 - d*d
	}
	ofRow, ofColumn := make([]float64, k), make([]float64, k)
	var observed, expected float64
	for i := range k {
		for j := range k {
			ofRow[i] += weight(i, j) * columns[j]
			ofColumn[j] += weight(i, j) * rows[i]
			observed += weight(i, j) * share[i][j]
			expected += weight(i, j) * rows[i] * columns[j]
		}
	}
	kappa = (observed - expected) / (1 - expected)
	var sum float64
	for i := range k {
		for j := range k {
			d := weight(i, j) - (ofRow[i]+ofColumn[j])*(1-kappa)
			sum += share[i][j] * d * d
		}
	}
	center := kappa - expected*(1-kappa)
	return kappa, math.Sqrt(max(0, sum-center*center)/float64(n)) / (1 - expected)
}

// checkPair refuses two variables that are not of the same number, at least
// some, of finite values.
func checkPair(x, y []float64, least int) error {
	if len(x) < least {
		return policy.Errorf(policy.DataRefused, "correlation of %d units: it needs at least %d", len(x), least)
	}
	if err := checkValues("first variable", x, len(x)); err != nil {
		return err
	}
	return checkValues("second variable", y, len(x))
}
