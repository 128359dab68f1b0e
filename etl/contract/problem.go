package contract

import (
	"fmt"
	"strings"
)

// Problem is one fault of one contract file.
type Problem struct {
	File   string
	Path   string // of the field, such as schema[0].properties[2].physicalType
	Line   int    // 0: the file as a whole
	Reason string
	Advice string // what to do
}

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

// Problems is the error of a refused contract: all of its faults, in the order
// in which they were found.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// report collects the problems of one file and knows on which line each of
// its fields is.
type report struct {
	file     string
	lines    map[string]int
	problems Problems
	decoded  int // the number of problems that are of form, not of meaning
}

func newReport(file string) *report {
	return &report{file: file, lines: map[string]int{}}
}

// add notes a problem. A field that the file does not have is reported on the
// line of what should contain it. What follows from a field that could not be
// read is not reported again.
func (r *report) add(path, advice, reason string, args ...any) {
	for _, p := range r.problems[:r.decoded] {
		if rest, ok := strings.CutPrefix(path, p.Path); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return
		}
	}
	r.problems = append(r.problems, Problem{
		File: r.file, Path: path, Line: r.line(path), Reason: fmt.Sprintf(reason, args...), Advice: advice,
	})
}

func (r *report) line(path string) int {
	for path != "" {
		if line, ok := r.lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// err is nil when there is no problem; a nil Problems in an error would not be.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return r.problems
}
