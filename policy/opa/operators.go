package opa

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/weir-warehouse/weir/policy/opa/view"
)

// comparison returns the comparison that a Rego operator means.
func comparison(operator string) (view.Op, bool) {
	switch operator {
	case ast.Equality.Name, ast.Equal.Name:
		return view.Equal, true
	case ast.NotEqual.Name:
		return view.NotEqual, true
	case ast.LessThan.Name:
		return view.Less, true
	case ast.LessThanEq.Name:
		return view.LessOrEqual, true
	case ast.GreaterThan.Name:
		return view.Greater, true
	case ast.GreaterThanEq.Name:
		return view.GreaterOrEqual, true
	}
	return "", false
}

// textTest returns the test on text that a Rego built-in means.
func textTest(operator string) (view.MatchOp, bool) {
	switch operator {
	case ast.StartsWith.Name:
		return view.StartsWith, true
	case ast.EndsWith.Name:
		return view.EndsWith, true
	case ast.Contains.Name:
		return view.Contains, true
	}
	return "", false
}
