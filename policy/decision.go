package policy

import (
	"maps"
	"slices"
)

// Decision is the verdict on one statement of a session, as the audit log
// records it.
type Decision struct {
	Allow    bool
	Reasons  []Reason // of each dataset touched, or only of those refused
	Datasets []string
	Columns  []string // touched, as dataset.column
	Masked   []string // those of Columns that a mask changes
}

// Decide decides on a statement that touches columns of datasets. It is
// refused when any dataset is, or any column is hidden or unknown.
func (s *Scope) Decide(touched map[string][]string) Decision {
	d := Decision{Allow: s.Refusal == nil}
	var granted, refused []Reason
	for _, name := range slices.Sorted(maps.Keys(touched)) {
		d.Datasets = append(d.Datasets, name)
		g := s.Grants[name]
		if g == nil || !g.Allow {
			d.Allow = false
			refused = append(refused, g.refusal()...)
			continue
		}
		granted = append(granted, g.Reasons...)
		for _, column := range slices.Sorted(slices.Values(touched[name])) {
			d.touch(g, column)
		}
	}
	d.Reasons = granted
	if !d.Allow {
		d.Reasons = refused
	}
	return d
}

// touch adds a column of a granted dataset to the decision.
func (d *Decision) touch(g *Grant, name string) {
	full := g.Dataset + "." + name
	d.Columns = append(d.Columns, full)
	switch g.mask(name) {
	case Hide:
		d.Allow = false
	case Show:
	case Null, Hash, Truncate, Band, Generalise:
		d.Masked = append(d.Masked, full)
	}
}

// mask returns the kind of mask of a column as clients name it. Figures are
// shown as they are; what does not exist is hidden.
func (g *Grant) mask(name string) MaskKind {
	if a := g.Aggregate; a != nil {
		if name == a.Count || slices.Contains(a.By, name) || slices.ContainsFunc(a.Means, func(c string) bool { return MeanPrefix+c == name }) {
			return Show
		}
		return Hide
	}
	i := slices.IndexFunc(g.Columns, func(c GrantColumn) bool { return c.Name == name })
	if i < 0 {
		return Hide
	}
	return g.Columns[i].Mask.Kind
}

// refusal returns why a dataset is refused; one that is unknown has no reason.
func (g *Grant) refusal() []Reason {
	if g == nil {
		return nil
	}
	return g.Reasons
}
