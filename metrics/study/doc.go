// Package study joins matching and statistics into one comparison: from a
// frame of units, a specification of the match, outcomes and clusters to
// balance, effects with their uncertainty, and warnings that a methodologist
// would give.
//
// The outcome models and their standard errors are those that MatchIt's guide
// "Estimating effects after matching" advises (Greifer 2023); effect sizes
// follow the What Works Clearinghouse's Handbook 5.0.
//
// The package is pure: it reads no files and knows no warehouse. It refuses to
// hide a failure: an outcome model that cannot be fitted is a warning that says
// why, and units without an outcome are counted.
package study
