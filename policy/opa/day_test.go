package opa_test

import (
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

func TestScopeNeedsADay(t *testing.T) {
	t.Parallel()
	for _, day := range []policy.Date{"", "today", "2025-02-30"} {
		r := ask(policy.Coaching, policy.Coach)
		r.On = day
		if _, err := engine(t).Scope(t.Context(), r); policy.CodeOf(err) != policy.Usage {
			t.Errorf("%q: got %v, want a usage error", day, err)
		}
	}
}
