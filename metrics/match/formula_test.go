package match

import (
	"strings"
	"testing"
)

// TestFormulasAsR compares terms, names of columns and their sums, each row
// times its number, with R's terms and model.matrix.
func TestFormulasAsR(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	all, err := NewFrame(f.Columns()[:8]...) // without what the tests add
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range readTable(t, "testdata/formulas.csv").rows {
		t.Run(row[0], func(t *testing.T) {
			t.Parallel()
			m, err := ParseFormula(row[0], all)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(m.Terms(), "|"); got != row[2] {
				t.Errorf("terms %s, want %s", got, row[2])
			}
			d, err := m.design(all, contrasts)
			if err != nil {
				t.Fatal(err)
			}
			if m.intercept != (row[1] == "1") {
				t.Errorf("intercept %v, want %s", m.intercept, row[1])
			}
			if got := strings.Join(d.Names, "|"); got != row[3] {
				t.Fatalf("columns %s, want %s", got, row[3])
			}
			for j, want := range parseNumbers(t, strings.Split(row[4], "|")) {
				var got float64
				for i, x := range d.Columns[j] {
					got += x * float64(i+1)
				}
				if !alike(got, want, 1e-12) {
					t.Errorf("%s sums to %v, want %v", d.Names[j], got, want)
				}
			}
		})
	}
}

func TestFormulaErrors(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	for formula, want := range map[string]string{
		"treat age":              "character 7: expected an operator, found age",
		"age + educ":             "has no ~",
		"treat ~ age +":          "ends too early",
		"treat ~ age + (educ":    "expected )",
		"treat ~ log(age":        "expected , or )",
		"treat ~ age $ educ":     "unexpected character $",
		"treat ~ `age":           "the quotation has no end",
		"treat ~ 3":              "write I(…) around arithmetic",
		"treat ~ (age + educ)^0": "the exponent of terms",
		"treat ~ nothing":        `the data has no column "nothing"`,
		"treat ~ poly(age, 2)":   "no function poly of 2 arguments",
		"treat ~ log(race)":      "needs numbers, not categories",
		"treat ~ I(race == 3)":   "put the category in quotes",
		"treat ~ log(re74)":      `"log(re74)" in 243 rows, the first of them row 1`,
		"age ~ educ":             `the treatment "age" has 40 values`,
		"~ age":                  "names no treatment",
	} {
		t.Run(formula, func(t *testing.T) {
			t.Parallel()
			_, err := Run(f, Spec{Formula: formula})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		})
	}
}

// FuzzFormula checks that no text makes the parser panic, and that what it
// reads it reads again from its own print.
func FuzzFormula(f *testing.F) {
	for _, s := range []string{"treat ~ age + I(age^2):race - 1", "a ~ `b c`*(d/e)^2", "y ~ f(x, 'q', 1e-5) %", "~ -!x == 2 & TRUE"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		e, err := parse(source)
		if err != nil {
			return
		}
		printed := e.String()
		again, err := parse(printed)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", source, printed, err)
		}
		if again.String() != printed {
			t.Fatalf("%q prints as %q, then as %q", source, printed, again)
		}
	})
}
