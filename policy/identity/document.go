package identity

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is a YAML file that holds one list of records, and what is wrong
// with it. It is plain YAML only: no aliases, merges or tags.
type document struct {
	file     string
	problems Problems
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
