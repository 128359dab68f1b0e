package opa_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// warehouse is a DuckDB instance with the catalogue's tables.
type warehouse struct {
	t  *testing.T
	db *sql.DB
}

// newWarehouse creates the compartments and their tables, empty.
func newWarehouse(t *testing.T) warehouse {
	t.Helper()
	instance, err := duck.Open(t.Context(), duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := instance.Close(); err != nil {
			t.Error(err)
		}
	})
	w := warehouse{t, instance.SQL()}
	for _, c := range []string{"audit_log", "core", "evaluative", "formative", "students", "vault", "mart_core", "mart_evaluative", "mart_formative", "mart_formative_evaluative"} {
		w.exec("ATTACH ':memory:' AS " + c)
	}
	datasets, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range datasets {
		columns := make([]string, len(d.Columns))
		for i, c := range d.Columns {
			columns[i] = duck.Ident(c.Name) + " " + c.Type
		}
		name := cmp.Or(d.Union, d.Name[strings.LastIndexByte(d.Name, '.')+1:])
		w.exec(fmt.Sprintf("CREATE TABLE %s.main.%s (%s)", d.Compartment, name, strings.Join(columns, ", ")))
	}
	return w
}

// exec runs statements.
func (w warehouse) exec(text string) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), text); err != nil {
		w.t.Fatalf("%v in %s", err, text)
	}
}

// rows reads a query's rows as texts, in order; NULL is ∅.
func (w warehouse) rows(query string) []string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), query)
	if err != nil {
		w.t.Fatalf("%v in %s", err, query)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		cells, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			w.t.Fatal(err)
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = "∅"
			if c.Valid {
				texts[i] = c.String
			}
		}
		out = append(out, strings.Join(texts, " "))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// through reads a dataset as a scope's view shows it.
func (w warehouse) through(s *policy.Scope, dataset, columns string) []string {
	w.t.Helper()
	g := s.Grants[dataset]
	if !g.Allow {
		w.t.Fatalf("%s is refused: %v", dataset, g.Reasons)
	}
	return w.rows("SELECT " + columns + " FROM (" + g.View + ")")
}

// key is the pseudonym of person n, who is me for 1.
func key(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func TestViewsOfAllRolesBind(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	study := ask(policy.Research, policy.Researcher)
	datasets, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	study.Agreement = agreement()
	study.Agreement.Datasets = map[string][]string{}
	for _, d := range datasets {
		for _, c := range d.Columns {
			study.Agreement.Datasets[d.Name] = append(study.Agreement.Datasets[d.Name], c.Name)
		}
	}
	bound := 0
	for _, r := range []policy.Request{
		ask(policy.Coaching, policy.Coach), ask(policy.Evaluation, policy.Evaluator), ask(policy.SelfService, policy.Teacher),
		ask(policy.SchoolImprovement, policy.SchoolLeader), ask(policy.PDROIReview, policy.DistrictLeader),
		ask(policy.PrivacyAudit, policy.PrivacyOfficer), ask(policy.Operations, policy.DataSteward), study,
	} {
		s := scope(t, r)
		for _, name := range granted(s) {
			if got := w.rows(s.Grants[name].View); len(got) > 0 {
				t.Errorf("%s of %v shows %v of an empty table", name, r.Principal.Roles, got)
			}
			bound++
		}
	}
	t.Logf("%d views", bound)
	if got := scope(t, study); len(granted(got)) < 30 {
		t.Errorf("an agreement over everything grants only %v", granted(got))
	}
}

func TestEvaluatorSeesFormalObservationsDuringAssignment(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.exec(fmt.Sprintf(`INSERT INTO core.main.evaluator_assignment VALUES
		('a', '%[1]s', '%[2]s', '2024-09-01', '2024-12-31'), ('b', '%[3]s', '%[4]s', '2024-09-01', NULL)`,
		key(1), key(2), key(3), key(4)))
	w.exec(fmt.Sprintf(`INSERT INTO evaluative.main.observation (observation_id, teacher_key, observer_key, type, observed_on) VALUES
		('first day', '%[1]s', '%[2]s', 'formal', '2024-09-01'), ('last day', '%[1]s', '%[2]s', 'formal', '2024-12-31'),
		('before', '%[1]s', '%[2]s', 'formal', '2024-08-31'), ('after', '%[1]s', '%[2]s', 'formal', '2025-01-01'),
		('informal', '%[1]s', '%[2]s', 'informal', '2024-10-01'), ('of another', '%[3]s', '%[2]s', 'formal', '2024-10-01'),
		('undated', '%[1]s', '%[2]s', 'formal', NULL)`, key(2), key(1), key(4)))
	w.exec(`INSERT INTO evaluative.main.observation_score
		SELECT observation_id, 'e', teacher_key, observed_on, 3, 1, 4 FROM evaluative.main.observation`)
	s := scope(t, ask(policy.Evaluation, policy.Evaluator))
	want := []string{"first day", "last day"}
	for _, dataset := range []string{"observation", "observation_score"} {
		if got := w.through(s, dataset, "observation_id"); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", dataset, got, want)
		}
	}
}

func TestCoachSeesSessionsDuringAssignment(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.exec(fmt.Sprintf("INSERT INTO core.main.coach_assignment VALUES ('a', '%s', '%s', NULL, '2024-09-01', '2024-09-30')", key(1), key(2)))
	w.exec(fmt.Sprintf(`INSERT INTO formative.main.coaching_session (coaching_session_id, teacher_key, held_at) VALUES
		('first', '%[1]s', '2024-09-01 00:00:00'), ('last', '%[1]s', '2024-09-30 23:59:59'), ('late', '%[1]s', '2024-10-01 00:00:00'),
		('other', '%[2]s', '2024-09-10 09:00:00')`, key(2), key(3)))
	s := scope(t, ask(policy.Coaching, policy.Coach))
	if got, want := w.through(s, "coaching_session", "coaching_session_id"), []string{"first", "last"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTeacherSeesClassFiguresFromTenStudents(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.exec(fmt.Sprintf(`INSERT INTO core.main.section_teacher (section_teacher_id, section_id, teacher_key) VALUES
		('1', 'ten', '%[1]s'), ('2', 'nine', '%[1]s'), ('3', 'theirs', '%[2]s')`, key(1), key(2)))
	for section, students := range map[string]int{"ten": 10, "nine": 9, "theirs": 30} {
		w.exec(fmt.Sprintf(`INSERT INTO students.main.student_outcome (outcome_id, student_key, assessment, subject, session_id, section_id, scale_score, growth)
			SELECT '%[1]s' || i, CAST('00000000-0000-4000-8000-' || lpad(CAST(i AS VARCHAR), 12, '0') AS UUID), 'state', 'mathematics', 's', '%[1]s', 100 + i, CASE WHEN i > 1 THEN 5 END
			FROM range(%[2]d) AS x(i)`, section, students))
	}
	// The same nine students again: rows are not people.
	w.exec("INSERT INTO students.main.student_outcome SELECT * FROM students.main.student_outcome WHERE section_id = 'nine'")
	s := scope(t, ask(policy.SelfService, policy.Teacher))
	got := w.through(s, "student_outcome", "section_id, students, mean_scale_score, mean_growth")
	if want := []string{"ten 10 104.5 ∅"}; !slices.Equal(got, want) { // growth of eight is not shown
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestResearcherSeesConsentingTeachersCoarsened(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	// Ten teachers at a large school, one at a small one.
	w.exec(`INSERT INTO core.main.teacher (teacher_key, effective_from, effective_to, school_id, years_experience, hire_date)
		SELECT CAST('00000000-0000-4000-8000-' || lpad(CAST(i AS VARCHAR), 12, '0') AS UUID), '2023-09-14',
			CASE WHEN i = 7 THEN DATE '2023-07-31' END, CASE WHEN i = 11 THEN 'tiny' ELSE 'large' END,
			[0, 3.9, 4, 9.9, 10, 19.9, 20, 41, NULL, 2, 5][i], '2010-08-15' FROM range(1, 12) AS x(i)`)
	w.exec("UPDATE core.main.teacher SET effective_from = '2020-09-14' WHERE effective_to IS NOT NULL")
	w.exec(fmt.Sprintf(`INSERT INTO formative.main.research_consent
		SELECT teacher_key, '2023-01-01', true, NULL FROM core.main.teacher WHERE teacher_key <> '%s'`, key(2)))
	w.exec(fmt.Sprintf("INSERT INTO formative.main.research_consent VALUES ('%s', '2024-01-01', false, NULL)", key(3)))
	w.exec(fmt.Sprintf("UPDATE formative.main.research_consent SET withdrawn_on = '2024-05-01' WHERE teacher_key = '%s'", key(4)))
	r := ask(policy.Research, policy.Researcher)
	r.Agreement = agreement()
	s := scope(t, r)
	got := w.through(s, "teacher", "years_experience, school_id, effective_from, hire_date, length(teacher_key)")
	day := func(band, school string) string {
		return band + " " + school + " 2023-09-01T00:00:00Z 2010-01-01T00:00:00Z 64"
	}
	want := []string{
		day("0-3", "large"), day("0-3", "large"), day("10-19", "large"), day("10-19", "large"), day("20+", "large"),
		day("4-9", "small school"), day("∅", "large"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if g := s.Grants["teacher"]; g.MinimumCell != 12 {
		t.Errorf("minimum cell %d, want the agreement's 12", g.MinimumCell)
	}
	r.Agreement.ID = "a2"
	mine, theirs := w.through(s, "teacher", "teacher_key"), w.through(scope(t, r), "teacher", "teacher_key")
	for _, k := range mine {
		if slices.Contains(theirs, k) {
			t.Errorf("two agreements share the pseudonym %s", k)
		}
	}
}

func TestViewsAreNotCapturedByTheClientsNames(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.exec(fmt.Sprintf("INSERT INTO formative.main.coaching_session (coaching_session_id, teacher_key, held_at) VALUES ('hidden', '%s', '2024-09-01')", key(2)))
	view := scope(t, ask(policy.Coaching, policy.Coach)).Grants["coaching_session"].View
	w.exec("CREATE VIEW main.coaching_session AS " + view)
	everyone := fmt.Sprintf("SELECT '%s' AS coach_key, '%s' AS teacher_key, NULL AS begin_date, NULL AS end_date", key(1), key(2))
	for _, attack := range []string{
		"WITH coach_assignment AS (" + everyone + ") SELECT * FROM coaching_session",
		"WITH x AS (" + everyone + ") SELECT * FROM coaching_session",
		"WITH r AS (" + everyone + ") SELECT * FROM coaching_session",
		"WITH core AS (" + everyone + ") SELECT * FROM coaching_session",
	} {
		if got := w.rows(attack); len(got) > 0 {
			t.Errorf("%s shows %v", attack, got)
		}
	}
	w.exec("CREATE TEMP TABLE coach_assignment AS " + everyone)
	if got := w.rows("SELECT * FROM coaching_session"); len(got) > 0 {
		t.Errorf("a temporary table captures the view: %v", got)
	}
}

func TestAStudySeesItsOutcomesAfterRegistration(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	w.exec(`INSERT INTO evaluative.main.observation_score (observation_id, element, teacher_key, observed_on, score) VALUES
		('a', 'e', '` + key(1) + `', '2023-10-01', 2), ('b', 'e', '` + key(1) + `', '2024-04-01', 3), ('c', 'e', '` + key(1) + `', '2024-08-01', 4)`)
	w.exec(`INSERT INTO formative.main.research_consent (teacher_key, decided_on, consented) VALUES ('` + key(1) + `', '2023-09-15', true)`)
	r := ask(policy.Research, policy.Researcher)
	r.Agreement = agreement()
	r.Agreement.From, r.Agreement.To = "2023-08-01", "2025-07-31"
	r.Agreement.Datasets = map[string][]string{
		"observation_score": {"teacher_key", "observed_on", "score"},
		"practice_change":   {"teacher_key", "program_id", "in_use_at_3_months"},
		"attendance":        {"student_key", "days_present"},
	}
	study := policy.Study{
		ID: "s", Phase: policy.Design, Outcomes: []string{"observation_score"},
		Windows: []policy.Window{{From: "2024-04-01", To: "2024-07-31"}},
	}
	r.Study = &study
	design := scope(t, r)
	if got := w.through(design, "observation_score", "CAST(score AS VARCHAR)"); !slices.Equal(got, []string{"2.00", "4.00"}) {
		t.Errorf("design sees scores %v", got)
	}
	if design.Grants["attendance"].Allow {
		t.Error("design sees outcomes without dates")
	}
	w.through(design, "practice_change", "in_use_at_3_months")
	study.Outcomes = []string{"practice_change"}
	if d := scope(t, r).Decide(map[string][]string{"practice_change": {"in_use_at_3_months"}}); d.Allow {
		t.Error("design sees the outcome that stands beside the treatment")
	}
	study.Phase = policy.Estimate
	if scope(t, r).Grants["observation_score"].Allow {
		t.Error("what is not registered is estimated")
	}
	study.Registered = true
	if got := w.through(scope(t, r), "observation_score", "CAST(score AS VARCHAR)"); !slices.Equal(got, []string{"2.00", "3.00", "4.00"}) {
		t.Errorf("the estimate sees scores %v", got)
	}
}
