package protocol

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/weir-warehouse/weir/policy"
)

// Problem is a fault of a protocol.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"` // 0: the file as a whole
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

func (p Problem) String() string {
	out := p.File
	if p.Line > 0 {
		out += fmt.Sprintf(":%d", p.Line)
	}
	if p.Field != "" {
		out += ": " + p.Field
	}
	return out + ": " + p.Reason
}

// document is a protocol's file under reading.
type document struct {
	file     string
	tree     *ast.File
	problems []Problem
}

// Parse reads a protocol. file is its name for messages. The error lists every
// fault with file, line and field, and has the code policy.DataRefused.
func Parse(file string, data []byte) (*Protocol, error) {
	d := &document{file: file}
	var err error
	if d.tree, err = parser.ParseBytes(data, 0); err != nil {
		d.syntax(err)
		return nil, d.err()
	}
	p := &Protocol{text: slices.Clone(data)}
	if err := yaml.UnmarshalWithOptions(data, p, yaml.Strict()); err != nil {
		d.syntax(err)
		return nil, d.err()
	}
	p.complete()
	d.check(p)
	return p, d.err()
}

// syntax notes a fault that YAML's reader found.
func (d *document) syntax(err error) {
	problem := Problem{File: d.file, Reason: err.Error()}
	if fault, ok := errors.AsType[yaml.Error](err); ok {
		problem.Reason = fault.GetMessage()
		if token := fault.GetToken(); token != nil {
			problem.Line = token.Position.Line
		}
	}
	d.problems = append(d.problems, problem)
}

// add notes a fault of a field, such as treatment.window. Its line is that of
// the field, or of the nearest one above it that the file has.
func (d *document) add(field, reason string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: d.line(field), Field: field, Reason: fmt.Sprintf(reason, args...)})
}

func (d *document) line(field string) int {
	for field != "" {
		if path, err := yaml.PathString("$." + field); err == nil {
			if node, err := path.FilterFile(d.tree); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 1
}

func (d *document) err() error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	lines := make([]string, len(d.problems))
	for i, p := range d.problems {
		lines[i] = p.String()
	}
	return policy.Errorf(policy.DataRefused, "%s", strings.Join(lines, "\n"))
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
