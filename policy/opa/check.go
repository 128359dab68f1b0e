package opa

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
)

// Tests is the outcome of a bundle's own tests.
type Tests struct {
	Passed    int       `json:"passed"`
	Failed    []Failure `json:"failed"`
	Coverage  float64   `json:"coverage"`  // lines of the rules that the tests reach, in percent
	Uncovered []string  `json:"uncovered"` // file:line of the others
}

// Failure is a test that failed.
type Failure struct {
	Test  string `json:"test"`
	File  string `json:"file"`
	Line  int    `json:"line"`
	Error string `json:"error,omitempty"` // empty: the test was not true
}

// RunTests runs the tests of a bundle with strict built-in errors, and
// measures which lines of its rules they reach.
func (b *Bundle) RunTests(ctx context.Context) (Tests, error) {
	modules := map[string]*ast.Module{}
	for path, m := range b.modules {
		modules[path] = m.Copy()
	}
	for path, m := range b.tests {
		modules[path] = m.Copy()
	}
	db := store(b.data)
	var out Tests
	reached := cover.New()
	err := storage.Txn(ctx, db, storage.TransactionParams{}, func(txn storage.Transaction) error {
		results, err := tester.NewRunner().
			SetCompiler(ast.NewCompiler().WithStrict(true).WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV1)).
			SetStore(db).
			SetModules(modules).
			SetCoverageQueryTracer(reached).
			RaiseBuiltinErrors(true).
			RunTests(ctx, txn)
		if err != nil {
			return err
		}
		for r := range results {
			out.add(r)
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("test policy bundle %s: %w", b.Origin, err)
	}
	slices.SortFunc(out.Failed, func(x, y Failure) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line))
	})
	out.measure(reached, b.modules)
	return out, nil
}

// add counts one result.
func (t *Tests) add(r *tester.Result) {
	if r.Pass() {
		t.Passed++
		return
	}
	f := Failure{Test: r.Package + "." + r.Name, File: relative(r.Location.File), Line: r.Location.Row}
	if r.Error != nil {
		f.Error = r.Error.Error()
	}
	t.Failed = append(t.Failed, f)
}

// measure reads which lines of the rules were reached.
func (t *Tests) measure(reached *cover.Cover, modules map[string]*ast.Module) {
	located := map[string]*ast.Module{}
	for _, m := range modules {
		located[m.Package.Location.File] = m
	}
	report := reached.Report(located)
	covered, all := 0, 0
	for _, file := range slices.Sorted(maps.Keys(located)) {
		f := report.Files[file]
		covered += f.CoveredLines
		all += f.CoveredLines + f.NotCoveredLines
		for _, r := range f.NotCovered {
			t.Uncovered = append(t.Uncovered, fmt.Sprintf("%s:%d", relative(file), r.Start.Row))
		}
	}
	t.Coverage = 100
	if all > 0 {
		t.Coverage = 100 * float64(covered) / float64(all)
	}
}

// relative returns a bundle file's path from the bundle's root.
func relative(file string) string { return strings.TrimPrefix(file, "/") }
