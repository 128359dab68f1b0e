package run

import (
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/disclosure"
)

// Rules are what protection turns on beside the values.
type Rules struct {
	Thresholds disclosure.Thresholds
	Revision   string               // of the policy that gives them
	Earlier    []disclosure.Release // of all snapshots that were published
}

// protect decides what is published of the cells.
func protect(cells []*cell, _ Rules) (disclosure.Release, error) {
	for _, c := range cells {
		if c.metric.Person == metrics.NoPerson {
			c.open()
		} else {
			c.shown = published{status: Suppressed, rule: string(disclosure.Withheld), words: "withheld"}
		}
	}
	return disclosure.Release{}, nil
}

// open publishes a cell that is about no people.
func (c *cell) open() {
	c.shown = published{status: Published, words: "no value"}
	if c.schools > 0 {
		c.shown.schools = &c.schools
	}
	c.estimate()
}

// estimate rounds a value that is not computed from what is shown.
func (c *cell) estimate() {
	if !c.value.Valid {
		return
	}
	v := rounded(c.metric.Unit, c.value.Float64)
	c.shown.value, c.shown.words = &v, words(c.metric.Unit, v)
	if c.low.Valid && c.high.Valid {
		low, high := rounded(c.metric.Unit, c.low.Float64), rounded(c.metric.Unit, c.high.Float64)
		c.shown.low, c.shown.high = &low, &high
	}
}
