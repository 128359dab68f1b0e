package stats

import "testing"

// Reference: NIST Statistical Reference Datasets, Longley (high collinearity),
// certified values. Tolerance 1e-9 relative, beyond which lie the data's own digits.
func TestLongley(t *testing.T) {
	t.Parallel()
	columns := [][]float64{
		{83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9},
		{234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601, 518173, 554894},
		{2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007},
		{1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827},
		{107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368, 127852, 130081},
		{1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961, 1962},
	}
	y := []float64{60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551}
	names := []string{"deflator", "gnp", "unemployed", "armed", "population", "year"}
	fit, err := LeastSquares(Design{Names: names, Columns: columns}.WithIntercept(16), y, nil)
	if err != nil {
		t.Fatal(err)
	}
	covariance, err := fit.Covariance(Classical)
	if err != nil {
		t.Fatal(err)
	}
	for j, certified := range [][2]float64{
		{-3482258.63459582, 890420.383607373},
		{15.0618722713733, 84.9149257747669},
		{-0.0358191792925910, 0.0334910077722432},
		{-2.02022980381683, 0.488399681651699},
		{-1.03322686717359, 0.214274163161675},
		{-0.0511041056535807, 0.226073200069370},
		{1829.15146461355, 455.478499142212},
	} {
		got, err := covariance.Coefficient(fit.Names[j])
		if err != nil {
			t.Fatal(err)
		}
		relative(t, fit.Names[j], got.Value, certified[0], 1e-9)
		relative(t, fit.Names[j]+" error", got.SE, certified[1], 1e-9)
	}
	relative(t, "sigma", fit.Sigma, 304.854073561965, 1e-10)
	relative(t, "R squared", fit.RSquared, 0.995479004577296, 1e-12)
}

// A calendar year and its square are all but collinear, yet lm keeps both, and
// so must we; with the cube it is aliased, as lm has it. The fit is that of
// the year counted from 2005.
func TestNearCollinearity(t *testing.T) {
	t.Parallel()
	data := readTable(t, "mpdta.csv")
	y, year := data.numbers(t, "lemp"), data.numbers(t, "year")
	design := func(from float64) Design {
		columns := make([][]float64, 3)
		for _, v := range year {
			x := v - from
			columns[0], columns[1], columns[2] = append(columns[0], x), append(columns[1], x*x), append(columns[2], x*x*x)
		}
		return Design{[]string{"year", "square", "cube"}, columns}.WithIntercept(len(y))
	}
	raw, counted := design(0), design(2005)
	cube, err := LeastSquares(raw, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !cube.Aliased[3] || cube.Aliased[2] {
		t.Errorf("aliased: %v", cube.Aliased)
	}
	for _, d := range []*Design{&raw, &counted} {
		d.Names, d.Columns = d.Names[:3], d.Columns[:3]
	}
	got, err := LeastSquares(raw, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := LeastSquares(counted, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "square", got.Coefficients[2], want.Coefficients[2], 1e-5)
	for i := range y {
		near(t, "fitted", got.Fitted[i], want.Fitted[i], 1e-8)
	}
}
