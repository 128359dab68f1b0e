package etl_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
)

// never is in every value of a package that must not be stored.
const never = "Nevermore"

// rosterRows are the rows of a package: by file, each a list of column=value.
type rosterRows map[string][]string

// roster writes a OneRoster package with the standard's headers.
func (w *warehouse) roster(dir, version, mode string, tables rosterRows) string {
	w.t.Helper()
	headers := rosterHeaders(w.t, "1.2")
	if version == "1.1" {
		maps.Copy(headers, rosterHeaders(w.t, "1.1"))
	}
	manifest := []string{"propertyName,value", "manifest.version,1.0", "oneroster.version," + version}
	for table, rows := range tables {
		manifest = append(manifest, "file."+table+","+mode)
		w.file(filepath.Join(dir, table+".csv"), rosterLines(w.t, headers[table+".csv"], rows)...)
	}
	w.file(filepath.Join(dir, "manifest.csv"), manifest...)
	return filepath.Join(w.dir, dir)
}

func rosterHeaders(t *testing.T, version string) (h map[string][]string) {
	t.Helper()
	data, err := os.ReadFile("oneroster/testdata/headers-" + version + ".json")
	if err == nil {
		err = json.Unmarshal(data, &h)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// rosterLines writes records. A row that begins with ! stands as it is.
func rosterLines(t *testing.T, header []string, rows []string) []string {
	t.Helper()
	lines := []string{strings.Join(header, ",")}
	for _, row := range rows {
		if raw, ok := strings.CutPrefix(row, "!"); ok {
			lines = append(lines, raw)
			continue
		}
		record := make([]string, len(header))
		for i, name := range header {
			if slices.Contains([]string{"password", "sms", "phone"}, name) {
				record[i] = never + "-" + name
			}
		}
		for pair := range strings.SplitSeq(row, "; ") {
			name, value, _ := strings.Cut(pair, "=")
			i := slices.Index(header, name)
			if i < 0 {
				t.Fatalf("no column %s in %v", name, header)
			}
			record[i] = value
		}
		var b bytes.Buffer
		out := csv.NewWriter(&b)
		_ = out.Write(record)
		out.Flush()
		lines = append(lines, strings.TrimSuffix(b.String(), "\n"))
	}
	return lines
}

// outcomes describes a report, a dataset a line.
func outcomes(w *warehouse, r etl.Report) string {
	var lines []string
	for _, o := range r.Outcomes {
		w.balanced(o)
		if o.Status == etl.StatusRefused {
			lines = append(lines, o.File+" refused: "+o.Reason)
			continue
		}
		counts, err := json.Marshal([]int64{o.Read, o.Loaded, o.Quarantined, o.Ignored})
		if err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, o.Dataset+" "+string(counts))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func rosterOf12() rosterRows {
	return rosterRows{
		"orgs": {"sourcedId=d1; name=District; type=district; identifier=0100001", "sourcedId=s1; name=School; type=school; identifier=010000100001; parentSourcedId=d1",
			"sourcedId=x1; name=Department; type=department; parentSourcedId=s1", "sourcedId=x2; name=Nothing"},
		"academicSessions": {"sourcedId=y1; title=2024-25; type=schoolYear; startDate=2024-08-01; endDate=2025-07-01; schoolYear=2025",
			"sourcedId=t1; title=Fall; type=term; startDate=2024-08-01; endDate=2025-01-01; parentSourcedId=y1; schoolYear=2025",
			"sourcedId=t2; title=Spring; type=term; startDate=2025-01-01; endDate=2025-07-01; parentSourcedId=y1; schoolYear=2025", // the day on which the fall ended
			"sourcedId=t3; title=Odd; type=term; startDate=2025-07-01; endDate=soon; parentSourcedId=y1; schoolYear=2025"},
		"courses": {"sourcedId=c1; title=Algebra I; courseCode=MAT1; grades=08"},
		"classes": {"sourcedId=k1; title=Algebra, period 1; courseSourcedId=c1; classType=scheduled; schoolSourcedId=s1; termSourcedIds=t1,t2; grades=08"},
		"users": {"sourcedId=u1; enabledUser=true; username=ada; givenName=Ada; familyName=One; identifier=100; email=Ada@x.org; grades=08",
			"sourcedId=u2; enabledUser=true; username=sam; givenName=Sam; familyName=Two; identifier=n2; grades=08",
			"sourcedId=u3; enabledUser=true; username=pat; givenName=Pat; familyName=Three",
			"sourcedId=u4; enabledUser=true; username=cas; givenName=Cas; familyName=Four; identifier=400; email=cas@x.org",
			"!u5,active,\"bro\"ken," + never},
		"roles": {"sourcedId=r1; userSourcedId=u1; roleType=primary; role=teacher; beginDate=2024-08-01; orgSourcedId=s1",
			"sourcedId=r2; userSourcedId=u2; roleType=primary; role=student; orgSourcedId=s1", "sourcedId=r3; userSourcedId=u3; roleType=primary; role=guardian; orgSourcedId=s1",
			"sourcedId=r4; userSourcedId=u4; roleType=secondary; role=teacher; orgSourcedId=s1", "sourcedId=r5; userSourcedId=u4; roleType=primary; role=principal; orgSourcedId=s1",
			"!r6,active,"},
		"enrollments": {"sourcedId=e1; classSourcedId=k1; schoolSourcedId=s1; userSourcedId=u2; role=student; beginDate=2024-08-15; endDate=2024-12-20",
			"sourcedId=e2; classSourcedId=k1; schoolSourcedId=s1; userSourcedId=u1; role=teacher; primary=true", "sourcedId=e3; classSourcedId=k1; schoolSourcedId=s1; userSourcedId=u4; role=proctor",
			"sourcedId=e4; classSourcedId=k9; schoolSourcedId=s1; userSourcedId=u2; role=student"},
		"demographics": {"sourcedId=u2; birthDate=2011-02-03; sex=female; asian=true; white=true; hispanicOrLatinoEthnicity=false"},
		"lineItems":    {"sourcedId=l1; title=Unit test; classSourcedId=k1; academicSessionSourcedId=t1"},
		"results":      {"sourcedId=q1; lineItemSourcedId=l1; studentSourcedId=u2; scoreStatus=fully graded; score=87.5; scoreDate=2024-11-01"},
		"userProfiles": {"sourcedId=f1; userSourcedId=u1; username=ada; password=" + never},
	}
}

func TestRosterOf12(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	r := w.load(etl.Options{}, w.roster("pack", "1.2", "bulk", rosterOf12()))
	want := strings.Join([]string{
		"academic_session [4,3,1,0]", "district [1,1,0,2]", "enrollment [2,1,1,1]", "school [1,1,0,0]", "section [1,1,0,0]", "section_teacher [1,1,0,0]",
		"staff_identity [4,2,2,1]", // with a broken line of the users and one of the roles
		"student [1,1,0,0]", "student_identity [1,1,0,0]", "student_outcome [1,1,0,0]", "teacher [2,2,0,0]",
	}, "\n")
	if got := outcomes(w, r); got != want {
		t.Errorf("outcomes\n%s\nwant\n%s", got, want)
	}
	for _, o := range r.Outcomes {
		if (o.File == "users.csv") != slices.Equal(o.Dropped, []string{"sms", "phone", "password"}) {
			t.Errorf("%s: dropped %v", o.File, o.Dropped)
		}
	}
	w.expect("SELECT session_id, end_date FROM core.main.academic_session ORDER BY 1", "t1|2024-12-31", "t2|2025-06-30", "y1|2025-06-30")
	w.expect("SELECT enrollment_id, begin_date, end_date FROM core.main.enrollment", "e1|2024-08-15|2024-12-19")
	w.expect("SELECT section_id, session_id, course_code, subject, grade FROM core.main.section", "k1|t1|MAT1|mathematics|08")
	w.expect("SELECT role, school_id, effective_from FROM core.main.teacher ORDER BY 1", "administrator|s1|2024-08-01", "teacher|s1|2024-08-01")
	w.expect("SELECT sex, race_ethnicity, birth_year, school_id FROM students.main.student", "female|two_or_more|2011|s1")
	w.expect("SELECT assessment, subject, session_id, section_id, scale_score FROM students.main.student_outcome", "Unit test|mathematics|t1|k1|87.50")
	w.expect("SELECT file, line, raw, list_transform(violations, v -> v.rule || ' ' || v.column) FROM quarantine.quarantined_row ORDER BY ALL",
		"academicSessions.csv|5|t3,,,Odd,term,2025-07-01,soon,y1,2025|[type end_date]",
		"enrollments.csv|5|e4,,,k9,s1,u2,student,,,|[reference section_id]",
		"roles.csv|7|r6,active,|['structure ']",
		"users.csv|6||['structure ']") // its text is not kept
	absent(t, w.Home.Dir, never)
}

// absent checks that a text stands in no file of a directory.
func absent(t *testing.T, dir, text string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			t.Errorf("%s holds %q", path, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRosterOf11(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	dir := w.roster("pack", "1.1", "bulk", rosterRows{
		"orgs": {"sourcedId=d1; name=District; type=district", "sourcedId=s1; name=School; type=school; parentSourcedId=d1"},
		"academicSessions": {"sourcedId=y1; title=2024-25; type=schoolYear; startDate=2024-08-01; endDate=2025-07-01; schoolYear=2025",
			"sourcedId=g1; title=Q1; type=gradingPeriod; startDate=2024-08-01; endDate=2024-11-01; parentSourcedId=y1; schoolYear=2025"},
		"courses": {"sourcedId=c1; title=Biology"},
		"classes": {"sourcedId=k1; title=Biology 1; courseSourcedId=c1; schoolSourcedId=s1; termSourcedIds=y1; subjects=Life science"},
		"users": {"sourcedId=u1; enabledUser=true; orgSourcedIds=s1,s2; role=teacher; username=ada; givenName=Ada; familyName=One; identifier=100; email=ada@x.org",
			"sourcedId=u2; enabledUser=true; orgSourcedIds=s1; role=student; username=sam; givenName=Sam; familyName=Two; identifier=n2; grades=09"},
		"enrollments":  {"sourcedId=e1; classSourcedId=k1; schoolSourcedId=s1; userSourcedId=u2; role=student"},
		"demographics": {"sourcedId=u2; birthDate=2011-02-03; sex=male; hispanicOrLatinoEthnicity=true; white=true"},
		"lineItems":    {"sourcedId=l1; title=Lab; classSourcedId=k1; gradingPeriodSourcedId=g1"},
		"results":      {"sourcedId=q1; lineItemSourcedId=l1; studentSourcedId=u2; score=3; scoreDate=2024-10-01"},
		"categories":   {"sourcedId=a1; title=Labs"},
	})
	want := "academic_session [2,2,0,0]\ndistrict [1,1,0,0]\nenrollment [1,1,0,0]\nschool [1,1,0,0]\nsection [1,1,0,0]\nsection_teacher [0,0,0,0]\n" +
		"staff_identity [1,1,0,0]\nstudent [1,1,0,0]\nstudent_identity [1,1,0,0]\nstudent_outcome [1,1,0,0]\nteacher [1,1,0,0]"
	if got := outcomes(w, w.load(etl.Options{}, dir)); got != want {
		t.Errorf("outcomes\n%s\nwant\n%s", got, want)
	}
	w.expect("SELECT role, school_id, effective_from FROM core.main.teacher", "teacher|s1|2024-08-01")
	w.expect("SELECT race_ethnicity, birth_year FROM students.main.student", "hispanic_or_latino|2011")
	w.expect("SELECT session_id, subject FROM students.main.student_outcome", "g1|science")
	again := w.load(etl.Options{}, dir)
	for _, o := range again.Outcomes {
		if o.Status != etl.StatusAlready {
			t.Errorf("%s: %s", o.Dataset, o.Status)
		}
	}
	// people of the package are those of other files
	w.loadOne(w.file("plc_activity.csv", "plc_activity_id,teacher_number,teacher_email,plc_id,met_on", "p1,100,ada@x.org,x,2025-01-02"))
	w.expect("SELECT count(*) FROM formative.main.plc_activity p JOIN core.main.teacher t USING (teacher_key)", "1")
}

// In a delta package status tobedeleted ends what was loaded.
func TestRosterDelta(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.load(etl.Options{}, w.roster("pack", "1.2", "bulk", rosterOf12()))
	delta := w.roster("delta", "1.2", "delta", rosterRows{
		"orgs": {"sourcedId=s1; status=active; name=Renamed; type=school; parentSourcedId=d1"},
		"enrollments": {"sourcedId=e1; status=tobedeleted; classSourcedId=k1; schoolSourcedId=s1; userSourcedId=u2; role=student",
			"sourcedId=e8; status=tobedeleted; classSourcedId=k1; schoolSourcedId=s1; userSourcedId=u2; role=student",  // never loaded
			"sourcedId=e9; status=tobedeleted; classSourcedId=k1; schoolSourcedId=s1; userSourcedId=u9; role=student"}, // of somebody unknown
	})
	r := w.load(etl.Options{AcceptRemovals: true}, delta)
	for _, o := range r.Outcomes {
		w.balanced(o)
		if o.Dataset == "enrollment" && (o.Withdrawn != 2 || o.Ended != 1 || o.ByRule["person"] != 1) || o.Dataset == "school" && (o.Updated != 1 || o.Ended != 0) {
			t.Errorf("outcome %+v", o)
		}
	}
	w.expect("SELECT (SELECT count(*) FROM core.main.enrollment), (SELECT count(*) FROM core.history.enrollment)", "0|1")
	w.expect("SELECT name FROM core.main.school", "Renamed")
	// the row that waits for its student stays a withdrawal
	r = w.load(etl.Options{}, w.file("student_identity.csv", "student_sourced_id,given_name", "u9,Nine"))
	if want := []etl.Retried{{Dataset: "enrollment", File: "enrollments.csv", Withdrawn: 1}}; !slices.Equal(r.Retried, want) {
		t.Errorf("retried %+v", r.Retried)
	}
	w.expect("SELECT count(*) FROM core.main.enrollment", "0")
}

func TestTwoRostersInOneLoad(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.roster("in/a", "1.2", "delta", rosterRows{"orgs": {"sourcedId=d1; name=One; type=district"}})
	w.roster("in/b", "1.2", "delta", rosterRows{"orgs": {"sourcedId=d2; name=Two; type=district", "sourcedId=d3; name=Three; type=district"}})
	if got, want := outcomes(w, w.load(etl.Options{}, filepath.Join(w.dir, "in"))), "district [1,1,0,0]\ndistrict [2,2,0,0]\nschool [0,0,0,0]\nschool [0,0,0,0]"; got != want {
		t.Errorf("outcomes\n%s\nwant\n%s", got, want)
	}
	w.expect("SELECT district_id FROM core.main.district ORDER BY 1", "d1", "d2", "d3")
}

// A fault in one file refuses the package as a whole.
func TestRefusedRosters(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	for name, c := range map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"missing":  {func(dir string) error { return os.Remove(filepath.Join(dir, "classes.csv")) }, "manifest.csv names classes.csv, which cannot be opened"},
		"column":   {replace("orgs.csv", "identifier", "region"), `orgs.csv: OneRoster has no column "region" there`},
		"key":      {replace("users.csv", "sourcedId,", "metadata.id,"), "users.csv: lacks the column sourcedId"},
		"encoding": {replace("courses.csv", "Algebra", "Alg\xe8bra"), "courses.csv: line 2 is not UTF-8"},
		"empty":    {func(dir string) error { return os.WriteFile(filepath.Join(dir, "demographics.csv"), nil, 0o600) }, "demographics.csv: is empty"},
		"manifest": {replace("manifest.csv", "oneroster.version,1.2", "oneroster.version,3"), `manifest.csv: line 3: OneRoster version "3"`},
	} {
		dir := w.roster(name, "1.2", "bulk", rosterOf12())
		if err := c.spoil(dir); err != nil {
			t.Fatal(err)
		}
		r := w.load(etl.Options{}, dir)
		if len(r.Outcomes) != 1 || r.Outcomes[0].Status != etl.StatusRefused || !strings.Contains(r.Outcomes[0].Reason, c.want) || r.Outcomes[0].File != name+"/manifest.csv" {
			t.Errorf("%s: %+v", name, r.Outcomes)
		}
	}
	w.expect("SELECT (SELECT count(*) FROM core.ledger.batch) + (SELECT count(*) FROM vault.ledger.batch)", "0")
}

func replace(file, from, to string) func(string) error {
	return func(dir string) error {
		path := filepath.Join(dir, file)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, bytes.Replace(data, []byte(from), []byte(to), 1), 0o600)
	}
}

// Extension columns are dropped, and the text of bad rows with them.
func TestRosterExtensions(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.file("pack/manifest.csv", "oneroster.version,1.2", "file.orgs,bulk")
	w.file("pack/orgs.csv", "sourcedId,name,type,metadata.note", "d1,One,district,"+never, "d2,,district,"+never)
	r := w.load(etl.Options{}, filepath.Join(w.dir, "pack"))
	if got, want := outcomes(w, r), "district [2,1,1,0]\nschool [0,0,0,0]"; got != want || !slices.Equal(r.Outcomes[0].Dropped, []string{"metadata.note"}) {
		t.Errorf("%s, dropped %v", got, r.Outcomes[0].Dropped)
	}
	w.expect("SELECT line, raw FROM quarantine.quarantined_row", `3|{"district_id":"d2","name":null,"nces_id":null}`)
	absent(t, w.Home.Dir, never)
}
