package stats

// LeaveOneOut computes a statistic once for each block (school, pair) with that
// block's rows left out, and returns the values by block, in the order in which
// codes first appear, beside those codes. It shows whether one block decides a
// result. The statistic must not write to what runs share, since it runs on all
// processors. Errors: the first that the statistic returns.
func LeaveOneOut(blocks []int, statistic func(rows []int) (float64, error)) (codes []int, values []float64, err error) {
	groups := group(blocks, nil)
	codes, values = make([]int, len(groups)), make([]float64, len(groups))
	errs := make([]error, len(groups))
	inParallel(len(groups), func(g int) {
		codes[g] = blocks[groups[g][0]]
		var rows []int
		for i, code := range blocks {
			if code != codes[g] {
				rows = append(rows, i)
			}
		}
		values[g], errs[g] = statistic(rows)
	})
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	return codes, values, nil
}
