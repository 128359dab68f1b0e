package guard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/sql/guard"
)

// TestNamesResolveAsInTheEngine holds the resolver to the engine's own binder,
// on generated statements in which a few names stand for CTEs, for relations of
// the scope and for tables out of it, in every nesting: what the engine scans in
// an accepted statement, the verdict names.
func TestNamesResolveAsInTheEngine(t *testing.T) {
	t.Parallel()
	g, db := newGuard(t), open(t)
	setup := make([]string, 0, 7)
	setup = append(setup, "ATTACH ':memory:' AS weir", "USE weir")
	for _, name := range pool() {
		setup = append(setup, fmt.Sprintf("CREATE TABLE %s AS SELECT 1 AS v", name))
	}
	run(t, db, append(setup, "SET explain_output = 'all'"))
	relations := make([]guard.Relation, 0, 3)
	for _, name := range pool()[:3] {
		relations = append(relations, guard.Relation{Schema: "main", Name: name, Columns: []string{"v"}})
	}
	scope, err := guard.NewScope("weir", []string{"main"}, relations)
	if err != nil {
		t.Fatal(err)
	}
	var accepted, bound, refused int
	rapid.Check(t, func(r *rapid.T) {
		text := query(r, rapid.IntRange(1, 3).Draw(r, "depth"))
		v := check(t, g, db, text, scope)
		plans := explain(t, db, text)
		scanned := scans(plans)
		if !v.Allowed() {
			refused++
			return
		}
		accepted++
		if scanned != nil {
			bound++
		}
		for _, name := range scanned {
			if !slices.Contains(v.Relations, name) {
				r.Errorf("%s\nscans %v, and the verdict has %v", text, scanned, v.Relations)
			}
		}
		for _, name := range reads(plans) {
			if !slices.Contains(v.Columns, name) {
				r.Errorf("%s\nreads %s, and the verdict has %v", text, name, v.Columns)
			}
		}
	})
	t.Logf("%d accepted, %d of them scan a table, %d refused", accepted, bound, refused)
}

// pool are the names that generated statements use. The first three are in
// the scope; tables exist under all.
func pool() []string { return []string{"t", "u", "a", "hidden"} }

// query generates a query over one column v.
func query(r *rapid.T, depth int) string {
	name := pool()[min(rapid.IntRange(0, 9).Draw(r, "name")/3, 3)]
	if depth == 0 {
		return "SELECT v FROM " + table(r, name)
	}
	sub := func() string { return query(r, rapid.IntRange(0, depth-1).Draw(r, "depth")) }
	switch rapid.IntRange(0, 10).Draw(r, "form") {
	case 0:
		return fmt.Sprintf("WITH %s AS (%s) %s", name, sub(), sub())
	case 1:
		return fmt.Sprintf("WITH %s AS MATERIALIZED (%s), c AS (%s) %s", name, sub(), sub(), sub())
	case 2:
		return fmt.Sprintf("WITH RECURSIVE %s AS (%s UNION SELECT v FROM (%s)) %s", name, sub(), sub(), sub())
	case 3:
		return fmt.Sprintf("WITH RECURSIVE %s(v) USING KEY (v) AS (%s UNION (%s)) %s", name, sub(), sub(), sub())
	case 4:
		return fmt.Sprintf("(%s) UNION ALL (%s) EXCEPT %s", sub(), sub(), sub())
	case 5:
		return fmt.Sprintf("SELECT x.v FROM (%s) AS x, LATERAL (%s) AS %s", sub(), sub(), name)
	case 6:
		return fmt.Sprintf("SELECT v FROM %s WHERE v IN (%s) ORDER BY (%s LIMIT 1)", table(r, name), sub(), sub())
	case 7:
		return fmt.Sprintf("SELECT (%s) AS v LIMIT (%s LIMIT 1)", sub(), sub())
	case 8:
		return fmt.Sprintf("SELECT max((%s)) AS v FROM (%s) AS %s GROUP BY (%s)", sub(), sub(), name, sub())
	case 9:
		return fmt.Sprintf("FROM (%s) AS %s PIVOT (max(v) AS v FOR v IN (1))", sub(), name)
	}
	return fmt.Sprintf("SELECT l.v FROM %s AS l LEFT JOIN (%s) AS r ON l.v = (%s)", table(r, name), sub(), sub())
}

// table writes a name as it is, or in other letters, or qualified.
func table(r *rapid.T, name string) string {
	switch rapid.IntRange(0, 20).Draw(r, "spelling") {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return "main." + name
	case 2:
		return "recurring." + name
	}
	return name
}
