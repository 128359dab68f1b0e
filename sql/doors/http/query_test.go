package httpdoor_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

func testQuery(t *testing.T, d *door) {
	t.Helper()
	got := d.ask(policy.Evaluator, "SELECT type, count(*) AS n FROM observation GROUP BY type ORDER BY type")
	if want := [][]string{{`"formal"`, "1"}}; len(got.Rows) != 1 || !slices.Equal(got.cells()[0], want[0]) {
		t.Errorf("got %v", got.cells())
	}
	if got.Columns[0].Type != "VARCHAR" || got.Columns[1].Name != "n" || got.Columns[1].Type != "BIGINT" || *got.RowCount != 1 {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(strings.Join(got.Notes, "\n"), "observation shows only the rows that you may see") {
		t.Errorf("got notes %q", got.Notes)
	}
	none := d.ask(policy.Evaluator, "SELECT 1 AS one WHERE false")
	if none.Rows == nil || len(none.Rows) != 0 || *none.RowCount != 0 || len(none.Notes) != 0 {
		t.Errorf("got %+v", none)
	}
}

func testWhatIsRefused(t *testing.T, d *door) {
	t.Helper()
	ask := func(text string) request {
		return request{path: "/v1/query", role: policy.Evaluator, body: statement(text)}
	}
	hidden := d.refused(ask("SELECT * FROM coaching_session"), http.StatusNotFound, policy.NotFound)
	missing := d.refused(ask("SELECT * FROM coaching_sessiom"), http.StatusNotFound, policy.NotFound)
	hidden.ID, missing.ID = "", ""
	if strings.ReplaceAll(hidden.Detail, "sessiom", "session") != strings.ReplaceAll(missing.Detail, "sessiom", "session") || hidden.Rule != missing.Rule || *hidden.Position != *missing.Position {
		t.Errorf("a forbidden dataset is told from one that does not exist:\n%+v\n%+v", hidden, missing)
	}
	if p := d.refused(ask("SELECT 1; DROP TABLE observation"), http.StatusForbidden, policy.Denied); p.Rule == "" {
		t.Errorf("got %+v", p)
	}
	for text, status := range map[string]int{
		"SELECT observed_at FROM observation": http.StatusBadRequest,
		"SELECT":                              http.StatusBadRequest,
		"SELECT CAST(type AS INTEGER) FROM observation": http.StatusBadRequest,
		"INSERT INTO observation VALUES (1)":            http.StatusForbidden,
		"SELECT * FROM read_csv('/etc/passwd')":         http.StatusForbidden,
	} {
		code := policy.Usage
		if status == http.StatusForbidden {
			code = policy.Denied
		}
		if p := d.refused(ask(text), status, code); strings.Contains(p.Detail, "formal") {
			t.Errorf("%s: a value is shown: %s", text, p.Detail)
		}
	}
}
