package httpdoor

import (
	"slices"
	"strings"
)

// Metric is the definition of a metric that the home has.
type Metric struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Question   string   `json:"question"`   // that it answers
	Definition string   `json:"definition"` // in words
	Unit       string   `json:"unit"`
	Direction  string   `json:"direction"` // which way is better
	Dimensions []string `json:"dimensions"`
	Source     string   `json:"source"` // of the idea
	Mart       string   `json:"mart"`   // dataset with its values
}

// metrics answers with the metrics whose values the asker may see, by id. The
// name of another one could tell what is measured of whom.
func (c *call) metrics() error {
	_, limit, after, err := c.page()
	if err != nil {
		return err
	}
	scope, err := c.scopeOf()
	if err != nil {
		return err
	}
	var known []Metric
	if c.Definitions != nil {
		if known, err = c.Definitions(c.r.Context()); err != nil {
			return err
		}
	}
	var out []Metric
	for _, m := range known {
		if g := scope.Grants[m.Mart]; g != nil && g.Allow && m.ID > after {
			m.Dimensions = append([]string{}, m.Dimensions...)
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Metric) int { return strings.Compare(a.ID, b.ID) })
	return c.answer(pageOf(out, limit, func(m Metric) string { return m.ID }))
}
