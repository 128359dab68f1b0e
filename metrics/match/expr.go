package match

import (
	"slices"
	"strconv"
	"strings"
)

// expr is a part of a formula's syntax tree. An operator is a call of its
// sign; parentheses are a call of "(".
type expr struct {
	kind byte // as token's: 'n', '0', 's', or 'c' for a call
	text string
	num  float64
	args []*expr
}

func call(fn string, args ...*expr) *expr { return &expr{kind: 'c', text: fn, args: args} }

// isCall reports whether e calls fn with n arguments.
func (e *expr) isCall(fn string, n int) bool {
	return e.kind == 'c' && e.text == fn && len(e.args) == n
}

// String returns the expression as R prints it, which names its column.
func (e *expr) String() string {
	switch e.kind {
	case 'n':
		if t, next, err := lexOne(e.text+" ", 0, []rune(e.text + " ")[0]); err != nil || t.kind != 'n' || next != len(e.text) {
			return "`" + e.text + "`"
		}
		return e.text
	case '0':
		return deparseNumber(e.num)
	case 's':
		quote := `"`
		if strings.Contains(e.text, quote) {
			quote = "'"
		}
		return quote + e.text + quote
	}
	switch {
	case e.text == "(":
		return "(" + e.args[0].String() + ")"
	case binaryPower[e.text] > 0 && len(e.args) == 2:
		sign := " " + e.text + " "
		if e.text == "^" || e.text == ":" || e.text == "/" {
			sign = e.text
		}
		return e.args[0].String() + sign + e.args[1].String()
	case len(e.args) == 1 && slices.Contains([]string{"-", "+", "!", "~"}, e.text):
		return e.text + e.args[0].String()
	}
	args := make([]string, len(e.args))
	for i, a := range e.args {
		args[i] = a.String()
	}
	return e.text + "(" + strings.Join(args, ", ") + ")"
}

// deparseNumber writes a number as R does: fixed unless scientific is shorter.
func deparseNumber(x float64) string {
	fixed := strconv.FormatFloat(x, 'f', -1, 64)
	if scientific := strconv.FormatFloat(x, 'e', -1, 64); len(scientific) < len(fixed) {
		return scientific
	}
	return fixed
}

// names appends to dst the names of the columns that e reads.
func (e *expr) names(dst []string) []string {
	if e.kind == 'n' {
		return append(dst, e.text)
	}
	for _, a := range e.args {
		dst = a.names(dst)
	}
	return dst
}
