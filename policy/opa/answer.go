package opa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/weir-warehouse/weir/policy"
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
	Columns     map[string]column  `json:"columns"`
	Rows        []string           `json:"rows"` // names of row rules, any of which suffices
	Figures     []policy.Aggregate `json:"figures"`
	Why         []string           `json:"why"`
	MinimumCell int                `json:"minimum_cell"`
}

// column is the answer on a column that is granted.
type column struct {
	Mask policy.Mask `json:"mask"`
	Why  []string    `json:"why"`
}

// limits are limits as bundles write them.
type limits struct {
	Rows       int64 `json:"rows"`
	Seconds    int64 `json:"seconds"`
	Megabytes  int64 `json:"megabytes"`
	Statements int   `json:"statements"`
}

// policy returns the limits in the units of the vocabulary.
func (l limits) policy() policy.Limits {
	return policy.Limits{
		Rows:       l.Rows,
		Time:       time.Duration(l.Seconds) * time.Second,
		Memory:     l.Megabytes << 20,
		Statements: l.Statements,
	}
}

// decide evaluates the decision.
func (e *Engine) decide(ctx context.Context, in ast.Value) (answer, error) {
	var a answer
	results, err := e.answer.Eval(ctx, rego.EvalParsedInput(in))
	if err != nil {
		return a, err
	}
	if len(results) != 1 {
		return a, errors.New("data.weir.decision.answer is undefined")
	}
	text, err := json.Marshal(results[0].Expressions[0].Value)
	if err == nil {
		err = unmarshal(text, &a)
	}
	if err != nil {
		return a, fmt.Errorf("data.weir.decision.answer: %w", err)
	}
	return a, nil
}
