package synth

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// file is one source file. Its query is sql/file/<name>.sql.
type file struct {
	path    string // in the output directory, with the extensions that say the format
	dataset string // of which the rows are; empty for a OneRoster file, which feeds several
	mess    *mess  // nil: none
}

// files lists the source files: people and rosters as OneRoster bulk CSV, the
// rest as the various formats in which such systems export.
func files() []file {
	return []file{
		{path: "oneroster/manifest.csv"},
		{path: "oneroster/orgs.csv"},
		{path: "oneroster/academicSessions.csv"},
		{path: "oneroster/courses.csv"},
		{path: "oneroster/classes.csv"},
		{path: "oneroster/users.csv"},
		{path: "oneroster/roles.csv"},
		{path: "oneroster/enrollments.csv", dataset: "enrollment", mess: enrollmentMess()},
		{path: "oneroster/demographics.csv"},
		{path: "oneroster/categories.csv"},
		{path: "oneroster/lineItems.csv"},
		{path: "oneroster/results.csv"},
		{path: "teacher.csv", dataset: "teacher", mess: teacherMess()},
		{path: "pd_program.csv", dataset: "pd_program", mess: programMess()},
		{path: "pd_cost.csv", dataset: "pd_cost", mess: costMess()},
		{path: "section_teacher.csv", dataset: "section_teacher"},
		{path: "evaluator_assignment.csv", dataset: "evaluator_assignment"},
		{path: "coach_assignment.csv.gz", dataset: "coach_assignment"},
		{path: "pd_engagement.parquet", dataset: "pd_engagement", mess: engagementMess()},
		{path: "coaching_session.parquet", dataset: "coaching_session"},
		{path: "coaching_feedback.csv.gz", dataset: "coaching_feedback"},
		{path: "skill_assessment.ndjson", dataset: "skill_assessment"},
		{path: "micro_credential.csv", dataset: "micro_credential", mess: credentialMess()},
		{path: "practice_change.csv", dataset: "practice_change", mess: practiceMess()},
		{path: "plc_activity.ndjson", dataset: "plc_activity", mess: plcMess()},
		{path: "survey_response.csv", dataset: "survey_response", mess: surveyMess()},
		{path: "data_sharing_event.csv", dataset: "data_sharing_event"},
		{path: "research_consent.csv", dataset: "research_consent"},
		{path: "observation.csv", dataset: "observation", mess: observationMess()},
		{path: "observation_score.csv.gz", dataset: "observation_score", mess: scoreMess()},
		{path: "evaluation_rating.csv", dataset: "evaluation_rating", mess: ratingMess()},
		{path: "student_outcome.parquet", dataset: "student_outcome", mess: outcomeMess()},
		{path: "attendance.csv.gz", dataset: "attendance", mess: attendanceMess()},
		{path: "student_feedback.csv", dataset: "student_feedback"},
	}
}

// name is the path without the extensions.
func (f file) name() string {
	name, _, _ := strings.Cut(f.path, ".")
	return name
}

func (f file) query() string { return "sql/file/" + f.name() + ".sql" }

// view is the SQL name of the file's rows, free of faults.
func (f file) view() string { return `file."` + f.name() + `"` }

// format is the COPY option for the file's extensions.
func (f file) format() string {
	switch {
	case strings.HasSuffix(f.path, ".parquet"):
		return "FORMAT parquet, COMPRESSION zstd"
	case strings.HasSuffix(f.path, ".ndjson"):
		return "FORMAT json"
	case strings.HasSuffix(f.path, ".gz"):
		return "FORMAT csv, HEADER, COMPRESSION gzip"
	default:
		return "FORMAT csv, HEADER"
	}
}

// write writes one file and returns the number of its rows, faulty ones included.
func (g *generator) write(ctx context.Context, f file) (int64, error) {
	target := filepath.Join(g.dir, f.path)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil { //nolint:gosec // made-up data, to be looked at
		return 0, fmt.Errorf("make a directory for %s: %w", f.path, err)
	}
	rows, format := "FROM "+f.view(), f.format()
	spoiled := g.Mess && f.mess != nil
	if spoiled {
		rows = f.mess.rows(f.view())
		if f.mess.format != "" {
			format = f.mess.format
		}
	}
	written, err := g.copyTo(ctx, rows, target, format)
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", f.path, err)
	}
	if !spoiled {
		return written, nil
	}
	if err := f.mess.finish(target); err != nil {
		return 0, fmt.Errorf("write %s: %w", f.path, err)
	}
	return written + int64(len(f.mess.lines)), nil
}

func (g *generator) copyTo(ctx context.Context, rows, target, format string) (int64, error) {
	statement := fmt.Sprintf("COPY (%s) TO '%s' (%s)", rows, strings.ReplaceAll(target, "'", "''"), format)
	result, err := g.conn.ExecContext(ctx, statement)
	if err != nil {
		return 0, fmt.Errorf("run %q: %w", statement, err)
	}
	written, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("count rows: %w", err)
	}
	return written, nil
}
