package identity

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/weir-warehouse/weir/policy"
)

// document is a YAML file that holds one list of records, and what is wrong
// with it. It is plain YAML only: no aliases, merges or tags.
type document struct {
	file     string
	problems Problems
}

// record is one item of the list: its fields, and where they stand.
type record struct {
	doc    *document
	path   string // such as principals[2]
	line   int
	fields map[string]*ast.MappingValueNode
}

// read returns the records under key, the only key of the file at path. A file
// that does not exist holds none.
func (d *document) read(path, key string, known []string) ([]record, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", d.file, err)
	}
	return d.parse(data, key, known), nil
}

func (d *document) parse(data []byte, key string, known []string) []record {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		d.syntax(err)
		return nil
	}
	if len(file.Docs) > 1 {
		d.add("", 0, "", "holds %d YAML documents; write one", len(file.Docs))
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil
	}
	root, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		d.add("", 1, "", "is not a mapping; begin with %s:", key)
		return nil
	}
	var records []record
	for _, entry := range root.Values {
		name, line := entry.Key.GetToken().Value, entry.Key.GetToken().Position.Line
		if name != key {
			d.add(name, line, "", "is unknown; the file has %s and nothing else", key)
			continue
		}
		records = d.records(entry.Value, key, line, known)
	}
	return records
}

// syntax reports a fault of the YAML itself, without the parser's excerpt of
// the file, which can name people.
func (d *document) syntax(err error) {
	if fault, ok := errors.AsType[yaml.Error](err); ok {
		d.add("", fault.GetToken().Position.Line, "", "is not YAML: %s", fault.GetMessage())
		return
	}
	d.add("", 0, "", "is not YAML")
}

func (d *document) records(list ast.Node, key string, line int, known []string) []record {
	if list.Type() == ast.NullType {
		return nil
	}
	items, ok := list.(*ast.SequenceNode)
	if !ok {
		d.add(key, line, "", "is not a list; begin each item with a dash")
		return nil
	}
	var records []record
	for i, item := range items.Values {
		r := record{doc: d, path: fmt.Sprintf("%s[%d]", key, i), line: item.GetToken().Position.Line, fields: map[string]*ast.MappingValueNode{}}
		fields, ok := item.(*ast.MappingNode)
		if !ok {
			d.add(r.path, r.line, "", "is not a mapping of %s", strings.Join(known, ", "))
			continue
		}
		for _, field := range fields.Values {
			name := field.Key.GetToken().Value
			r.fields[name] = field
			if !slices.Contains(known, name) {
				r.add(name, "", "is unknown; use one of %s", strings.Join(known, ", "))
			}
		}
		records = append(records, r)
	}
	return records
}

func (d *document) add(field string, line int, value, reason string, args ...any) {
	d.problems = append(d.problems, Problem{
		File: d.file, Line: line, Field: field, Value: value, Reason: fmt.Sprintf(reason, args...),
	})
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
