package opa

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa/view"
)

// condition translates one row rule over a small dataset.
func condition(t *testing.T, rule string) (view.Expr, []string, string, error) {
	t.Helper()
	b, err := randomBundle(map[string]string{"rule": rule})
	if err != nil {
		t.Fatal(err)
	}
	d := policy.Dataset{Name: "t", Compartment: "core", Columns: []policy.Column{
		{Name: "a", Type: "VARCHAR"}, {Name: "b", Type: "VARCHAR", Required: true}, {Name: "n", Type: "INTEGER"},
		{Name: "d", Type: "DATE"}, {Name: "s", Type: "TIMESTAMP"}, {Name: "u", Type: "UUID"}, {Name: "f", Type: "DOUBLE"},
		{Name: "flag", Type: "BOOLEAN"}, {Name: "wide", Type: "DECIMAL(38,2)"}, {Name: "odd", Type: "BLOB"},
	}}
	e, err := compileOnly(t.Context(), b, []policy.Dataset{d, {Name: "link", Compartment: "core"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := ast.MustParseTerm(`{"principal": {"schools": [], "districts": ["x"]}}`).Value.(ast.Object) //nolint:errcheck,forcetypeassert // it is written as one
	s := &session{Engine: e, input: in}
	expr, left, err := s.condition(t.Context(), d, []string{"rule"})
	if err != nil {
		return nil, nil, "", err
	}
	f, err := s.source(d).Condition(expr)
	if err != nil {
		return nil, nil, "", err
	}
	return expr, left, f.Inline(), nil
}

func TestWhatCannotBeTranslatedIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ rule, want string }{
		"bare column":                {`include if input.row.flag`, "rule.rego:3: no SQL means the same as: input.row.flag"},
		"negated bare column":        {`include if not input.row.flag`, "no SQL means the same as: not input.row.flag"},
		"column against itself":      {`include if input.row.a == input.row.a`, "no SQL means the same as: input.row.a"},
		"number as a column":         {`include if input.row[3] == 1`, "no SQL means the same as"},
		"negated number as a column": {`include if not input.row[3] == 1`, "no SQL means the same as"},
		"column named by a column":   {`include if input.row[input.row.a] == 1`, "no SQL means the same as"},
		"any column":                 {`include if input.row[_] == 1`, "no SQL means the same as"},
		"whole row":                  {`include if input.row == {"a": 1}`, "no SQL means the same as"},
		"part of a column":           {`include if input.row.a.b == 1`, "no SQL means the same as"},
		"column in a column":         {`include if input.row.a in input.row.b`, "no SQL means the same as"},
		"text test of columns":       {`include if startswith(input.row.b, input.row.a)`, "no SQL means the same as"},
		"arithmetic":                 {`include if input.row.n + 1 == 3`, "no SQL means the same as"},
		"function":                   {`include if count(input.row.a) > 3`, "no SQL means the same as"},
		"collection":                 {`include if input.row.a == ["x"]`, "no SQL means the same as"},
		"else":                       {"include if {\n\tinput.row.a == \"x\"\n} else if {\n\tinput.row.a == \"y\"\n}", "no SQL means the same as"},
		"unknown column":             {`include if not input.row.nothing == 1`, "t has no column nothing"},
		"unknown relation":           {`include if not input.related.nothing == true`, "no relation is called nothing"},
		"unknown bound":              {`include if input.period.middle == "2024-01-01"`, "a period has a start and an end, not middle"},
		"relation of other columns":  {`include if input.related.linked == true`, "relation linked: t has no column u1"},
		"text against a number":      {`include if not input.row.a == 1`, "input.row.a: it is text"},
		"number against a text":      {`include if input.row.n < "1"`, `input.row.n: it is a number, and "1" is a text`},
		"flag against a text":        {`include if input.row.flag == "true"`, "it is a boolean"},
		"no date":                    {`include if input.row.d < "2024-1-1"`, `"2024-1-1" is not of the form 2006-01-02`},
		"date as a timestamp":        {`include if input.row.s <= "2024-06-30"`, `"2024-06-30" is not of the form`},
		"no key":                     {`include if input.row.u == "X"`, `"X" is no lower-case UUID`},
		"order of keys":              {`include if input.row.u < "00000000-0000-4000-8000-000000000001"`, "keys have no order"},
		"two kinds":                  {`include if input.row.a == input.row.n`, "input.row.a is text and input.row.n is a number"},
		"NUL":                        {`include if input.row.a == "x\u0000"`, "a text with a NUL"},
		"too many digits":            {`include if input.row.n < 1234567890123456789`, "too many digits"},
		"no float":                   {`include if input.row.f < 0.10000000000000000001`, "is not exactly a float"},
		"text test of a maybe null":  {`include if not startswith(input.row.a, "x")`, "input.row.a may be null, of which starts_with is an error"},
		"always, or by a failure":    {"include := true\n\ninclude if startswith(input.row.a, \"x\")", "input.row.a may be null, of which starts_with is an error"},
		"text test of a number":      {`include if contains(input.row.n, "x")`, "input.row.n is a number, and contains is for text"},
		"wide decimal":               {`include if input.row.wide == 1`, "more than 28 digits"},
		"odd type":                   {`include if input.row.odd == "x"`, "row rules cannot read type BLOB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, sql, err := condition(t, tt.rule)
			if err == nil {
				t.Fatalf("rendered as %s", sql)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAlwaysNeverAndSometimes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rule string
		want string
		sql  string
	}{
		"always":              {`include := true`, "view.All", "TRUE"},
		"always by one body":  {"include if input.row.n == 1\n\ninclude if 1 == 1", "view.All", "TRUE"},
		"never":               {`include if 1 == 2`, "view.None", "FALSE"},
		"no rule":             {``, "view.None", "FALSE"},
		"empty list":          {"include if {\n\tsome x in input.principal.schools\n\tinput.row.a == x\n}", "view.None", "FALSE"},
		"empty membership":    {`include if input.row.a in input.principal.schools`, "view.Or", "FALSE"},
		"absent key":          {`include if input.row.u == input.principal.staff_key`, "view.None", "FALSE"},
		"negated absent key":  {`include if not input.row.u == input.principal.staff_key`, "view.All", "TRUE"},
		"not opted out":       {`include if not input.row.flag == true`, "view.Or", `(NOT ("r"."flag" = CAST('true' AS BOOLEAN) AND "r"."flag" IS NOT NULL))`},
		"unlike":              {`include if input.row.a != "it's"`, "view.Or", `("r"."a" <> CAST('it''s' AS VARCHAR) OR "r"."a" IS NULL)`},
		"value before column": {`include if 3 > input.row.n`, "view.Or", `("r"."n" < CAST('3' AS BIGINT) OR "r"."n" IS NULL)`},
		"decimal":             {`include if input.row.n > 2.50`, "view.Or", `("r"."n" > CAST('2.5' AS DECIMAL(18,1)) AND "r"."n" IS NOT NULL)`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expr, _, sql, err := condition(t, tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			if got := typeName(expr); got != tt.want || sql != tt.sql {
				t.Errorf("got %s: %s, want %s: %s", got, sql, tt.want, tt.sql)
			}
		})
	}
}

// typeName names the type of a condition.
func typeName(e view.Expr) string {
	switch e.(type) {
	case view.All:
		return "view.All"
	case view.None:
		return "view.None"
	case view.Or:
		return "view.Or"
	}
	return "another"
}

func TestTheRestOfARuleIsShownWithoutMadeUpNames(t *testing.T) {
	t.Parallel()
	//nolint:dupword // a rule's use and its definition
	_, left, _, err := condition(t, "include if not excluded\n\nexcluded if {\n\tinput.row.n != 1\n\tinput.row.a == \"x\"\n}")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(left, "; "), `not (neq(input.row.n, 1); input.row.a = "x")`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
