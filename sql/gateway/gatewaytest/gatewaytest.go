// Package gatewaytest makes a small published warehouse with a gateway over it,
// for the tests of the gateway and of the doors.
package gatewaytest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/policy/opa"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Now is the day on which the warehouse is asked.
func Now() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// Sources are the files of a district small enough to know by heart. Two
// evaluators, two coaches and a lonely teacher; T3 did not consent to research.
func Sources() map[string]string {
	return map[string]string{
		"staff_identity.csv": `staff_number,staff_email,given_name,family_name
E1,e1@example.org,Eva,One
E2,e2@example.org,Evan,Two
C1,c1@example.org,Cora,One
T1,t1@example.org,Tess,One
T2,t2@example.org,Theo,Two
T3,t3@example.org,Thea,Three
`,
		"district.csv": "district_id,name\nd1,North\n",
		"school.csv":   "school_id,district_id,name\ns1,d1,Elm\ns2,d1,Oak\n",
		"academic_session.csv": `session_id,title,type,start_date,end_date,school_year
y26,2025-26,schoolYear,2025-08-01,2026-06-30,2026
`,
		"teacher.csv": `teacher_number,effective_from,school_id,role,years_experience
T1,2025-08-01,s1,teacher,2
T2,2025-08-01,s1,teacher,12
T3,2025-08-01,s2,teacher,25
`,
		"pd_program.csv": `program_id,name,kind,follow_up,active_practice,personalized
p1,Coaching,human_coaching,true,true,true
`,
		"evaluator_assignment.csv": `evaluator_assignment_id,evaluator_number,teacher_number,begin_date,end_date
ea1,E1,T1,2025-08-01,
ea2,E2,T2,2025-08-01,2025-12-31
`,
		"coach_assignment.csv": `coach_assignment_id,coach_number,teacher_number,program_id,begin_date,end_date
ca1,C1,T1,p1,2025-09-01,2025-12-31
`,
		"coaching_session.csv": `coaching_session_id,teacher_number,coach_number,coach_type,kind,program_id,held_at,minutes,usefulness_rating
cs1,T1,C1,human,coaching_cycle,p1,2025-10-01 10:00:00,30,5
cs2,T1,C1,human,coaching_cycle,p1,2026-02-01 10:00:00,30,4
cs3,T2,,ai,reflective_prompt,p1,2025-10-02 10:00:00,15,3
`,
		"observation.csv": `observation_id,teacher_number,observer_number,type,observed_on,rubric,session_id
o1,T1,E1,formal,2025-11-03,FFT,y26
o2,T1,E1,informal,2025-11-10,FFT,y26
o3,T2,E2,formal,2025-11-04,FFT,y26
o4,T2,E2,formal,2026-02-04,FFT,y26
`,
		"research_consent.csv": "teacher_number,decided_on,consented\nT1,2025-09-01,true\nT2,2025-09-01,true\nT3,2025-09-01,false\n",
		"survey_response.csv": `response_id,teacher_number,survey,answered_on,relevance,trust
r1,T1,spring,2025-11-05,4,5
r2,T2,spring,2025-11-06,3,2
r3,T3,spring,2025-11-07,2,1
`,
	}
}

// World is a published warehouse with a gateway over it.
type World struct {
	*gateway.Gateway
	t      testing.TB
	Home   etl.Home
	Paths  audit.Paths
	Log    *audit.Log
	Reader *audit.Reader
	People map[string]string // staff number to key
}

// New loads the files, publishes, and opens a gateway under the built-in policy.
// The test fails if any row is not loaded.
func New(t testing.TB, files map[string]string, more ...string) *World {
	t.Helper()
	ctx := context.Background()
	w := &World{t: t, Home: etl.Home{Dir: filepath.Join(t.TempDir(), "home")}}
	catalog, err := contract.Embedded()
	w.must(err)
	w.must(w.Home.Create())
	dir := t.TempDir()
	for name, text := range files {
		w.must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	loader := &etl.Loader{Home: w.Home, Catalog: catalog, Engine: duck.Options{Threads: 1}, RemovalLimit: 0.1, Program: "test", Now: Now}
	report, err := loader.Load(ctx, append([]string{dir}, more...), etl.Options{})
	w.must(err)
	for _, o := range report.Outcomes {
		if o.Status != etl.StatusLoaded || o.Quarantined > 0 {
			t.Fatalf("%s: %+v", o.File, o)
		}
	}
	_, _, err = loader.Publish(ctx)
	w.must(err)
	w.Paths = audit.Home(w.Home.Dir)
	_, err = audit.Init(w.Paths, "test", rand.Reader)
	w.must(err)
	w.Log, err = audit.Open(w.Paths, audit.Options{Holder: "test"})
	w.must(err)
	t.Cleanup(func() { w.must(w.Log.Close()) })
	bundle, err := opa.BuiltIn()
	w.must(err)
	datasets := catalog.Policy()
	for _, l := range Ledgers() {
		datasets = append(datasets, l.Dataset)
	}
	engine, err := opa.New(ctx, bundle, datasets, opa.Options{
		Secret: []byte("0123456789abcdef0123456789abcdef"),
		Proven: func(string) bool { return true }, // the bundle's own tests prove it
	})
	w.must(err)
	verifier, err := w.Paths.Verifier()
	w.must(err)
	w.Reader, err = audit.NewReader(w.Paths.Dir, verifier)
	w.must(err)
	w.Gateway, err = gateway.New(gateway.Config{
		Snapshots: snapshot.In(w.Home.Dir), Policy: engine, Recorder: w.Log, History: w.Reader, Ledgers: Ledgers(), Catalog: catalog,
		Engine: duck.Options{Threads: 1, MemoryLimit: "512MB", TempDirectory: filepath.Join(dir, "spill")}, Instances: 4,
		Program: "test", Now: Now, Log: slog.New(slog.DiscardHandler),
	})
	w.must(err)
	t.Cleanup(w.Close)
	w.readKeys()
	return w
}

// Ledgers are those of the audit log, and one that tells of a snapshot.
func Ledgers() []gateway.Ledger {
	return append(gateway.AuditLedgers(), gateway.Ledger{
		Dataset: policy.Dataset{Name: "operations.snapshot", Compartment: gateway.OperationsCompartment, Columns: []policy.Column{
			{Name: "snapshot", Type: "VARCHAR"}, {Name: "created", Type: "TIMESTAMP"}, {Name: "rows", Type: "BIGINT"},
		}},
		Rows: func(context.Context) ([]byte, error) {
			return []byte(`[{"snapshot": "first", "created": "2026-03-01T09:00:00Z", "rows": 12}]`), nil
		},
	})
}

func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *World) readKeys() {
	db, err := duck.Open(context.Background(), duck.Options{})
	w.must(err)
	defer db.Close() //nolint:errcheck // test
	w.must(duck.Attach(context.Background(), db.SQL(), w.Home.Compartment(contract.Vault), "vault", duck.ReadOnly))
	rows, err := db.SQL().QueryContext(context.Background(), "SELECT value, person_key::VARCHAR FROM vault.identity.identifier WHERE scheme = 'number'")
	w.must(err)
	defer rows.Close() //nolint:errcheck // test
	w.People = map[string]string{}
	for rows.Next() {
		var number, key string
		w.must(rows.Scan(&number, &key))
		w.People[number] = key
	}
	w.must(rows.Err())
}

// Person is a principal of the small district.
func (w *World) Person(id string, purpose policy.Purpose, roles ...policy.Role) policy.Request {
	return policy.Request{
		Principal: policy.Principal{ID: id, Roles: roles, StaffKey: w.People[id], Schools: []string{"s1"}, Districts: []string{"d1"}},
		Purpose:   purpose, Door: policy.Command,
	}
}
