package opa

import (
	"bytes"
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/weir-warehouse/weir/policy"
)

// ruleIndex finds the annotated rules of a bundle by title, to say where and
// in which words a decision's rules are written.
func ruleIndex(c *ast.Compiler) map[string]policy.Reason {
	index := map[string]policy.Reason{}
	for _, ref := range c.GetAnnotationSet().Flatten() {
		a := ref.Annotations
		if a == nil || a.Title == "" || ref.Location == nil {
			continue
		}
		reason := policy.Reason{Rule: a.Title, Words: a.Description}
		if rule := ref.GetRule(); rule != nil {
			reason.File, reason.Line = relative(rule.Location.File), rule.Location.Row
		} else {
			reason.File, reason.Line = relative(ref.Location.File), ref.Location.Row
		}
		if _, ok := index[a.Title]; !ok {
			index[a.Title] = reason
		}
	}
	return index
}

// reasons turns rule titles into reasons.
func (e *Engine) reasons(titles []string) []policy.Reason {
	out := make([]policy.Reason, len(titles))
	for i, title := range titles {
		reason, ok := e.rules[title]
		if !ok {
			reason = policy.Reason{Rule: title}
		}
		out[i] = reason
	}
	return out
}

// unmarshal decodes JSON, refusing unknown fields and keeping numbers exact.
func unmarshal(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.DisallowUnknownFields()
	return d.Decode(into)
}
