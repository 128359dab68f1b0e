package opa

import (
	"encoding/json"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
)

// fields are the columns that random rules compare, by kind.
var fields = map[string][]string{
	"VARCHAR":   {"row.t1", `row["t\"2"]`},
	"UUID":      {"row.u1", "row.u2"},
	"DATE":      {"row.d1", "row.d2", "period.start", "period.end"},
	"TIMESTAMP": {"row.s1", "row.s2"},
	"BOOLEAN":   {"row.b1", "row.b2", "related.linked"},
	"INTEGER":   {"row.i1", "row.n1", "row.n2"},
	"DOUBLE":    {"row.f1", "row.f2"},
}

// kinds are the keys of fields.
var kinds = []string{"VARCHAR", "UUID", "DATE", "TIMESTAMP", "BOOLEAN", "INTEGER", "DOUBLE"}

// randomRule draws the text of a row rule: one to three bodies, which may call
// helper rules, negated or not. Texts are the columns that text tests may read.
func randomRule(t *rapid.T, texts []string) string {
	var b strings.Builder
	if rapid.IntRange(0, 9).Draw(t, "default") == 0 {
		b.WriteString("default include := false\n\n")
	}
	for range rapid.IntRange(1, 3).Draw(t, "bodies") {
		fmt.Fprintf(&b, "include if {\n%s}\n\n", randomBody(t, texts, true))
	}
	for _, helper := range []string{"helper_a", "helper_b"} {
		for range rapid.IntRange(1, 2).Draw(t, helper) {
			fmt.Fprintf(&b, "%s if {\n%s}\n\n", helper, randomBody(t, texts, false))
		}
	}
	return b.String()
}

// randomBody draws one to three expressions.
func randomBody(t *rapid.T, texts []string, calls bool) string {
	expressions := make([]string, rapid.IntRange(1, 3).Draw(t, "expressions"))
	for i := range expressions {
		expressions[i] = randomExpression(t, texts, calls)
	}
	return "\t" + strings.Join(expressions, ";\n\t") + "\n" // without semicolons a minus would join lines
}

// randomExpression draws an expression; with calls it may call a helper.
func randomExpression(t *rapid.T, texts []string, calls bool) string {
	not := rapid.SampledFrom([]string{"", "", "not "}).Draw(t, "not")
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	field := "input." + rapid.SampledFrom(fields[kind]).Draw(t, "field")
	switch rapid.IntRange(0, 9).Draw(t, "form") {
	case 0:
		if calls {
			return not + rapid.SampledFrom([]string{"helper_a", "helper_b"}).Draw(t, "helper")
		}
		return "1 == 1"
	case 1:
		return not + field + " in [" + literal(t, kind) + ", " + literal(t, kind) + "]"
	case 2:
		return "every x in [" + literal(t, kind) + ", " + literal(t, kind) + "] { " + field + " != x }"
	case 3:
		if len(texts) == 0 {
			return "input.row.id >= 0"
		}
		test := rapid.SampledFrom([]string{"startswith", "endswith", "contains"}).Draw(t, "test")
		return not + test + "(input." + rapid.SampledFrom(texts).Draw(t, "text") + ", " + value(t, "VARCHAR") + ")"
	case 4:
		return not + field + " " + operator(t, kind) + " input." + rapid.SampledFrom(fields[kind]).Draw(t, "other")
	case 5:
		return not + literal(t, kind) + " " + operator(t, kind) + " " + field
	}
	return not + field + " " + operator(t, kind) + " " + literal(t, kind)
}

// operator draws a comparison.
func operator(t *rapid.T, kind string) string {
	if kind == "UUID" {
		return rapid.SampledFrom([]string{"==", "!="}).Draw(t, "operator")
	}
	return rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "operator")
}

// literal draws a value, or null, as Rego spells it.
func literal(t *rapid.T, kind string) string {
	if rapid.IntRange(0, 7).Draw(t, "null") == 0 {
		return "null"
	}
	return value(t, kind)
}

// value draws a value as Rego spells it.
func value(t *rapid.T, kind string) string {
	if kind == "INTEGER" {
		kind = rapid.SampledFrom([]string{"INTEGER", "DECIMAL(8,2)", "DECIMAL(14,4)"}).Draw(t, "number")
	}
	sample := rapid.SampledFrom(samples[kind]).Draw(t, "value")
	text, err := json.Marshal(seen(policy.Column{Type: kind}, &sample))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
