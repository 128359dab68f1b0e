package opa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/weir-warehouse/weir/policy"
)

// Counterexample is a session under which a bundle breaks an invariant.
type Counterexample struct {
	Invariant string         `json:"invariant"`
	Dataset   string         `json:"dataset,omitempty"`
	Column    string         `json:"column,omitempty"`
	Roles     []policy.Role  `json:"roles"`
	Purpose   policy.Purpose `json:"purpose"`
	Agreement bool           `json:"agreement"`
}

// Error describes the counterexample.
func (c *Counterexample) Error() string {
	roles := make([]string, len(c.Roles))
	for i, r := range c.Roles {
		roles[i] = string(r)
	}
	what := c.Dataset
	if c.Column != "" {
		what += "." + c.Column
	}
	with := "without an agreement"
	if c.Agreement {
		with = "with an agreement"
	}
	return fmt.Sprintf("invariant broken: %s: roles {%s}, purpose %s, %s: %s",
		c.Invariant, strings.Join(roles, ", "), c.Purpose, with, what)
}

// invariants are what must hold of every scope: those that come with Weir, and
// the bundle's own besides.
type invariants struct {
	broken []rego.PreparedEvalQuery
	count  int
}

// newInvariants prepares the invariants that bind a bundle.
func newInvariants(ctx context.Context, b *Bundle, catalog map[string]any) (invariants, error) {
	var out invariants
	builtIn, err := BuiltIn()
	if err != nil {
		return out, err
	}
	always, own := builtIn.invariants(), b.invariants()
	if err := out.add(ctx, always, catalog); err != nil {
		return out, fmt.Errorf("invariants of %s: %w", builtIn.Origin, err)
	}
	if len(own) == 0 || maps.EqualFunc(always, own, (*ast.Module).Equal) {
		return out, nil
	}
	if err := out.add(ctx, own, catalog); err != nil {
		return out, fmt.Errorf("invariants of %s: %w", b.Origin, err)
	}
	return out, nil
}

// invariants returns the modules of a bundle that say what must hold.
func (b *Bundle) invariants() map[string]*ast.Module {
	out := map[string]*ast.Module{}
	for path, m := range b.modules {
		if m.Package.Path.HasPrefix(ast.MustParseRef("data.invariants")) {
			out[path] = m
		}
	}
	return out
}

// add prepares one set of invariants.
func (i *invariants) add(ctx context.Context, modules map[string]*ast.Module, catalog map[string]any) error {
	for _, m := range modules {
		for _, r := range m.Rules {
			if r.Ref().HasPrefix(ast.MustParseRef("data.invariants.broken")) {
				i.count++
			}
		}
	}
	compiler, err := compile(modules)
	if err != nil {
		return err
	}
	q, err := rego.New(
		rego.Compiler(compiler),
		rego.Store(store(map[string]any{"catalog": catalog})),
		rego.StrictBuiltinErrors(true),
		rego.ParsedQuery(ast.MustParseBody("data.invariants.broken")),
	).PrepareForEval(ctx)
	if err != nil {
		return err
	}
	i.broken = append(i.broken, q)
	return nil
}

// check returns a *Counterexample when a scope breaks an invariant.
func (i *invariants) check(ctx context.Context, r policy.Request, s *policy.Scope) error {
	in, err := ast.InterfaceToValue(testimony(r, s))
	if err != nil {
		return fmt.Errorf("evaluate the invariants: %w", err)
	}
	for _, q := range i.broken {
		results, err := q.Eval(ctx, rego.EvalParsedInput(in))
		if err != nil {
			return fmt.Errorf("evaluate the invariants: %w", err)
		}
		if len(results) != 1 {
			return errors.New("evaluate the invariants: data.invariants.broken is undefined")
		}
		if err := counterexample(r, results[0].Expressions[0].Value); err != nil {
			return err
		}
	}
	return nil
}

// counterexample returns a breach, or nil when there is none.
func counterexample(r policy.Request, broken any) error {
	text, err := json.Marshal(broken)
	if err != nil {
		return fmt.Errorf("read the broken invariants: %w", err)
	}
	var breaches []*Counterexample
	if err := unmarshal(text, &breaches); err != nil {
		return fmt.Errorf("read the broken invariants: %w", err)
	}
	if len(breaches) == 0 {
		return nil
	}
	c := breaches[0]
	if i := slices.IndexFunc(breaches, func(b *Counterexample) bool { return b.Column != "" }); i >= 0 {
		c = breaches[i] // the most particular
	}
	c.Roles, c.Purpose, c.Agreement = r.Principal.Roles, r.Purpose, r.Agreement != nil
	return c
}
