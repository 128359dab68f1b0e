package flight_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

func testStatement(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.DataSteward)
	a, err := query(ctx, c, "SELECT school_id, name FROM school ORDER BY 1")
	expect(t, a, err, "s1|Elm", "s2|Oak")
	a, err = query(ctx, c, "SELECT name FROM school WHERE false")
	expect(t, a, err)
	if a.schema.NumFields() != 1 {
		t.Errorf("an empty answer has the columns %v", a.schema)
	}
}

func testErrors(t *testing.T, d *served) {
	t.Helper()
	c := d.client()
	tests := []struct {
		role policy.Role
		text string
		code codes.Code
		rule string
	}{
		{policy.Evaluator, "SELECT * FROM coaching_session", codes.NotFound, "known-relation"},
		{policy.Evaluator, "SELECT * FROM nothing", codes.NotFound, "known-relation"},
		{policy.DataSteward, "SELEC 1", codes.InvalidArgument, "syntax"},
		{policy.DataSteward, "SELECT nothing FROM school", codes.InvalidArgument, ""},
		{policy.DataSteward, "DROP TABLE school", codes.PermissionDenied, "select-only"},
		{policy.DataSteward, "SELECT * FROM read_csv('x')", codes.PermissionDenied, "known-table-function"},
		{policy.DataSteward, "SELECT name::INTEGER FROM school", codes.InvalidArgument, ""},
		{policy.DataSteward, "SELECT '" + strings.Repeat("x", 300<<10) + "'", codes.InvalidArgument, "text-size"},
	}
	for _, tt := range tests {
		_, err := query(d.as(tt.role), c, tt.text)
		s := status.Convert(err)
		info, ok := first(s.Details()).(*errdetails.ErrorInfo)
		if !ok || s.Code() != tt.code || info.GetDomain() != "weir" || info.GetMetadata()["rule"] != tt.rule {
			t.Errorf("%.60s: %s %v", tt.text, s, info)
		}
	}
	missing := func(text string) string {
		_, err := query(d.as(policy.Evaluator), c, text)
		return strings.ReplaceAll(status.Convert(err).Message(), text, "")
	}
	if a, b := missing("FROM coaching_session"), missing("FROM nothing_at_all__"); strings.ReplaceAll(a, "coaching_session", "") != strings.ReplaceAll(b, "nothing_at_all__", "") {
		t.Errorf("a forbidden name is told from a missing one:\n%s\n%s", a, b)
	}
}

func first(details []any) any {
	if len(details) == 0 {
		return nil
	}
	return details[0]
}

func testNotesAndAuditIDComeWithTheAnswer(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.Researcher)
	info, err := c.Execute(ctx, "SELECT * FROM survey_response")
	d.must(err)
	var header metadata.MD
	r, err := c.DoGet(ctx, info.GetEndpoint()[0].GetTicket(), grpc.Header(&header))
	d.must(err)
	defer r.Release()
	for r.Next() { // headers are complete at the end
	}
	md := r.Schema().Metadata()
	notes, _ := md.GetValue("weir.notes")
	if !strings.Contains(notes, "teacher_key (hash)") || !strings.Contains(notes, "only the rows that you may see") {
		t.Errorf("the notes are %q", notes)
	}
	id, _ := md.GetValue("weir.audit_id")
	if !slices.Contains(header.Get("weir-audit-id"), id) || !slices.ContainsFunc(d.entries(), func(e audit.Entry) bool { return e.DecisionID == id }) {
		t.Errorf("audit id %q, header %v", id, header)
	}
	result, err := c.GetExecuteSchema(ctx, "SELECT * FROM survey_response")
	d.must(err)
	schema, err := flight.DeserializeSchema(result.GetSchema(), nil)
	d.must(err)
	if !schema.Equal(r.Schema()) {
		t.Errorf("described as %v, but is %v", schema, r.Schema())
	}
}

func TestEachStatementHasOneDecision(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c, ctx := d.client(), d.as(policy.DataSteward)
	before := len(d.decisions())
	_, err := query(ctx, c, "SELECT 1")
	d.must(err)
	for _, text := range []string{"DROP TABLE school", "SELECT * FROM nothing"} {
		_, _ = query(ctx, c, text)
		_, _ = c.Prepare(ctx, text)
		_, _ = c.ExecuteUpdate(ctx, text)
		_, _ = c.GetExecuteSchema(ctx, text)
	}
	if got := len(d.decisions()) - before; got != 9 {
		t.Errorf("%d decisions for 9 statements", got)
	}
}

func testUpdatesAreRefusedWithASentence(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.DataSteward)
	_, err := c.ExecuteUpdate(ctx, "INSERT INTO school VALUES ('s9')")
	if s := status.Convert(err); s.Code() != codes.PermissionDenied || len(s.Message()) < 20 {
		t.Errorf("%v", err)
	}
	_, err = c.ExecuteUpdate(ctx, "SELECT 1")
	if s := status.Convert(err); s.Code() != codes.InvalidArgument || !strings.Contains(s.Message(), "as a query") {
		t.Errorf("%v", err)
	}
	_, err = c.BeginTransaction(ctx)
	if s := status.Convert(err); s.Code() != codes.InvalidArgument || !strings.Contains(s.Message(), "snapshot") {
		t.Errorf("%v", err)
	}
}
