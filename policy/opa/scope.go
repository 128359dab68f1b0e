package opa

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa/view"
)

// answer is what data.weir.decision.answer says.
type answer struct {
	Refusal  string              `json:"refusal"`
	Purposes []policy.Purpose    `json:"purposes"`
	Acting   []policy.Role       `json:"acting"`
	Allowed  map[string]allowed  `json:"allowed"`
	Refused  map[string][]string `json:"refused"`
	Commands []string            `json:"commands"`
	Limits   limits              `json:"limits"`
}

// allowed is the answer on a dataset that is granted.
type allowed struct {
	Columns     map[string]policy.Mask `json:"columns"`
	Rows        []string               `json:"rows"`
	Figures     []policy.Aggregate     `json:"figures"`
	Why         []string               `json:"why"`
	MinimumCell int                    `json:"minimum_cell"`
}

// limits are limits as bundles write them.
type limits struct {
	Rows       int64 `json:"rows"`
	Seconds    int64 `json:"seconds"`
	Megabytes  int64 `json:"megabytes"`
	Statements int   `json:"statements"`
}

// Scope answers what a session may see. A request that policy refuses is no
// error: its scope grants nothing and says why.
func (e *Engine) Scope(ctx context.Context, r policy.Request) (*policy.Scope, error) {
	in := input(r)
	a, err := e.decide(ctx, in)
	if err != nil {
		return nil, err
	}
	s := &policy.Scope{
		Revision: e.Revision(),
		Acting:   a.Acting,
		Grants:   map[string]*policy.Grant{},
		Commands: a.Commands,
		Limits: policy.Limits{
			Rows:       a.Limits.Rows,
			Time:       time.Duration(a.Limits.Seconds) * time.Second,
			Memory:     a.Limits.Megabytes << 20,
			Statements: a.Limits.Statements,
		},
	}
	if a.Refusal != "" {
		s.Refusal = &policy.Refusal{Text: a.Refusal, Allowed: a.Purposes}
	}
	attached := map[string]bool{}
	for _, d := range e.catalog {
		g, compartments := e.grant(ctx, r, in, a, d)
		s.Grants[d.Name] = g
		for _, c := range compartments {
			attached[c] = true
		}
	}
	s.Compartments = slices.Sorted(maps.Keys(attached))
	return s, nil
}

// decide evaluates the decision.
func (e *Engine) decide(ctx context.Context, in map[string]any) (answer, error) {
	var a answer
	results, err := e.answer.Eval(ctx, rego.EvalInput(in))
	if err != nil {
		return a, fmt.Errorf("evaluate policy: %w", err)
	}
	if len(results) != 1 {
		return a, fmt.Errorf("evaluate policy: data.weir.decision.answer is undefined")
	}
	text, err := json.Marshal(results[0].Expressions[0].Value)
	if err == nil {
		err = unmarshal(text, &a)
	}
	if err != nil {
		return a, fmt.Errorf("evaluate policy: data.weir.decision.answer: %w", err)
	}
	return a, nil
}

// grant turns the answer on a dataset into a grant. A grant that cannot be
// rendered is refused as a whole.
func (e *Engine) grant(ctx context.Context, r policy.Request, in map[string]any, a answer, d policy.Dataset) (*policy.Grant, []string) {
	g := &policy.Grant{Dataset: d.Name}
	verdict, ok := a.Allowed[d.Name]
	if !ok {
		g.Reasons = e.reasons(a.Refused[d.Name])
		if len(g.Reasons) == 0 {
			g.Reasons = []policy.Reason{{Rule: "no rule grants it"}}
		}
		return g, nil
	}
	g.Reasons = e.reasons(verdict.Why)
	g.MinimumCell = verdict.MinimumCell
	compartments, err := e.render(ctx, r, in, verdict, d, g)
	if err != nil {
		refused := policy.Reason{Rule: "a grant cannot be rendered", Words: err.Error()}
		return &policy.Grant{Dataset: d.Name, Reasons: append(g.Reasons, refused)}, nil
	}
	g.Allow = true
	return g, compartments
}

// render fills in a grant's columns, rows and view.
func (e *Engine) render(ctx context.Context, r policy.Request, in map[string]any, verdict allowed, d policy.Dataset, g *policy.Grant) ([]string, error) {
	for _, c := range d.Columns {
		mask, ok := verdict.Columns[c.Name]
		if !ok {
			mask = policy.Mask{Kind: policy.Hide}
		}
		g.Columns = append(g.Columns, policy.GrantColumn{Name: c.Name, Mask: mask})
	}
	if len(verdict.Figures) > 0 {
		g.Aggregate = &verdict.Figures[0]
	}
	in = maps.Clone(in)
	in["dataset"], in["rules"] = d.Name, list(verdict.Rows)
	where, rego, err := e.condition(ctx, in)
	if err != nil {
		return nil, err
	}
	source := e.source(r, d)
	if g.Rows, err = source.Rows(where, rego); err != nil {
		return nil, err
	}
	var compartments []string
	g.View, compartments, err = source.Select(g, where)
	return compartments, err
}

// source is what a view of a dataset may refer to.
func (e *Engine) source(r policy.Request, d policy.Dataset) view.Source {
	s := view.Source{
		Dataset:   d,
		Period:    e.periods[d.Name],
		Relations: e.relations,
		Datasets:  e.datasets,
		StaffKey:  r.Principal.StaffKey,
	}
	if r.Agreement != nil && len(e.options.Secret) > 0 {
		mac := hmac.New(sha256.New, e.options.Secret)
		mac.Write([]byte("agreement " + r.Agreement.ID))
		s.Key = mac.Sum(nil)
	}
	return s
}
