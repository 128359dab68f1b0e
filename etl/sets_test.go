package etl_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
)

const (
	sessionHeader   = "session_id,title,type,start_date,end_date,parent_session_id,school_year"
	sessionDelta    = "dataset: academic_session\nmode: delta"
	quarantinedKeys = "SELECT json_extract_string(fields, '$.session_id'), list_transform(violations, v -> v.rule) FROM quarantine.quarantined_row ORDER BY ALL"
)

// loadAs loads one file under a mapping.
func (w *warehouse) loadAs(path string, mapping ...string) etl.Outcome {
	w.t.Helper()
	file := strings.TrimSuffix(path, filepath.Ext(path)) + ".mapping.yaml"
	if err := os.WriteFile(file, []byte(strings.Join(mapping, "\n")+"\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	r := w.load(etl.Options{Mappings: []string{file}}, path)
	return w.balanced(r.Outcomes[0])
}

func TestSessionsMustNotOverlap(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("academic_session.csv", sessionHeader,
		"y1,Year,schoolYear,2024-08-01,2025-06-30,,2025",
		"y2,Year,schoolYear,2024-08-01,2025-06-30,,2025", // without a parent anything goes
		"t1,T1,term,2024-08-01,2024-10-31,y1,2025",
		"t2,T2,term,2024-11-01,2025-01-31,y1,2025",
		"t3,T3,term,2025-01-31,2025-03-31,y1,2025", // shares a day with t2
		"g1,G1,gradingPeriod,2024-08-01,2024-10-31,y1,2025",
		"u1,U1,term,2024-08-01,2024-10-31,y2,2025",
		"v1,V1,term,2025-06-30,2025-06-01,y1,2025"))
	w.expect(quarantinedKeys, "t3|[session_overlap]", "v1|[dates_in_order]")
	w.expect("SELECT count(*) FROM core.main.academic_session", "6")
}

func TestSessionsMustNotOverlapLoadedOnes(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("academic_session.csv", sessionHeader, "y1,Year,schoolYear,2024-08-01,2025-06-30,,2025",
		"t1,T1,term,2024-08-01,2024-10-31,y1,2025", "t2,T2,term,2024-12-01,2025-01-31,y1,2025", "t3,T3,term,2025-02-01,2025-03-31,y1,2025"))
	o := w.loadAs(w.file("more.csv", sessionHeader,
		"a,Before,term,2024-07-01,2024-08-01,y1,2025", // its last day is the first of t1
		"b,After,term,2024-10-31,2024-11-30,y1,2025",  // its first day is the last of t1
		"c,Around,term,2024-11-15,2025-01-31,y1,2025", // begins before t2 and covers it
		"d,Fits,term,2024-11-01,2024-11-14,y1,2025"), sessionDelta)
	if o.Loaded != 1 || o.ByRule["session_overlap"] != 3 {
		t.Errorf("outcome %+v", o)
	}
	o = w.loadAs(w.file("correction.csv", sessionHeader,
		"t2,T2,term,2025-01-05,2025-01-31,y1,2025", // does not overlap itself
		"e,Freed,term,2024-12-01,2025-01-04,y1,2025"), sessionDelta)
	if o.Loaded != 1 || o.Updated != 1 {
		t.Errorf("outcome %+v", o)
	}
	o = w.loadAs(w.file("moved.csv", sessionHeader,
		"f,Room,term,2025-02-01,2025-02-15,y1,2025",      // would have room
		"t3,T3,term,2025-02-16,2025-03-31,nowhere,2025"), // if this moved
		sessionDelta)
	if o.Quarantined != 2 {
		t.Errorf("outcome %+v", o)
	}
	w.expect(quarantinedKeys, "a|[session_overlap]", "b|[session_overlap]", "c|[session_overlap]", "f|[session_overlap]", "t3|[reference]")
}

// What a full file ends does not stand in the way of what it brings.
func TestFullFilesReplaceSessions(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("academic_session.csv", sessionHeader, "y1,Year,schoolYear,2024-08-01,2025-06-30,,2025",
		"t1,T1,term,2024-08-01,2024-10-31,y1,2025", "t2,T2,term,2024-11-01,2025-01-31,y1,2025"))
	r := w.load(etl.Options{AcceptRemovals: true}, w.file("academic_session.csv", sessionHeader, "y1,Year,schoolYear,2024-08-01,2025-06-30,,2025",
		"n1,Renamed,term,2024-08-01,2024-10-31,y1,2025", // t1 is gone
		"t2,,term,2024-11-01,2025-01-31,y1,2025",        // bad, so that t2 stays as it was
		"n2,New,term,2025-01-31,2025-03-31,y1,2025"))    // and overlaps this
	if o := w.balanced(r.Outcomes[0]); o.Ended != 1 || o.Loaded != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT session_id, title FROM core.main.academic_session ORDER BY 1", "n1|Renamed", "t2|T2", "y1|Year")
	w.expect(quarantinedKeys, "n2|[session_overlap]", "t2|[required]")
}

// A dataset may refer to itself, to rows of the same file in any order; what
// hangs on a bad row falls with it.
func TestReferencesWithinADataset(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("academic_session.csv", sessionHeader,
		"g1,G1,gradingPeriod,2024-08-01,2024-09-30,t1,2025",
		"t1,T1,term,2024-08-01,2024-10-31,y1,2025",
		"y1,Year,schoolYear,2024-08-01,2025-06-30,,2025",
		"g9,G9,gradingPeriod,2025-08-01,2025-09-30,t9,2026",
		"t9,T9,term,2025-08-01,2025-10-31,y9,2026",
		"y9,,schoolYear,2025-08-01,2026-06-30,,2026",
		"x1,X1,term,2024-08-01,2024-10-31,nowhere,2025"))
	w.expect("SELECT session_id FROM core.main.academic_session ORDER BY 1", "g1", "t1", "y1")
	w.expect(quarantinedKeys, "g9|[reference]", "t9|[reference]", "x1|[reference]", "y9|[required]")

	// once the year is mended, a load takes the rest out of quarantine
	r := w.load(etl.Options{AcceptRemovals: true}, w.file("mend.csv", "program_id,name,kind,follow_up,active_practice,personalized", "p,P,plc,true,true,true"))
	if len(r.Retried) != 0 {
		t.Errorf("retried %+v", r.Retried)
	}
	o := w.loadAs(w.file("year.csv", sessionHeader, "y9,Year,schoolYear,2025-08-01,2026-06-30,,2026"), sessionDelta)
	if o.Loaded != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT session_id FROM core.main.academic_session ORDER BY 1", "g1", "g9", "t1", "t9", "y1", "y9")
	w.expect(quarantinedKeys, "x1|[reference]")
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	o := w.loadOne(w.file("district.csv", districtHeader,
		"d1,One,0100001,TN", "d1,One,0100001,TN", " d1,One,0100001, TN", // the third differs in blanks only
		"d2,Two,0100002,TN", "d2,Two,0100002,AL", "d2,Two,0100002,TN",
		"d3,Three,bad,TN", "d3,Three,0100003,TN", // the bad one is out already
		"D1,Other,0100004,TN")) // keys keep their letter case
	if o.Loaded != 3 || o.ByRule["duplicate_row"] != 2 || o.ByRule["duplicate_key"] != 3 || o.ByRule["pattern"] != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT district_id FROM core.main.district ORDER BY 1", "D1", "d1", "d3")
}

func TestRowChecksOverPeople(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", "staff_number,staff_email,family_name", "100,ada@x.org,One", "200,bob@x.org,Two"))
	o := w.loadOne(w.file("coach_assignment.csv", "coach_assignment_id,coach_email,teacher_number,begin_date,end_date",
		"a,bob@x.org,100,2024-08-01,", "b,ada@x.org,100,2024-08-01,", // one person under two identifiers
		"c,bob@x.org,100,2024-08-02,2024-08-01", "d,,100,2024-08-02,", "e,bob@x.org,,2024-08-02,", "f,eve@x.org,100,2024-08-02,"))
	if o.Loaded != 1 || o.Quarantined != 5 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT json_extract_string(fields, '$.coach_assignment_id'), list_transform(violations, v -> v.rule || ' ' || v.column) FROM quarantine.quarantined_row ORDER BY ALL",
		"b|['not_oneself coach_key,teacher_key']", "c|['dates_in_order begin_date,end_date']", "d|[required coach_key]", "e|[required teacher_key]", "f|[person coach_key]")
}

// A person who need not be named must still be known if named.
func TestOptionalPeople(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", "staff_number,family_name", "100,One", "200,Two"))
	o := w.loadOne(w.file("coaching_session.csv", "coaching_session_id,teacher_number,coach_number,coach_type,kind,held_at",
		"a,100,200,human,coaching_cycle,2024-09-01 10:00:00", "b,100,,ai,reflective_prompt,2024-09-01 10:00:00",
		"c,100,,human,coaching_cycle,2024-09-01 10:00:00", "d,100,300,human,coaching_cycle,2024-09-01 10:00:00"))
	if o.Loaded != 2 || o.ByRule["human_has_coach"] != 1 || o.ByRule["person"] != 1 {
		t.Errorf("outcome %+v", o)
	}
	o = w.loadOne(w.file("coaching_session_2.csv", "coaching_session_id,teacher_number,coach_type,kind,held_at",
		"e,100,ai,reflective_prompt,2024-09-01 10:00:00", "f,100,human,coaching_cycle,2024-09-01 10:00:00"))
	if o.Loaded != 1 || o.ByRule["human_has_coach"] != 1 {
		t.Errorf("outcome %+v", o)
	}
}
