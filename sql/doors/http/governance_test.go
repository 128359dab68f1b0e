package httpdoor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
)

type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// all reads a list page by page.
func all[T any](d *door, role policy.Role, path string, limit int) []T {
	d.t.Helper()
	var out []T
	after := ""
	for range 1000 {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		page := decode[list[T]](d.t, d.send(request{path: fmt.Sprintf("%s%slimit=%d%s", path, separator, limit, after), role: role}), http.StatusOK)
		if len(page.Items) > limit {
			d.t.Fatalf("%s: a page has %d items of at most %d", path, len(page.Items), limit)
		}
		out = append(out, page.Items...)
		if page.Next == "" {
			return out
		}
		after = "&after=" + page.Next
	}
	d.t.Fatalf("%s: the pages have no end", path)
	return nil
}

type listed struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Columns     []struct {
		Name        string `json:"name"`
		Type        string `json:"type"`
		Description string `json:"description"`
	} `json:"columns"`
}

func testCatalog(t *testing.T, d *door) {
	t.Helper()
	whole := all[listed](d, policy.Evaluator, "/v1/catalog", 1000)
	var names []string
	for _, set := range whole {
		names = append(names, set.Name)
		if set.Description == "" || len(set.Columns) == 0 || set.Columns[0].Type == "" {
			t.Errorf("got %+v", set)
		}
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "observation") {
		t.Errorf("got %q", names)
	}
	for _, name := range names {
		if strings.Contains(name, "coaching") || strings.Contains(name, "engagement") {
			t.Errorf("an evaluator's catalogue has %s", name)
		}
	}
	paged := all[listed](d, policy.Evaluator, "/v1/catalog", 2)
	if len(paged) != len(whole) || paged[len(paged)-1].Name != names[len(names)-1] || len(paged[1].Columns) != len(whole[1].Columns) {
		t.Errorf("pages have %d datasets, the whole %d", len(paged), len(whole))
	}
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "page=2", "%zz"} {
		d.refused(request{path: "/v1/catalog?" + query, role: policy.Evaluator}, http.StatusBadRequest, policy.Usage)
	}
}

// testRequestIDsAreAuditIDs asserts that what a client was told leads to the
// entry of the log.
func testRequestIDsAreAuditIDs(t *testing.T, d *door) {
	t.Helper()
	type entry struct {
		Index     int64    `json:"index"`
		Kind      string   `json:"kind"`
		Principal string   `json:"principal"`
		Door      string   `json:"door"`
		Verdict   string   `json:"verdict"`
		Datasets  []string `json:"datasets"`
	}
	got := d.send(request{path: "/v1/query", role: policy.Evaluator, body: statement("SELECT * FROM observation")})
	id := got.header.Get("Weir-Request-Id")
	if body := decode[answer](t, got, http.StatusOK); body.ID != id {
		t.Errorf("the header says %s, the body %s", id, body.ID)
	}
	d.recorded(id)
	found := all[entry](d, policy.PrivacyOfficer, "/v1/audit?kind=decision&decision_id="+id, 10)
	if len(found) != 1 || found[0].Principal != "evaluator" || found[0].Door != "http" || found[0].Verdict != "allow" || !slices.Equal(found[0].Datasets, []string{"observation"}) {
		t.Errorf("got %+v", found)
	}
	if found := all[entry](d, policy.PrivacyOfficer, "/v1/audit?principal=evaluator&dataset=observation&verdict=allow&kind=decision", 10); len(found) == 0 {
		t.Errorf("got %+v", found)
	}
	denied := d.send(request{path: "/v1/query", role: policy.Evaluator, body: statement("SELECT * FROM coaching_session")}).header.Get("Weir-Request-Id")
	d.recorded(denied)
	if found := all[entry](d, policy.PrivacyOfficer, "/v1/audit?kind=decision&decision_id="+denied, 10); len(found) != 1 || found[0].Verdict != "deny" {
		t.Errorf("of a refused statement the log has %+v", found)
	}
	var last answer
	for range 5 {
		last = d.ask(policy.DistrictLeader, "SELECT 1")
	}
	d.recorded(last.ID) // then the log shows all before
	pages := all[entry](d, policy.PrivacyOfficer, "/v1/audit?principal=district_leader&kind=decision", 2)
	if len(pages) != 5 || !slices.IsSortedFunc(pages, func(a, b entry) int { return int(b.Index - a.Index) }) {
		t.Errorf("got %+v", pages)
	}
	d.refused(request{path: "/v1/audit", role: policy.Evaluator}, http.StatusNotFound, policy.NotFound)
	d.refused(request{path: "/v1/audit?after=x", role: policy.PrivacyOfficer}, http.StatusBadRequest, policy.Usage)
}

// testMetrics asserts that a metric is named to those who may see its values.
func testMetrics(t *testing.T, d *door) {
	t.Helper()
	ids := func(role policy.Role) string {
		var out []string
		for _, m := range all[httpdoor.Metric](d, role, "/v1/metrics", 1) {
			out = append(out, m.ID)
		}
		return strings.Join(out, " ")
	}
	if got := ids(policy.Evaluator); got != "observed observers" {
		t.Errorf("an evaluator is shown %q", got)
	}
	if got := ids(policy.PrivacyOfficer); got != "" {
		t.Errorf("a privacy officer is shown %q", got)
	}
}

// definitions are metrics as a home has them, with datasets for marts.
func definitions(context.Context) ([]httpdoor.Metric, error) {
	return []httpdoor.Metric{
		{ID: "observers", Mart: "observation"}, {ID: "coached", Mart: "coaching_session"}, {ID: "lost", Mart: "nothing"},
		{ID: "observed", Mart: "observation", Dimensions: []string{"school"}},
	}, nil
}

func testSnapshots(t *testing.T, d *door) {
	t.Helper()
	for _, role := range []policy.Role{policy.PrivacyOfficer, policy.Evaluator} {
		got := all[map[string]any](d, role, "/v1/snapshots", 1)
		if len(got) != 1 || got[0]["current"] != true {
			t.Errorf("%s: got %v", role, got)
		}
		for _, field := range []string{"rows", "bytes", "compartments"} {
			if got[0][field] != nil {
				t.Errorf("%s is shown %s", role, field)
			}
		}
	}
}

func testWhoami(t *testing.T, d *door) {
	t.Helper()
	got := decode[map[string]any](t, d.send(request{path: "/v1/whoami", role: policy.SchoolLeader}), http.StatusOK)
	if got["principal"] != "school_leader" || got["purpose"] != "school_improvement" || fmt.Sprint(got["schools"]) != "[s1]" || fmt.Sprint(got["roles"]) != "[school_leader]" {
		t.Errorf("got %v", got)
	}
	research := decode[map[string]any](t, d.send(request{path: "/v1/whoami", role: policy.Researcher}), http.StatusOK)
	if research["agreement"] != "growth-study" {
		t.Errorf("got %v", research)
	}
}

type scope struct {
	Acting   []policy.Role   `json:"acting"`
	Refusal  *policy.Refusal `json:"refusal"`
	Datasets []struct {
		Dataset string `json:"dataset"`
		Rows    string `json:"rows"`
		Columns []struct {
			Name string `json:"name"`
			Mask string `json:"mask"`
		} `json:"columns"`
	} `json:"datasets"`
}

func testScope(t *testing.T, d *door) {
	t.Helper()
	own := decode[scope](t, d.send(request{path: "/v1/policy/scope", role: policy.Evaluator}), http.StatusOK)
	var names []string
	for _, set := range own.Datasets {
		names = append(names, set.Dataset)
		for _, column := range set.Columns {
			if column.Mask == "hide" {
				t.Errorf("%s.%s is hidden and named", set.Dataset, column.Name)
			}
		}
	}
	if !slices.Contains(names, "observation") || strings.Contains(strings.Join(names, " "), "coaching") {
		t.Errorf("got %q", names)
	}
	d.refused(request{path: "/v1/policy/scope?principal=coach&purpose=coaching", role: policy.Evaluator}, http.StatusForbidden, policy.Denied)
	other := decode[scope](t, d.send(request{path: "/v1/policy/scope?principal=evaluator&purpose=evaluation", role: policy.PrivacyOfficer}), http.StatusOK)
	if len(other.Datasets) != len(own.Datasets) {
		t.Errorf("the officer sees %d datasets, the evaluator %d", len(other.Datasets), len(own.Datasets))
	}
	none := decode[scope](t, d.send(request{path: "/v1/policy/scope?principal=evaluator&purpose=coaching", role: policy.PrivacyOfficer}), http.StatusOK)
	if none.Refusal == nil || len(none.Datasets) != 0 {
		t.Errorf("got %+v", none)
	}
	d.refused(request{path: "/v1/policy/scope?principal=evaluator", role: policy.PrivacyOfficer}, http.StatusBadRequest, policy.Usage)
	d.refused(request{path: "/v1/policy/scope?purpose=evaluation", role: policy.PrivacyOfficer}, http.StatusBadRequest, policy.Usage)
	d.refused(request{path: "/v1/policy/scope?principal=nobody&purpose=coaching", role: policy.PrivacyOfficer}, http.StatusForbidden, policy.Denied)
}

type explanation struct {
	Allow   bool            `json:"allow"`
	Reasons []policy.Reason `json:"reasons"`
	Rows    string          `json:"rows"`
	SQL     string          `json:"sql"`
	Rego    []string        `json:"rego"`
	Columns []struct {
		Name string `json:"name"`
	} `json:"columns"`
}

func testExplain(t *testing.T, d *door) {
	t.Helper()
	own := decode[explanation](t, d.send(request{path: "/v1/policy/explain?dataset=observation", role: policy.Evaluator}), http.StatusOK)
	if !own.Allow || own.Rows != "some" || own.SQL == "" || len(own.Columns) == 0 || len(own.Reasons) == 0 || own.Reasons[0].File == "" {
		t.Errorf("got %+v", own)
	}
	said := func(query string) string {
		p := d.refused(request{path: "/v1/policy/explain?" + query, role: policy.Evaluator}, http.StatusNotFound, policy.NotFound)
		return p.Detail
	}
	if hidden, missing := said("dataset=coaching_session"), said("dataset=coaching_sessiom"); strings.ReplaceAll(hidden, "sessiom", "session") != strings.ReplaceAll(missing, "sessiom", "session") {
		t.Errorf("a forbidden dataset is told from one that does not exist: %s; %s", hidden, missing)
	}
	other := decode[explanation](t, d.send(request{
		path: "/v1/policy/explain?dataset=coaching_session&principal=evaluator&purpose=evaluation", role: policy.PrivacyOfficer,
	}), http.StatusOK)
	if other.Allow || len(other.Reasons) == 0 || other.Reasons[0].Line == 0 {
		t.Errorf("got %+v", other)
	}
	theirs := decode[explanation](t, d.send(request{
		path: "/v1/policy/explain?dataset=observation&principal=evaluator&purpose=evaluation", role: policy.PrivacyOfficer,
	}), http.StatusOK)
	if !theirs.Allow || theirs.SQL != "" || len(theirs.Rego) != 0 {
		t.Errorf("the officer sees the evaluator's key: %+v", theirs)
	}
	figures := decode[explanation](t, d.send(request{path: "/v1/policy/explain?dataset=student_outcome", role: policy.Teacher}), http.StatusOK)
	if len(figures.Columns) != 0 {
		t.Errorf("figures show what they are made from: %+v", figures)
	}
	d.refused(request{path: "/v1/policy/explain?dataset=student_outcome&column=score", role: policy.Teacher}, http.StatusNotFound, policy.NotFound)
	d.refused(request{path: "/v1/policy/explain", role: policy.Teacher}, http.StatusBadRequest, policy.Usage)
}

// testMaskedColumnsAreAnnounced asserts that an answer says what was done to
// it.
func testMaskedColumnsAreAnnounced(t *testing.T, d *door) {
	t.Helper()
	got := d.send(request{path: "/v1/query", role: policy.Researcher, body: statement("SELECT teacher_key, years_experience FROM teacher")})
	notes := got.header.Values("Weir-Note")
	if body := decode[answer](t, got, http.StatusOK); !slices.Equal(body.Notes, notes) || len(notes) != 2 {
		t.Errorf("the header says %q, the body %q", notes, body.Notes)
	}
	if text := strings.Join(notes, "\n"); !strings.Contains(text, "years_experience (band)") || !strings.Contains(text, "only the rows") {
		t.Errorf("got %s", text)
	}
}

func testOperations(t *testing.T, d *door) {
	t.Helper()
	for path, want := range map[string]string{"/healthz": "alive", "/readyz": "ready", "/metrics": "go_goroutines", "/docs": "<title>Weir", "/": "<title>Weir"} {
		if got := d.send(request{path: path}); got.status != http.StatusOK || !strings.Contains(string(got.body), want) {
			t.Errorf("%s: got %d: %s", path, got.status, got.body)
		}
		if got := d.send(request{method: http.MethodHead, path: path}); got.status != http.StatusOK || len(got.body) != 0 {
			t.Errorf("HEAD %s: got %d with %d bytes", path, got.status, len(got.body))
		}
	}
	document := decode[struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}](t, d.send(request{path: "/openapi.json"}), http.StatusOK)
	if document.OpenAPI != "3.1.0" {
		t.Errorf("got %s", document.OpenAPI)
	}
	for path, methods := range document.Paths {
		for method := range methods {
			got := d.send(request{method: strings.ToUpper(method), path: path})
			if got.status == http.StatusNotFound || got.status == http.StatusMethodNotAllowed {
				t.Errorf("the document has %s %s, the door does not", method, path)
			}
		}
	}
}
