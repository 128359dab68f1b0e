package synth_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// panel makes of the source files, as they are, a view each, and from them one
// table of teachers by school year: what a study would work out for itself.
func panel(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db := open(t, 2).SQL()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	rosters, err := os.ReadDir(filepath.Join(dir, "oneroster"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		view(t, db, dir, e.Name())
	}
	for _, e := range rosters {
		view(t, db, filepath.Join(dir, "oneroster"), e.Name())
	}
	exec(t, db, panelSQL)
	return db
}

func view(t *testing.T, db *sql.DB, dir, name string) {
	t.Helper()
	stem, ext, _ := strings.Cut(name, ".")
	reader := map[string]string{
		"csv": "read_csv('%s', header = true, quote = '\"', all_varchar = false, sample_size = -1)", "csv.gz": "read_csv('%s', header = true, sample_size = -1)",
		"parquet": "read_parquet('%s')", "ndjson": "read_json('%s')",
	}[ext]
	if reader != "" {
		exec(t, db, fmt.Sprintf(`CREATE TABLE "%s" AS FROM `+reader, stem, filepath.Join(dir, name)))
	}
}

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

const panelSQL = `
CREATE TABLE person AS SELECT identifier AS teacher_number, email AS teacher_email, "sourcedId" FROM users WHERE email IS NOT NULL;

CREATE TABLE score AS
SELECT teacher_number, CAST(substr(session_id, 3, 4) AS INTEGER) AS ends, right(session_id, 1) AS half, observation_id, avg(score) AS score
FROM observation JOIN observation_score USING (observation_id, teacher_number) GROUP BY ALL;

CREATE TABLE took AS
SELECT DISTINCT teacher_number, CASE WHEN month(started_at) >= 8 THEN 1 ELSE 0 END + year(started_at) AS ends, program_id
FROM pd_engagement JOIN person USING (teacher_email);

CREATE TABLE teacher_year AS
SELECT t.teacher_number, year(effective_to) AS ends, school_id, CAST(years_experience AS DOUBLE) AS experience, device_access AS device,
       fall.score AS fall, spring.score AS spring, kinds, programs
FROM teacher AS t
JOIN (SELECT teacher_number, ends, avg(score) AS score FROM score WHERE half = 'F' GROUP BY ALL) AS fall ON fall.teacher_number = t.teacher_number AND fall.ends = year(effective_to)
JOIN (SELECT teacher_number, ends, avg(score) AS score FROM score WHERE half = 'S' GROUP BY ALL) AS spring ON spring.teacher_number = t.teacher_number AND spring.ends = year(effective_to)
JOIN (SELECT teacher_number, ends, string_agg(kind, ' ' ORDER BY kind) AS kinds, list(program_id ORDER BY kind) AS programs FROM took JOIN pd_program USING (program_id) GROUP BY ALL) AS arm
    ON arm.teacher_number = t.teacher_number AND arm.ends = year(effective_to)
WHERE t.role = 'teacher';

-- A mean of independent draws, with its standard error.
CREATE MACRO estimate(x) AS {'value': avg(x), 'se': stddev_samp(x) / sqrt(count(x))};
CREATE MACRO quotient(a, b) AS {'value': a.value / b.value, 'se': abs(a.value / b.value) * sqrt((a.se / a.value) ** 2 + (b.se / b.value) ** 2)};
CREATE MACRO difference(a, b) AS {'value': a.value - b.value, 'se': sqrt(a.se ** 2 + b.se ** 2)};
-- A ratio of means of one sample, less one; the error by linearisation.
CREATE MACRO gain(y, x) AS {'value': avg(y) / avg(x) - 1,
    'se': sqrt(var_samp(y) - 2 * avg(y) / avg(x) * covar_samp(x, y) + (avg(y) / avg(x)) ** 2 * var_samp(x)) / avg(x) / sqrt(count(*))};
`
