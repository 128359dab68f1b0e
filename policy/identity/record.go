package identity

import (
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/weir-warehouse/weir/policy"
)

// record is one item of the list: its fields, and where they stand.
type record struct {
	doc    *document
	path   string // such as principals[2]
	line   int
	fields map[string]*ast.MappingValueNode
}

// add notes a problem of a field, on the record's own line if it has no such
// field. What follows from a field that could not be read is not noted again.
func (r record) add(field, value, reason string, args ...any) {
	line := r.line
	if f := r.fields[field]; f != nil {
		line = f.Key.GetToken().Position.Line
	}
	path := r.path + "." + field
	if !slices.ContainsFunc(r.doc.problems, func(p Problem) bool { return p.Field == path && p.Value == "" }) {
		r.doc.add(path, line, value, reason, args...)
	}
}

// text returns the scalar of a field as it is written, so that 00123 keeps its
// zeros.
func (r record) text(field string) string {
	f := r.fields[field]
	if f == nil || f.Value.Type() == ast.NullType {
		return ""
	}
	text, ok := scalar(f.Value)
	if !ok {
		r.add(field, "", "is not one plain value")
	}
	return text
}

// texts returns the scalars of a list.
func (r record) texts(field string) []string {
	if f := r.fields[field]; f != nil {
		return r.list(field, f.Value)
	}
	return nil
}

func (r record) list(field string, node ast.Node) []string {
	if node.Type() == ast.NullType {
		return nil
	}
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		r.add(field, "", "is not a list, such as [a, b]")
		return nil
	}
	var texts []string
	for _, item := range sequence.Values {
		text, ok := scalar(item)
		switch {
		case !ok || text == "":
			r.add(field, "", "has an item that is not one plain value")
		case slices.Contains(texts, text):
			r.add(field, text, "stands there twice")
		default:
			texts = append(texts, text)
		}
	}
	return texts
}

// lists returns the lists of a mapping by name.
func (r record) lists(field string) map[string][]string {
	f := r.fields[field]
	if f == nil || f.Value.Type() == ast.NullType {
		return nil
	}
	mapping, ok := f.Value.(*ast.MappingNode)
	if !ok {
		r.add(field, "", "is not a mapping of datasets to their columns")
		return nil
	}
	lists := map[string][]string{}
	for _, entry := range mapping.Values {
		lists[entry.Key.GetToken().Value] = r.list(field, entry.Value)
	}
	return lists
}

func (r record) date(field string) policy.Date {
	date := policy.Date(r.text(field))
	if !date.Valid() {
		r.add(field, string(date), "is not a date, such as 2026-06-30")
		return ""
	}
	return date
}

// number returns a whole number from 0 up.
func (r record) number(field string) int {
	text := r.text(field)
	n, err := strconv.Atoi(text)
	if text != "" && (err != nil || n < 0) {
		r.add(field, text, "is not a whole number from 0 up")
	}
	return n
}

func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.StringNode:
		return strings.TrimSpace(n.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}
