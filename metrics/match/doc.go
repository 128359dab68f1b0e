// Package match forms comparison groups: it pairs, stratifies or weights
// treated and untreated units so that their covariates look alike, checks
// every constraint on what it made, and measures the balance that results.
//
// Methods, option names and defaults follow MatchIt 4.7.2 (Ho, Imai, King and
// Stuart 2011, doi:10.18637/jss.v042.i08), whose results it reproduces; where
// MatchIt returns pairs that break a caliper, this package returns an error
// instead. A Frame holds the units, a Spec says what is wanted, Run makes a
// Result, and Result.Balance describes it.
//
// The package refuses outcomes: nothing here reads one. It refuses missing
// covariates, which the caller must impute or mark first, and it never drops a
// unit in silence: a unit without a match has the weight 0. Results depend on
// the data and the Spec alone, not on the number of processors.
package match
