package identity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one fault of principals.yaml or agreements.yaml.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`  // 0: the file as a whole
	Field  string `json:"field"` // such as principals[2].roles
	Value  string `json:"value"` // as it stands there; empty when it could name a person
	Reason string `json:"reason"`
}

func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Field != "" {
		fmt.Fprintf(&b, ": %s", p.Field)
	}
	if p.Value != "" {
		fmt.Fprintf(&b, ": %q", p.Value)
	}
	return b.String() + ": " + p.Reason
}

// Problems is the error of refused files: all of their faults, in the order in
// which they stand.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// inOrder returns a file's problems by line.
func (d *document) inOrder() Problems {
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return d.problems
}
