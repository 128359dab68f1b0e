package opa

import (
	"cmp"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// unite puts grants of parts of a relation together, under the relation's name. A
// part that is not granted leaves no trace: the relation is what it would be if
// that part did not exist.
func (e *Engine) unite(grants map[string]*policy.Grant) {
	for _, d := range e.catalog { // in one order
		part, ok := grants[d.Name]
		if d.Union == "" || !ok {
			continue
		}
		delete(grants, d.Name)
		if !part.Allow {
			continue
		}
		if whole := grants[d.Union]; whole != nil {
			join(whole, part)
			continue
		}
		whole := *part
		whole.Dataset = d.Union
		grants[d.Union] = &whole
	}
}

// join adds a part to the whole. Parts have the same columns.
func join(whole, part *policy.Grant) {
	whole.View += " UNION ALL " + part.View
	whole.Parts = append(whole.Parts, part.Parts...)
	whole.MinimumCell = max(whole.MinimumCell, part.MinimumCell)
	for _, r := range part.Reasons {
		if !slices.Contains(whole.Reasons, r) {
			whole.Reasons = append(whole.Reasons, r)
		}
	}
	if _, all := whole.Rows.(policy.AllRows); all {
		whole.Rows = part.Rows // a filter on a part is one on the whole
	}
}

// named returns the dataset of a name. Of a relation with parts it is the first
// that is granted, by whose rules all are, or, if none is, the first.
func (s *session) named(name string) (found policy.Dataset, ok bool) {
	if d, ok := s.datasets[name]; ok {
		return d, true
	}
	for _, d := range s.catalog {
		if d.Union != name || d.Union == "" {
			continue
		}
		if _, granted := s.answer.Allowed[d.Name]; granted {
			return d, true
		}
		if !ok {
			found, ok = d, true
		}
	}
	return found, ok
}

// partOf is the table of a derived dataset behind its grant.
func partOf(d policy.Dataset, g *policy.Grant) policy.Part {
	p := policy.Part{Compartment: d.Compartment, Table: cmp.Or(d.Union, d.Name), View: g.View}
	for _, c := range g.Columns {
		if c.Mask.Kind != policy.Hide {
			p.Columns = append(p.Columns, c.Name)
		}
	}
	return p
}
