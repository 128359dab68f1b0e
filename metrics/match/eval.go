package match

import (
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// value is what an expression gives: numbers, one for each unit or a single
// one, or the categories of a column, or a text.
type value struct {
	nums  []float64
	truth bool    // nums are truth values, 0 or 1
	cats  *Column // categories; nums is nil
	text  string  // a text; nums and cats are nil
}

// evaluate computes a variable of a formula for all units of f. A plain name
// gives the column itself, without a copy.
func evaluate(e *expr, f *Frame) (Column, error) {
	v, err := eval(e, f)
	if err != nil {
		return Column{}, err
	}
	name := e.String()
	if e.kind == 'n' {
		name = e.text
	}
	switch {
	case v.cats != nil:
		c := *v.cats
		c.name = name
		return c, nil
	case v.nums == nil:
		return Column{}, policy.Errorf(policy.Usage, "%s is a text, not a variable", e)
	}
	if len(v.nums) == 1 && f.n > 1 {
		v = value{nums: spread(v.nums[0], f.n), truth: v.truth}
	}
	if v.truth {
		return truthColumn(name, v.nums), nil
	}
	return Numeric(name, v.nums), nil
}

func spread(x float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}

// truthColumn makes a logical column of truth values; NaN stays missing.
func truthColumn(name string, nums []float64) Column {
	codes := make([]int32, len(nums))
	for i, x := range nums {
		switch {
		case math.IsNaN(x):
			codes[i] = -1
		case x != 0:
			codes[i] = 1
		}
	}
	return Column{name: name, codes: codes, levels: []string{"FALSE", "TRUE"}, truth: true}
}

func eval(e *expr, f *Frame) (value, error) {
	switch e.kind {
	case '0':
		return value{nums: []float64{e.num}}, nil
	case 's':
		return value{text: e.text}, nil
	case 'n':
		return evalName(e.text, f)
	}
	args := make([]value, len(e.args))
	for i, a := range e.args {
		var err error
		if args[i], err = eval(a, f); err != nil {
			return value{}, err
		}
	}
	if len(args) == 1 && (e.text == "I" || e.text == "(" || e.text == "+") {
		return args[0], nil
	}
	if len(args) == 1 && (e.text == "factor" || e.text == "as.factor") {
		return evalFactor(args[0]), nil
	}
	if (e.text == "==" || e.text == "!=") && len(args) == 2 && (args[0].cats != nil || args[1].cats != nil) {
		return compareText(e, args[0], args[1])
	}
	return apply(e, args)
}

func evalName(name string, f *Frame) (value, error) {
	switch name {
	case "TRUE":
		return value{nums: []float64{1}, truth: true}, nil
	case "FALSE":
		return value{nums: []float64{0}, truth: true}, nil
	case "pi":
		return value{nums: []float64{math.Pi}}, nil
	}
	c, err := f.Column(name)
	if err != nil {
		return value{}, err
	}
	switch {
	case c.Numeric():
		return value{nums: c.values}, nil
	case c.truth:
		return value{nums: codesAsNumbers(c), truth: true}, nil
	}
	return value{cats: &c}, nil
}

func codesAsNumbers(c Column) []float64 {
	out := make([]float64, len(c.codes))
	for i, k := range c.codes {
		out[i] = float64(k)
		if k < 0 {
			out[i] = math.NaN()
		}
	}
	return out
}

// apply calls a function of numbers on each unit.
func apply(e *expr, args []value) (value, error) {
	n := 1
	for _, a := range args {
		if a.nums == nil {
			return value{}, policy.Errorf(policy.Usage, "%s: %s needs numbers, not categories", e, e.text)
		}
		n = max(n, len(a.nums))
	}
	out := value{nums: make([]float64, n), truth: truthful[e.text]}
	at := func(k, i int) float64 {
		if len(args[k].nums) == 1 {
			return args[k].nums[0]
		}
		return args[k].nums[i]
	}
	switch one, two := unary[e.text], binary[e.text]; {
	case one != nil && len(args) == 1:
		for i := range out.nums {
			out.nums[i] = one(at(0, i))
		}
	case two != nil && len(args) == 2:
		for i := range out.nums {
			out.nums[i] = two(at(0, i), at(1, i))
		}
	case e.text == "ifelse" && len(args) == 3:
		for i := range out.nums {
			out.nums[i] = ifelse(at(0, i), at(1, i), at(2, i))
		}
	default:
		return value{}, policy.Errorf(policy.Usage, "%s: no function %s of %d arguments; there are I, factor, as.numeric, log, log1p, log2, log10, exp, expm1, sqrt, abs, round, floor, ceiling, trunc, pmin, pmax, ifelse and arithmetic", e, e.text, len(args))
	}
	return out, nil
}
