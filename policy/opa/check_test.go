package opa_test

import (
	"testing"

	"github.com/weir-warehouse/weir/policy/opa"
)

func TestBuiltInBundlePassesItsTests(t *testing.T) {
	t.Parallel()
	b, err := opa.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.RunTests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d tests passed, coverage %.1f %%", got.Passed, got.Coverage)
	for _, f := range got.Failed {
		t.Errorf("%s:%d: %s %s", f.File, f.Line, f.Test, f.Error)
	}
	for _, place := range got.Uncovered {
		t.Errorf("%s is reached by no test", place)
	}
}
