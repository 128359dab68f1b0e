package opa

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/weir-warehouse/weir/policy"
)

// Explanation says what a session may see of a dataset, or of one column, and
// why.
type Explanation struct {
	Revision  string               `json:"revision"`
	Principal string               `json:"principal"`
	Purpose   policy.Purpose       `json:"purpose"`
	Dataset   string               `json:"dataset"`
	Column    string               `json:"column,omitempty"`
	Refusal   *policy.Refusal      `json:"refusal,omitempty"` // of the purpose itself
	Allow     bool                 `json:"allow"`
	Reasons   []policy.Reason      `json:"reasons"`
	Extent    string               `json:"rows,omitempty"` // all, none or some
	RowRules  []policy.Reason      `json:"row_rules,omitempty"`
	Rego      []string             `json:"rego,omitempty"` // the row filter, any one of which suffices
	SQL       string               `json:"sql,omitempty"`  // the row filter
	Columns   []policy.GrantColumn `json:"columns,omitempty"`
	Aggregate *policy.Aggregate    `json:"aggregate,omitempty"`
	Minimum   int                  `json:"minimum_cell,omitempty"`
}

// Explain explains the verdict on a dataset, or with a column on that column.
func (e *Engine) Explain(ctx context.Context, r policy.Request, dataset, column string) (*Explanation, error) {
	s, err := e.session(ctx, r)
	if err != nil {
		return nil, err
	}
	d, ok := s.named(dataset)
	if !ok {
		return nil, policy.Errorf(policy.NotFound, "no dataset is called %s", dataset)
	}
	if _, ok := d.Column(column); column != "" && !ok {
		return nil, policy.Errorf(policy.NotFound, "%s has no column %s", dataset, column)
	}
	g, _ := s.grant(ctx, d)
	x := &Explanation{
		Revision: e.Revision(), Principal: r.Principal.ID, Purpose: r.Purpose,
		Dataset: dataset, Column: column, Refusal: s.refusal(), Allow: g.Allow, Reasons: g.Reasons,
	}
	if !g.Allow {
		return x, nil
	}
	x.Columns, x.Aggregate, x.Minimum = g.Columns, g.Aggregate, g.MinimumCell
	if column != "" {
		x.Columns = slices.DeleteFunc(x.Columns, func(c policy.GrantColumn) bool { return c.Name != column })
		x.Allow = x.Columns[0].Mask.Kind != policy.Hide
	}
	x.Extent = g.Rows.Extent()
	for _, rule := range s.answer.Allowed[d.Name].Rows {
		x.RowRules = append(x.RowRules, e.rowRules[rule]...)
	}
	return x, s.filterText(ctx, d, x)
}

// filterText writes the row filter with its values in it.
func (s *session) filterText(ctx context.Context, d policy.Dataset, x *Explanation) error {
	where, left, err := s.condition(ctx, d, s.answer.Allowed[d.Name].Rows)
	if err != nil {
		return fmt.Errorf("explain %s: %w", d.Name, err)
	}
	f, err := s.source(d).Condition(where)
	if err != nil {
		return fmt.Errorf("explain %s: %w", d.Name, err)
	}
	x.Rego, x.SQL = left, f.Inline()
	return nil
}

// rowRuleIndex finds where each row rule is written, by its name.
func rowRuleIndex(modules map[string]*ast.Module, titles map[string]policy.Reason) map[string][]policy.Reason {
	located := map[string]policy.Reason{}
	for _, reason := range titles {
		located[fmt.Sprintf("%s:%d", reason.File, reason.Line)] = reason
	}
	prefix := ast.MustParseRef("data.weir.rows")
	index := map[string][]policy.Reason{}
	for _, m := range modules {
		path := m.Package.Path
		if !path.HasPrefix(prefix) || len(path) != len(prefix)+1 {
			continue
		}
		name := string(path[len(path)-1].Value.(ast.String)) //nolint:errcheck,forcetypeassert // a package path below data is of strings
		for _, rule := range m.Rules {
			if rule.Head.Name != "include" {
				continue
			}
			file, line := relative(rule.Location.File), rule.Location.Row
			reason, ok := located[fmt.Sprintf("%s:%d", file, line)]
			if !ok {
				reason = policy.Reason{Rule: name, File: file, Line: line}
			}
			index[name] = append(index[name], reason)
		}
	}
	return index
}
