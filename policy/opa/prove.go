package opa

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/weir-warehouse/weir/policy"
)

// Proof counts what Prove enumerated.
type Proof struct {
	Invariants   int `json:"invariants"`
	Sessions     int `json:"sessions"`     // role sets × purposes × with and without agreement
	Datasets     int `json:"datasets"`     // in the catalogue
	Columns      int `json:"columns"`      // in all datasets
	Combinations int `json:"combinations"` // sessions × columns
}

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

// prover evaluates the invariants: always those that come with Weir, and the
// bundle's own besides.
type prover struct {
	engine *Engine
	broken []rego.PreparedEvalQuery
	count  int
}

// Prove checks the invariants for every subset of roles, every purpose, with
// and without an agreement, over every dataset and column. It returns a
// *Counterexample for the first that breaks one.
func (e *Engine) Prove(ctx context.Context) (Proof, error) {
	p, err := newProver(ctx, e)
	if err != nil {
		return Proof{}, err
	}
	requests := sessions(e.catalog)
	columns := 0
	for _, d := range e.catalog {
		columns += len(d.Columns)
	}
	proof := Proof{
		Invariants: p.count, Sessions: len(requests), Datasets: len(e.catalog),
		Columns: columns, Combinations: len(requests) * columns,
	}
	return proof, p.all(ctx, requests)
}

// newProver prepares the invariants.
func newProver(ctx context.Context, e *Engine) (*prover, error) {
	builtIn, err := BuiltIn()
	if err != nil {
		return nil, err
	}
	p := &prover{engine: e}
	always, own := builtIn.invariants(), e.bundle.invariants()
	if err := p.add(ctx, always, builtIn.Origin); err != nil {
		return nil, err
	}
	if len(own) == 0 || maps.EqualFunc(always, own, (*ast.Module).Equal) {
		return p, nil
	}
	return p, p.add(ctx, own, e.Origin())
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
func (p *prover) add(ctx context.Context, modules map[string]*ast.Module, origin string) error {
	for _, m := range modules {
		for _, r := range m.Rules {
			if r.Ref().HasPrefix(ast.MustParseRef("data.invariants.broken")) {
				p.count++
			}
		}
	}
	compiler, err := compile(modules)
	if err != nil {
		return fmt.Errorf("compile the invariants of %s: %w", origin, err)
	}
	q, err := rego.New(
		rego.Compiler(compiler),
		rego.Store(store(map[string]any{"catalog": facts(p.engine.catalog, p.engine.periods)})),
		rego.StrictBuiltinErrors(true),
		rego.ParsedQuery(ast.MustParseBody("data.invariants.broken")),
	).PrepareForEval(ctx)
	if err != nil {
		return fmt.Errorf("prepare the invariants of %s: %w", origin, err)
	}
	p.broken = append(p.broken, q)
	return nil
}

// all checks every request, on all processors, and returns the first
// counterexample in the order of the requests.
func (p *prover) all(ctx context.Context, requests []policy.Request) error {
	failures := make([]error, len(requests))
	var next atomic.Int64 // requests are taken in order, so none before a failure is left out
	var failed atomic.Bool
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				if failures[i] = p.one(ctx, requests[i]); failures[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	workers.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// one checks one request.
func (p *prover) one(ctx context.Context, r policy.Request) error {
	scope, err := p.engine.Scope(ctx, r)
	if err != nil {
		return err
	}
	in := rego.EvalInput(testimony(r, scope))
	for _, q := range p.broken {
		results, err := q.Eval(ctx, in)
		if err != nil {
			return fmt.Errorf("evaluate the invariants: %w", err)
		}
		if len(results) != 1 {
			return fmt.Errorf("evaluate the invariants: data.invariants.broken is undefined")
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
