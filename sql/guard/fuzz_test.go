package guard_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// FuzzCheck asserts invariants 1, 2 and 5 on any text. Its corpus is all cases
// and what testdata/fuzz holds.
func FuzzCheck(f *testing.F) {
	g, worlds := newGuard(f), newWorlds(f)
	scope := readScope(f, "testdata/scope.yaml").build(f)
	for _, dir := range caseDirs(f) {
		text, _ := readCase(f, dir)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := check(t, g, worlds.bare, text, scope)
		checkFingerprint(t, g, v.Fingerprint, scope)
		if !v.Allowed() {
			return
		}
		for _, leak := range worlds.leaks(t, text, v) {
			t.Errorf("%s\n%s", text, leak)
		}
	})
}

// FuzzTree asserts that Check never panics on a tree that no engine gave, and
// that a tree cannot make it accept a statement that it cannot read.
func FuzzTree(f *testing.F) {
	g, db := newGuard(f), open(f)
	scope := readScope(f, "testdata/scope.yaml").build(f)
	for _, dir := range caseDirs(f) {
		if text, _ := readCase(f, dir); g.CheckText(text) == nil && len(text) < 1000 {
			f.Add(parse(f, db, text))
		}
	}
	f.Fuzz(func(t *testing.T, tree []byte) {
		v := g.Check("SELECT 1", tree, scope)
		if v.Allowed() && !json.Valid(bareWord.ReplaceAll(tree, []byte("${1}0"))) {
			t.Errorf("accepted a tree that is not JSON: %s", tree)
		}
	})
}

// bareWord matches what stands for a number. The guard's reader does not judge
// its spelling, since the engine writes Infinity and NaN.
var bareWord = regexp.MustCompile(`([:\[,]\s*)[-+.0-9A-Za-z]+`)

// TestMixedCases asserts invariants 1, 2 and 5 on texts that are mixed from the
// cases: tokens of one are replaced by tokens of others, and whole statements
// stand in others as CTEs and subqueries, under names that mean something else.
func TestMixedCases(t *testing.T) {
	t.Parallel()
	g, worlds := newGuard(t), newWorlds(t)
	scope := readScope(t, "testdata/scope.yaml").build(t)
	var texts []string
	for _, dir := range caseDirs(t) {
		if text, _ := readCase(t, dir); len(text) < 400 && !strings.Contains(filepath.Base(dir), "encoding") {
			texts = append(texts, text)
		}
	}
	accepted := 0
	rapid.Check(t, func(r *rapid.T) {
		text := mix(r, texts)
		v := check(t, g, worlds.bare, text, scope)
		checkFingerprint(t, g, v.Fingerprint, scope)
		if !v.Allowed() {
			return
		}
		accepted++
		for _, leak := range worlds.leaks(t, text, v) {
			r.Errorf("%s\n%s", text, leak)
		}
	})
	t.Logf("%d accepted", accepted)
	if accepted == 0 && os.Getenv("RAPID_CHECKS") == "" {
		t.Error("no mixed text was accepted, so nothing was tested")
	}
}

var tokens = regexp.MustCompile(`'[^']*'|"[^"]*"|\w+|\s+|.`)

// mixedNames are what a mixed text calls its CTEs, and what it puts in the place
// of other names.
func mixedNames() []string {
	return strings.Fields("hidden coaching_session teacher observation decisions a x r k recurring.r main.hidden " +
		"main.teacher weir.main.hidden sqlite_master")
}

// mix makes a text from the cases' texts.
func mix(r *rapid.T, texts []string) string {
	text := rapid.SampledFrom(texts).Draw(r, "text")
	other := strings.TrimRight(rapid.SampledFrom(texts).Draw(r, "other"), "; \n")
	names := mixedNames()
	name := rapid.SampledFrom(names).Draw(r, "name")
	third := rapid.SampledFrom(names).Draw(r, "third")
	switch rapid.IntRange(0, 8).Draw(r, "form") {
	case 0:
		text = "WITH " + name + " AS (" + other + ") " + text
	case 1:
		text = "WITH " + name + " AS (" + other + "), r AS (SELECT * FROM " + third + ") SELECT * FROM r, " + name
	case 2:
		text = "WITH RECURSIVE " + name + " AS (" + other + " UNION ALL SELECT * FROM " + third + ") SELECT * FROM " + name + " LIMIT 9"
	case 3:
		text = "SELECT * FROM (" + other + ") AS " + name + ", " + third
	case 4:
		text = "SELECT (WITH " + name + " AS (SELECT 1 AS v) SELECT count(*) FROM " + third + "), (" + other + ")"
	case 5:
		text = "(" + other + ") UNION ALL BY NAME (WITH " + name + " AS (" + other + ") SELECT * FROM " + third + ")"
	case 6:
		text = "SELECT * FROM teacher AS " + name + " WHERE EXISTS (SELECT * FROM " + third + ") ORDER BY (" + other + ")"
	}
	return swap(r, text, other)
}

// swap replaces a few tokens of a text by tokens of another or by names.
func swap(r *rapid.T, text, other string) string {
	parts, donors := tokens.FindAllString(text, -1), tokens.FindAllString(other, -1)
	for range rapid.IntRange(0, 3).Draw(r, "swaps") {
		if len(parts) == 0 {
			break
		}
		i := rapid.IntRange(0, len(parts)-1).Draw(r, "place")
		if len(donors) > 0 && rapid.Bool().Draw(r, "donor") {
			parts[i] = rapid.SampledFrom(donors).Draw(r, "token")
		} else {
			parts[i] = rapid.SampledFrom(mixedNames()).Draw(r, "other name")
		}
	}
	return strings.Join(parts, "")
}
