package pgwire_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// TestClientsStatementsBound sends what DBeaver and Metabase send, as their JDBC
// driver does: prepared, with identifiers and names as parameters. The gateway's
// own test has the answers to the same statements with these written out.
func TestClientsStatementsBound(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "").PgConn()
	bound := 0
	for _, client := range []string{"dbeaver", "metabase"} {
		data, err := os.ReadFile("../../gateway/testdata/postgres/" + client + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(string(data), "====\n") {
			statement, answer, _ := strings.Cut(part, "\n----\n")
			for _, p := range []struct {
				written, bound, value string
				oid                   uint32
			}{
				{"=2200", "=$1", "2200", 20}, {"=20000", "=$1", "20000", 20}, {"IN ('main')", "IN ($1)", "main", 1043}, {"='weir'", "=$1", "weir", 1043},
			} {
				if !strings.Contains(statement, p.written) {
					continue
				}
				bound++
				r := c.ExecParams(context.Background(), strings.ReplaceAll(statement, p.written, p.bound), [][]byte{[]byte(p.value)}, []uint32{p.oid}, nil, nil).Read()
				if want := len(strings.FieldsFunc(answer, func(r rune) bool { return r == '\n' })); r.Err != nil || len(r.Rows) != want {
					t.Errorf("%s\n%d rows, %v; want %d", statement, len(r.Rows), r.Err, want)
				}
			}
		}
	}
	if bound < 9 {
		t.Errorf("%d statements had a parameter", bound)
	}
	for _, own := range []string{"SHOW search_path", `SET search_path = "main","$user"`, "show timezone;"} {
		if _, err := c.Exec(context.Background(), own).ReadAll(); err != nil {
			t.Errorf("%s: %v", own, err)
		}
	}
}
