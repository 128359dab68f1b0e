package provision_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/grafana/grafana-openapi-client-go/models"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/dashboards/provision"
	"github.com/weir-warehouse/weir/policy"
)

// keys keeps tokens.
type keys struct{ inForce map[string]string } // id to the target's key

func (k *keys) Issue(_ context.Context, t provision.Target) (id, secret string, err error) {
	id = fmt.Sprint("k", len(k.inForce)+1)
	k.inForce[id] = t.Key
	return id, "secret of " + id, nil
}

func (k *keys) InForce(_ context.Context, t provision.Target, id string) (bool, error) {
	return k.inForce[id] == t.Key, nil
}

func (k *keys) Revoke(_ context.Context, id string) error {
	k.inForce[id] = ""
	return nil
}

func (k *keys) Retire(_ context.Context, t provision.Target, keep string) error {
	for id, key := range k.inForce {
		if key == t.Key && id != keep {
			k.inForce[id] = ""
		}
	}
	return nil
}

// live counts the tokens in force.
func (k *keys) live() (n int) {
	for _, key := range k.inForce {
		if key != "" {
			n++
		}
	}
	return n
}

func targets(roles ...policy.Role) (out []provision.Target) {
	for _, a := range dashboards.Audiences() {
		if len(roles) == 0 || slices.Contains(roles, a.Role) {
			out = append(out, provision.Target{Audience: a, Key: a.Name(), Principal: "p-" + a.Name(), Organisation: a.Title})
		}
	}
	return out
}

func provisioner(s *stub) *provision.Provisioner {
	return &provision.Provisioner{
		Server: provision.Server{URL: s.URL, User: "admin", Password: "secret"}, Door: provision.Door{Address: "127.0.0.1:5439"},
		Keys: &keys{map[string]string{}}, Targets: targets(),
	}
}

// run plans and applies, and counts the steps by what they do.
func run(t *testing.T, p *provision.Provisioner) (map[provision.Action]int, error) {
	t.Helper()
	steps, err := p.Plan(t.Context())
	if err != nil {
		return nil, err
	}
	done := map[provision.Action]int{}
	err = p.Apply(t.Context(), steps, func(s provision.Step) { done[s.Action]++ })
	return done, err
}

func must(t *testing.T, p *provision.Provisioner) map[provision.Action]int {
	t.Helper()
	done, err := run(t, p)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// settled asserts that nothing is left to do, and that each source has the one
// token that is in force.
func settled(t *testing.T, s *stub, p *provision.Provisioner) {
	t.Helper()
	before := s.changes
	if done := must(t, p); done[provision.Unchanged] == 0 || len(done) != 1 || s.changes != before {
		t.Errorf("the next run does %v, with %d changes", done, s.changes-before)
	}
	if n := p.Keys.(*keys).live(); n != len(p.Targets) { //nolint:forcetypeassert,errcheck // the tests' own
		t.Errorf("%d tokens in force for %d data sources", n, len(p.Targets))
	}
}

func TestProvision(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	p := provisioner(s)
	if steps, err := p.Plan(t.Context()); err != nil || s.changes != 0 || slices.ContainsFunc(steps, func(x provision.Step) bool { return x.Action != provision.Create }) {
		t.Fatalf("a plan of an empty Grafana changes %d things: %v", s.changes, err)
	}
	must(t, p)
	settled(t, s, p)
	for _, target := range p.Targets {
		o := s.orgs[slices.IndexFunc(s.orgs, func(o *organisation) bool { return o.name == target.Organisation })]
		d := o.sources[target.UID()]
		if len(o.sources) != 1 || d.IsDefault || o.secrets[target.UID()]["password"] == "" || strings.Contains(fmt.Sprint(d), "secret of") {
			t.Errorf("%s has %d sources, default %v, or its secret shows", target.Title, len(o.sources), d.IsDefault)
		}
		if len(o.boards) != len(target.Dashboards()) || len(o.rules) != len(target.Alerts()) {
			t.Errorf("%s has %d dashboards and %d rules", target.Title, len(o.boards), len(o.rules))
		}
	}
	if main := s.orgs[0]; len(main.sources)+len(main.folders)+len(main.boards) != 0 {
		t.Errorf("the main organisation is touched: %+v", main)
	}
}

// What people changed in Grafana is put back, and only that.
func TestDrift(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	p := provisioner(s)
	p.Targets = targets(policy.PrivacyOfficer)
	must(t, p)
	o := s.orgs[1]
	for name, change := range map[string]func(){
		"a panel": func() {
			o.boards["weir-policy-decisions"].Dashboard.(map[string]any)["panels"].([]any)[0].(map[string]any)["title"] = "x" //nolint:errcheck,forcetypeassert // another type panics, and the test fails
		},
		"its folder":    func() { o.boards["weir-policy-decisions"].Meta.FolderUID = "" },
		"the title":     func() { o.folders["weir-privacy-officer"].Title = "x" },
		"a permission":  func() { o.permissions["weir-privacy-officer"][1].Permission = 2 },
		"the address":   func() { o.sources["weir-privacy-officer"].URL = "elsewhere:1" },
		"a setting":     func() { o.sources["weir-privacy-officer"].JSONData.(map[string]any)["sslmode"] = "x" }, //nolint:errcheck,forcetypeassert // as above
		"the password":  func() { o.sources["weir-privacy-officer"].SecureJSONFields = nil },
		"the token":     func() { _ = p.Keys.Retire(t.Context(), p.Targets[0], "") },
		"a rule":        func() { o.rules["weir-policy-rejected"].Title = new("x") },
		"a rule's text": func() { o.rules["weir-policy-rejected"].Data[0].Model.(map[string]any)["rawSql"] = "x" }, //nolint:errcheck,forcetypeassert // as above
		"a lost rule":   func() { delete(o.rules, "weir-policy-rejected") },
	} {
		change()
		if done := must(t, p); done[provision.Update]+done[provision.Create] != 1 {
			t.Errorf("after a change of %s it does %v", name, done)
		}
		settled(t, s, p)
	}
}

// A new token goes to each source; those before are in force until the end, and
// what an interruption left in force is revoked by the next run.
func TestRotate(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	p := provisioner(s)
	must(t, p)
	before := s.orgs[1].secrets["weir-district-leader"]["password"]
	p.Rotate = true
	steps, err := p.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept, most := p.Keys.(*keys), 0 //nolint:forcetypeassert,errcheck // the tests' own
	if err := p.Apply(t.Context(), steps, func(provision.Step) { most = max(most, kept.live()) }); err != nil {
		t.Fatal(err)
	}
	if most != 2*len(p.Targets) || kept.live() != len(p.Targets) || s.orgs[1].secrets["weir-district-leader"]["password"] == before {
		t.Errorf("%d tokens were in force at once, %d are", most, kept.live())
	}
	if _, _, err := p.Keys.Issue(t.Context(), p.Targets[0]); err != nil {
		t.Fatal(err)
	}
	p.Rotate = false
	settled(t, s, p)
}

// Pruning deletes what Weir made for others, and nothing of anybody else.
func TestPrune(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	p := provisioner(s)
	must(t, p)
	o := s.orgs[slices.IndexFunc(s.orgs, func(o *organisation) bool { return o.name == "Weir: data stewards" })]
	o.sources["theirs"] = &models.DataSource{UID: "theirs", Name: "Theirs"}
	o.folders["theirs"] = &models.Folder{UID: "theirs", Title: "Theirs"}
	o.boards["theirs"] = &models.DashboardFullWithMeta{Dashboard: map[string]any{"uid": "theirs", "tags": []any{"weir"}}, Meta: &models.DashboardMeta{}}
	p.Targets, p.Prune = targets(policy.PrivacyOfficer), true
	if done := must(t, p); done[provision.Delete] == 0 {
		t.Errorf("pruning does %v", done)
	}
	settled(t, s, p)
	if len(o.sources) != 1 || len(o.folders) != 1 || len(o.boards) != 1 || len(o.rules) != 0 {
		t.Errorf("left of the stewards: %+v", o)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	p := provisioner(s)
	p.Targets = targets(policy.DistrictLeader)
	p.Targets[0].Events = []provision.Event{
		{On: time.Date(2026, 1, 8, 0, 0, 0, 0, time.UTC), Text: "evaluators granted"}, {On: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Text: "evaluators withdrawn"},
	}
	must(t, p)
	settled(t, s, p)
	s.orgs[1].marks = append(s.orgs[1].marks, &models.Annotation{ID: 9, Text: "theirs", Tags: []string{"weir"}})
	p.Targets[0].Events = p.Targets[0].Events[:1]
	if done := must(t, p); done[provision.Delete] != 1 || len(s.orgs[1].marks) != 2 {
		t.Errorf("it does %v, %d annotations are left", done, len(s.orgs[1].marks))
	}
	settled(t, s, p)
}

func TestTeam(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	p := provisioner(s)
	p.Server = provision.Server{URL: s.URL, Token: "token"}
	p.Targets = targets(policy.DistrictLeader)
	p.Targets[0].Organisation, p.Targets[0].Team = "", "District leaders"
	must(t, p)
	settled(t, s, p)
	granted := s.orgs[0].permissions["weir-district-leader"]
	if len(s.orgs) != 1 || len(granted) != 2 || granted[1].TeamID != 1 || granted[1].Permission != 1 {
		t.Errorf("%d organisations, granted %+v", len(s.orgs), granted)
	}
	p.Targets = append(p.Targets, provision.Target{Audience: dashboards.Audiences()[1], Key: "school_leader"})
	if _, err := run(t, p); policy.CodeOf(err) != policy.Usage {
		t.Errorf("two audiences in one organisation: %v", err)
	}
}

// Whatever goes wrong in the middle, the error says what, and a second run
// mends it.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, f := range []fault{
		{method: http.MethodGet, path: "/orgs/name/", status: http.StatusUnauthorized},
		{method: http.MethodPost, path: "/orgs", status: http.StatusForbidden},
		{method: http.MethodPost, path: "/orgs", after: true},
		{method: http.MethodPost, path: "/folders", status: http.StatusConflict},
		{method: http.MethodPost, path: "/folders", status: http.StatusPreconditionFailed},
		{method: http.MethodPost, path: "/folders", after: true},
		{method: http.MethodPost, path: "/folders/weir-evaluator/permissions", status: http.StatusNotFound},
		{method: http.MethodPost, path: "/datasources", status: http.StatusConflict},
		{method: http.MethodPost, path: "/datasources", status: http.StatusInternalServerError},
		{method: http.MethodPost, path: "/datasources", after: true},
		{method: http.MethodPost, path: "/datasources"},
		{method: http.MethodPost, path: "/dashboards/db", status: http.StatusPreconditionFailed},
		{method: http.MethodPost, path: "/dashboards/db", status: http.StatusBadGateway},
		{method: http.MethodPost, path: "/dashboards/db", after: true},
		{method: http.MethodPost, path: "/v1/provisioning/alert-rules", status: http.StatusServiceUnavailable},
		{method: http.MethodPost, path: "/v1/provisioning/alert-rules", after: true},
		{method: http.MethodPost, path: "/dashboards/db", slow: 2 * patience, status: http.StatusOK},
	} {
		t.Run(fmt.Sprintf("%s%s %d %v", f.method, f.path, f.status, f.after), func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			s.faults = []fault{f}
			p := provisioner(s)
			p.Server.Client = &http.Client{Timeout: patience}
			_, err := run(t, p)
			if err == nil || policy.CodeOf(err) == "" || !strings.Contains(err.Error(), s.URL) || strings.Contains(err.Error(), "secret") {
				t.Errorf("the error says %v", err)
			}
			must(t, p)
			settled(t, s, p)
		})
	}
}

// patience is how long the tests' client waits.
const patience = 500 * time.Millisecond

// A data source of somebody else that has the name stays as it is.
func TestForeignSource(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	p := provisioner(s)
	p.Targets = targets(policy.Evaluator)
	p.Targets[0].Organisation = ""
	s.orgs[0].sources["theirs"] = &models.DataSource{UID: "theirs", Name: p.Targets[0].Title, IsDefault: true}
	if _, err := run(t, p); policy.CodeOf(err) != policy.Busy {
		t.Errorf("a name that is taken: %v", err)
	}
	if n := p.Keys.(*keys).live(); n != 0 { //nolint:forcetypeassert,errcheck // the tests' own
		t.Errorf("%d tokens are left", n)
	}
}

func TestFilesOfGrafana(t *testing.T) {
	t.Parallel()
	k := &keys{map[string]string{}}
	f := provision.Files{Dir: filepath.Join(t.TempDir(), "out"), Door: provision.Door{Address: "127.0.0.1:5439", TLS: true, CA: "PEM"}, Keys: k, Targets: targets()}
	for range 2 {
		paths, err := f.Write(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			info, err := os.Stat(filepath.Join(f.Dir, path))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", path, info, err)
			}
			data, err := os.ReadFile(filepath.Join(f.Dir, path))
			if err != nil {
				t.Fatal(err)
			}
			var content any
			if strings.HasSuffix(path, ".yaml") && (yaml.Unmarshal(data, &content) != nil || content == nil) {
				t.Errorf("%s is no YAML", path)
			}
			if strings.Contains(string(data), "from: 86400.0") {
				t.Errorf("%s has a duration with a point, which Grafana refuses", path)
			}
			if strings.Contains(string(data), "secret of") != (filepath.Base(path) == "token") {
				t.Errorf("%s has a secret, or has none", path)
			}
		}
		if k.live() != len(f.Targets) {
			t.Errorf("%d tokens in force", k.live())
		}
	}
	other := provision.Files{Dir: t.TempDir(), Keys: k, Targets: targets()}
	if err := os.WriteFile(filepath.Join(other.Dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Write(t.Context()); policy.CodeOf(err) != policy.Usage {
		t.Errorf("into a folder with other files: %v", err)
	}
}

// compose is a compose.yaml, as far as Weir writes one
// (https://github.com/compose-spec/compose-spec).
type compose struct {
	Name     string             `yaml:"name"`
	Services map[string]service `yaml:"services"`
}

type service struct {
	Image       string            `yaml:"image"`
	Command     []string          `yaml:"command"`
	User        string            `yaml:"user"`
	Restart     string            `yaml:"restart"`
	NetworkMode string            `yaml:"network_mode"`
	DependsOn   []string          `yaml:"depends_on"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
}

// What compose.yaml mounts is there, each Grafana has a port of its own that the
// network's owner opens, and README.md names every variable that must be set.
func TestCompose(t *testing.T) {
	t.Parallel()
	f := provision.Files{Dir: filepath.Join(t.TempDir(), "out"), Door: provision.Door{Address: "127.0.0.1:5439"}, Keys: &keys{map[string]string{}}, Targets: targets()}
	if _, err := f.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(f.Dir, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(f.Dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.UnmarshalWithOptions(text, &c, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`\$\{(\w+):\?`).FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(string(readme), found[1]+"=") {
			t.Errorf("README.md does not say %s", found[1])
		}
	}
	ports := map[string]bool{}
	for _, port := range c.Services["weir"].Ports {
		ports[port] = true
	}
	if len(c.Services) != len(f.Targets)+1 || len(ports) != len(f.Targets) {
		t.Errorf("%d services and %d ports for %d audiences", len(c.Services), len(ports), len(f.Targets))
	}
	for name, s := range c.Services {
		if name == "weir" {
			continue
		}
		port := s.Environment["GF_SERVER_HTTP_PORT"]
		if s.NetworkMode != "service:weir" || !slices.Contains(s.DependsOn, "weir") || !ports["127.0.0.1:"+port+":"+port] {
			t.Errorf("%s cannot be reached: %+v", name, s)
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if info, err := os.Stat(filepath.Join(f.Dir, from)); err != nil || !info.IsDir() || !strings.HasSuffix(v, ":ro") {
				t.Errorf("%s mounts %s: %v", name, v, err)
			}
		}
	}
}
