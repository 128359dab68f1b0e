package guard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
)

// worlds are two locked instances that hold the default scope's relations with
// the same rows. The rich one holds more: a table under every name that the
// cases use for a CTE, an alias or a hidden relation, an enum, macros and a view.
type worlds struct {
	bare, rich *duck.DB
}

// canaries are the names of the rich world's further tables.
const canaries = `a b c d e g i j k l m n o p q r s t u v w x y z active anon_1 lhs rhs q01 source days hidden h2
	coaching_session coaching_feedback unused level decisions no_such_table no_such_relation value measure`

func newWorlds(t testing.TB) *worlds {
	t.Helper()
	scope := readScope(t, "testdata/scope.yaml")
	w := &worlds{bare: open(t), rich: open(t)}
	extra := make([]string, 0, 64)
	extra = append(extra, "CREATE TYPE hidden_enum AS ENUM ('canary')", "CREATE MACRO leak(x) AS 'canary'",
		"CREATE VIEW hidden_view AS SELECT 'canary' AS v", "CREATE SCHEMA formative")
	for name := range strings.FieldsSeq(canaries) {
		extra = append(extra, fmt.Sprintf(`CREATE TABLE %q AS SELECT 'canary' AS v, 'canary' AS teacher_key,
			424242 AS x, 424242 AS minutes, 'canary' AS name, 'canary' AS kind`, name))
	}
	lock := []string{"SET explain_output = 'all'", "SET enable_external_access = false", "SET lock_configuration = true"}
	run(t, w.bare, append(relations(scope), lock...))
	run(t, w.rich, slices.Concat(relations(scope), extra, lock))
	return w
}

// relations returns statements that make a scope's data relations in a database
// of the scope's name: views over tables in a schema of their own, with three
// rows each that depend on nothing but the row's number and the column's type.
func relations(scope *scopeFile) []string {
	sqls := []string{"ATTACH ':memory:' AS " + scope.Database, "USE " + scope.Database, "CREATE SCHEMA audit", "CREATE SCHEMA base"}
	for _, r := range scope.Relations {
		if r.Catalog {
			continue
		}
		var columns []string
		for _, c := range r.Columns {
			columns = append(columns, fmt.Sprintf("%s AS %s", value(fmt.Sprint(c.Value)), c.Key))
		}
		sqls = append(sqls,
			fmt.Sprintf("CREATE TABLE base.%q AS SELECT %s FROM range(3) AS r(i)", r.Name, strings.Join(columns, ", ")),
			fmt.Sprintf("CREATE VIEW %s AS SELECT * FROM base.%q", r.Name, r.Name))
	}
	return sqls
}

// value returns an expression of a type in a row's number i.
func value(columnType string) string {
	switch columnType {
	case "VARCHAR":
		return "'v' || i"
	case "DATE":
		return "DATE '2025-01-01' + i::INT"
	case "BOOLEAN":
		return "i > 1"
	case "TIMESTAMP":
		return "TIMESTAMP '2025-01-01 10:00' + INTERVAL (i) HOUR"
	}
	return "i::" + columnType
}

func open(t testing.TB) *duck.DB {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{MemoryLimit: "1GB", Threads: 1, TempDirectory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	db.SQL().SetMaxOpenConns(1) // USE holds for one connection
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func run(t testing.TB, db *duck.DB, sqls []string) {
	t.Helper()
	for _, sql := range sqls {
		if _, err := db.SQL().ExecContext(context.Background(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// check holds an accepted text to invariants 2 and 3: the rich world's plan
// scans no table and reads no column that the verdict does not name, and both
// worlds answer the same.
func (w *worlds) check(t testing.TB, text string, v guard.Verdict) {
	t.Helper()
	for _, violation := range append(w.leaks(t, text, v), w.differences(text, v)...) {
		t.Errorf("%s\n%s", text, violation)
	}
}

// leaks returns what an accepted text reads or shows out of the scope. Catalog
// questions run elsewhere, on the shadow catalog.
func (w *worlds) leaks(t testing.TB, text string, v guard.Verdict) []string {
	t.Helper()
	if v.Touches == guard.TouchesCatalog {
		return nil
	}
	var found []string
	plans := explain(t, w.rich, text)
	for _, name := range scans(plans) {
		if !slices.Contains(v.Relations, name) {
			found = append(found, fmt.Sprintf("scans %s, and the verdict has %v", name, v.Relations))
		}
	}
	for _, name := range reads(plans) {
		if !slices.Contains(v.Columns, name) {
			found = append(found, fmt.Sprintf("reads %s, and the verdict has %v", name, v.Columns))
		}
	}
	if rows := answer(w.rich, text); strings.Contains(rows, "canary") || strings.Contains(rows, "424242") {
		found = append(found, "answers "+rows)
	}
	return found
}

// differences returns how the worlds' answers differ.
func (w *worlds) differences(text string, v guard.Verdict) []string {
	if v.Touches == guard.TouchesCatalog {
		return nil
	}
	bare, rich := answer(w.bare, text), answer(w.rich, text)
	if bare == rich {
		return nil
	}
	return []string{fmt.Sprintf("answers %s\nand with more in the instance %s", bare, rich)}
}

// TestWorldsFindHoles shows that the checks can fail: a guard that let these
// through would be found out.
func TestWorldsFindHoles(t *testing.T) {
	t.Parallel()
	w := newWorlds(t)
	for text, different := range map[string]bool{
		"SELECT * FROM hidden":                                          true,
		"SELECT count(*) FROM coaching_session WHERE false":             true,
		"SELECT * FROM formative.x":                                     true, // the errors tell whether the schema exists
		"WITH a AS (SELECT * FROM hidden), hidden AS (SELECT 1) FROM a": true,
		"SELECT * FROM query('SELECT count(*) FROM hidden')":            true,
		"SELECT leak(1)":                                                true,
		"FROM histogram(coaching_session, x)":                           true,
		"SELECT count(*) FROM duckdb_tables()":                          true,
		"SELECT role FROM teacher":                                      false,
	} {
		v := guard.Verdict{Facts: guard.Facts{Relations: []string{"main.teacher"}, Columns: []string{"main.teacher.role"}}}
		found := append(w.leaks(t, text, v), w.differences(text, v)...)
		if (len(found) > 0) != different {
			t.Errorf("%s: found %q", text, found)
		}
	}
}

// plan is a node of EXPLAIN (FORMAT json).
type plan struct {
	Name     string         `json:"name"`
	Children []*plan        `json:"children"`
	Extra    map[string]any `json:"extra_info"`
}

// explain returns the nodes of the engine's plans for a text: as bound
// ("logical_plan"), optimised ("logical_opt"), and "physical_plan"; nothing if
// the text does not bind.
func explain(t testing.TB, db *duck.DB, text string) map[string][]*plan {
	t.Helper()
	parameters := make([]any, strings.Count(text, "$1")+strings.Count(text, "$2")+strings.Count(text, "$3")+strings.Count(text, "?"))
	rows, err := db.SQL().QueryContext(context.Background(), "EXPLAIN (FORMAT json) "+text, parameters...)
	if err != nil {
		return nil
	}
	defer rows.Close() //nolint:errcheck // read only
	plans := make(map[string][]*plan)
	for rows.Next() {
		var kind, tree string
		if err := rows.Scan(&kind, &tree); err != nil {
			t.Fatal(err)
		}
		var nodes []*plan
		if err := json.Unmarshal([]byte(tree), &nodes); err != nil {
			t.Fatalf("%s: %v: %s", text, err, tree)
		}
		for len(nodes) > 0 {
			p := nodes[0]
			nodes = append(nodes[1:], p.Children...)
			plans[kind] = append(plans[kind], p)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plans
}

// scans returns the tables and table functions in the engine's plan for a text
// before it is optimised, as "schema.name".
func scans(plans map[string][]*plan) []string {
	var names []string
	for _, p := range plans["logical_plan"] {
		if table := p.table(); table != "" {
			names = append(names, table)
		} else if len(p.Children) == 0 && !slices.Contains(sources(), p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// reads returns the columns that the engine's final plan takes from tables, as
// "schema.name.column".
func reads(plans map[string][]*plan) []string {
	var names []string
	for _, p := range plans["physical_plan"] {
		columns, isList := p.Extra["Projections"].([]any)
		if one, ok := p.Extra["Projections"].(string); ok && !isList && one != "" {
			columns = []any{one}
		}
		for _, c := range columns {
			if p.table() != "" {
				names = append(names, p.table()+"."+strings.ToLower(fmt.Sprint(c)))
			}
		}
	}
	return names
}

// table returns the relation that a node scans, or "". The worlds' views scan a
// table of the view's full name.
func (p *plan) table() string {
	table, ok := p.Extra["Table"].(string)
	if !ok {
		return ""
	}
	name := strings.TrimPrefix(strings.TrimPrefix(table, "weir."), "base.")
	return strings.Trim(name, `"`)
}

// sources are the leaves of plans that read no table.
func sources() []string {
	return []string{"DUMMY_SCAN", "CTE_SCAN", "RANGE", "GENERATE_SERIES", "UNNEST", "EXPRESSION_GET", "COLUMN_DATA_SCAN",
		"DELIM_GET", "EMPTY_RESULT", "JSON_EACH", "JSON_TREE", "REC_REC_CTE_SCAN", "REC_CTE_SCAN", "CHUNK_GET"}
}

// answer returns the rows of a text or its error, whose hint may name what else
// there is: the gateway shows none of it.
func answer(db *duck.DB, text string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	rows, err := db.SQL().QueryContext(ctx, text)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return first
	}
	defer rows.Close() //nolint:errcheck // read only
	columns, err := rows.Columns()
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	fmt.Fprintln(&out, columns)
	for n := 0; rows.Next() && n < 100; n++ {
		row, cells := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			cells[i] = &row[i]
		}
		if err := rows.Scan(cells...); err != nil {
			return err.Error()
		}
		fmt.Fprintln(&out, row...)
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	return out.String()
}
