package opa

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa/view"
	"github.com/weir-warehouse/weir/sql/duck"
)

// randomBundle is a bundle with the given row rules, by name.
func randomBundle(rules map[string]string) (*Bundle, error) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	files := fstest.MapFS{
		"weir/filter/filter.rego":         file("package weir.filter\n\ninclude if {\n\tsome rule in input.rules\n\tdata.weir.rows[rule].include == true\n}\n"),
		"weir/config/relations/data.json": file(`{"linked": {"dataset": "link", "principal": "who", "key": "key", "row": "u1", "from": "a", "to": "b"}}`),
		"weir/config/periods/data.json":   file(`{"t": {"from": "d1", "to": "d2"}}`),
	}
	for name, text := range rules {
		files["weir/rows/"+name+"/"+name+".rego"] = file("package weir.rows." + name + "\n\n" + text)
	}
	return ReadFS(files, "random")
}

// oracle prepares OPA's own evaluation of a row.
func oracle(ctx context.Context, b *Bundle) (rego.PreparedEvalQuery, error) {
	compiler, err := compile(b.modules)
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	return rego.New(rego.Compiler(compiler), rego.StrictBuiltinErrors(true),
		rego.ParsedQuery(ast.MustParseBody("data.weir.filter.include == true"))).PrepareForEval(ctx)
}

// verdicts lists the rows that OPA includes, evaluating each by itself.
func (x table) verdicts(ctx context.Context, q rego.PreparedEvalQuery, rule string) ([]int, error) {
	var included []int
	for i, row := range x.rows {
		results, err := q.Eval(ctx, rego.EvalInput(x.input(row, rule)))
		if err != nil {
			return nil, err
		}
		if results.Allowed() {
			included = append(included, i)
		}
	}
	return included, nil
}

// filtered lists the rows that DuckDB lets through a condition.
func filtered(ctx context.Context, db *sql.DB, where string, args []string) ([]int, error) {
	bound := make([]any, len(args))
	for i, a := range args {
		bound[i] = a
	}
	rows, err := db.QueryContext(ctx, `SELECT id FROM core.main.t AS "r" WHERE `+where+" ORDER BY id", bound...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	var ids []int
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// TestFiltersMeanWhatRulesMean compares, row by row over random rows and
// rules, OPA's own evaluation with DuckDB's under the rendered filter.
func TestFiltersMeanWhatRulesMean(t *testing.T) {
	t.Parallel()
	instance, err := duck.Open(t.Context(), duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := instance.Close(); err != nil {
			t.Error(err)
		}
	})
	db := instance.SQL()
	if _, err := db.ExecContext(t.Context(), "ATTACH ':memory:' AS core"); err != nil {
		t.Fatal(err)
	}
	p := &proof{db: db}
	rapid.Check(t, p.check)
	t.Logf("%+v", p.tally)
	if p.refused*2 > p.rules || p.included == 0 || p.included == p.rows {
		t.Errorf("the rules prove little: %+v", p.tally)
	}
}

// tally counts what the comparison was about.
type tally struct{ rules, refused, rows, included, always int }

// proof compares OPA with DuckDB.
type proof struct {
	db *sql.DB
	tally
}

// expected are the refusals that random rules may meet: of a column compared
// with itself partial evaluation leaves the bare column.
var expected = regexp.MustCompile(`no SQL means the same as: (not )?input\.\S+ \(`)

// check compares them on one table and some rules.
func (p *proof) check(t *rapid.T) {
	x := randomTable(t)
	if err := x.store(t.Context(), p.db); err != nil {
		t.Fatal(err)
	}
	rules := map[string]string{}
	for i := range 16 {
		rules[fmt.Sprintf("rule%d", i)] = randomRule(t, x.texts())
	}
	b, err := randomBundle(rules)
	if err != nil {
		t.Fatal(err)
	}
	e, err := compileOnly(t.Context(), b, x.catalogue(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	q, err := oracle(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{Engine: e, request: policy.Request{Principal: policy.Principal{StaffKey: self}}, input: ast.NewObject()}
	for name, text := range rules {
		p.rules++
		condition, _, err := s.condition(t.Context(), x.catalogue()[0], []string{name})
		var f *view.Fragment
		if err == nil {
			f, err = s.source(x.catalogue()[0]).Condition(condition)
		}
		if err != nil {
			if !expected.MatchString(err.Error()) {
				t.Fatalf("%v in\n%s", err, text)
			}
			p.refused++
			continue
		}
		want, err := x.verdicts(t.Context(), q, name)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		p.compare(t, f, want, text, x)
		if _, ok := condition.(view.All); ok {
			p.always++
		}
	}
}

// compare asks DuckDB for the rows, with the values bound and in the text.
func (p *proof) compare(t *rapid.T, f *view.Fragment, want []int, rule string, x table) {
	where, args := f.Bind()
	bound, err := filtered(t.Context(), p.db, where, args)
	if err != nil {
		t.Fatalf("%v in\n%s\n%s", err, rule, where)
	}
	inline, err := filtered(t.Context(), p.db, f.Inline(), nil)
	if err != nil {
		t.Fatalf("%v in\n%s\n%s", err, rule, f.Inline())
	}
	if !slices.Equal(bound, want) || !slices.Equal(inline, want) {
		t.Fatalf("DuckDB includes %v, with values inline %v, OPA %v under\n%s\n%s\nrows\n%s", bound, inline, want, rule, f.Inline(), x)
	}
	unknown, err := filtered(t.Context(), p.db, "("+f.Inline()+") IS NULL", nil)
	if err != nil || len(unknown) > 0 {
		t.Fatalf("the condition is NULL for rows %v (%v) under\n%s", unknown, err, rule)
	}
	p.rows += len(x.rows)
	p.included += len(want)
}
