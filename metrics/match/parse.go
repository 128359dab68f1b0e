package match

import (
	"strconv"

	"github.com/weir-warehouse/weir/policy"
)

// binaryPower is the binding power of R's binary operators.
var binaryPower = map[string]int{
	"~": 1, "|": 2, "||": 2, "&": 3, "&&": 3,
	"==": 5, "!=": 5, "<": 5, ">": 5, "<=": 5, ">=": 5,
	"+": 6, "-": 6, "*": 7, "/": 7, ":": 8, "^": 10,
}

const (
	notPower   = 4 // of the sign !
	signPower  = 9 // of a leading + or -
	maxNesting = 200
)

// badFormula returns an error about a formula at a byte offset.
func badFormula(formula string, at int, why string) error {
	return policy.Errorf(policy.Usage, "formula %q, character %d: %s", formula, at+1, why)
}

type parser struct {
	source string
	tokens []token
	depth  int
}

// parse reads an expression in R's syntax, such as treat ~ age + I(age^2).
func parse(source string) (*expr, error) {
	tokens, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := &parser{source: source, tokens: tokens}
	e, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if t := p.tokens[0]; t.kind != 0 {
		return nil, badFormula(source, t.at, "expected an operator, found "+t.text)
	}
	return e, nil
}

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != 0 {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept consumes the operator if it is next.
func (p *parser) accept(op string) bool {
	if t := p.tokens[0]; t.kind != 'o' || t.text != op {
		return false
	}
	p.next()
	return true
}

// expression parses operators that bind more tightly than power.
func (p *parser) expression(power int) (*expr, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, badFormula(p.source, p.tokens[0].at, "too deeply nested")
	}
	defer func() { p.depth-- }()
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for {
		t := p.tokens[0]
		strength := binaryPower[t.text]
		if t.kind != 'o' || strength <= power {
			return left, nil
		}
		p.next()
		if t.text == "^" {
			strength-- // it groups to the right
		}
		right, err := p.expression(strength)
		if err != nil {
			return nil, err
		}
		left = call(t.text, left, right)
	}
}

func (p *parser) operand() (*expr, error) {
	t := p.next()
	switch t.kind {
	case '0':
		x, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return nil, badFormula(p.source, t.at, t.text+" is not a number")
		}
		return &expr{kind: '0', num: x}, nil
	case 's':
		return &expr{kind: 's', text: t.text}, nil
	case 'n':
		if p.accept("(") {
			return p.arguments(t)
		}
		return &expr{kind: 'n', text: t.text}, nil
	case 'q':
		return &expr{kind: 'n', text: t.text}, nil
	case 0:
		return nil, badFormula(p.source, t.at, "it ends too early")
	}
	switch t.text {
	case "(":
		e, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if !p.accept(")") {
			return nil, badFormula(p.source, p.tokens[0].at, "expected )")
		}
		return call("(", e), nil
	case "~":
		return p.prefix(t, binaryPower["~"])
	case "-", "+":
		return p.prefix(t, signPower)
	case "!":
		return p.prefix(t, notPower)
	}
	return nil, badFormula(p.source, t.at, "unexpected "+t.text)
}

func (p *parser) prefix(t token, power int) (*expr, error) {
	e, err := p.expression(power)
	if err != nil {
		return nil, err
	}
	return call(t.text, e), nil
}

// arguments parses what follows a function's name and its parenthesis.
func (p *parser) arguments(name token) (*expr, error) {
	out := call(name.text)
	if p.accept(")") {
		return out, nil
	}
	for {
		e, err := p.expression(binaryPower["~"])
		if err != nil {
			return nil, err
		}
		out.args = append(out.args, e)
		if p.accept(")") {
			return out, nil
		}
		if !p.accept(",") {
			return nil, badFormula(p.source, p.tokens[0].at, "expected , or ) in "+name.text+"(…)")
		}
	}
}
