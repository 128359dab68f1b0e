package synth_test

import (
	"database/sql"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/synth"
)

// recoverPlanted checks planted quantities against the files alone, each by its
// query in testdata/recover, to four standard errors: with so many quantities one
// district in 350 would fail, and the seed is fixed.
func recoverPlanted(t *testing.T, db *sql.DB, truth synth.Truth) {
	t.Helper()
	queries, err := filepath.Glob("testdata/recover/*.sql")
	if err != nil || len(queries) == 0 {
		t.Fatalf("no queries in testdata/recover (%v)", err)
	}
	for _, name := range queries {
		id := strings.TrimSuffix(filepath.Base(name), ".sql")
		var got, se float64
		if err := db.QueryRowContext(t.Context(), "SELECT e.value, e.se FROM (\n"+readFile(t, name)+") AS q(e)").Scan(&got, &se); err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		want := quantity(t, truth, id)
		if !(math.Abs(got-want.Value) <= 4*se) {
			t.Errorf("%s: found %.4f ± %.4f, planted %.4f", id, got, se, want.Value)
		}
		if want.Realised != nil && want.Naive == nil && math.Abs(got-*want.Realised) > 4*se {
			t.Errorf("%s: found %.4f ± %.4f, realised %.4f", id, got, se, *want.Realised)
		}
	}
}

func quantity(t *testing.T, truth synth.Truth, id string) synth.Quantity {
	t.Helper()
	for _, q := range truth.Quantities {
		if q.ID == id {
			return q
		}
	}
	t.Fatalf("truth.json lacks %s", id)
	return synth.Quantity{}
}
