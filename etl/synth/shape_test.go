package synth_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/oneroster"
	"github.com/weir-warehouse/weir/etl/synth"
)

// contracts returns the contract of each dataset that has a file of its own.
func contracts(t *testing.T, truth synth.Truth) []*contract.Contract {
	t.Helper()
	catalog, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var list []*contract.Contract
	for _, f := range truth.Files {
		if f.Dataset == "" || strings.Contains(f.Path, "/") {
			continue
		}
		c, ok := catalog.Get(f.Dataset)
		if !ok {
			t.Fatalf("%s: no contract %s", f.Path, f.Dataset)
		}
		list = append(list, c)
	}
	return list
}

func columns(t *testing.T, db *sql.DB, table string) []string {
	t.Helper()
	return texts(t, db, "SELECT column_name FROM information_schema.columns WHERE table_name = '"+table+"' ORDER BY ordinal_position")
}

func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// headers checks that a file has the columns of its contract in order, each
// person under one identifier, and that a OneRoster file has the standard's.
func headers(t *testing.T, db *sql.DB, truth synth.Truth) {
	t.Helper()
	for _, c := range contracts(t, truth) {
		got := columns(t, db, c.Name)
		var want []string
		for _, column := range c.Columns {
			name := column.Name
			if column.Person != "" {
				i := slices.IndexFunc(got, func(g string) bool { return slices.Contains(column.IdentifierColumns(), g) })
				if i < 0 {
					t.Errorf("%s: nobody is named for %s", c.Name, column.Name)
					continue
				}
				name = got[i]
			}
			want = append(want, name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: columns %v, want %v", c.Name, got, want)
		}
	}
	for _, f := range truth.Files {
		table, ok := strings.CutPrefix(strings.TrimSuffix(f.Path, ".csv"), "oneroster/")
		if !ok || table == "manifest" {
			continue
		}
		got := columns(t, db, table)
		for _, name := range oneroster.Standard(table) {
			if !slices.Contains(got, name) && !slices.Contains([]string{"role", "orgSourcedIds", "gradingPeriodSourcedId"}, name) { // of version 1.1
				t.Errorf("%s lacks %s", f.Path, name)
			}
		}
	}
}

// rosterTables name what OneRoster gives as the contracts do.
const rosterTables = `
CREATE VIEW district AS SELECT "sourcedId" AS district_id FROM orgs WHERE type = 'district';
CREATE VIEW school AS SELECT "sourcedId" AS school_id, "parentSourcedId" AS district_id FROM orgs WHERE type = 'school';
CREATE VIEW academic_session AS SELECT "sourcedId" AS session_id, "parentSourcedId" AS parent_session_id FROM "academicSessions";
CREATE VIEW section AS SELECT "sourcedId" AS section_id FROM classes;
`

// references checks that nothing refers to what is not there.
func references(t *testing.T, db *sql.DB, truth synth.Truth) {
	t.Helper()
	exec(t, db, rosterTables)
	refers := func(from, column, to, key string) {
		orphans := texts(t, db, fmt.Sprintf(`SELECT DISTINCT "%[2]s"::VARCHAR FROM "%[1]s" AS child
			WHERE "%[2]s" IS NOT NULL AND NOT EXISTS (FROM "%[3]s" AS parent WHERE parent."%[4]s" = child."%[2]s")`, from, column, to, key))
		if len(orphans) > 0 {
			t.Errorf("%s.%s: %d values are not in %s.%s, such as %s", from, column, len(orphans), to, key, orphans[0])
		}
	}
	unique := func(table string, key ...string) {
		twice := texts(t, db, fmt.Sprintf(`SELECT 'twice' FROM "%s" GROUP BY "%s" HAVING count(*) > 1`, table, strings.Join(key, `", "`)))
		if len(twice) > 0 {
			t.Errorf("%s: %d keys occur twice", table, len(twice))
		}
	}
	people := map[string]string{"number": "identifier", "email": "email", "sourced_id": "sourcedId"}
	for _, c := range contracts(t, truth) {
		key := slices.Clone(c.PrimaryKey)
		for _, column := range c.Columns {
			if r := column.Reference; r != nil {
				refers(c.Name, column.Name, r.Dataset, r.Column)
			}
			for i, name := range column.IdentifierColumns() {
				if !slices.Contains(columns(t, db, c.Name), name) {
					continue
				}
				refers(c.Name, name, "users", people[column.Person.Schemes()[i]])
				if at := slices.Index(key, column.Name); at >= 0 {
					key[at] = name
				}
			}
		}
		unique(c.Name, key...)
	}
	for _, r := range [][4]string{
		{"orgs", "parentSourcedId", "orgs", "sourcedId"}, {"academicSessions", "parentSourcedId", "academicSessions", "sourcedId"},
		{"courses", "orgSourcedId", "orgs", "sourcedId"}, {"classes", "courseSourcedId", "courses", "sourcedId"},
		{"classes", "schoolSourcedId", "orgs", "sourcedId"}, {"classes", "termSourcedIds", "academicSessions", "sourcedId"},
		{"users", "primaryOrgSourcedId", "orgs", "sourcedId"}, {"roles", "userSourcedId", "users", "sourcedId"},
		{"roles", "orgSourcedId", "orgs", "sourcedId"},
		{"enrollments", "classSourcedId", "classes", "sourcedId"}, {"enrollments", "schoolSourcedId", "orgs", "sourcedId"},
		{"enrollments", "userSourcedId", "users", "sourcedId"}, {"demographics", "sourcedId", "users", "sourcedId"},
		{"lineItems", "classSourcedId", "classes", "sourcedId"}, {"lineItems", "categorySourcedId", "categories", "sourcedId"},
		{"lineItems", "academicSessionSourcedId", "academicSessions", "sourcedId"}, {"results", "lineItemSourcedId", "lineItems", "sourcedId"},
		{"results", "studentSourcedId", "users", "sourcedId"}, {"results", "classSourcedId", "classes", "sourcedId"},
		{"section_teacher", "section_teacher_id", "enrollments", "sourcedId"},
	} {
		refers(r[0], r[1], r[2], r[3])
		if r[0] != "section_teacher" {
			unique(r[0], "sourcedId")
		}
	}
}

// counted checks that truth.json is what was returned, and its row counts.
func counted(t *testing.T, db *sql.DB, dir string, truth synth.Truth) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var written synth.Truth
	if err := json.Unmarshal(data, &written); err != nil || !reflect.DeepEqual(written, truth) {
		t.Errorf("truth.json is not what was returned (%v)", err)
	}
	for _, f := range truth.Files {
		table, _, _ := strings.Cut(filepath.Base(f.Path), ".")
		if got := texts(t, db, fmt.Sprintf(`SELECT count(*)::VARCHAR FROM "%s"`, table))[0]; got != strconv.FormatInt(f.Rows, 10) {
			t.Errorf("%s: %s rows, stated %d", f.Path, got, f.Rows)
		}
	}
}
