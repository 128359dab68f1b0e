package etl_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
)

const starDir = "../docs/examples/star"

// The example of the documentation: real data, in which every value is
// accounted for and published results come out.
func TestStar(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	var err error
	if w.Catalog, err = contract.LoadDir(starDir + "/contracts"); err != nil {
		t.Fatal(err)
	}
	r := w.load(etl.Options{}, starDir)
	if len(r.Outcomes) != 1 || r.Outcomes[0].Status != etl.StatusLoaded {
		t.Fatalf("outcomes %+v", r.Outcomes)
	}
	o := w.balanced(r.Outcomes[0])
	if o.Read != 26797 || o.Loaded != 26797 || o.Quarantined != 0 || o.Skipped != 4*11598-26797 {
		t.Errorf("outcome %+v", o)
	}
	w.expect(starValues, "322,375|0|0")
	w.expect("SELECT grade, lunch, coalesce(reading_score, math_score) FROM students.main.star_student_grade WHERE class_type IS NULL", "KG|non-free|<nil>")

	readme, err := os.ReadFile(starDir + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, count := range []string{"46,392 groups", "26,797 of them", "19,595 are\nempty", "322,375 values"} {
		if !strings.Contains(string(readme), count) {
			t.Errorf("README.md does not hold %s", count)
		}
	}
	_, query, _ := strings.Cut(string(readme), "```sql\n")
	query, _, _ = strings.Cut(query, "```")
	effects := fmt.Sprintf(`SELECT grade, format('{:.2f}', regular), format('{:.2f}', small), format('{:.2f}', aide), format('{:,}', students) FROM (%s)`,
		strings.ReplaceAll(query, "star_student_grade", "students.main.star_student_grade"))
	for _, line := range append(w.query(starCounts), w.query(effects)...) {
		if line = "| " + strings.ReplaceAll(line, "|", " | ") + " |"; !strings.Contains(string(readme), line) {
			t.Errorf("README.md does not hold %s", line)
		}
	}
}

const starCounts = `SELECT grade, format('{:,}', count(*)), format('{:,}', count(*) FILTER (class_type = 'small')), format('{:,}', count(*) FILTER (class_type = 'regular')),
	format('{:,}', count(*) FILTER (class_type = 'regular+aide')), format('{:,}', count(reading_score)), format('{:,}', count(math_score)),
	format('{:,}', count(reading_score + math_score))
	FROM students.main.star_student_grade GROUP BY grade`

// starValues compares the table with the file, student by student and value by
// value: how many values the file has, how many are lost, how many are added.
const starValues = `
	WITH wide AS (FROM read_csv('` + starDir + `/STAR.csv.gz', all_varchar = true)),
	file AS (SELECT student, source, CASE source WHEN 'birth' THEN value::DECIMAL(6,2)::VARCHAR ELSE value END AS value
		FROM (UNPIVOT wide ON COLUMNS(* EXCLUDE student) INTO NAME source VALUE value)),
	long AS (SELECT i.value AS student, ['k', '1', '2', '3'][list_position(['KG', '01', '02', '03'], t.grade)] AS part, t.*
		FROM students.main.star_student_grade t
		JOIN vault.identity.identifier i ON i.person_key = t.student_key AND i.person = 'student' AND i.scheme = 'number'),
	loaded AS (
		SELECT student, source || part, value FROM (UNPIVOT (
			SELECT student, part, class_type AS star, reading_score::VARCHAR AS read, math_score::VARCHAR AS math, lunch, school_location AS school,
				teacher_degree AS degree, teacher_ladder AS ladder, teacher_experience::VARCHAR AS experience, teacher_ethnicity AS tethnicity,
				system_id AS system, school_id AS schoolid FROM long)
			ON COLUMNS(* EXCLUDE (student, part)) INTO NAME source VALUE value)
		UNION ALL
		SELECT student, source, value FROM (UNPIVOT (
			SELECT DISTINCT student, gender, ethnicity, birth_quarter::VARCHAR AS birth FROM long)
			ON COLUMNS(* EXCLUDE student) INTO NAME source VALUE value))
	SELECT format('{:,}', (SELECT count(*) FROM file)),
		(SELECT count(*) FROM (FROM file EXCEPT ALL FROM loaded)), (SELECT count(*) FROM (FROM loaded EXCEPT ALL FROM file))`
