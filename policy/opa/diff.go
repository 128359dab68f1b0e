package opa

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Change is something that a role gains, loses or sees otherwise under another
// policy.
type Change struct {
	Role      policy.Role    `json:"role"`
	Purpose   policy.Purpose `json:"purpose"`
	Agreement bool           `json:"agreement"` // with an agreement over everything
	Kind      ChangeKind     `json:"kind"`
	Dataset   string         `json:"dataset"`
	Column    string         `json:"column,omitempty"` // empty: the dataset, or its rows
	Before    string         `json:"before,omitempty"` // mask, or row filter
	After     string         `json:"after,omitempty"`
}

// ChangeKind is what a change is to the role.
type ChangeKind string

// The kinds of change.
const (
	Gains   ChangeKind = "gains"
	Loses   ChangeKind = "loses"
	Differs ChangeKind = "differs"
)

// Diff lists what each role, by itself, gains and loses from one policy to
// another, for each purpose, with and without an agreement.
func Diff(ctx context.Context, before, after *Engine) ([]Change, error) {
	var out []Change
	for _, r := range sessions(after.catalog) {
		if len(r.Principal.Roles) != 1 {
			continue
		}
		old, err := before.Scope(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("compare policies: %w", err)
		}
		next, err := after.Scope(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("compare policies: %w", err)
		}
		names := map[string]bool{}
		for name := range old.Grants {
			names[name] = true
		}
		for name := range next.Grants {
			names[name] = true
		}
		at := Change{Role: r.Principal.Roles[0], Purpose: r.Purpose, Agreement: r.Agreement != nil}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			at.Dataset = name
			changes, err := compareGrants(at, old.Grants[name], next.Grants[name])
			if err != nil {
				return nil, fmt.Errorf("compare policies: %w", err)
			}
			out = append(out, changes...)
		}
	}
	return out, nil
}

// compareGrants lists the changes to one dataset.
func compareGrants(at Change, before, after *policy.Grant) ([]Change, error) {
	had, has := before != nil && before.Allow, after != nil && after.Allow
	switch {
	case !had && !has:
		return nil, nil
	case !had:
		return []Change{at.of("", Gains, "", "")}, nil
	case !has:
		return []Change{at.of("", Loses, "", "")}, nil
	}
	var out []Change
	old, next := rowsText(before), rowsText(after)
	if old != next {
		out = append(out, at.of("", Differs, old, next))
	}
	masks, order, err := masksOf(before, after)
	if err != nil {
		return nil, err
	}
	for _, name := range order {
		was, is := masks[name][0], masks[name][1]
		switch {
		case was == is:
		case was == "":
			out = append(out, at.of(name, Gains, "", is))
		case is == "":
			out = append(out, at.of(name, Loses, was, ""))
		default:
			out = append(out, at.of(name, Differs, was, is))
		}
	}
	return out, nil
}

// of returns the change with its particulars.
func (c Change) of(column string, kind ChangeKind, before, after string) Change {
	c.Column, c.Kind, c.Before, c.After = column, kind, before, after
	return c
}

// rowsText says which rows a grant shows, and how many people must be behind a
// figure.
func rowsText(g *policy.Grant) string {
	rows := g.Rows.Extent()
	if where, ok := g.Rows.(policy.RowsWhere); ok {
		rows = fmt.Sprintf("%s %q", where.SQL, where.Args)
	}
	if a := g.Aggregate; a != nil {
		rows += fmt.Sprintf("; only means of %s by %s over at least %d people", a.Means, a.By, a.Minimum)
	}
	return fmt.Sprintf("%s; minimum cell %d", rows, g.MinimumCell)
}

// masksOf returns each column's mask before and after, empty when it is
// hidden, and the columns' names in order.
func masksOf(grants ...*policy.Grant) (masks map[string][2]string, order []string, err error) {
	masks = map[string][2]string{}
	for i, g := range grants {
		for _, c := range g.Columns {
			if c.Mask.Kind == policy.Hide {
				continue
			}
			text, err := json.Marshal(c.Mask)
			if err != nil {
				return nil, nil, fmt.Errorf("column %s: %w", c.Name, err)
			}
			pair := masks[c.Name]
			pair[i] = string(text)
			masks[c.Name] = pair
		}
	}
	return masks, slices.Sorted(maps.Keys(masks)), nil
}
