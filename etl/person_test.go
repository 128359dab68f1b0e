package etl_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/sql/duck"
)

const identityHeader = "staff_number,staff_email,staff_sourced_id,given_name,family_name"

// parquet writes a query's rows as a Parquet source file.
func (w *warehouse) parquet(name, query string) string {
	w.t.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	path := filepath.Join(w.dir, name)
	if _, err := db.SQL().ExecContext(ctx, "COPY ("+query+") TO "+duck.Literal(path)+" (FORMAT parquet)"); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// One person is one key, whatever the format, the identifier and its spelling.
func TestOnePersonAcrossLoadsAndFormats(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", identityHeader, "0100,Ada@X.org,u1,Ada,One"))
	w.loadOne(w.file("teacher.csv", "teacher_number,effective_from,role", " 0100 ,2024-08-01,teacher"))
	w.loadOne(w.parquet("skill_assessment.parquet", "SELECT 'a1' AS skill_assessment_id, 'ADA@x.org' AS teacher_email, 'questioning' AS skill, DATE '2025-01-01' AS assessed_on, 3::DOUBLE AS self_level"))
	w.loadOne(w.file("plc_activity.ndjson", `{"plc_activity_id": "p1", "teacher_sourced_id": "u1", "plc_id": "x", "met_on": "2025-01-01", "minutes": 30.5}`))
	w.expect(`SELECT count(DISTINCT k), count(*) FROM (SELECT staff_key AS k FROM vault.main.staff_identity UNION ALL SELECT teacher_key FROM core.main.teacher
		UNION ALL SELECT teacher_key FROM formative.main.skill_assessment UNION ALL SELECT teacher_key FROM formative.main.plc_activity)`, "1|4")
	w.expect("SELECT self_level FROM formative.main.skill_assessment", "3")
	w.expect("SELECT scheme, value FROM vault.identity.identifier ORDER BY 1", "email|ada@x.org", "number|0100", "sourced_id|u1")
	o := w.loadOne(w.file("plc_activity.csv", "plc_activity_id,teacher_number,plc_id,met_on", "p2,100,x,2025-01-02"))
	if o.ByRule["person"] != 1 { // 0100 is another number than 100
		t.Errorf("outcome %+v", o)
	}
}

func TestIdentifiersChange(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", identityHeader, "100,ada@x.org,u1,Ada,One", "200,bob@x.org,u2,Bob,Two", ",cy@x.org,u3,Cy,Three"))
	o := w.loadOne(w.file("staff_identity_2.csv", identityHeader,
		"100,ada@y.org,u1,Ada,Wed",  // a new address for a known number
		"200,bob@x.org,u9,Bob,Two",  // a new sourcedId
		"300,cy@x.org,u3,Cy,Three")) // a number at last
	if o.Updated != 3 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT count(DISTINCT person_key), count(*) FROM vault.identity.identifier", "3|11")
	w.loadOne(w.file("plc_activity.csv", "plc_activity_id,teacher_email,plc_id,met_on", "p1,ada@x.org,x,2025-01-02", "p2,ada@y.org,x,2025-01-02"))
	w.expect("SELECT count(DISTINCT teacher_key) FROM formative.main.plc_activity", "1")
}

func TestIdentifierConflicts(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", identityHeader, "100,ada@x.org,u1,Ada,One", "200,bob@x.org,u2,Bob,Two"))
	o := w.loadOne(w.file("staff_identity_2.csv", identityHeader,
		"100,bob@x.org,,Names,Two",
		"300,ada@x.org,,Address,Reused", // given to a new colleague
		",ada@x.org,u2,Names,Two",
		"400,dan@x.org,,Dan,Four", "500,dan@x.org,,Also,Dan", // new people who share an address
		"600,,u6,Eve,Six", "600,,u7,Eve,Seven", // one number, two systems: one person, described twice
		",,,No,Body"))
	if o.Loaded != 0 || o.ByRule["identity_conflict"] != 5 || o.ByRule["duplicate_key"] != 2 || o.ByRule["required"] != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT count(*) FROM vault.identity.identifier", "6")
	o = w.loadOne(w.file("plc_activity.csv", "plc_activity_id,teacher_number,teacher_email,plc_id,met_on",
		"p1,100,bob@x.org,x,2025-01-02", "p2,100,,x,2025-01-02", "p3,,bob@x.org,x,2025-01-02", "p4,100,ada@x.org,x,2025-01-02", "p5,100,new@x.org,x,2025-01-02"))
	if o.Loaded != 4 || o.ByRule["identity_conflict"] != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT count(*) FROM vault.identity.identifier", "6") // only datasets that list people add to the vault
}

func TestRowsWaitForPeople(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	o := w.loadOne(w.file("plc_activity.csv", "plc_activity_id,teacher_email,plc_id,met_on,minutes",
		"p1,ada@x.org,x,2025-01-02,30", "p2,bob@x.org,x,2025-01-02,30", "p3,ada@x.org,x,2025-01-02,many"))
	if o.Loaded != 0 || o.ByRule["person"] != 2 || o.ByRule["type"] != 1 {
		t.Errorf("outcome %+v", o)
	}
	r := w.load(etl.Options{}, w.file("staff_identity.csv", identityHeader, "100,ada@x.org,u1,Ada,One"))
	if want := []etl.Retried{{Dataset: "plc_activity", File: "plc_activity.csv", Loaded: 1}}; !slices.Equal(r.Retried, want) {
		t.Errorf("retried %+v", r.Retried)
	}
	w.expect("SELECT plc_activity_id, minutes FROM formative.main.plc_activity", "p1|30.00")
	w.expect("SELECT line, list_transform(violations, v -> v.rule) FROM quarantine.quarantined_row ORDER BY 1", "3|[person]", "4|[type]")
	w.expect("SELECT file, loaded, quarantined FROM formative.ledger.batch ORDER BY seq", "plc_activity.csv|0|3", "plc_activity.csv|1|0")
}

// Keys are random: two homes give the same people other keys.
func TestKeysAreNotDerived(t *testing.T) {
	t.Parallel()
	var keys []string
	for range 2 {
		w := newWarehouse(t)
		w.loadOne(w.file("staff_identity.csv", identityHeader, "100,ada@x.org,u1,Ada,One", "200,bob@x.org,u2,Bob,Two", "300,cy@x.org,u3,Cy,Three"))
		w.loadOne(w.file("student.csv", "student_number", "100", "200"))
		keys = append(keys, w.query("SELECT DISTINCT person_key FROM vault.identity.identifier")...)
	}
	if slices.Sort(keys); len(slices.Compact(keys)) != 10 {
		t.Errorf("%d keys for 5 people in 2 homes: %v", len(slices.Compact(keys)), keys)
	}
}

// Identifiers and names are in the vault and the quarantine, and in no other
// file of the home.
func TestIdentifiersStayInTheVault(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	secrets := []string{"Zuleika-Quarrington", "zq@secret.example", "SN-778899001", "src-zq-4455", "stu-566778899", "1988-07-06"}
	w.loadOne(w.file("staff_identity.csv", identityHeader, "SN-778899001,zq@secret.example,src-zq-4455,Zuleika-Quarrington,Zuleika-Quarrington"))
	w.loadOne(w.file("student_identity.csv", "student_number,given_name,birth_date", "stu-566778899,Zuleika-Quarrington,1988-07-06"))
	w.loadOne(w.file("teacher.csv", "teacher_number,effective_from,role", "SN-778899001,2024-08-01,teacher", "SN-778899001,2024-08-01x,teacher"))
	w.loadOne(w.file("pd_program.csv", "program_id,name,kind,follow_up,active_practice,personalized", "p,P,plc,true,true,true"))
	w.loadOne(w.file("pd_engagement.csv", "engagement_id,teacher_email,program_id,started_at,minutes,completed,delivery",
		"e1,zq@secret.example,p,2024-09-01 10:00:00,30,true,self_paced", "e2,ZQ@secret.example,p,2024-09-01 10:00:00,3000,true,self_paced"))
	w.loadOne(w.file("coach_assignment.csv", "coach_assignment_id,coach_sourced_id,teacher_number,begin_date", "c1,src-zq-4455,SN-778899001,2024-09-01"))
	w.loadOne(w.file("student.csv", "student_number,grade", "stu-566778899,05", "stu-566778899,06"))
	if _, _, err := w.Publish(context.Background()); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	err := filepath.WalkDir(w.Home.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, s := range secrets {
			if n := bytes.Count(data, []byte(s)); n > 0 {
				found[filepath.Base(path)] += n
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found["vault.duckdb"] == 0 || found["quarantine.duckdb"] == 0 {
		t.Errorf("the scan finds nothing where it must: %v", found)
	}
	delete(found, "vault.duckdb")
	delete(found, "quarantine.duckdb")
	if len(found) > 0 {
		t.Errorf("identifiers in %v", found)
	}
}

func TestErrorsNameNobody(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	o := w.loadOne(w.file("staff_identity.ndjson", `{"staff_number": "SN-1", "family_name": "Quarrington"}`, `{"staff_number": "SN-2", "family_name": Quarrington}`))
	if o.Status != etl.StatusRefused || strings.Contains(o.Reason, "Quarrington") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}
