package match

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Formula is a model formula in R's notation: a response, variables, and the
// terms that + : * ^ / - and parentheses make of them.
type Formula struct {
	response  *expr   // nil in a one-sided formula
	variables []*expr // in order of appearance
	names     []string
	terms     [][]int // each the ascending places of its variables
	intercept bool
}

// ParseFormula reads a formula such as
//
//	treat ~ age + I(age^2) + log(re74 + 1) + race*married
//
// for the columns of f. A single . stands for every column that the response
// does not read. The response may be missing, as in ~ age + educ.
func ParseFormula(source string, f *Frame) (*Formula, error) {
	e, err := parse(source)
	if err != nil {
		return nil, err
	}
	out := &Formula{intercept: true}
	switch {
	case e.isCall("~", 2):
		out.response = e.args[0]
		e = e.args[1]
	case e.isCall("~", 1):
		e = e.args[0]
	default:
		return nil, policy.Errorf(policy.Usage, "formula %q has no ~; write treatment ~ covariate + covariate", source)
	}
	terms, err := out.expand(e, f)
	if err != nil {
		return nil, fmt.Errorf("formula %q: %w", source, err)
	}
	slices.SortStableFunc(terms, func(a, b []int) int { return len(a) - len(b) })
	out.terms = terms
	return out, nil
}

// Terms returns the terms as R labels them, such as "age", "age:educ".
func (m *Formula) Terms() []string {
	out := make([]string, len(m.terms))
	for i, t := range m.terms {
		parts := make([]string, len(t))
		for k, v := range t {
			parts[k] = m.names[v]
		}
		out[i] = strings.Join(parts, ":")
	}
	return out
}

// Variables returns the variables as written, such as "age" or "log(re74)".
func (m *Formula) Variables() []string { return m.names }

// Treatment returns the response as written, such as "treat"; "" if the formula
// has none.
func (m *Formula) Treatment() string {
	if m.response == nil {
		return ""
	}
	return m.response.String()
}

// Columns returns the names of the data's columns that the right side reads.
func (m *Formula) Columns() []string {
	var out []string
	for _, v := range m.variables {
		out = v.names(out)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// expand returns the terms of e. It handles what differs between formulas and
// arithmetic; everything else is a variable.
func (m *Formula) expand(e *expr, f *Frame) ([][]int, error) {
	switch {
	case e.isCall("(", 1), e.isCall("+", 1):
		return m.expand(e.args[0], f)
	case e.kind == '0':
		return nil, m.setIntercept(e.num)
	case e.isCall("-", 1):
		return nil, m.remove(nil, e.args[0], f, nil)
	case e.kind == 'n' && e.text == ".":
		return m.dot(f), nil
	case e.isCall("^", 2):
		return m.power(e, f)
	case e.kind != 'c' || len(e.args) != 2 || !slices.Contains([]string{"+", "-", ":", "*", "/"}, e.text):
		return [][]int{{m.variable(e)}}, nil
	}
	left, err := m.expand(e.args[0], f)
	if err != nil {
		return nil, err
	}
	if e.text == "-" {
		out := left
		return out, m.remove(left, e.args[1], f, &out)
	}
	right, err := m.expand(e.args[1], f)
	if err != nil {
		return nil, err
	}
	switch e.text {
	case "+":
		return union(left, right), nil
	case ":":
		return cross(left, right), nil
	case "*":
		return union(left, right, cross(left, right)), nil
	}
	var all []int // a/b is a + a:b
	for _, t := range left {
		all = merge(all, t)
	}
	return union(left, cross([][]int{all}, right)), nil
}

func (m *Formula) setIntercept(x float64) error {
	if x != 0 && x != 1 {
		return policy.Errorf(policy.Usage, "the number %v is not a term; write I(…) around arithmetic", x)
	}
	m.intercept = x == 1
	return nil
}

// remove takes the terms of e from terms, or the intercept if e is 1.
func (m *Formula) remove(terms [][]int, e *expr, f *Frame, out *[][]int) error {
	if e.kind == '0' {
		return m.setIntercept(1 - e.num)
	}
	gone, err := m.expand(e, f)
	if err != nil || out == nil {
		return err
	}
	*out = slices.DeleteFunc(slices.Clone(terms), func(t []int) bool { return holds(gone, t) })
	return nil
}

// dot returns a term for each column that the response does not read.
func (m *Formula) dot(f *Frame) [][]int {
	var taken []string
	if m.response != nil {
		taken = m.response.names(nil)
	}
	var out [][]int
	for _, c := range f.cols {
		if !slices.Contains(taken, c.name) {
			out = append(out, []int{m.variable(&expr{kind: 'n', text: c.name})})
		}
	}
	return out
}

// power expands (a + b)^n to all interactions of up to n terms.
func (m *Formula) power(e *expr, f *Frame) ([][]int, error) {
	n := e.args[1]
	if n.kind != '0' || n.num < 1 || n.num > 10 || n.num != float64(int(n.num)) {
		return nil, policy.Errorf(policy.Usage, "%s: the exponent of terms must be a whole number from 1 to 10; write I(x^2) to square a variable", e)
	}
	base, err := m.expand(e.args[0], f)
	if err != nil {
		return nil, err
	}
	out := base
	for range int(n.num) - 1 {
		out = union(out, cross(out, base))
	}
	return out, nil
}

// variable returns the place of a variable, which it adds if it is new.
func (m *Formula) variable(e *expr) int {
	name := e.String()
	if e.kind == 'n' {
		name = e.text
	}
	if i := slices.Index(m.names, name); i >= 0 {
		return i
	}
	m.variables = append(m.variables, e)
	m.names = append(m.names, name)
	return len(m.names) - 1
}

func holds(terms [][]int, t []int) bool {
	return slices.ContainsFunc(terms, func(u []int) bool { return slices.Equal(u, t) })
}

// union appends the terms of all lists without repeating one.
func union(lists ...[][]int) [][]int {
	var out [][]int
	for _, list := range lists {
		for _, t := range list {
			if !holds(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// cross returns the interaction of each left term with each right term.
func cross(left, right [][]int) [][]int {
	var out [][]int
	for _, a := range left {
		for _, b := range right {
			out = append(out, merge(a, b))
		}
	}
	return union(out)
}

func merge(a, b []int) []int {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}
