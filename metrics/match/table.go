package match

// BalanceOptions says what a balance table shows beyond means, differences,
// variance ratios and distribution functions of each covariate.
type BalanceOptions struct {
	Interactions bool   // also squares and products of all covariates
	Extra        string // further variables, as ~ log(age) + educ
	PairDistance bool   // also distances within pairs or strata
	Subclasses   bool   // also a table for each stratum
	Clusters     string // also a table for each value of this column
}

// Row describes one covariate, or one level of a category, in both arms. A
// number that does not exist is NaN.
type Row struct {
	Name        string
	MeanTreated float64
	MeanControl float64
	// SMD is the difference of means over the standard deviation that the
	// unmatched units of the estimand's arm have; for the ATE, the root of the
	// mean of both arms' variances. As in MatchIt, a difference below 1.5e-8
	// stays as it is, and so does then the pair distance.
	SMD           float64
	VarianceRatio float64 // treated over control; NaN for a variable of 0 and 1
	ECDFMean      float64 // mean absolute difference of distribution functions over distinct values
	ECDFMax       float64 // greatest: the Kolmogorov–Smirnov distance
	PairDistance  float64 // mean absolute difference within pairs or strata, over SMD's divisor
	G             float64 // effect size by the rules of the What Works Clearinghouse; NaN for the score
	Category      Category
}

// Table is a balance table; the score, if there is one, comes first.
type Table []Row

// Balance describes how alike the arms are.
type Balance struct {
	All        Table // before matching
	Matched    Table
	Subclasses []Table // by number from 1
	Clusters   []ClusterBalance
	Sizes      Sizes
}

// ClusterBalance is the balance of the matched units within one cluster. SMD
// is over the divisor of the whole sample. A cluster without matched units of
// both arms has an empty table.
type ClusterBalance struct {
	Cluster string
	Table   Table
}
