package etl_test

import (
	"testing"

	"github.com/weir-warehouse/weir/etl"
)

const districtHeader = "district_id,name,nces_id,state"

func TestLoadQuarantinesEachFaultWithItsLine(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	o := w.loadOne(w.file("district.csv", districtHeader,
		"d1,First,0100001,TN",
		`d2,"Two`, `lines",0100002,TN`,
		"d3,,0100003,TN",
		"d4,Fourth,12,TN",
		"d5,Fifth",
		"  d6 ,Sixth,0100006,TN",
		"d7,Seventh,0100007,TN",
		"d7,Seventh,0100007,TN",
		"d8,Eighth,0100008,TN",
		"d8,Other,0100008,TN",
	))
	if o.Read != 10 || o.Loaded != 4 || o.Quarantined != 6 || o.Repaired != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT district_id, name FROM core.main.district ORDER BY 1", "d1|First", "d2|Two\nlines", "d6|Sixth", "d7|Seventh")
	w.expect("SELECT line, raw, violations FROM quarantine.quarantined_row ORDER BY line",
		"5|d3,,0100003,TN|[{'rule': required, 'column': name}]",
		"6|d4,Fourth,12,TN|[{'rule': pattern, 'column': nces_id}]",
		"7|d5,Fifth|[{'rule': structure, 'column': ''}]",
		"10|d7,Seventh,0100007,TN|[{'rule': duplicate_row, 'column': district_id}]",
		"11|d8,Eighth,0100008,TN|[{'rule': duplicate_key, 'column': district_id}]",
		"12|d8,Other,0100008,TN|[{'rule': duplicate_key, 'column': district_id}]",
	)
}

func TestLoadIsIdempotent(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	path := w.file("district.csv", districtHeader, "d1,First,0100001,TN")
	if o := w.loadOne(path); o.Status != etl.StatusLoaded || o.Loaded != 1 {
		t.Fatalf("outcome %+v", o)
	}
	if o := w.loadOne(path); o.Status != etl.StatusAlready {
		t.Errorf("status %s, want already loaded", o.Status)
	}
	o := w.loadOne(w.file("district.csv", districtHeader, "d1,Renamed,0100001,TN", "d2,New,0100002,TN"))
	if o.Loaded != 1 || o.Updated != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT district_id, name FROM core.main.district ORDER BY 1", "d1|Renamed", "d2|New")
}

func TestPeopleAreOneKeyAcrossIdentifiers(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", "staff_number,staff_email,staff_sourced_id,given_name,family_name",
		"100,Ada@Example.org,u1,Ada,One", "200,bob@example.org,u2,Bob,Two"))
	w.loadOne(w.file("teacher.csv", "teacher_number,effective_from,role", "100,2024-08-01,teacher", "300,2024-08-01,coach"))
	o := w.loadOne(w.file("skill_assessment.csv", "skill_assessment_id,teacher_email,skill,assessed_on,self_level",
		"a1,ada@example.org,questioning,2025-01-01,3", "a2,nobody@example.org,questioning,2025-01-01,3"))
	if o.Loaded != 1 || o.ByRule["person"] != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect(`SELECT count(DISTINCT k) FROM (
		SELECT staff_key AS k FROM vault.main.staff_identity WHERE staff_number = '100'
		UNION ALL SELECT teacher_key FROM core.main.teacher WHERE role = 'teacher'
		UNION ALL SELECT teacher_key FROM formative.main.skill_assessment)`, "1")
	w.expect("SELECT count(*), count(DISTINCT person_key) FROM vault.identity.identifier", "7|3")
}

func TestIdentifiersOfTwoPeopleConflict(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", "staff_number,staff_email,family_name", "100,ada@example.org,One", "200,bob@example.org,Two"))
	o := w.loadOne(w.file("staff_identity_2.csv", "staff_number,staff_email,family_name",
		"100,bob@example.org,Mixed",   // names two people
		"300,ada@example.org,Reused",  // an address given to a new colleague
		"400,cleo@example.org,Three")) // a new person
	if o.Loaded != 1 || o.ByRule["identity_conflict"] != 2 {
		t.Errorf("outcome %+v", o)
	}
}

func TestRowsWaitForTheirReferences(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	o := w.loadOne(w.file("school.csv", "school_id,district_id,name", "s1,d1,One", "s2,d9,Two"))
	if o.Quarantined != 2 {
		t.Fatalf("outcome %+v", o)
	}
	r := w.load(etl.Options{}, w.file("district.csv", districtHeader, "d1,First,0100001,TN"))
	if len(r.Retried) != 1 || r.Retried[0].Loaded != 1 {
		t.Errorf("retried %+v", r.Retried)
	}
	w.expect("SELECT school_id FROM core.main.school", "s1")
	w.expect("SELECT line FROM quarantine.quarantined_row", "3")
}

func TestFullFilesEndRowsWithinTheLimit(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("district.csv", districtHeader, "d1,A,0100001,TN", "d2,B,0100002,TN", "d3,C,0100003,TN"))
	path := w.file("district.csv", districtHeader, "d1,A,0100001,TN", "d2,,0100002,TN")
	if o := w.loadOne(path); o.Status != etl.StatusRefused {
		t.Fatalf("outcome %+v", o)
	}
	w.expect("SELECT count(*) FROM core.main.district", "3")
	w.expect("SELECT count(*) FROM quarantine.quarantined_row", "0")
	r := w.load(etl.Options{AcceptRemovals: true}, path)
	if o := w.balanced(r.Outcomes[0]); o.Ended != 1 || o.Unchanged != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT district_id, _batch FROM core.main.district ORDER BY 1", "d1|1", "d2|1")
	w.expect("SELECT district_id, _ended_batch FROM core.history.district", "d3|2")
}

func TestUnreadableFilesAreRefusedWhole(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	for name, lines := range map[string][]string{
		"district.csv":     {"district_id,label", "d1,One"},
		"mystery.csv":      {"a,b", "1,2"},
		"district_no.csv":  {"d1,First,0100001,TN"},
		"district_nul.csv": {districtHeader, "d1,Fi\x00rst,0100001,TN"},
		"district_enc.csv": {districtHeader, "d1,Fi\xe9rst,0100001,TN"},
		"district.csv.gz":  {districtHeader, "d1,First,0100001,TN"},
	} {
		if o := w.loadOne(w.file(name, lines...)); o.Status != etl.StatusRefused || o.Reason == "" {
			t.Errorf("%s: %+v", name, o)
		} else {
			t.Log(o.Reason)
		}
	}
	w.expect("SELECT count(*) FROM core.main.district", "0")
}
