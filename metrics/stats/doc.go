// Package stats is the statistics that Weir's metrics and studies rest on:
// regression with errors that are robust to unequal variance and to clusters,
// effect sizes, sensitivity analyses, designs over time, and intervals for
// rates, means and agreement. Each follows a published definition, which its
// comment names, and is tested against reference results.
//
// It is pure: it reads no files, keeps no state, and draws random numbers only
// from a seed that it was given. The same input gives the same bits whatever
// the number of processors. It refuses data that is not finite instead of
// dropping rows: who leaves out a unit must do so openly, before calling.
package stats
