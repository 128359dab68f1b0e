package gateway_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
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
