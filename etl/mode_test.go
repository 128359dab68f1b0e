package etl_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
)

const programHeader = "program_id,name,kind,provider,follow_up,active_practice,personalized"

func TestDeltaFilesCorrectAndAdd(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", "staff_number,family_name", "100,One"))
	w.loadOne(w.file("survey_response.csv", "response_id,teacher_number,survey,answered_on,relevance,trust", "r1,100,S,2025-01-01,3,4", "r2,100,S,2025-01-01,3,4"))
	o := w.loadOne(w.file("survey_response_2.csv", "response_id,teacher_number,survey,answered_on,relevance,trust",
		"r1,100,S,2025-01-01,5,", "r2,100,S,2025-01-01,3,4", "r3,100,S,2025-01-02,1,1"))
	if o.Updated != 1 || o.Unchanged != 1 || o.Loaded != 1 || o.Ended != 0 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT response_id, relevance, trust, _batch FROM formative.main.survey_response ORDER BY 1", "r1|5|<nil>|2", "r2|3|4|1", "r3|1|1|2")
}

// A column that a file does not carry stays as it is; one that it carries
// empty is emptied.
func TestPartialFiles(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("pd_program.csv", programHeader, "p1,One,plc,Acme,true,true,true", "p2,Two,plc,Acme,true,true,true"))
	o := w.loadOne(w.file("pd_program.csv", "program_id,name,kind,follow_up,active_practice,personalized",
		"p1,Renamed,plc,true,true,true", "p2,Two,plc,true,true,true"))
	if o.Updated != 1 || o.Unchanged != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT program_id, name, provider FROM core.main.pd_program ORDER BY 1", "p1|Renamed|Acme", "p2|Two|Acme")
	w.loadOne(w.file("pd_program.csv", programHeader, "p1,Renamed,plc,,true,true,true", "p2,Two,plc,Acme,true,true,true"))
	w.expect("SELECT program_id, provider FROM core.main.pd_program ORDER BY 1", "p1|<nil>", "p2|Acme")
}

func TestRemovalsLimit(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	rows := func(n int) []string {
		lines := []string{programHeader}
		for i := range n {
			lines = append(lines, fmt.Sprintf("p%d,Programme %[1]d,plc,Acme,true,true,true", i))
		}
		return lines
	}
	w.loadOne(w.file("pd_program.csv", rows(20)...))
	if o := w.loadOne(w.file("pd_program.csv", rows(18)...)); o.Status != etl.StatusLoaded || o.Ended != 2 { // a tenth exactly
		t.Errorf("outcome %+v", o)
	}
	path := w.file("pd_program.csv", rows(16)...)
	o := w.loadOne(path)
	if o.Status != etl.StatusRefused || !strings.Contains(o.Reason, "would end 2 of the 18 loaded rows") || !strings.Contains(o.Reason, "--accept-removals") {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT (SELECT count(*) FROM core.main.pd_program), (SELECT count(*) FROM core.history.pd_program), (SELECT count(*) FROM core.ledger.batch)", "18|2|2")
	if r := w.load(etl.Options{AcceptRemovals: true}, path); r.Outcomes[0].Ended != 2 {
		t.Errorf("outcome %+v", r.Outcomes[0])
	}
	if o := w.loadOne(w.file("pd_program.csv", slices.Concat(rows(16), []string{"p18,Back,plc,Acme,true,true,true"})...)); o.Loaded != 1 || o.Ended != 0 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT program_id, _batch, _ended_batch FROM core.history.pd_program ORDER BY 3, 1", "p18|1|2", "p19|1|2", "p16|1|3", "p17|1|3")
	w.expect("SELECT _batch FROM core.main.pd_program WHERE program_id = 'p18'", "4")
}

// A row that a full file lists and that fails a check is not missing. Where
// the key of a failing row cannot be read, no row can be told to be.
func TestFailingRowsAreNotMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		second []string
		ended  int64
	}{
		"missing":           {second: []string{"p1,One,plc,,true,true,true", "p2,Two,plc,,true,true,true"}, ended: 1},
		"failing":           {second: []string{"p1,One,plc,,true,true,true", "p2,,plc,,true,true,true"}, ended: 1},
		"duplicate keys":    {second: []string{"p1,One,plc,,true,true,true", "p2,A,plc,,true,true,true", "p2,B,plc,,true,true,true"}, ended: 1},
		"without a key":     {second: []string{"p1,One,plc,,true,true,true", ",Two,plc,,true,true,true"}, ended: 0},
		"malformed":         {second: []string{"p1,One,plc,,true,true,true", "p2,Two"}, ended: 0},
		"malformed, quoted": {second: []string{"p1,One,plc,,true,true,true", `p2,"T"wo,plc,,true,true,true`}, ended: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWarehouse(t)
			w.loadOne(w.file("pd_program.csv", programHeader, "p1,One,plc,,true,true,true", "p2,Two,plc,,true,true,true", "p3,Three,plc,,true,true,true"))
			r := w.load(etl.Options{AcceptRemovals: true}, w.file("pd_program.csv", append([]string{programHeader}, c.second...)...))
			if o := w.balanced(r.Outcomes[0]); o.Ended != c.ended {
				t.Errorf("outcome %+v", o)
			}
			w.expect("SELECT count(*) FROM core.main.pd_program", strconv.FormatInt(3-c.ended, 10))
		})
	}
}

// A full file takes the place of the one before, and so do its bad rows.
func TestFullFilesSupersedeQuarantine(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("pd_program.csv", programHeader, "p1,One,plc,,true,true,true", "p2,,plc,,true,true,true", "p3,Three"))
	w.loadOne(w.file("district.csv", districtHeader, "d1,,0100001,TN"))
	w.loadOne(w.file("pd_program.csv", programHeader, "p1,One,plc,,true,true,true", "p2,Two,plc,,true,true,true", "p4,,plc,,true,true,true"))
	w.expect("SELECT dataset, line, raw FROM quarantine.quarantined_row ORDER BY 1", "district|2|d1,,0100001,TN", "pd_program|4|p4,,plc,,true,true,true")
}

// A quarantined row leaves when a later file brings its key.
func TestLaterRowsSupersedeQuarantinedOnes(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", "staff_number,family_name", "100,One"))
	header := "response_id,teacher_number,survey,answered_on,relevance"
	w.loadOne(w.file("survey_response.csv", header, "r1,100,S,2025-01-01,9", "r2,100,S,2025-01-01,9", "r3,999,S,2025-01-01,1"))
	r := w.load(etl.Options{}, w.file("survey_response_2.csv", header, "r1,100,S,2025-01-01,5", "r3,100,S,2025-01-01,2"))
	if want := []etl.Retried{{Dataset: "survey_response", File: "survey_response.csv", Superseded: 2}}; !slices.Equal(r.Retried, want) {
		t.Errorf("retried %+v", r.Retried)
	}
	w.expect("SELECT line FROM quarantine.quarantined_row", "3")
	w.expect("SELECT count(*) FROM formative.ledger.batch", "2")
}

// The mode may be set by the mapping.
func TestMappedMode(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("pd_program.csv", programHeader, "p1,One,plc,,true,true,true", "p2,Two,plc,,true,true,true"))
	if o := w.loadAs(w.file("more.csv", programHeader, "p3,Three,plc,,true,true,true"), "dataset: pd_program\nmode: delta"); o.Ended != 0 || o.Loaded != 1 || o.Mode != "delta" {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT count(*) FROM core.main.pd_program", "3")
}

// An unpivoted file has several rows a record; each stands on the record's
// line, and the record is in quarantine once a row.
func TestLinesOfUnpivotedRows(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.loadOne(w.file("staff_identity.csv", "staff_number,family_name", "100,One"))
	o := w.loadAs(w.file("wide.csv", "id,teacher_number,q_now,q_goal,x_now,x_goal", "1,100,3,4,9,4", `2,"1`, `00",,,3,3`, "3,100,7,8,9,10", "4,100,3"),
		"dataset: skill_assessment",
		"columns:", "  skill_assessment_id: {from: [id, '{}_now']}", "  assessed_on: {constant: 2025-01-01}",
		"  self_level: {from: '{}_now'}", "  benchmark_level: {from: '{}_goal'}",
		"unpivot: {into: skill, labels: [{part: q, value: questioning}, {part: x, value: explaining}]}")
	if o.Read != 6 || o.Loaded != 1 || o.Skipped != 1 || o.ByRule["structure"] != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT line, count(*) FROM quarantine.quarantined_row GROUP BY 1 ORDER BY 1", "2|1", "3|1", "5|2", "6|1")
}
