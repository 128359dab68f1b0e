package match

import (
	"math"
	"slices"
)

// unary are the functions of one number that formulas may use.
var unary = map[string]func(float64) float64{
	"-": func(x float64) float64 { return -x },
	"!": func(x float64) float64 {
		if math.IsNaN(x) {
			return x
		}
		return number(x == 0)
	},
	"as.numeric": func(x float64) float64 { return x },
	"as.integer": math.Trunc,
	"log":        math.Log,
	"log1p":      math.Log1p,
	"log2":       math.Log2,
	"log10":      math.Log10,
	"exp":        math.Exp,
	"expm1":      math.Expm1,
	"sqrt":       math.Sqrt,
	"abs":        math.Abs,
	"round":      math.RoundToEven,
	"floor":      math.Floor,
	"ceiling":    math.Ceil,
	"trunc":      math.Trunc,
	"sin":        math.Sin,
	"cos":        math.Cos,
}

// binary are the functions and operators of two numbers.
var binary = map[string]func(a, b float64) float64{
	"+":    func(a, b float64) float64 { return a + b },
	"-":    func(a, b float64) float64 { return a - b },
	"*":    func(a, b float64) float64 { return a * b },
	"/":    func(a, b float64) float64 { return a / b },
	"^":    power,
	"log":  func(x, base float64) float64 { return math.Log(x) / math.Log(base) },
	"pmin": math.Min,
	"pmax": math.Max,
	"==":   compare(func(a, b float64) bool { return a == b }),
	"!=":   compare(func(a, b float64) bool { return a != b }),
	"<":    compare(func(a, b float64) bool { return a < b }),
	">":    compare(func(a, b float64) bool { return a > b }),
	"<=":   compare(func(a, b float64) bool { return a <= b }),
	">=":   compare(func(a, b float64) bool { return a >= b }),
	"&":    compare(func(a, b float64) bool { return a != 0 && b != 0 }),
	"|":    compare(func(a, b float64) bool { return a != 0 || b != 0 }),
}

// truthful are the functions whose results are truth values.
var truthful = map[string]bool{
	"!": true, "==": true, "!=": true, "<": true, ">": true, "<=": true, ">=": true, "&": true, "|": true,
}

func power(x, y float64) float64 {
	if y == 2 {
		return x * x
	}
	return math.Pow(x, y)
}

// compare makes a truth value of a comparison; NaN gives NaN.
func compare(holds func(a, b float64) bool) func(a, b float64) float64 {
	return func(a, b float64) float64 {
		if math.IsNaN(a) || math.IsNaN(b) {
			return math.NaN()
		}
		return number(holds(a, b))
	}
}

func ifelse(test, yes, no float64) float64 {
	switch {
	case math.IsNaN(test):
		return test
	case test != 0:
		return yes
	}
	return no
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// distinct returns the distinct values in ascending order, without NaN.
func distinct(values []float64) []float64 {
	out := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(out)
	return slices.Compact(out)
}
