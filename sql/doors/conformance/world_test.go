package conformance_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// written makes a folder with files.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// secrets are rows that no evaluator may see, added to the second world.
func secrets() map[string]string {
	return map[string]string{
		"coaching_session.csv": `coaching_session_id,teacher_number,coach_number,coach_type,kind,program_id,held_at,minutes,usefulness_rating
cs1,T1,C1,human,observation_video,p1,2025-10-01 10:00:00,99,1
cs8,T1,,ai,reflective_prompt,p1,2025-10-07 10:00:00,15,5
`,
		"observation.csv": `observation_id,teacher_number,observer_number,type,observed_on,rubric,session_id
o3,T2,E1,informal,2025-11-04,OTHER RUBRIC,y26
o8,T2,E2,formal,2025-12-04,FFT,
`,
		"survey_response.csv": "response_id,teacher_number,survey,answered_on,relevance,trust\nr3,T3,autumn 99,2025-11-07,,5\n",
	}
}

type forgetful struct{}

func (forgetful) Append(context.Context, audit.Entry) (int64, error) { return 0, nil }

// twin opens all doors over a copy of the warehouse, with the same keys, tokens
// and policy, into which files were loaded.
func (w *world) twin(t *testing.T, files map[string]string) *world {
	t.Helper()
	home := etl.Home{Dir: filepath.Join(t.TempDir(), "home")}
	if out, err := exec.CommandContext(t.Context(), "cp", "-r", w.Home.Dir, home.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if files != nil {
		publish(t, home, files)
	}
	c := w.Config
	c.Snapshots, c.Recorder = snapshot.In(home.Dir), forgetful{}
	g, err := gateway.New(c)
	must(t, err)
	t.Cleanup(g.Close)
	desk := w.desk.Config
	desk.Gateway = g
	return open(t, w.Doors, access.New(desk), c.Snapshots)
}

// attacks are the guard's golden cases, and statements over every relation.
func attacks(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "guard", "testdata", "cases", "*", "query.sql"))
	if err != nil || len(files) < 150 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	var out []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(t, err)
		out = append(out, string(text))
	}
	for _, name := range []string{"observation", "coaching_session", "survey_response", "school", "teacher", "nothing"} {
		out = append(out,
			"SELECT * FROM "+name+" ORDER BY ALL", "SELECT count(*) AS n FROM "+name,
			"SELECT table_name FROM information_schema.tables WHERE table_name = '"+name+"'",
			"SELECT o.type, count(*) AS n FROM observation o JOIN "+name+" x ON true GROUP BY ALL ORDER BY ALL")
	}
	return append(out, "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL", `\d`, "SHOW TABLES", "SELECT 1; SELECT 2")
}

// patience is how long a statement may run: some attacks would never end.
const patience = 3 * time.Second

func run(t *testing.T, ask client, text string) transcript {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return ask(ctx, text)
}

// TestTwoWorlds asserts that two warehouses that differ only in what an
// evaluator may not see answer alike, whatever the door.
func TestTwoWorlds(t *testing.T) {
	t.Parallel()
	first := newWorld(t)
	one, other := first.twin(t, nil), first.twin(t, secrets())
	for i, d := range one.doors {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			here, there := d.connect(t, policy.Evaluator), other.doors[i].connect(t, policy.Evaluator)
			answered := 0
			for _, text := range attacks(t) {
				got, want := run(t, here, text), run(t, there, text)
				if strings.Contains(text, "pg_catalog") { // a catalogue's rows have no order, and differ from run to run
					slices.Sort(got.Rows)
					slices.Sort(want.Rows)
				}
				if !got.equal(&want) {
					t.Errorf("%s\n  one world: %+v\n  other:     %+v", text, got, want)
				}
				if got.Error == "" {
					answered++
				}
			}
			t.Logf("%d answered with rows", answered)
			if answered < 50 {
				t.Errorf("only %d statements were answered", answered)
			}
		})
	}
	coach, there := one.doors[1].connect(t, policy.Coach), other.doors[1].connect(t, policy.Coach)
	const text = "SELECT * FROM coaching_session ORDER BY ALL"
	got, want := run(t, coach, text), run(t, there, text)
	if got.equal(&want) {
		t.Error("the worlds do not differ, so nothing was shown")
	}
}

// owned are the attacks that PostgreSQL's door answers itself, with its answers:
// it has settings and transactions of its own, of which none reaches the engine,
// and runs the statements of one message one by one.
func owned() map[string]transcript {
	const commands = `"; SHOW ALL lists the settings; \d, or information_schema.tables, lists the relations`
	two := transcript{Columns: []string{"?column?", "?column?"}, Rows: []string{"1", "2"}}
	return map[string]transcript{
		"SET VARIABLE x = 'coaching_session'":      failed("", "syntax error in SET"),
		"SET search_path = 'formative'":            {},
		"RESET memory_limit":                       failed("", `unrecognized configuration parameter "memory_limit"`),
		"SHOW TABLES":                              failed("", `unrecognized configuration parameter "tables`+commands),
		"SHOW threads":                             failed("", `unrecognized configuration parameter "threads`+commands),
		"BEGIN":                                    {},
		"COPY (SELECT 1) TO '/tmp/x'":              failed("", `this server writes no files and runs no programs; COPY … TO STDOUT, or \copy in psql`),
		"SELECT 1; SELECT * FROM coaching_session": failed("", `relation "coaching_session" does not exist, or you may not read it; list what you may read with SELECT * FROM information_schema.tables`),
		"SELECT 1; SET VARIABLE x = 1":             failed("", "syntax error in SET"),
		"SELECT 1; SELECT 2":                       two,
		"SELECT 1 /* ; */; -- ;\n SELECT 2":        two,
		"SELECT $$;$$; SELECT $a$;$a$":             {Columns: two.Columns, Rows: []string{";", ";"}},
		"-- ping":                                  {},
		";":                                        {},
		"SELECT 1 \x00; SELECT 2":                  failed("", "invalid message format"),
	}
}

// TestAttacks asserts that a door refuses what the gateway refuses, in its
// words, and answers what it answers. No protocol but PostgreSQL's can carry a
// text that is not UTF-8, and that one has a few statements of its own.
func TestAttacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t).twin(t, nil)
	for _, d := range w.doors {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			ask, gate, own := d.connect(t, policy.Evaluator), w.session(t, policy.Evaluator), map[string]transcript{}
			if d.text {
				gate, own = w.sessionAt(t, policy.Evaluator, policy.PGWire, readTexts), owned()
			}
			for _, text := range attacks(t) {
				if !utf8.ValidString(text) && !d.text || strings.TrimSpace(text) == "" {
					continue
				}
				got, want := run(t, ask, text), run(t, gate, text)
				if want.Code == policy.Canceled && got.Error != "" {
					continue // each client has its own words for its own deadline
				}
				if d.text {
					want.Code = ""
				}
				if its, ok := own[strings.TrimSpace(text)]; ok {
					want = its
					run(t, ask, "ROLLBACK")
				}
				if !got.equal(&want) {
					t.Errorf("%q\n  gateway: %+v\n  door:    %+v", text, want, got)
				}
			}
		})
	}
}
