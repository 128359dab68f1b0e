package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Two worlds: a pair of warehouses that differ only in what a principal may
// not see must answer every statement alike, byte for byte. The number of
// generated statements is N in the environment.

// secret is what a role may not see: rows that are added to the second world.
type secret struct {
	request func(w *world) policy.Request
	files   map[string]string
}

const (
	moreCoaching = `coaching_session_id,teacher_number,coach_number,coach_type,kind,program_id,held_at,minutes,usefulness_rating
cs1,T1,C1,human,observation_video,p1,2025-10-01 10:00:00,99,1
cs8,T1,,ai,reflective_prompt,p1,2025-10-07 10:00:00,15,5
cs9,T3,,ai,reflective_prompt,p1,2025-10-08 10:00:00,15,
`
	otherCoaching = `coaching_session_id,teacher_number,coach_number,coach_type,kind,program_id,held_at,minutes,usefulness_rating
cs2,T1,C1,human,observation_video,p1,2026-02-05 10:00:00,99,1
cs3,T2,,ai,lesson_plan_feedback,,2025-10-02 10:00:00,1,
cs9,T3,,ai,reflective_prompt,p1,2025-10-08 10:00:00,15,2
`
	otherObservations = `observation_id,teacher_number,observer_number,type,observed_on,rubric,session_id
o3,T2,E1,informal,2025-11-04,OTHER RUBRIC,y26
o8,T2,E2,formal,2025-12-04,FFT,
o9,T3,E2,formal,2025-12-05,FFT,y26
`
	moreSurveys = `response_id,teacher_number,survey,answered_on,relevance,trust
r3,T3,autumn 99,2025-11-07,,5
r9,T3,x,2025-11-09,1,1
`
)

func secrets() map[string]secret {
	everything := map[string]string{"coaching_session.csv": moreCoaching, "observation.csv": otherObservations, "survey_response.csv": moreSurveys}
	return map[string]secret{
		"evaluator": {
			func(w *world) policy.Request { return w.Person("E1", policy.Evaluation, policy.Evaluator) }, everything,
		},
		"evaluator and coach": {
			func(w *world) policy.Request {
				return w.Person("E1", policy.Evaluation, policy.Evaluator, policy.Coach)
			}, everything,
		},
		"coach": {
			func(w *world) policy.Request { return w.Person("C1", policy.Coaching, policy.Coach) },
			map[string]string{"coaching_session.csv": otherCoaching, "observation.csv": otherObservations, "survey_response.csv": moreSurveys},
		},
		"teacher": {
			func(w *world) policy.Request { return w.Person("T1", policy.SelfService, policy.Teacher) },
			map[string]string{"coaching_session.csv": strings.Join([]string{firstLine(otherCoaching), lines(otherCoaching)[2], lines(otherCoaching)[3], ""}, "\n"),
				"observation.csv": otherObservations, "survey_response.csv": moreSurveys},
		},
		"researcher": {
			func(w *world) policy.Request {
				r := w.Person("R1", policy.Research, policy.Researcher)
				r.Agreement = &policy.Agreement{
					ID: "a1", Purpose: policy.Research, From: "2025-08-01", To: "2026-06-30", DestroyBy: "2027-01-01", Members: []string{"R1"}, MinimumCell: 10,
					Datasets: map[string][]string{
						"survey_response": {"response_id", "teacher_key", "survey", "answered_on", "relevance", "trust"},
						"teacher":         {"teacher_key", "years_experience", "school_id", "role"},
					},
				}
				return r
			}, everything,
		},
		"privacy officer": {
			func(w *world) policy.Request { return w.Person("P", policy.PrivacyAudit, policy.PrivacyOfficer) }, everything,
		},
		"data steward": {
			func(w *world) policy.Request { return w.Person("S", policy.Operations, policy.DataSteward) }, everything,
		},
		"school leader": {
			func(w *world) policy.Request { return w.Person("L1", policy.SchoolImprovement, policy.SchoolLeader) }, everything,
		},
	}
}

func lines(text string) []string   { return strings.Split(text, "\n") }
func firstLine(text string) string { return lines(text)[0] }

// second returns the world's twin: a copy, with the same keys for the same
// people, into which the secret's files are loaded.
func (w *world) second(files map[string]string, hole func(gateway.Policy) gateway.Policy) *world {
	w.t.Helper()
	home := etl.Home{Dir: filepath.Join(w.t.TempDir(), "home")}
	if out, err := exec.CommandContext(context.Background(), "cp", "-r", w.Home.Dir, home.Dir).CombinedOutput(); err != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
	dir := w.t.TempDir()
	for name, text := range files {
		w.must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	catalog, err := contract.Embedded()
	w.must(err)
	loader := &etl.Loader{Home: home, Catalog: catalog, Engine: duck.Options{Threads: 1}, RemovalLimit: 0.1, Program: "test", Now: gatewaytest.Now}
	report, err := loader.Load(context.Background(), []string{dir}, etl.Options{})
	w.must(err)
	for _, o := range report.Outcomes {
		if o.Status != etl.StatusLoaded || o.Quarantined > 0 || o.Loaded+o.Updated == 0 {
			w.t.Fatalf("%s: %+v", o.File, o)
		}
	}
	_, _, err = loader.Publish(context.Background())
	w.must(err)
	return w.over(home, hole)
}

// over returns a world over a home with this world's policy, whose decisions
// go nowhere: what is compared is what principals get.
func (w *world) over(home etl.Home, hole func(gateway.Policy) gateway.Policy) *world {
	c := w.Config
	c.Snapshots, c.Recorder = snapshot.In(home.Dir), forgetful{}
	if hole != nil {
		c.Policy = hole(c.Policy)
	}
	c.Log = slog.New(slog.DiscardHandler)
	g, err := gateway.New(c)
	w.must(err)
	w.t.Cleanup(g.Close)
	return &world{&gatewaytest.World{Gateway: g, Home: home, People: w.People}, w.t}
}

type forgetful struct{}

func (forgetful) Append(context.Context, audit.Entry) (int64, error) { return 0, nil }

// patience is how long a statement may run: some attacks would never end, in
// either world.
const patience = 3 * time.Second

// transcript is everything that a principal gets for a statement.
func transcript(s *gateway.Session, text string) string {
	var b strings.Builder
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	result, err := s.Query(ctx, text)
	if err != nil {
		return describeError(err)
	}
	defer result.Close()
	fmt.Fprintln(&b, result.Schema(), result.Notes)
	for {
		batch, err := result.Next()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			b.WriteString(describeError(err))
			return b.String()
		}
		for i := range int(batch.NumRows()) {
			for _, col := range batch.Columns() {
				b.WriteString(col.ValueStr(i) + "|")
			}
			b.WriteString("\n")
		}
		batch.Release()
	}
}

// Identifiers of log lines are random, and differ between any two runs.
var logID = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

func describeError(err error) string {
	return fmt.Sprintf("%s: %s", policy.CodeOf(err), logID.ReplaceAllString(err.Error(), "ID"))
}

func statements(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("N")); err == nil {
		return n
	}
	if os.Getenv("WEIR_CI") != "" {
		return 20_000
	}
	return 2_000
}

// attacks reads the guard's golden cases: every attack and honest query.
func attacks(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "guard", "testdata", "cases", "*", "query.sql"))
	if err != nil || len(files) < 150 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	out := make([]string, len(files))
	for i, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = string(text)
	}
	return out
}

// everyRelation lists what generated statements name: what the principal
// sees, what exists beside it, and what does not exist.
func everyRelation(t *testing.T) []relation {
	t.Helper()
	catalog, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	out := []relation{{"no_such_table", []string{"c0", "nothing"}}}
	for _, k := range catalog.All() {
		r := relation{name: k.Name}
		for _, col := range k.Columns {
			r.columns = append(r.columns, col.Name)
		}
		out = append(out, r)
	}
	return out
}

// seen lists the relations that the session's catalogue shows.
func seen(t *testing.T, w *world, s *gateway.Session) []relation {
	t.Helper()
	rows, err := w.run(s, "SELECT table_name, string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = 'main' GROUP BY 1 ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	var out []relation
	for _, row := range rows {
		name, columns, _ := strings.Cut(row, "|")
		out = append(out, relation{name, strings.Fields(columns)})
	}
	return out
}

// alike reports whether two transcripts tell nothing apart. Where patience ran
// out is a matter of time, which is outside the promise: of an answer that was
// cut off, what came before must be the beginning of the other.
func alike(one, other string) bool {
	if one == other {
		return true
	}
	const cut = "canceled: the statement was cancelled"
	begun, wasCut := strings.CutSuffix(one, cut)
	rest, otherCut := strings.CutSuffix(other, cut)
	return wasCut && strings.HasPrefix(rest, begun) || otherCut && strings.HasPrefix(begun, rest)
}

// compare runs the attacks and n generated statements in both worlds, and
// returns the first statements that tell them apart.
func compare(t *testing.T, a, b *world, request policy.Request, n int, seed uint64) (differing []string) {
	t.Helper()
	first, err := a.Open(context.Background(), request)
	a.must(err)
	other, err := b.Open(context.Background(), request)
	a.must(err)
	g := &generator{Rand: rand.New(rand.NewPCG(seed, seed))}
	visible := seen(t, a, first)
	for range 3 { // three in four names are of what can be seen
		g.relations = append(g.relations, visible...)
	}
	g.relations = append(g.relations, pickSome(g.Rand, everyRelation(t), max(1, len(visible)))...)
	texts := attacks(t)
	if request.Door == policy.PGWire {
		for _, path := range clientFiles(t) {
			for _, c := range clientStatements(t, path) {
				texts = append(texts, c[0])
			}
		}
	}
	for range n {
		texts = append(texts, g.statement())
	}
	answered := 0
	for _, text := range texts {
		got, want := transcript(first, text), transcript(other, text)
		if !alike(got, want) {
			differing = append(differing, fmt.Sprintf("%s\n  one world: %s\n  other:     %s", text, got, want))
		}
		if strings.HasPrefix(got, "schema") {
			answered++
		}
	}
	t.Logf("%d statements, %d answered with rows", len(texts), answered)
	return differing
}

func pickSome(r *rand.Rand, of []relation, n int) []relation {
	out := make([]relation, n)
	for i := range out {
		out[i] = of[r.IntN(len(of))]
	}
	return out
}

func TestNoninterference(t *testing.T) {
	t.Parallel()
	a := newWorld(t, gatewaytest.Sources())
	quiet := a.over(a.Home, nil)
	n := statements(t) / len(secrets())
	for role, s := range secrets() {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			b := a.second(s.files, nil)
			for i, d := range slices.Concat(
				compare(t, quiet, b, s.request(a), n, 1),
				compare(t, quiet, b, throughPostgres(s.request(a)), n/10, 2),
			) {
				if i < 5 {
					t.Errorf("the worlds differ: %s", d)
				}
			}
		})
	}
}

// holed is a policy with a planted hole: it grants a view to everyone.
type holed struct {
	gateway.Policy

	dataset, compartment, view string
}

func (h holed) Scope(ctx context.Context, r policy.Request) (*policy.Scope, error) {
	s, err := h.Policy.Scope(ctx, r)
	if err != nil {
		return nil, err
	}
	opened := *s
	if !slices.Contains(s.Compartments, h.compartment) {
		opened.Compartments = append([]string{h.compartment}, s.Compartments...)
	}
	opened.Grants = map[string]*policy.Grant{}
	maps.Copy(opened.Grants, s.Grants)
	opened.Grants[h.dataset] = &policy.Grant{Dataset: h.dataset, Allow: true, Rows: policy.AllRows{}, View: h.view}
	return &opened, nil
}

func TestNoninterferenceFindsPlantedHoles(t *testing.T) {
	t.Parallel()
	a := newWorld(t, gatewaytest.Sources())
	for name, h := range map[string]holed{
		"a dataset":         {dataset: "coaching_session", compartment: "formative", view: "SELECT coaching_session_id, kind FROM formative.main.coaching_session"},
		"a row filter":      {dataset: "observation", compartment: "evaluative", view: "SELECT observation_id, type FROM evaluative.main.observation"},
		"one count of rows": {dataset: "school", compartment: "formative", view: "SELECT school_id, (SELECT count(*) FROM formative.main.survey_response) AS n FROM core.main.school"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hole := func(p gateway.Policy) gateway.Policy { h := h; h.Policy = p; return h }
			evaluator := secrets()["evaluator"]
			b := a.second(evaluator.files, hole)
			found := compare(t, a.over(a.Home, hole), b, evaluator.request(a), 400, 1)
			if len(found) == 0 {
				t.Error("the planted hole was not found")
			}
			t.Logf("found by %d statements", len(found))
		})
	}
}
