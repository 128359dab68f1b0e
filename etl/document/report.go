// Package document reads YAML documents strictly: every unknown field, wrong type
// and fault of meaning is a Problem with its file, line, reason and advice. It
// knows no document's meaning.
package document

import (
	"fmt"
	"strings"
)

// Problem is one fault of one file.
type Problem struct {
	File   string
	Path   string // of the field, such as schema[0].properties[2].physicalType
	Line   int    // 0: the file as a whole
	Reason string
	Advice string // what to do
}

// String returns the problem in one line.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Path != "" {
		fmt.Fprintf(&b, ": %s", p.Path)
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, " (line %d)", p.Line)
	}
	fmt.Fprintf(&b, ": %s; %s", p.Reason, p.Advice)
	return b.String()
}

// Problems is the error of a refused file: all of its faults, in the order
// in which they were found.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Report collects the problems of one file and knows on which line each of
// its fields is.
type Report struct {
	File     string // as problems name it
	lines    map[string]int
	Problems Problems
	decoded  int // the number of problems that are of form, not of meaning
}

// NewReport returns an empty report on a file.
func NewReport(file string) *Report {
	return &Report{File: file, lines: map[string]int{}}
}

// Add notes a problem. A field that the file does not have is reported on the
// line of what should contain it. What follows from a field that could not be
// read is not reported again.
func (r *Report) Add(path, advice, reason string, args ...any) {
	for _, p := range r.Problems[:r.decoded] {
		if rest, ok := strings.CutPrefix(path, p.Path); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return
		}
	}
	r.Problems = append(r.Problems, Problem{
		File: r.File, Path: path, Line: r.Line(path), Reason: fmt.Sprintf(reason, args...), Advice: advice,
	})
}

// Line returns the line of a field, or of what should contain it.
func (r *Report) Line(path string) int {
	for path != "" {
		if line, ok := r.lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// Err is nil when there is no problem; a nil Problems in an error would not be.
func (r *Report) Err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	return r.Problems
}
