package gateway_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
	"github.com/weir-warehouse/weir/sql/guard"
)

func TestEachRoleSeesItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	evaluator := w.Person("E1", policy.Evaluation, policy.Evaluator)
	w.expect(evaluator, "SELECT observation_id, teacher_key FROM observation ORDER BY 1", "o1|T1")
	w.expect(w.Person("E2", policy.Evaluation, policy.Evaluator), "SELECT observation_id FROM observation ORDER BY 1", "o3")
	w.expect(w.Person("C1", policy.Coaching, policy.Coach), "SELECT coaching_session_id FROM coaching_session ORDER BY 1", "cs1")
	w.expect(w.Person("T2", policy.SelfService, policy.Teacher), "SELECT coaching_session_id FROM coaching_session ORDER BY 1", "cs3")
	w.expect(w.Person("T2", policy.SelfService, policy.Teacher), "SELECT count(*) FROM observation", "2")
	w.expect(w.Person("S", policy.Operations, policy.DataSteward), "SELECT count(*) FROM teacher", "3")
}

func TestForbiddenAndMissingNamesAreAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	evaluator := w.Person("E1", policy.Evaluation, policy.Evaluator)
	forbidden := w.refuse(evaluator, "SELECT * FROM coaching_session", policy.NotFound)
	missing := w.refuse(evaluator, "SELECT * FROM no_such_table", policy.NotFound)
	if got := strings.ReplaceAll(forbidden.Error(), "coaching_session", "no_such_table"); got != missing.Error() {
		t.Errorf("%q differs from %q", forbidden, missing)
	}
	refusal, ok := errors.AsType[*guard.Refusal](forbidden)
	if !ok || refusal.Position != 14 {
		t.Errorf("refusal %+v", refusal)
	}
}

func TestDenyOverrides(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	both := w.Person("E1", policy.Coaching, policy.Evaluator, policy.Coach)
	if _, err := w.ask(both, "SELECT count(*) FROM coaching_session"); err == nil {
		t.Error("an evaluator who is also a coach read coaching data")
	}
}

func TestPurposesAreBoundToRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	err := w.refuse(w.Person("E1", policy.Research, policy.Evaluator), "SELECT 1", policy.Denied)
	if err != nil && !strings.Contains(err.Error(), "evaluation") {
		t.Errorf("%v does not name the purposes that are allowed", err)
	}
}

func TestCatalogShowsTheScopeAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	got, err := w.ask(w.Person("E1", policy.Evaluation, policy.Evaluator), "SELECT table_name FROM information_schema.tables ORDER BY 1")
	w.must(err)
	for _, name := range got {
		if strings.Contains(name, "coaching") || strings.Contains(name, "engagement") || strings.Contains(name, "survey") {
			t.Errorf("an evaluator's catalog lists %s", name)
		}
	}
	if len(got) == 0 {
		t.Error("an evaluator's catalog is empty")
	}
}

func TestStatementErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	err := w.refuse(w.Person("T1", policy.SelfService, policy.Teacher), "SELECT CAST(survey AS INTEGER) FROM survey_response", policy.Usage)
	if err != nil && strings.Contains(err.Error(), "spring") {
		t.Errorf("%v holds a value", err)
	}
}

func TestDecisionsAreRecordedBeforeRowsAndQueryable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	w.expect(w.Person("T1", policy.SelfService, policy.Teacher), "SELECT trust FROM survey_response WHERE survey = 'spring'", "5")
	_ = w.refuse(w.Person("E1", policy.Evaluation, policy.Evaluator), "SELECT * FROM survey_response", policy.NotFound)
	w.settle()
	officer := w.Person("P", policy.PrivacyAudit, policy.PrivacyOfficer)
	w.expect(officer, "SELECT principal, verdict, fingerprint, rows FROM audit.decisions WHERE kind IN ('decision', 'outcome') AND principal IN ('T1', 'E1') ORDER BY index",
		"T1|allow|select trust from survey_response where survey = ?|(null)",
		"T1|(null)|(null)|1",
		"E1|deny|select * from _1|(null)",
		"E1|(null)|(null)|0")
}

// TestOutcomesTellHowFarAnAnswerWasRead asserts that an answer which its reader
// closed, or left, is not on record as one that was read.
func TestOutcomesTellHowFarAnAnswerWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), w.Person("S", policy.Operations, policy.DataSteward))
	w.must(err)
	for _, batches := range []int{-1, 0, 1} { // all, none because the client left, one
		ctx, cancel := context.WithCancel(context.Background())
		r, err := s.Query(ctx, "SELECT range FROM range(10000)")
		w.must(err)
		for i := 0; i != batches; i++ {
			batch, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			w.must(err)
			batch.Release()
		}
		if batches == 0 {
			cancel()
		}
		r.Close()
		cancel()
	}
	w.settle()
	w.expect(w.Person("P", policy.PrivacyAudit, policy.PrivacyOfficer),
		"SELECT outcome, rows FROM audit.decisions WHERE kind = 'outcome' AND principal = 'S' ORDER BY rows", "canceled|0", "partial|2048", "ok|10000")
}

// Ledgers are up to date with each statement, and none but their role sees
// them.
func TestLedgers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	officer, steward := w.Person("P", policy.PrivacyAudit, policy.PrivacyOfficer), w.Person("S", policy.Operations, policy.DataSteward)
	record := func(e audit.Entry) {
		e.Timestamp = gatewaytest.Now()
		_, err := w.Log.Append(context.Background(), e)
		w.must(err)
		w.must(w.Log.Publish(context.Background()))
	}
	const loads = "SELECT count(*) FROM audit.decisions WHERE kind = 'policy_load'"
	w.expect(officer, "SELECT count(*) FROM audit.policy_revision", "0")
	w.expect(officer, loads, "0")
	record(audit.Entry{Kind: audit.KindPolicyLoad, Verdict: "deny", PolicyRevision: "r2", Reasons: []string{"it breaks an invariant"}, Attributes: map[string]string{"origin": "here"}})
	w.expect(officer, loads, "1")
	w.expect(officer, "SELECT revision, origin, verdict, reasons[1] FROM audit.policy_revision", "r2|here|deny|it breaks an invariant")
	w.expect(steward, "SELECT count(*) FROM operations.quarantine", "0")
	record(audit.Entry{Kind: audit.KindLoad, Datasets: []string{"teacher"}, Attributes: map[string]string{
		"batch": "b1", "read": "10", "loaded": "7", "updated": "0", "ended": "0", "quarantined": "3", "seconds": "0.25", "rules": `{"range": 2, "a.b": 1}`,
	}})
	w.expect(steward, "SELECT dataset, rule, rows FROM operations.quarantine ORDER BY rule", "teacher|a.b|1", "teacher|range|2")
	w.expect(steward, "SELECT dataset, read, loaded, quarantined, seconds FROM operations.load", "teacher|10|7|3|0.25")
	record(audit.Entry{Kind: audit.KindOutcome, DecisionID: "d", Door: "pgwire", Outcome: &audit.Outcome{Code: "limit", Milliseconds: 321.5}})
	w.expect(steward, "SELECT door, outcome, up_to, statements, milliseconds FROM operations.statement WHERE outcome = 'limit'", "pgwire|limit|500|1|321.5")
	for range 2 {
		w.expect(steward, "SELECT snapshot, created, rows FROM operations.snapshot", "first|2026-03-01T09:00:00|12")
	}
	for _, r := range []policy.Request{officer, w.Person("E1", policy.Evaluation, policy.Evaluator), w.Person("C1", policy.Coaching, policy.Coach)} {
		_ = w.refuse(r, "FROM operations.load", policy.NotFound)
	}
	_ = w.refuse(steward, "FROM audit.decisions", policy.NotFound)
	_ = w.refuse(steward, "FROM audit.policy_revision", policy.NotFound)
}

// A researcher sees the steps of their agreement's studies, as they come; those of
// another agreement change nothing, not even by an error that a predicate raises
// on them.
func TestStepsOfStudies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	researcher := w.Person("R1", policy.Research, policy.Researcher)
	researcher.Agreement = &policy.Agreement{ID: "a1", Purpose: policy.Research, From: "2025-08-01", To: "2026-06-30", DestroyBy: "2027-01-01", Members: []string{"R1"}, MinimumCell: 10}
	record := func(kind audit.Kind, agreement, verdict string, attributes map[string]string) {
		e := audit.Entry{Timestamp: gatewaytest.Now(), Kind: kind, Agreement: agreement, Verdict: verdict, Roles: []string{"researcher"}, Attributes: attributes}
		if kind == audit.KindDecision {
			e.DecisionID = "d"
		}
		_, err := w.Log.Append(context.Background(), e)
		w.must(err)
		w.must(w.Log.Publish(context.Background()))
	}
	const steps, reasons = "SELECT study, step FROM research.study_event ORDER BY ALL", "SELECT sum(CAST(reason AS INTEGER)) FROM research.study_event"
	w.expect(researcher, steps)
	record(audit.KindStudyRegister, "a1", "", map[string]string{"study": "mine", "protocol": "p"})
	record(audit.KindStudyRegister, "a2", "", map[string]string{"study": "theirs", "protocol": "p", "deviation": "no number"})
	w.expect(researcher, steps, "mine|registered")
	record(audit.KindDecision, "a1", "allow", map[string]string{"study": "mine", "phase": "design"})
	record(audit.KindDecision, "a1", "allow", map[string]string{"study": "mine", "phase": "estimate"})
	record(audit.KindStudyRegister, "a1", "", map[string]string{"study": "mine", "deviation": "1"})
	record(audit.KindReleaseApproval, "", "allow", map[string]string{"study": "mine", "agreement": "a1"})
	record(audit.KindReleaseApproval, "", "deny", map[string]string{"study": "mine", "agreement": "a1", "note": "2"})
	record(audit.KindReleaseApproval, "", "deny", map[string]string{"study": "theirs", "agreement": "a2", "note": "no number"})
	record(audit.KindStudyRelease, "a1", "", map[string]string{"study": "mine", "report": "r"})
	w.expect(researcher, steps, "mine|approved", "mine|designed", "mine|deviated", "mine|estimated", "mine|refused", "mine|registered", "mine|released")
	w.expect(researcher, reasons, "3")
	for _, r := range []policy.Request{w.Person("P", policy.PrivacyAudit, policy.PrivacyOfficer), w.Person("E1", policy.Evaluation, policy.Evaluator)} {
		_ = w.refuse(r, "FROM research.study_event", policy.NotFound)
	}
}

func TestNoRecordNoData(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), w.Person("T1", policy.SelfService, policy.Teacher))
	w.must(err)
	w.must(w.Log.Close())
	if rows, err := w.run(s, "SELECT trust FROM survey_response"); err == nil || len(rows) > 0 {
		t.Errorf("%v, %v without a record", rows, err)
	}
}

// A statement that is asked again runs on the connection that it ran on
// before: nothing of its first answer may show.
func TestAskedAgainAnswersAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), w.Person("T1", policy.SelfService, policy.Teacher))
	w.must(err)
	for _, text := range []string{"SELECT now()", "SELECT CAST(now() AS VARCHAR) || survey FROM survey_response"} {
		first, err := w.run(s, text)
		w.must(err)
		again, err := w.run(s, text)
		w.must(err)
		if len(first) != 1 || len(again) != 1 || first[0] == again[0] {
			t.Errorf("%s: %q and then %q", text, first, again)
		}
	}
}
