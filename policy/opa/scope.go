package opa

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa/view"
)

// session is a request in evaluation.
type session struct {
	*Engine
	request policy.Request
	input   ast.Object
	answer  answer
}

// Scope answers what a session may see. A request that policy refuses is no
// error: its scope grants nothing and says why. The invariants hold of every
// scope that is returned: a rule may depend on more than the proof goes through,
// such as a principal's name or the day. A breach is a *Counterexample.
func (e *Engine) Scope(ctx context.Context, r policy.Request) (*policy.Scope, error) {
	s, err := e.session(ctx, r)
	if err != nil {
		return nil, err
	}
	scope := &policy.Scope{
		Revision: e.Revision(),
		Acting:   s.answer.Acting,
		Grants:   map[string]*policy.Grant{},
		Commands: s.answer.Commands,
		Limits:   s.answer.Limits.policy(),
		Refusal:  s.refusal(),
	}
	attached := map[string]bool{}
	for _, d := range e.catalog {
		g, files := s.grant(ctx, d)
		scope.Grants[d.Name] = g
		for _, f := range files {
			attached[f] = true
		}
	}
	maps.DeleteFunc(attached, func(f string, _ bool) bool { // a part of what is attached as a whole
		whole := policy.Database(f)
		return whole != f && attached[whole]
	})
	scope.Compartments = slices.Sorted(maps.Keys(attached))
	if err := e.invariants.check(ctx, r, scope); err != nil {
		return nil, err
	}
	e.unite(scope.Grants)
	return scope, nil
}

// refusal is the answer's refusal of the session as a whole, or nil.
func (s *session) refusal() *policy.Refusal {
	if s.answer.Refusal == "" {
		return nil
	}
	return &policy.Refusal{Text: s.answer.Refusal, Allowed: s.answer.Purposes}
}

// session evaluates the decision for a request.
func (e *Engine) session(ctx context.Context, r policy.Request) (*session, error) {
	if r.On == "" || !r.On.Valid() {
		return nil, policy.Errorf(policy.Usage, "ask policy: %q is no day; without one nothing could expire", r.On)
	}
	if r.Study != nil && r.Purpose != policy.Research {
		return nil, policy.Errorf(policy.Usage, "ask policy: a study's purpose is %s, not %q", policy.Research, r.Purpose)
	}
	in, err := ast.InterfaceToValue(input(r))
	if err != nil {
		return nil, fmt.Errorf("evaluate policy: %w", err)
	}
	s := &session{Engine: e, request: r, input: in.(ast.Object)} //nolint:errcheck,forcetypeassert // input makes an object
	if s.answer, err = e.decide(ctx, in); err != nil {
		return nil, fmt.Errorf("evaluate policy: %w", err)
	}
	return s, nil
}

// grant turns the answer on a dataset into a grant, and lists the files that
// it reads. A grant that cannot be rendered is refused as a whole.
func (s *session) grant(ctx context.Context, d policy.Dataset) (*policy.Grant, []string) {
	verdict, ok := s.answer.Allowed[d.Name]
	if !ok {
		reasons := s.reasons(s.answer.Refused[d.Name])
		if len(reasons) == 0 {
			reasons = []policy.Reason{{Rule: "No rule grants it", Words: "What no rule grants is refused."}}
		}
		return &policy.Grant{Dataset: d.Name, Reasons: reasons}, nil
	}
	g := &policy.Grant{Dataset: d.Name, Allow: true, Reasons: s.reasons(verdict.Why), MinimumCell: verdict.MinimumCell}
	files, err := s.render(ctx, verdict, d, g)
	if err != nil {
		failed := policy.Reason{Rule: "A grant that cannot be rendered exactly is refused", Words: err.Error()}
		return &policy.Grant{Dataset: d.Name, Reasons: append(g.Reasons, failed)}, nil
	}
	return g, files
}

// render fills in a grant's columns, rows and view.
func (s *session) render(ctx context.Context, verdict allowed, d policy.Dataset, g *policy.Grant) ([]string, error) {
	for _, c := range d.Columns {
		granted := policy.GrantColumn{Name: c.Name, Mask: policy.Mask{Kind: policy.Hide}}
		if v, ok := verdict.Columns[c.Name]; ok {
			granted.Mask, granted.Reasons = v.Mask, s.reasons(v.Why)
		}
		g.Columns = append(g.Columns, granted)
	}
	if len(verdict.Figures) > 0 {
		g.Aggregate = &verdict.Figures[0]
	}
	where, left, err := s.condition(ctx, d, verdict.Rows)
	if err != nil {
		return nil, err
	}
	source := s.source(d)
	if g.Rows, err = source.Rows(where, left); err != nil {
		return nil, err
	}
	var files []string
	if g.View, files, err = source.Select(g, where); err != nil {
		return nil, err
	}
	if d.Derived {
		g.Parts = []policy.Part{partOf(d, g)}
	}
	return files, nil
}

// source is what a view of a dataset may refer to.
func (s *session) source(d policy.Dataset) view.Source {
	source := view.Source{
		Dataset:   d,
		Period:    s.periods[d.Name],
		Relations: s.relations,
		Datasets:  s.datasets,
		StaffKey:  s.request.Principal.StaffKey,
	}
	if a := s.request.Agreement; a != nil && len(s.options.Secret) > 0 {
		mac := hmac.New(sha256.New, s.options.Secret)
		mac.Write([]byte("agreement " + a.ID))
		source.Key = mac.Sum(nil)
	}
	return source
}
