package guard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
)

// family is an entry of functions.json.
type family struct {
	Family    string   `json:"family"`
	Verdict   string   `json:"verdict"`
	Reason    string   `json:"reason"`
	Literal   string   `json:"literal"`
	Scalar    []string `json:"scalar"`
	Aggregate []string `json:"aggregate"`
	Table     []string `json:"table"`
	Pragma    []string `json:"pragma"`
	Syntax    []string `json:"syntax"`
}

func readFamilies(t *testing.T) []family {
	t.Helper()
	data, err := os.ReadFile("functions.json")
	if err != nil {
		t.Fatal(err)
	}
	var families []family
	if err := json.Unmarshal(data, &families); err != nil {
		t.Fatal(err)
	}
	return families
}

// TestFunctionsAreComplete asserts that functions.json classes each function of
// the engine once, where it stands, and lists none that the engine lacks. A new
// engine with new functions fails here until someone has judged them.
func TestFunctionsAreComplete(t *testing.T) {
	t.Parallel()
	engine := engineFunctions(t, open(t))
	listed := make(map[string]string)
	for _, f := range readFamilies(t) {
		if f.Reason == "" {
			t.Errorf("family %q has no reason", f.Family)
		}
		for kind, names := range map[string][]string{"scalar": f.Scalar, "aggregate": f.Aggregate, "table": f.Table, "pragma": f.Pragma} {
			for _, name := range names {
				key := kind + " " + name
				if other, ok := listed[key]; ok {
					t.Errorf("%s is in %q and in %q", key, other, f.Family)
				}
				listed[key] = f.Family
				if !engine[key] {
					t.Errorf("%s: the engine has no such function", key)
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(engine)) {
		if listed[key] == "" {
			t.Errorf("%s is not in functions.json", key)
		}
	}
	t.Logf("%d functions in %d families", len(listed), len(readFamilies(t)))
}

// engineFunctions returns "kind name" of each function of the engine. Macros
// stand where functions do, so they count as scalar or table functions.
func engineFunctions(t *testing.T, db *duck.DB) map[string]bool {
	t.Helper()
	kinds := map[string]string{"scalar": "scalar", "macro": "scalar", "aggregate": "aggregate", "window": "aggregate",
		"table": "table", "table_macro": "table", "pragma": "pragma"}
	rows, err := db.SQL().QueryContext(context.Background(), "SELECT DISTINCT function_type, function_name FROM duckdb_functions()")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read only
	names := make(map[string]bool)
	for rows.Next() {
		var kind, name string
		if err := rows.Scan(&kind, &name); err != nil {
			t.Fatal(err)
		}
		if kinds[kind] == "" {
			t.Fatalf("the engine has a new kind of function: %s %s", kind, name)
		}
		names[kinds[kind]+" "+name] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// TestNoNameIsScalarAndAggregate asserts what the guard's table relies on: a
// name that is called has one meaning.
func TestNoNameIsScalarAndAggregate(t *testing.T) {
	t.Parallel()
	engine := engineFunctions(t, open(t))
	for key := range engine {
		if name, ok := strings.CutPrefix(key, "aggregate "); ok && engine["scalar "+name] {
			t.Errorf("%s is both", name)
		}
	}
}

// TestEachFunctionGetsItsVerdict calls every function that is listed, and
// compares the guard's verdict with the family's.
func TestEachFunctionGetsItsVerdict(t *testing.T) {
	t.Parallel()
	g, db := newGuard(t), open(t)
	scope := readScope(t, "testdata/scope.yaml").build(t)
	try := func(f family, query, name string) {
		v := check(t, g, db, query, scope)
		want := f.Verdict != "refuse" && f.Literal == ""
		if v.Allowed() != want {
			t.Errorf("%s (%s): %+v", query, f.Family, v.Refusal)
		}
		if want && !slices.Contains(v.Functions, strings.ToLower(name)) {
			t.Errorf("%s: the facts have %v", query, v.Functions)
		}
	}
	for _, f := range readFamilies(t) {
		for _, name := range slices.Concat(f.Scalar, f.Aggregate, f.Syntax) {
			try(f, fmt.Sprintf("SELECT %q(1)", name), name)
			try(f, fmt.Sprintf("SELECT %q(1)", strings.ToUpper(name)), name)
		}
		for _, name := range f.Table {
			try(f, fmt.Sprintf("SELECT * FROM %q(1)", name), name)
		}
	}
}

// TestCatalogRelationsHavePrefixes asserts what rule cte-name relies on: every
// relation of the engine that an unqualified name can mean has one of its
// prefixes.
func TestCatalogRelationsHavePrefixes(t *testing.T) {
	t.Parallel()
	var others string
	err := open(t).SQL().QueryRowContext(context.Background(), `SELECT coalesce(string_agg(view_name, ' '), '') FROM duckdb_views()
		WHERE schema_name <> 'information_schema' AND NOT regexp_matches(view_name, '^(duckdb|pg|pragma|sqlite)_')`).Scan(&others)
	if err != nil || others != "" {
		t.Errorf("%s: %v", others, err)
	}
}

// TestDocumentationNamesAll asserts that docs/sql.md has each rule and family.
func TestDocumentationNamesAll(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/sql.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range guard.Rules() {
		if !strings.Contains(string(doc), "| `"+r.Name+"` |") {
			t.Errorf("docs/sql.md lacks rule %s", r.Name)
		}
	}
	for _, f := range readFamilies(t) {
		verdict := map[string]string{"allow": "accepted", "catalog": "catalog only", "refuse": "refused"}[f.Verdict]
		if !strings.Contains(string(doc), "| "+f.Family+" | "+verdict+" |") || !strings.Contains(string(doc), f.Reason) {
			t.Errorf("docs/sql.md lacks family %q, its verdict or its reason", f.Family)
		}
	}
}
