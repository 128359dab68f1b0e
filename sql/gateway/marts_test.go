package gateway_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/mart"
	"github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/policy/opa"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// measured is a warehouse of a small synthetic district whose metrics were run,
// so that its snapshot has marts.
type measured struct {
	t       *testing.T
	home    etl.Home
	source  string
	catalog *contract.Catalog
}

func newMeasured(t *testing.T) *measured {
	t.Helper()
	m := &measured{t: t, home: etl.Home{Dir: filepath.Join(t.TempDir(), "home")}, source: filepath.Join(t.TempDir(), "source")}
	var err error
	m.catalog, err = contract.Embedded()
	m.must(err)
	m.must(m.home.Create())
	_, err = audit.Init(audit.Home(m.home.Dir), "test", rand.Reader)
	m.must(err)
	db, err := duck.Open(t.Context(), duck.Options{})
	m.must(err)
	defer db.Close() //nolint:errcheck // test
	_, err = synth.Generate(t.Context(), db.SQL(), synth.Options{Out: m.source, Districts: 1, Schools: 4, Teachers: 100, Years: 2, Seed: 5})
	m.must(err)
	m.publish(m.source)
	return m
}

func (m *measured) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// publish loads files, runs the metrics and publishes.
func (m *measured) publish(path string) {
	m.t.Helper()
	loader := &etl.Loader{Home: m.home, Catalog: m.catalog, RemovalLimit: 1, Program: "test", Now: gatewaytest.Now, Marts: m.marts}
	report, err := loader.Load(m.t.Context(), []string{path}, etl.Options{})
	m.must(err)
	for _, o := range report.Outcomes {
		if o.Status != etl.StatusLoaded || o.Quarantined > 0 {
			m.t.Fatalf("%s: %+v", o.File, o)
		}
	}
	registry, err := metrics.Load(m.t.Context(), "", m.catalog)
	m.must(err)
	revisions, err := loader.Revisions(m.t.Context())
	m.must(err)
	r := &run.Runner{Build: m.home.Build(), Catalog: m.catalog, Registry: registry, Revisions: revisions, Program: "test", Now: gatewaytest.Now}
	runs, err := r.Run(m.t.Context())
	m.must(err)
	rules := m.policy(nil)
	_, err = r.Protect(m.t.Context(), runs, run.Rules{Thresholds: rules.Thresholds(), Revision: rules.Revision()})
	m.must(err)
	_, _, err = loader.Publish(m.t.Context())
	m.must(err)
}

// marts are all that lie in the build: the metrics have just run.
func (m *measured) marts(ctx context.Context, _ map[string]string) (out etl.Marts, err error) {
	present, err := mart.Build{Dir: m.home.Build()}.List(ctx)
	for _, p := range present {
		out.Compartments = append(out.Compartments, p.Compartment())
	}
	return out, err
}

func (m *measured) policy(marts []policy.Dataset) *opa.Engine {
	m.t.Helper()
	bundle, err := opa.BuiltIn()
	m.must(err)
	datasets := append(m.catalog.Policy(), marts...)
	for _, l := range gatewaytest.Ledgers() {
		datasets = append(datasets, l.Dataset)
	}
	engine, err := opa.New(m.t.Context(), bundle, datasets, opa.Options{
		Secret: []byte("0123456789abcdef0123456789abcdef"),
		Proven: func(string) bool { return true }, // the bundle's own tests prove it
	})
	m.must(err)
	return engine
}

// twin is a copy with the same keys for the same people, into which a file is
// loaded that a query makes of one of the district's.
func (m *measured) twin(t *testing.T, file, query string) *measured {
	t.Helper()
	c := &measured{t: t, home: etl.Home{Dir: filepath.Join(t.TempDir(), "home")}, source: t.TempDir(), catalog: m.catalog}
	if out, err := exec.CommandContext(t.Context(), "cp", "-r", m.home.Dir, c.home.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	db, err := duck.Open(t.Context(), duck.Options{})
	c.must(err)
	defer db.Close() //nolint:errcheck // test
	_, err = db.SQL().ExecContext(t.Context(), fmt.Sprintf("COPY (%s) TO %s",
		fmt.Sprintf(query, duck.Literal(filepath.Join(m.source, file))), duck.Literal(filepath.Join(c.source, file))))
	c.must(err)
	c.publish(c.source)
	return c
}

// world opens a gateway over what is published, whose decisions go nowhere.
func (m *measured) world() *world {
	m.t.Helper()
	current, _, err := snapshot.In(m.home.Dir).Current()
	m.must(err)
	var marts []policy.Dataset
	for _, c := range current.Compartments {
		for _, t := range c.Tables {
			if t.Derived != nil {
				marts = append(marts, t.Derived.Dataset(c.Name, t.Name))
			}
		}
	}
	if len(marts) < 20 {
		m.t.Fatalf("%d relations in marts", len(marts))
	}
	paths := audit.Home(m.home.Dir)
	verifier, err := paths.Verifier()
	m.must(err)
	history, err := audit.NewReader(paths.Dir, verifier)
	m.must(err)
	g, err := gateway.New(gateway.Config{
		Snapshots: snapshot.In(m.home.Dir), Policy: m.policy(marts), Recorder: forgetful{}, History: history, Ledgers: gatewaytest.Ledgers(), Catalog: m.catalog,
		Engine: duck.Options{Threads: 1, MemoryLimit: "512MB", TempDirectory: filepath.Join(m.source, "spill")}, Instances: 4,
		Program: "test", Now: gatewaytest.Now, Log: slog.New(slog.DiscardHandler),
	})
	m.must(err)
	m.t.Cleanup(g.Close)
	return &world{&gatewaytest.World{Gateway: g, Home: m.home}, m.t}
}

// key is the key of the first person in a column of core.
func (m *measured) key(column, table string) (key string) {
	m.t.Helper()
	db, err := duck.Open(m.t.Context(), duck.Options{})
	m.must(err)
	defer db.Close() //nolint:errcheck // test
	m.must(duck.Attach(m.t.Context(), db.SQL(), m.home.Compartment(contract.Core), "core", duck.ReadOnly))
	m.must(db.SQL().QueryRowContext(m.t.Context(), fmt.Sprintf("SELECT min(%s)::VARCHAR FROM core.main.%s", column, table)).Scan(&key))
	return key
}

// person is a principal of the first school.
func (m *measured) person(purpose policy.Purpose, key string, roles ...policy.Role) policy.Request {
	return policy.Request{
		Principal: policy.Principal{ID: "somebody", Roles: roles, StaffKey: key, Schools: []string{"D01-S001"}, Districts: []string{"D01"}},
		Purpose:   purpose, Door: policy.Command,
	}
}

// TestNoninterferenceOfMarts asserts that marts tell nobody what policy keeps
// from them: neither what a mart of other tags is made from, nor a person's data
// that changes no figure.
func TestNoninterferenceOfMarts(t *testing.T) {
	t.Parallel()
	m := newMeasured(t)
	evaluator, coach := m.key("evaluator_key", "evaluator_assignment"), m.key("coach_key", "coach_assignment")
	agreed := m.person(policy.Research, "", policy.Researcher)
	agreed.Agreement = &policy.Agreement{
		ID: "a1", Purpose: policy.Research, From: "2025-08-01", To: "2026-12-31", DestroyBy: "2027-01-01", Members: []string{"somebody"}, MinimumCell: 10,
		Datasets: map[string][]string{"teacher": {"teacher_key", "years_experience", "school_id"}, "observation": {"observation_id", "teacher_key", "type", "observed_on"}},
	}
	leader := m.person(policy.PDROIReview, "", policy.DistrictLeader)
	n := statements(t) / 20
	first := m.world()
	for _, overseer := range []policy.Request{leader, m.person(policy.SchoolImprovement, "", policy.SchoolLeader), m.person(policy.PrivacyAudit, "", policy.PrivacyOfficer)} {
		if files, people := first.attached(overseer); len(files) == 0 || len(people) > 0 {
			t.Errorf("%v has attached %v, about people: %v", overseer.Principal.Roles, files, people)
		}
	}
	for name, s := range map[string]struct {
		file, query string
		apart       *policy.Request // who may tell the worlds apart, if anybody may
		alike       map[string]policy.Request
	}{
		"formative": {
			"survey_response.csv", "SELECT * REPLACE (NOT changed_practice AS changed_practice, 6 - relevance AS relevance, 6 - trust AS trust) FROM read_csv(%s)",
			&leader, map[string]policy.Request{
				"evaluator":           m.person(policy.Evaluation, evaluator, policy.Evaluator),
				"evaluator and coach": m.person(policy.Evaluation, evaluator, policy.Evaluator, policy.Coach),
				"data steward":        m.person(policy.Operations, "", policy.DataSteward),
				"privacy officer":     m.person(policy.PrivacyAudit, "", policy.PrivacyOfficer),
				"researcher":          agreed,
			},
		},
		"evaluative": {
			"observation_score.csv.gz", "SELECT * REPLACE (scale_min + scale_max - score AS score) FROM read_csv(%s)",
			&leader, map[string]policy.Request{
				"coach":           m.person(policy.Coaching, coach, policy.Coach),
				"data steward":    m.person(policy.Operations, "", policy.DataSteward),
				"privacy officer": m.person(policy.PrivacyAudit, "", policy.PrivacyOfficer),
			},
		},
		"of no figure": {
			"plc_activity.ndjson", "SELECT * REPLACE (minutes + 1 AS minutes) FROM read_json(%s)",
			nil, map[string]policy.Request{
				"school leader":   m.person(policy.SchoolImprovement, "", policy.SchoolLeader),
				"district leader": leader,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := m.twin(t, s.file, s.query).world()
			if s.apart != nil && len(compare(t, first, other, *s.apart, 100, 3)) == 0 {
				t.Error("nobody can tell the worlds apart")
			}
			for role, request := range s.alike {
				for i, d := range compare(t, first, other, request, n, 3) {
					if i < 5 {
						t.Errorf("the worlds differ for %s: %s", role, d)
					}
				}
			}
		})
	}
}
