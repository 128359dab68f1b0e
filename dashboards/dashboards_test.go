package dashboards_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/dashboards"
)

// What every dashboard must be, whatever it shows.
func TestDashboards(t *testing.T) {
	t.Parallel()
	uids, files := map[string]bool{}, 0
	stable := []string{ // people have links to them
		"weir-engagement-and-practice", "weir-evaluators-view", "weir-impact-comparison", "weir-operations", "weir-pd-return-on-investment",
		"weir-policy-decisions", "weir-research-desk", "weir-school-view", "weir-trust-and-equity",
	}
	for _, a := range dashboards.Audiences() {
		for _, d := range a.Dashboards() {
			files++
			t.Run(d.UID, func(t *testing.T) {
				t.Parallel()
				check(t, a, d)
			})
			if !slices.Contains(stable, d.UID) {
				t.Errorf("%q is no uid that was given", d.UID)
			}
			if uids[d.UID] || !regexp.MustCompile(`^weir-[a-z-]{1,35}$`).MatchString(d.UID) {
				t.Errorf("%q is twice, or no uid", d.UID)
			}
			uids[d.UID] = true
		}
	}
	if all := len(dashboards.All()); files != all || files != len(stable) {
		t.Errorf("%d of %d dashboards have an audience; %d uids were given", files, all, len(stable))
	}
}

func check(t *testing.T, a dashboards.Audience, d dashboards.Dashboard) {
	t.Helper()
	if d.Description == "" || d.Time.From == "" || len(d.Links) == 0 {
		t.Error("it has no description, no time range or no links")
	}
	asked := variables(t, d)
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if p.ID < 1 || ids[p.ID] || p.Title == "" {
			t.Errorf("panel %d %q: no id of its own, or no title", p.ID, p.Title)
		}
		ids[p.ID] = true
		place(t, taken, p)
		if p.Type == "row" {
			continue
		}
		if len(p.Description) < 30 || !strings.Contains(p.Description, "Source: ") || p.FieldConfig.Defaults.NoValue == "" {
			t.Errorf("%s: it does not say what it shows, from where, and what an empty answer means", p.Title)
		}
		for _, q := range p.Targets {
			if p.Datasource.UID != a.UID() || q.Datasource.UID != a.UID() {
				t.Errorf("%s: it asks %s, not the audience's source", p.Title, q.Datasource.UID)
			}
			for _, name := range dashboards.Variables(q.RawSQL) {
				if _, ok := asked[name]; !ok {
					t.Errorf("%s: there is no variable %s", p.Title, name)
				}
				asked[name] = true
			}
			if q.Format == "time_series" && !strings.Contains(q.RawSQL, `AS "time"`) {
				t.Errorf("%s: a series without time", p.Title)
			}
		}
	}
	for name, used := range asked {
		if !used {
			t.Errorf("nothing uses the variable %s", name)
		}
	}
}

// variables checks the variables and returns them, none of them used.
func variables(t *testing.T, d dashboards.Dashboard) map[string]bool {
	t.Helper()
	asked := map[string]bool{}
	for _, v := range d.Templating.List {
		if !v.Multi || !v.IncludeAll || v.Label == "" || v.Description == "" {
			t.Errorf("variable %s: not of many values, without All, or not described", v.Name)
		}
		for _, name := range dashboards.Variables(v.Query) {
			if _, ok := asked[name]; !ok {
				t.Errorf("variable %s: %s is not asked before it", v.Name, name)
			}
			asked[name] = true
		}
		asked[v.Name] = false
	}
	return asked
}

// place takes a panel's cells of the grid.
func place(t *testing.T, taken map[[2]int]string, p dashboards.Panel) {
	t.Helper()
	g := p.GridPos
	if g.X < 0 || g.W < 1 || g.H < 1 || g.X+g.W > 24 {
		t.Errorf("%s is outside of the grid: %+v", p.Title, g)
	}
	for x := g.X; x < g.X+g.W; x++ {
		for y := g.Y; y < g.Y+g.H; y++ {
			if other := taken[[2]int{x, y}]; other != "" {
				t.Errorf("%s lies over %s", p.Title, other)
				return
			}
			taken[[2]int{x, y}] = p.Title
		}
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	uids, boards := map[string]bool{}, map[string]bool{}
	for _, d := range dashboards.All() {
		boards[d.UID] = true
	}
	n := 0
	for _, a := range dashboards.Audiences() {
		for _, r := range a.Alerts() {
			n++
			if uids[r.UID] || !strings.HasPrefix(r.UID, "weir-") || r.Summary == "" || r.Description == "" || !boards[r.Dashboard] {
				t.Errorf("%+v is twice, has no words, or no dashboard", r)
			}
			if strings.Contains(r.SQL, " AS metric") || len(dashboards.Variables(r.SQL)) > 0 {
				t.Errorf("%s: a label must be a plain column, and a rule has no variables: %s", r.Title, r.SQL)
			}
			uids[r.UID] = true
		}
	}
	if n != len(dashboards.Alerts()) {
		t.Errorf("%d of %d rules have an audience", n, len(dashboards.Alerts()))
	}
}

func TestInterpolate(t *testing.T) {
	t.Parallel()
	const sql = "a IN (${a:sqlstring}) AND b IN (${b:sqlstring})"
	got := dashboards.Interpolate(sql, map[string][]string{"a": {"x", "it's"}})
	if want := "a IN ('x','it''s') AND b IN ('')"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if names := dashboards.Variables(sql); !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("variables %v", names)
	}
}
