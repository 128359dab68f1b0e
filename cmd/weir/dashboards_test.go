package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	what    string
	columns []string
	rows    [][]string
	took    time.Duration
}

// askAsGrafana runs a query as Grafana does: simple protocol, text results.
func askAsGrafana(c *pgx.Conn, sql string) (a asked, err error) {
	began := time.Now()
	results := c.PgConn().Exec(context.Background(), sql)
	for results.NextResult() {
		r := results.ResultReader()
		for _, f := range r.FieldDescriptions() {
			a.columns = append(a.columns, f.Name)
		}
		for r.NextRow() {
			texts := make([]string, len(r.Values()))
			for i, v := range r.Values() {
				texts[i] = string(v)
			}
			a.rows = append(a.rows, texts)
		}
	}
	err = results.Close()
	a.took = time.Since(began)
	return a, err
}

// viewer looks at an audience's dashboards with that audience's token.
type viewer struct {
	testing.TB
	conn     *pgx.Conn
	from, to time.Time
	empty    map[string]string // panels that may be empty, and why
	seen     *[]asked
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
	a.what = what
	*v.seen = append(*v.seen, a)
	v.Logf("%-70s %5d rows %6.1f ms", what, len(a.rows), float64(a.took.Microseconds())/1000)
	return a
}

// look runs every panel with all values, with one, and with none that exists.
func (v viewer) look(d dashboards.Dashboard) {
	v.Helper()
	all := v.values(d)
	one, none := map[string][]string{}, map[string][]string{}
	for name, values := range all {
		one[name], none[name] = values[:min(1, len(values))], []string{"it's none"}
	}
	for _, p := range d.Panels {
		for _, t := range p.Targets {
			what := d.Title + ": " + p.Title
			a := v.ask(what, dashboards.Interpolate(t.RawSQL, all))
			if why := v.empty[what]; len(a.rows) == 0 && why == "" {
				v.Errorf("%s is empty:\n%s", what, expand(dashboards.Interpolate(t.RawSQL, all), v.from, v.to, time.Hour))
			}
			v.fields(what, p, a)
			if len(dashboards.Variables(t.RawSQL)) > 0 {
				v.ask(what+", one value each", dashboards.Interpolate(t.RawSQL, one))
				v.ask(what+", no value", dashboards.Interpolate(t.RawSQL, none))
			}
		}
	}
}

// fields asserts that every field which a panel words, colours or draws is a
// column of the answer. Series of a column metric have its values for names.
func (v viewer) fields(what string, p dashboards.Panel, a asked) {
	v.Helper()
	var used []string
	for _, o := range p.FieldConfig.Overrides {
		if o.Matcher.ID == "byName" {
			used = append(used, o.Matcher.Options)
		}
	}
	for _, t := range p.Transformations {
		used = append(used, strings.Fields(strings.Trim(fmt.Sprint(t.Options["fields"]), "[]"))...)
	}
	if along, ok := p.Options["xField"].(string); ok {
		used = append(used, along)
	}
	if p.Type == "xychart" {
		for _, axis := range []string{"x", "y"} {
			used = append(used, p.Options["series"].([]any)[0].(map[string]any)[axis].(map[string]any)["matcher"].(map[string]any)["options"].(string)) //nolint:forcetypeassert,errcheck // the builder's
		}
	}
	for _, name := range used {
		if !slices.Contains(a.columns, name) && !slices.Contains(a.columns, "metric") {
			v.Errorf("%s: it uses the column %q, and has %q", what, name, a.columns)
		}
	}
}

// release takes a ready study all the way, by the example's principals, and
// publishes it.
func (s *served) release(study string) {
	s.Helper()
	for _, args := range [][]string{
		{"register", study, "--as", "researcher"}, {"estimate", study, "--as", "researcher"}, {"approve", study, "--as", "privacy_officer"},
		{"approve", study, "--as", "district_leader"}, {"release", study, "--as", "researcher", "--out", s.TempDir()},
	} {
		s.command(append([]string{"study"}, args...)...)
	}
	s.command("publish")
}

// releasedStudy is one whose effects the synthetic district has planted.
const releasedStudy = "coaching_improvement"

// Every panel, variable and alert of each audience answers over the PostgreSQL
// door with that audience's own token, before a study is released and after, and
// with an evaluator's as if what is formative did not exist.
func TestDashboardsOverTheDoor(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	empty := map[string]string{
		"Engagement and practice: Micro-credentials: begun, completed, awarded": "few began one: a year of fewer than ten teachers is withheld, another with it, and the first is near 0 %",
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
	s.beforeRelease()
	s.release(releasedStudy)
	s.refuseEvaluators()
	for _, a := range dashboards.Audiences() {
		v := s.viewer(a, empty)
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

// viewer looks as an audience does.
func (s *served) viewer(a dashboards.Audience, empty map[string]string) viewer {
	s.Helper()
	conn, err := s.postgres(string(a.Role), s.token(a.Role))
	if err != nil {
		s.Fatal(err)
	}
	return viewer{s.TB, conn, time.Now().AddDate(-6, 0, 0), time.Now().Add(time.Hour), empty, &[]asked{}}
}

// beforeRelease asserts that panels about studies answer before any was released:
// with nothing.
func (s *served) beforeRelease() {
	s.Helper()
	asked := 0
	for _, a := range dashboards.Audiences() {
		v := s.viewer(a, nil)
		for _, d := range a.Dashboards() {
			values := v.values(d)
			for _, p := range d.Panels {
				for _, t := range p.Targets {
					if !aboutStudies.MatchString(t.RawSQL) {
						continue
					}
					asked++
					if got := v.ask(d.Title+": "+p.Title+", before a release", dashboards.Interpolate(t.RawSQL, values)); len(got.rows) > 0 {
						s.Errorf("%s: %s shows %v before a study is released", d.Title, p.Title, got.rows)
					}
				}
			}
		}
	}
	if asked == 0 {
		s.Error("no panel is about studies")
	}
}

// aboutStudies matches the relations of studies that were released.
var aboutStudies = regexp.MustCompile(`FROM study(_effect|_balance|_specification)? `)

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
var formative = regexp.MustCompile(`FROM (pd_reach|pd_engagement_quality|practice|micro_credentials|coaching|trust|equity|pd_roi|impact|pd_roi_impact|student_impact|pd_roi_students|study|study_\w+|audit\.\w+|operations\.\w+|research\.\w+) `)

// BenchmarkDashboards measures, for each audience, the first query of its scope
// and the slowest of all its variables and panels, in milliseconds. The limit is
// 500.
func BenchmarkDashboards(b *testing.B) {
	home := filepath.Join(b.TempDir(), "home")
	for b.Loop() {
		s := startDemoIn(b, home)
		for _, a := range dashboards.Audiences() {
			v := s.viewer(a, nil)
			for _, d := range a.Dashboards() {
				values := v.values(d)
				for _, p := range d.Panels {
					for _, t := range p.Targets {
						v.ask(d.Title+": "+p.Title, dashboards.Interpolate(t.RawSQL, values))
					}
				}
			}
			slowest := slices.MaxFunc(*v.seen, func(x, y asked) int { return cmp.Compare(x.took, y.took) })
			b.Logf("%-16s first %4d ms, slowest %4d ms: %s", a.Name(), (*v.seen)[0].took.Milliseconds(), slowest.took.Milliseconds(), slowest.what)
			b.ReportMetric(float64(slowest.took.Milliseconds()), strings.ReplaceAll(a.Name(), "_", "-")+"-ms")
		}
		s.stop()
	}
}
