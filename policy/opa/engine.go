package opa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/policy"
)

// Options are the settings of an engine.
type Options struct {
	// Secret is the warehouse's own, from which each agreement's key for hashed
	// columns comes. Without it datasets with hashed columns are refused.
	Secret []byte
	// Proven reports whether this program has proved a bundle over a catalogue
	// before, by ProofKey. The proof is then not repeated. Nil: always prove.
	Proven func(key string) bool
}

// Engine is a loaded bundle over a catalogue. It is immutable and safe for
// concurrent use.
type Engine struct {
	bundle     *Bundle
	options    Options
	catalog    []policy.Dataset
	datasets   map[string]policy.Dataset
	relations  map[string]policy.Relation
	periods    map[string]policy.Period
	thresholds disclosure.Thresholds
	rules      map[string]policy.Reason   // by title
	rowRules   map[string][]policy.Reason // by name
	answer     rego.PreparedEvalQuery
	filter     rego.PreparedPartialQuery
	unknowns   []*ast.Term // what partial evaluation does not know
	proof      string      // see ProofKey
	invariants invariants
}

// New loads a bundle over a catalogue, and refuses one that does not compile, that
// breaks an invariant, or whose thresholds make no sense.
func New(ctx context.Context, b *Bundle, catalog []policy.Dataset, o Options) (*Engine, error) {
	e, err := compileOnly(ctx, b, catalog, o)
	if err != nil {
		return nil, err
	}
	if e.thresholds, err = b.Thresholds(); err != nil {
		return nil, err
	}
	if o.Proven != nil && o.Proven(e.ProofKey()) {
		return e, nil
	}
	if _, err := e.Prove(ctx); err != nil {
		return nil, fmt.Errorf("policy bundle %s is refused: %w", b.Origin, err)
	}
	return e, nil
}

// compileOnly loads a bundle without proving it.
func compileOnly(ctx context.Context, b *Bundle, catalog []policy.Dataset, o Options) (*Engine, error) {
	e := &Engine{
		bundle: b, options: o, catalog: catalog,
		datasets: map[string]policy.Dataset{}, unknowns: unknowns(),
	}
	for _, d := range catalog {
		e.datasets[d.Name] = d
	}
	if err := b.decode("weir.config.relations", &e.relations); err != nil {
		return nil, err
	}
	if err := b.decode("weir.config.periods", &e.periods); err != nil {
		return nil, err
	}
	compiler, err := compile(b.modules)
	if err != nil {
		return nil, fmt.Errorf("compile policy bundle %s: %w", b.Origin, err)
	}
	e.rules = ruleIndex(compiler)
	e.rowRules = rowRuleIndex(b.modules, e.rules)
	known := facts(catalog, e.periods)
	if e.proof, err = proofKey(b, known); err != nil {
		return nil, err
	}
	if e.invariants, err = newInvariants(ctx, b, known); err != nil {
		return nil, err
	}
	return e, e.prepare(ctx, compiler, known)
}

// prepare prepares the questions that the engine asks of a compiled bundle.
func (e *Engine) prepare(ctx context.Context, compiler *ast.Compiler, known map[string]any) error {
	b := e.bundle
	data := map[string]any{"catalog": known}
	for key, value := range b.data {
		if key == "catalog" {
			return fmt.Errorf("policy bundle %s: data.catalog is the warehouse's own", b.Origin)
		}
		data[key] = value
	}
	common := []func(*rego.Rego){
		rego.Compiler(compiler),
		rego.Store(store(data)),
		rego.StrictBuiltinErrors(true),
	}
	var err error
	e.answer, err = rego.New(append(common, rego.ParsedQuery(ast.MustParseBody("data.weir.decision.answer")))...).
		PrepareForEval(ctx)
	if err != nil {
		return fmt.Errorf("prepare policy bundle %s: %w", b.Origin, err)
	}
	e.filter, err = rego.New(append(common, rego.ParsedQuery(ast.MustParseBody("data.weir.filter.include == true")))...).
		PrepareForPartial(ctx)
	if err != nil {
		return fmt.Errorf("prepare policy bundle %s: %w", b.Origin, err)
	}
	return nil
}

// store keeps data in the form in which rules read it.
func store(data map[string]any) storage.Store {
	return inmem.NewFromObjectWithOpts(data, inmem.OptReturnASTValuesOnRead(true))
}

// Revision identifies the policy: the bundle's digest.
func (e *Engine) Revision() string { return e.bundle.Revision }

// Origin says where the policy was read from.
func (e *Engine) Origin() string { return e.bundle.Origin }

// ProofKey identifies what Prove proves: the bundle, the invariants that come
// with Weir, and the catalogue.
func (e *Engine) ProofKey() string { return e.proof }

// proofKey digests what a proof is about.
func proofKey(b *Bundle, catalog any) (string, error) {
	builtIn, err := BuiltIn()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal([]any{b.Revision, builtIn.Revision, catalog})
	if err != nil {
		return "", fmt.Errorf("policy bundle %s: %w", b.Origin, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// decode reads a part of the bundle's data, given by a dotted path.
func (b *Bundle) decode(path string, into any) error {
	var node any = b.data
	for key := range strings.SplitSeq(path, ".") {
		object, ok := node.(map[string]any)
		if !ok {
			return fmt.Errorf("policy bundle %s: no data.%s", b.Origin, path)
		}
		node = object[key]
	}
	text, err := json.Marshal(node)
	if err == nil {
		err = unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("policy bundle %s: data.%s: %w", b.Origin, path, err)
	}
	return nil
}
