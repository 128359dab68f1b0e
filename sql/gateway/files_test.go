package gateway_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// attached lists the files that a session has attached, by the snapshot's names
// for them, and the tables in them that are about people: of datasets whose contract
// has a person, or with a column, in whichever schema, that is named as keys of people are.
func (w *world) attached(r policy.Request) (files, people []string) {
	w.t.Helper()
	ctx := context.Background()
	s, err := w.Open(ctx, r)
	w.must(err)
	paths, err := s.AttachedFiles(ctx)
	w.must(err)
	catalog, err := contract.Embedded()
	w.must(err)
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	w.must(err)
	defer db.Close() //nolint:errcheck // test
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".duckdb")
		files = append(files, name)
		w.must(duck.Attach(ctx, db.SQL(), path, name, duck.ReadOnly))
	}
	rows, err := db.SQL().QueryContext(ctx, "SELECT table_name, concat_ws('.', database_name, schema_name, table_name), bool_or(column_name LIKE '%\\_key' ESCAPE '\\') FROM duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY ALL")
	w.must(err)
	defer rows.Close() //nolint:errcheck // test
	for rows.Next() {
		var table, path string
		var keys bool
		w.must(rows.Scan(&table, &path, &keys))
		if k, ok := catalog.Get(table); keys || ok && len(k.PersonColumns()) > 0 {
			people = append(people, path)
		}
	}
	w.must(rows.Err())
	return files, people
}

// What is not attached cannot leak: who is granted no rows about people has
// attached no file with any.
func TestFilesOfRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	researcher := func(datasets map[string][]string) policy.Request {
		r := w.Person("R1", policy.Research, policy.Researcher)
		r.Agreement = &policy.Agreement{
			ID: "a1", Purpose: policy.Research, From: "2025-08-01", To: "2026-06-30", DestroyBy: "2027-01-01", Members: []string{"R1"}, MinimumCell: 10, Datasets: datasets,
		}
		return r
	}
	program, teacher := []string{"program_id", "kind"}, []string{"teacher_key", "years_experience"}
	for name, c := range map[string]struct {
		request policy.Request
		files   []string
		people  bool
	}{
		"district leader":        {w.Person("L1", policy.PDROIReview, policy.DistrictLeader), []string{"core_reference"}, false},
		"school leader":          {w.Person("L2", policy.SchoolImprovement, policy.SchoolLeader), []string{"core_reference"}, false},
		"leader of both":         {w.Person("L3", policy.PDROIReview, policy.DistrictLeader, policy.SchoolLeader), []string{"core_reference"}, false},
		"privacy officer":        {w.Person("P1", policy.PrivacyAudit, policy.PrivacyOfficer), []string{"formative_reference"}, false},
		"researcher of programs": {researcher(map[string][]string{"pd_program": program}), []string{"core_reference"}, false},
		"researcher of schools":  {researcher(map[string][]string{"school": {"school_id"}}), []string{"core"}, true}, // small ones are found by their teachers
		"researcher":             {researcher(map[string][]string{"pd_program": program, "teacher": teacher}), []string{"core", "formative"}, true},
		"evaluator":              {w.Person("E1", policy.Evaluation, policy.Evaluator), []string{"core", "evaluative"}, true},
		"coach":                  {w.Person("C1", policy.Coaching, policy.Coach), []string{"core", "formative"}, true},
		"teacher":                {w.Person("T1", policy.SelfService, policy.Teacher), []string{"core", "evaluative", "formative", "students"}, true},
		"data steward":           {w.Person("S1", policy.Operations, policy.DataSteward), []string{"core"}, true},
	} {
		files, people := w.attached(c.request)
		if !slices.Equal(files, c.files) {
			t.Errorf("%s has attached %v, want %v", name, files, c.files)
		}
		if (len(people) > 0) != c.people {
			t.Errorf("%s has attached, about people: %v", name, people)
		}
	}
	leader := w.Person("L1", policy.PDROIReview, policy.DistrictLeader)
	w.expect(leader, "SELECT s.name, d.name FROM school s JOIN district d USING (district_id) ORDER BY ALL", "Elm|North", "Oak|North")
	w.expect(leader, "SELECT p.kind, a.school_year FROM pd_program p, academic_session a", "human_coaching|2026")
}

// A snapshot from before there were reference parts serves who needs none, and
// is refused to others: the whole compartment is no substitute.
func TestSnapshotWithoutReferenceParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	leader, coach := w.Person("L1", policy.PDROIReview, policy.DistrictLeader), w.Person("C1", policy.Coaching, policy.Coach)
	snapshots := snapshot.In(w.Home.Dir)
	first, _, err := snapshots.Current()
	w.must(err)
	old := *first
	old.CreatedAt, old.Parent = first.CreatedAt.AddDate(0, 0, 1), first.ID
	old.Compartments = slices.DeleteFunc(slices.Clone(first.Compartments), func(c snapshot.Compartment) bool { return strings.HasSuffix(c.Name, "_reference") })
	if len(first.Compartments)-len(old.Compartments) != 2 {
		t.Fatalf("compartments %v", first.Compartments)
	}
	w.must(snapshots.Publish(&old, func(name string) string { return w.Home.Compartment(contract.Compartment(name)) }, first, nil))
	if err := w.refuse(leader, "SELECT count(*) FROM school", policy.Failed); err != nil && !strings.Contains(err.Error(), "`weir publish`") {
		t.Errorf("error %v", err)
	}
	w.expect(coach, "SELECT count(*) FROM academic_session", "1")
	catalog, err := contract.Embedded()
	w.must(err)
	loader := &etl.Loader{Home: w.Home, Catalog: catalog, Engine: duck.Options{Threads: 1}, Program: "test", Now: gatewaytest.Now}
	_, published, err := loader.Publish(context.Background())
	w.must(err)
	if !published {
		t.Error("nothing was published")
	}
	w.expect(leader, "SELECT count(*) FROM school", "2")
}
