package guard_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
)

var update = flag.Bool("update", false, "write the verdicts to the cases' want.yaml")

// want is what a case expects.
type want struct {
	Allowed     bool
	Rule        string      `yaml:",omitempty"`
	Code        policy.Code `yaml:",omitempty"`
	Position    *int        `yaml:",omitempty"`
	Text        string      `yaml:",omitempty"`
	Relations   []string    `yaml:",omitempty"`
	Columns     []string    `yaml:",omitempty"`
	Functions   []string    `yaml:",omitempty"`
	Aggregates  bool        `yaml:",omitempty"`
	Touches     guard.Touch `yaml:",omitempty"`
	Fingerprint string      `yaml:",omitempty"`
}

// TestCases holds the guard's verdict on each folder of testdata/cases to its
// want.yaml, and what it allows to the invariants.
func TestCases(t *testing.T) {
	t.Parallel()
	g, worlds := newGuard(t), newWorlds(t)
	for _, dir := range caseDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			text, scope := readCase(t, dir)
			v := check(t, g, worlds.bare, text, scope)
			compare(t, filepath.Join(dir, "want.yaml"), v)
			checkFingerprint(t, g, v.Fingerprint, scope)
			if _, err := os.Stat(filepath.Join(dir, "scope.yaml")); err != nil && v.Allowed() {
				worlds.check(t, text, v) // the worlds hold the default scope
			}
		})
	}
}

// compare holds a verdict to a file, or writes the file under -update.
func compare(t *testing.T, file string, v guard.Verdict) {
	t.Helper()
	w := want{Allowed: v.Allowed(), Relations: v.Relations, Columns: v.Columns, Functions: v.Functions,
		Aggregates: v.Aggregates, Touches: v.Touches, Fingerprint: v.Fingerprint}
	if len(w.Fingerprint) > 2000 {
		w.Fingerprint = w.Fingerprint[:2000]
	}
	if r := v.Refusal; r != nil {
		w.Rule, w.Code, w.Position, w.Text = r.Rule, r.Code, &r.Position, r.Text
	}
	got, err := yaml.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	expected, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, expected) {
		t.Errorf("verdict differs from %s\ngot:\n%s\nwant:\n%s", file, got, expected)
	}
}

func newGuard(t testing.TB) *guard.Guard {
	t.Helper()
	g, err := guard.New()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func caseDirs(t testing.TB) []string {
	t.Helper()
	dirs, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return dirs
}

// readCase returns a case's text and its scope.
func readCase(t testing.TB, dir string) (text string, scope *guard.Scope) {
	t.Helper()
	query, err := os.ReadFile(filepath.Join(dir, "query.sql"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "scope.yaml")
	if _, err := os.Stat(file); err != nil {
		file = "testdata/scope.yaml"
	}
	return string(query), readScope(t, file).build(t)
}

// scopeFile is a scope.yaml.
type scopeFile struct {
	Database  string
	Path      []string
	Macros    []string
	Relations []struct {
		Name      string
		Columns   yaml.MapSlice
		Catalog   bool
		MinPeople int `yaml:"min_people"`
	}
}

func readScope(t testing.TB, file string) *scopeFile {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s scopeFile
	if err := yaml.UnmarshalWithOptions(data, &s, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return &s
}

func (s *scopeFile) build(t testing.TB) *guard.Scope {
	t.Helper()
	relations := make([]guard.Relation, 0, len(s.Relations))
	for _, r := range s.Relations {
		schema, name, _ := strings.Cut(r.Name, ".")
		relation := guard.Relation{Schema: schema, Name: name, Catalog: r.Catalog, MinPeople: r.MinPeople}
		for _, column := range r.Columns {
			relation.Columns = append(relation.Columns, fmt.Sprint(column.Key))
		}
		relations = append(relations, relation)
	}
	scope, err := guard.NewScope(s.Database, s.Path, relations, s.Macros...)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

// check asks the guard, as the gateway does: the engine parses only what passes
// the rules on the text.
func check(t testing.TB, g *guard.Guard, db *duck.DB, text string, scope *guard.Scope) guard.Verdict {
	t.Helper()
	if g.CheckText(text) != nil {
		return g.Check(text, nil, scope)
	}
	return g.Check(text, parse(t, db, text), scope)
}

// parse has the engine serialise a text's syntax tree.
func parse(t testing.TB, db *duck.DB, text string) []byte {
	t.Helper()
	var tree string
	err := db.SQL().QueryRowContext(context.Background(),
		"SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", text).Scan(&tree)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(tree)
}

// checkFingerprint holds a fingerprint to invariant 5.
func checkFingerprint(t testing.TB, g *guard.Guard, fingerprint string, scope *guard.Scope) {
	t.Helper()
	known := make(map[string]bool)
	for name := range g.Words(scope) {
		for word := range strings.FieldsFuncSeq(name, isNoWord) {
			known[word] = true
		}
	}
	for word := range strings.FieldsFuncSeq(fingerprint, isNoWord) {
		if !known[word] && !strings.HasPrefix(word, "_") {
			t.Errorf("the fingerprint keeps %q: %s", word, fingerprint)
		}
	}
}

func isNoWord(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// TestRefusalsOfNamesDiffer asserts invariant 4: for a forbidden name and one
// that does not exist the refusals differ in the name alone.
func TestRefusalsOfNamesDiffer(t *testing.T) {
	t.Parallel()
	g, db := newGuard(t), open(t)
	scope := readScope(t, "testdata/scope.yaml").build(t)
	for _, query := range []string{
		"SELECT * FROM $", "SELECT minutes FROM main.$ AS x WHERE 1 = 1", "WITH a AS (FROM $) SELECT 1",
		"SELECT (SELECT max(v) FROM $) FROM teacher", "PIVOT $ ON v IN (1) USING sum(x)", "FROM weir.main.\"$\"",
	} {
		forbidden := check(t, g, db, strings.ReplaceAll(query, "$", "coaching_session"), scope)
		missing := check(t, g, db, strings.ReplaceAll(query, "$", "no_such_relation"), scope)
		if forbidden.Allowed() || missing.Allowed() {
			t.Fatalf("%s is allowed", query)
		}
		forbidden.Refusal.Text = strings.ReplaceAll(forbidden.Refusal.Text, "coaching_session", "no_such_relation")
		if *forbidden.Refusal != *missing.Refusal {
			t.Errorf("%s: %+v, but %+v", query, *forbidden.Refusal, *missing.Refusal)
		}
		if forbidden.Fingerprint != missing.Fingerprint || forbidden.Hash != missing.Hash {
			t.Errorf("%s: the fingerprints tell the names apart", query)
		}
	}
}

// TestRulesAreCovered asserts that each rule refuses some case or is refused by
// a test of its own.
func TestRulesAreCovered(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{"text-size": true} // TestTextSize
	for _, dir := range caseDirs(t) {
		data, err := os.ReadFile(filepath.Join(dir, "want.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var w want
		if err := yaml.Unmarshal(data, &w); err != nil {
			t.Fatal(err)
		}
		seen[w.Rule] = true
	}
	for _, r := range guard.Rules() {
		if !seen[r.Name] {
			t.Errorf("no case is refused by rule %q", r.Name)
		}
	}
	t.Log(len(seen), slices.Sorted(maps.Keys(seen)))
}

func TestTextSize(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	text := "SELECT '" + strings.Repeat("x", guard.MaxText-9) + "'"
	if r := g.CheckText(text); r != nil {
		t.Errorf("%d bytes: %v", len(text), r)
	}
	if r := g.CheckText(text + " "); r == nil || r.Rule != "text-size" {
		t.Errorf("%d bytes: %v", len(text)+1, r)
	}
}
