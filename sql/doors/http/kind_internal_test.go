package httpdoor

import (
	"slices"
	"testing"
)

func TestParts(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string][]string{
		"VARCHAR":                        nil,
		"INTEGER[]":                      {"INTEGER"},
		"DECIMAL(8,2)[3][]":              {"DECIMAL(8,2)[3]"},
		"MAP(VARCHAR, MAP(UUID, BIT[]))": {"VARCHAR", "MAP(UUID, BIT[])"},
		`STRUCT("a" INTEGER, "b, (""c"" " DECIMAL(8,2), "d" UNION("x" BIT, "y" TIME WITH TIME ZONE))`: {
			"INTEGER", "DECIMAL(8,2)", `UNION("x" BIT, "y" TIME WITH TIME ZONE)`,
		},
		`UNION("" BIT)`: {"BIT"},
		`STRUCT("a`:     {`"a`},
	} {
		if got := parts(kind); !slices.Equal(got, want) {
			t.Errorf("%s: got %q", kind, got)
		}
	}
}
