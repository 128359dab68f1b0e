package gateway_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
	"github.com/weir-warehouse/weir/sql/guard"
)

var update = flag.Bool("update", false, "write the answers to the clients' statements")

// throughPostgres is a principal at the PostgreSQL door.
func throughPostgres(r policy.Request) policy.Request {
	r.Door = policy.PGWire
	return r
}

// clientStatements reads what a client sends, with the answers: statement and
// answer parted by a line of four hyphens, cases by one of four equal signs.
func clientStatements(t testing.TB, path string) (cases [][2]string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(string(data), "====\n") {
		statement, answer, ok := strings.Cut(part, "\n----\n")
		if !ok {
			t.Fatalf("%s: no answer to %s", path, part)
		}
		cases = append(cases, [2]string{statement, strings.TrimSuffix(answer, "\n")})
	}
	return cases
}

func clientFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/postgres/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// TestClientsCatalogueStatements runs what clients of PostgreSQL were recorded
// to ask when they connect and when they show what there is. The answers were
// read by a person when they were written with -update.
func TestClientsCatalogueStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), throughPostgres(w.Person("S", policy.Operations, policy.DataSteward)))
	w.must(err)
	for _, path := range clientFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			var written []string
			for _, c := range clientStatements(t, path) {
				rows, err := w.run(s, c[0])
				if err != nil {
					t.Errorf("%s\n%v", c[0], err)
				}
				if !strings.Contains(strings.ToLower(c[0]), "order by") {
					slices.Sort(rows)
				}
				got := strings.Join(rows, "\n")
				if got != c[1] && !*update {
					t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
				}
				written = append(written, c[0]+"\n----\n"+got+"\n")
			}
			if *update {
				w.must(os.WriteFile(path, []byte(strings.Join(written, "====\n")), 0o600))
			}
		})
	}
}

// TestPostgresCatalogueShowsTheScopeAlone asserts that each way of asking lists
// the relations of the scope, and no other.
func TestPostgresCatalogueShowsTheScopeAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	for _, request := range []policy.Request{
		w.Person("E1", policy.Evaluation, policy.Evaluator), w.Person("C1", policy.Coaching, policy.Coach),
		w.Person("T1", policy.SelfService, policy.Teacher), w.Person("P", policy.PrivacyAudit, policy.PrivacyOfficer),
	} {
		want, err := w.ask(request, "SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER BY 1")
		w.must(err)
		for _, text := range []string{
			"SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER BY 1",
			"SELECT DISTINCT table_schema || '.' || table_name FROM information_schema.columns ORDER BY 1",
			"SELECT schemaname || '.' || tablename FROM pg_tables ORDER BY 1",
			"SELECT schemaname || '.' || relname FROM pg_catalog.pg_stat_user_tables ORDER BY 1",
			`SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN "pg_catalog".pg_namespace n ON n.oid = c.relnamespace
				WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' ORDER BY 1`,
		} {
			w.expect(throughPostgres(request), text, want...)
		}
	}
}

// TestPostgresSessionsAreThemselves asserts that two principals that share a
// scope each are told their own name.
func TestPostgresSessionsAreThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	for _, id := range []string{"S1", "S2", "O'Neill"} {
		w.expect(throughPostgres(w.Person(id, policy.Operations, policy.DataSteward)), "SELECT current_user, user, current_database()", id+"|"+id+"|weir")
	}
}

// TestPostgresRefusalsPointIntoTheClientsText asserts that positions are those
// of what the client wrote, also where that was rewritten before it.
func TestPostgresRefusalsPointIntoTheClientsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	evaluator := throughPostgres(w.Person("E1", policy.Evaluation, policy.Evaluator))
	for text, want := range map[string]string{
		"SELECT current_user, 1 FROM coaching_session":                            "coaching_session",
		"SELECT 'teacher'::pg_catalog.regclass FROM pg_catalog.pg_nothing":        "pg_nothing",
		"SELECT * FROM pg_catalog.pg_class, teacher_of_nobody":                    "teacher_of_nobody",
		"SELECT relname FROM pg_class UNION ALL SELECT duckdb_secret FROM hidden": "hidden",
	} {
		err := w.refuse(evaluator, text, policy.NotFound)
		refusal, ok := errors.AsType[*guard.Refusal](err)
		if !ok || !strings.HasPrefix(text[max(refusal.Position, 0):], want) {
			t.Errorf("%s: %+v", text, refusal)
		}
	}
	_ = w.refuse(evaluator, "SELECT relname, school_id FROM pg_class, school", policy.Denied)
	_ = w.refuse(evaluator, "SELECT * FROM scope.relation", policy.NotFound)
	_ = w.refuse(w.Person("E1", policy.Evaluation, policy.Evaluator), "SELECT * FROM pg_class", policy.NotFound)
}
