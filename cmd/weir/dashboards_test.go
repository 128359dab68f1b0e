package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/dashboards/provision"
	"github.com/weir-warehouse/weir/policy"
)

// expand expands Grafana's macros over a time range, as its PostgreSQL data
// source does.
func expand(sql string, from, to time.Time, interval time.Duration) string {
	sql = strings.ReplaceAll(sql, "$__interval", strconv.Itoa(int(interval.Seconds()))+"s")
	sql = regexp.MustCompile(`\$__timeFilter\(([^)]*)\)`).ReplaceAllString(sql,
		fmt.Sprintf("$1 BETWEEN '%s' AND '%s'", from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano)))
	sql = regexp.MustCompile(`\$__time(From|To)\(\)`).ReplaceAllStringFunc(sql, func(found string) string {
		at := from
		if strings.Contains(found, "To") {
			at = to
		}
		return "'" + at.UTC().Format(time.RFC3339Nano) + "'"
	})
	return regexp.MustCompile(`\$__timeGroup\(([^,]*), *'?([0-9]+[smhd])'?\)`).ReplaceAllStringFunc(sql, func(found string) string {
		parts := regexp.MustCompile(`\(([^,]*), *'?([0-9]+[smhd])'?\)`).FindStringSubmatch(found)
		d, err := time.ParseDuration(parts[2])
		if err != nil {
			panic(err)
		}
		return fmt.Sprintf("floor(extract(epoch from %s)/%d)*%[2]d", parts[1], int(d.Seconds()))
	})
}

// asked is what a query gave over the door.
type asked struct {
	columns []string
	rows    [][]string
	took    time.Duration
}

// askAsGrafana runs a query as Grafana does: simple protocol, text results.
func askAsGrafana(c *pgx.Conn, sql string) (a asked, err error) {
	began := time.Now()
	results, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
	a.took = time.Since(began)
	if err != nil {
		return a, err
	}
	for _, r := range results {
		if r.Err != nil {
			return a, r.Err
		}
		for _, f := range r.FieldDescriptions {
			a.columns = append(a.columns, f.Name)
		}
		for _, row := range r.Rows {
			texts := make([]string, len(row))
			for i, v := range row {
				texts[i] = string(v)
			}
			a.rows = append(a.rows, texts)
		}
	}
	return a, nil
}

// viewer looks at an audience's dashboards with that audience's token.
type viewer struct {
	*testing.T
	conn     *pgx.Conn
	from, to time.Time
	empty    map[string]string // panels that may be empty, and why
}

// values asks a dashboard's variables, one after the other, as a browser does:
// all of their values.
func (v viewer) values(d dashboards.Dashboard) map[string][]string {
	v.Helper()
	chosen := map[string][]string{}
	for _, variable := range d.Templating.List {
		a := v.ask(d.Title+": variable "+variable.Name, dashboards.Interpolate(variable.Query, chosen))
		for _, row := range a.rows {
			chosen[variable.Name] = append(chosen[variable.Name], row[0])
		}
	}
	return chosen
}

func (v viewer) ask(what, sql string) asked {
	v.Helper()
	text := expand(sql, v.from, v.to, time.Hour)
	a, err := askAsGrafana(v.conn, text)
	if err != nil {
		v.Errorf("%s: %v\n%s", what, err, text)
	}
	if strings.Contains(text, "$") {
		v.Errorf("%s: a macro or variable is left: %s", what, text)
	}
	v.Logf("%-70s %5d rows %6.1f ms", what, len(a.rows), float64(a.took.Microseconds())/1000)
	return a
}

// look runs every panel with all values, with one, and with none that exists.
func (v viewer) look(d dashboards.Dashboard) {
	v.Helper()
	all := v.values(d)
	one, none := map[string][]string{}, map[string][]string{}
	for name, values := range all {
		one[name], none[name] = values[:1], []string{"it's none"}
	}
	for _, p := range d.Panels {
		for _, t := range p.Targets {
			what := d.Title + ": " + p.Title
			a := v.ask(what, dashboards.Interpolate(t.RawSQL, all))
			if why := v.empty[what]; len(a.rows) == 0 && why == "" {
				v.Errorf("%s is empty:\n%s", what, expand(dashboards.Interpolate(t.RawSQL, all), v.from, v.to, time.Hour))
			}
			if len(dashboards.Variables(t.RawSQL)) > 0 {
				v.ask(what+", one value each", dashboards.Interpolate(t.RawSQL, one))
				v.ask(what+", no value", dashboards.Interpolate(t.RawSQL, none))
			}
		}
	}
}

// demoWithMarts is a demonstration whose snapshot has marts.
func demoWithMarts(t *testing.T) *served {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	for _, args := range [][]string{{"quickstart"}, {"metrics", "run"}, {"publish"}} {
		var out bytes.Buffer
		if code := run(t.Context(), append(args, "--home", home), strings.NewReader(""), &out, &out, func(string) string { return "" }); code != exitDone {
			t.Fatalf("%v: exit code %d: %s", args, code, out.String())
		}
	}
	return startDemoIn(t, home)
}

// Every panel, variable and alert of each audience answers over the PostgreSQL
// door with that audience's own token, and with an evaluator's as if what is
// formative did not exist.
func TestDashboardsOverTheDoor(t *testing.T) {
	t.Parallel()
	s := demoWithMarts(t)
	empty := map[string]string{
		"Policy decisions: Denials":                    "nobody asked for what they may not see",
		"Policy decisions: Unusual volumes":            "nobody took much",
		"Policy decisions: Who touched coaching data":  "nobody did",
		"Policy decisions: Retention due":              "nothing is due",
		"Operations: Quarantine by rule":               "the district has no faults",
		"Operations: Quarantine by dataset and rule":   "the district has no faults",
		"Operations: Statements that did not end well": "every statement ended well",
	}
	s.refuseEvaluators()
	s.decided()
	for _, a := range dashboards.Audiences() {
		conn, err := s.postgres(string(a.Role), s.token(a.Role))
		if err != nil {
			t.Fatal(err)
		}
		v := viewer{t, conn, time.Now().AddDate(-6, 0, 0), time.Now().Add(time.Hour), empty}
		for range 2 { // the second time the scope is open, as it is for who reads
			for _, d := range a.Dashboards() {
				v.look(d)
			}
		}
		for _, r := range a.Alerts() {
			v.ask("alert "+r.Title, r.SQL)
		}
	}
}

// decided waits until the log tells of a decision.
func (s *served) decided() {
	officer, err := s.postgres("privacy_officer", s.token(policy.PrivacyOfficer))
	if err != nil {
		s.Fatal(err)
	}
	for range 200 {
		var n int
		if err := officer.QueryRow(s.Context(), "SELECT count(*) FROM audit.decisions WHERE kind = 'decision'").Scan(&n); err != nil || n > 0 {
			if err != nil {
				s.Fatal(err)
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.Fatal("the log tells of no decision")
}

// refuseEvaluators asserts that to an evaluator a panel over what is formative
// is a panel over nothing.
func (s *served) refuseEvaluators() {
	evaluator, err := s.postgres("evaluator", s.token(policy.Evaluator))
	if err != nil {
		s.Fatal(err)
	}
	for _, d := range dashboards.All() {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				text := expand(dashboards.Interpolate(target.RawSQL, nil), time.Now().AddDate(-1, 0, 0), time.Now(), time.Hour)
				_, err := askAsGrafana(evaluator, text)
				refused, ok := errors.AsType[*pgconn.PgError](err)
				switch {
				case formative.MatchString(text) && (!ok || refused.Code != "42P01"):
					s.Errorf("%s: %s: an evaluator gets %v", d.Title, p.Title, err)
				case !formative.MatchString(text) && slices.Contains(d.Tags, "evaluator") && err != nil:
					s.Errorf("%s: %s: an evaluator gets %v", d.Title, p.Title, err)
				}
			}
		}
	}
}

// formative matches the relations that are made from formative data, and those
// of privacy officers and data stewards.
var formative = regexp.MustCompile(`FROM (pd_reach|pd_engagement_quality|practice|micro_credentials|coaching|trust|equity|pd_roi|impact|pd_roi_impact|student_impact|pd_roi_students|audit\.\w+|operations\.\w+) `)

// TestGrafana provisions a running Grafana, which GRAFANA_URL names, with its
// administrator in GRAFANA_USER and GRAFANA_PASSWORD, runs everything there,
// and deletes what it made.
func TestGrafana(t *testing.T) {
	t.Parallel()
	url := os.Getenv("GRAFANA_URL")
	if url == "" {
		return // a Grafana is not part of the tests; 'make test-grafana' says that it is missing
	}
	s := demoWithMarts(t)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(os.Getenv("GRAFANA_PASSWORD")), 0o600); err != nil {
		t.Fatal(err)
	}
	grafana := func(what string, more ...string) string {
		args := []string{"dashboards", what, "--url", url, "--user", os.Getenv("GRAFANA_USER"), "--password-file", password, "--door", at(s.Doors, policy.PGWire)}
		return s.command(append(args, more...)...)
	}
	grafana("provision")
	var steps []provision.Step
	if err := json.Unmarshal([]byte(grafana("provision", "--dry-run", "-o", "json")), &steps); err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		if step.Action != provision.Unchanged {
			t.Errorf("provisioned again, it would %s the %s %s: %s", step.Action, step.Kind, step.Name, step.Why)
		}
	}
	t.Log(grafana("check"))
	pruned := grafana("provision", "--prune", "--audience", "privacy_officer")
	if !strings.Contains(pruned, "delete") {
		t.Errorf("pruning says %s", pruned)
	}
}
