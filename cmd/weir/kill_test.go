package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// killSources are two days of files for every compartment. They mint people,
// break each kind of rule, wait for what comes on the second day, correct rows
// and end rows.
var killSources = map[string]string{
	"day1/district.csv":         "district_id,name,nces_id,state\nd1,One,0100001,TN\nd2,Two,0100002,TN\nd3,Three,x,TN\n",
	"day1/school.csv":           "school_id,district_id,name\ns1,d1,First\ns2,d9,Waits\ns3,d2,Third\ns4,d8,Orphan\n",
	"day1/academic_session.csv": "session_id,title,type,start_date,end_date,school_year\ny1,2024-25,schoolYear,2024-08-01,2025-06-30,2025\n",
	"day1/staff_identity.csv":   "staff_number,staff_email,given_name,family_name\n100,ada@x.org,Ada,One\n200,bob@x.org,Bob,Two\n200,eve@x.org,Eve,Two\n",
	"day1/teacher.csv":          "teacher_number,effective_from,school_id,role\n100,2024-08-01,s1,teacher\n300,2024-08-01,s1,coach\n400,2024-08-01,s2,teacher\n",
	"day1/pd_program.csv":       "program_id,name,kind,follow_up,active_practice,personalized\np1,Workshop,workshop,true,true,false\n",
	"day1/student_identity.csv": "student_number,given_name,family_name,birth_date\nn1,Sam,Four,2012-01-02\nn2,Kim,Five,2012-31-02\n",
	"day1/student.csv":          "student_number,school_id,grade\nn1,s1,05\nn3,s2,06\n",
	"day1/pd_engagement.csv": "engagement_id,teacher_email,program_id,started_at,minutes,completed,delivery\n" +
		"e1,ada@x.org,p1,2024-09-01 10:00:00,30,true,self_paced\ne2,bob@x.org,p2,2024-09-01 10:00:00,30,true,self_paced\ne3,late@x.org,p1,2024-09-01 10:00:00,30,true,self_paced\n" +
		"e4,ada@x.org,p1,2024-09-01 10:00:00,9999,true,self_paced\ne5,ada@x.org,p1,\ne6,ada@x.org,p1,2024-09-02 10:00:00,30,true,self_paced\ne7,ada@x.org,p1,2024-09-02 10:00:00,30,true,\"self\"_paced\n",
	"day1/observation.csv": "observation_id,teacher_number,observer_number,type,observed_on,rubric,session_id\no1,100,300,formal,2024-10-01,R,y1\no2,100,999,formal,2024-10-01,R,y1\n",

	"day2/district.csv":           "district_id,name,nces_id,state\nd1,Renamed,0100001,TN\nd9,Nine,0100009,TN\nd3,Three,still bad,TN\n",
	"day2/staff_identity_2.csv":   "staff_number,staff_email,given_name,family_name\n500,late@x.org,Late,Comer\n100,ada@x.org,Ada,Wed\n",
	"day2/pd_program.csv":         "program_id,name,kind,follow_up,active_practice,personalized\np1,Workshop,workshop,true,true,true\np2,Coaching,human_coaching,true,true,false\n",
	"day2/pd_engagement_2.csv":    "engagement_id,teacher_email,program_id,started_at,minutes,completed,delivery\ne4,ada@x.org,p1,2024-09-01 10:00:00,99,true,self_paced\ne6,ada@x.org,p1,2024-09-02 10:00:00,45,true,self_paced\ne8,no@x.org,p1,2024-09-02 10:00:00,45,true,self_paced\n",
	"day2/student_identity_2.csv": "student_number,given_name,family_name,birth_date\nn2,Kim,Five,2012-03-02\n",
}

// A killed command, run again, ends as one that nobody disturbed.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	weir, dir := buildWeir(t), t.TempDir()
	for name, text := range killSources {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	home := filepath.Join(dir, "home0")
	if out, err := exec.CommandContext(t.Context(), weir, "init", home).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for i, args := range [][]string{
		{"load", filepath.Join(dir, "day1")}, {"publish"}, {"load", "--accept-removals", filepath.Join(dir, "day2")}, {"publish"},
	} {
		stage := killStage{weir: weir, before: home, after: filepath.Join(dir, fmt.Sprintf("home%d", i+1)), args: args}
		stage.measure(t)
		t.Run(fmt.Sprintf("%d-%s", i+1, args[0]), func(t *testing.T) {
			t.Parallel()
			stage.run(t, 7)
		})
		home = stage.after
	}
}

// killStage is a command with the home before it and, undisturbed, after it.
type killStage struct {
	weir          string
	before, after string
	args          []string
	took          time.Duration
	events        int64 // changes in the home's directories while it ran
	want          string
}

// measure runs the command undisturbed.
func (s *killStage) measure(t *testing.T) {
	t.Helper()
	copyHome(t, s.before, s.after)
	w := watch(t, s.after)
	start := time.Now()
	if out, err := s.command(t.Context(), s.after).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.took, s.events = time.Since(start), w.stop()
	s.want = dump(t, s.after)
}

func (s *killStage) command(ctx context.Context, home string) *exec.Cmd {
	return exec.CommandContext(ctx, s.weir, append(s.args, "--home", home)...)
}

// run kills the command at n moments spread over its time and at n spread over
// its changes of files.
func (s *killStage) run(t *testing.T, n int) {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(len(s.args)), 7))
	killed := 0
	for i := range 2 * n {
		home := filepath.Join(t.TempDir(), "home")
		copyHome(t, s.before, home)
		share := (float64(i%n) + random.Float64()) / float64(n)
		var ended bool
		if i < n {
			ended = s.killAfter(t, home, time.Duration(share*float64(s.took)))
		} else {
			ended = s.killAtEvent(t, home, int64(share*float64(s.events)))
		}
		if !ended {
			killed++
		}
		verified(t, home, false)
		if out, err := s.command(t.Context(), home).CombinedOutput(); err != nil {
			t.Fatalf("killed at %.2f, run again: %v: %s", share, err, out)
		}
		if got := dump(t, home); got != s.want {
			t.Fatalf("killed at %.2f, run again:\n%s", share, difference(got, s.want))
		}
		if s.args[0] == "publish" {
			verified(t, home, true)
		}
		leftovers(t, home)
		if err := os.RemoveAll(home); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d runs killed; undisturbed %v and %d changes", killed, 2*n, s.took, s.events)
	if killed < n {
		t.Errorf("only %d of %d runs were killed before they ended", killed, 2*n)
	}
}

// killAfter reports whether the command ended before.
func (s *killStage) killAfter(t *testing.T, home string, after time.Duration) bool {
	t.Helper()
	cmd := s.command(t.Context(), home)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after) // the moment is what is tested
	_ = cmd.Process.Kill()
	return cmd.Wait() == nil
}

func (s *killStage) killAtEvent(t *testing.T, home string, event int64) bool {
	t.Helper()
	w := watch(t, home)
	cmd := s.command(t.Context(), home)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			w.stop()
			return err == nil
		case <-w.changed:
			if w.count.Load() >= event {
				_ = cmd.Process.Kill()
			}
		}
	}
}

// watcher counts the changes in a home's directories.
type watcher struct {
	*fsnotify.Watcher
	count   atomic.Int64
	changed chan struct{}
	done    chan struct{}
}

func watch(t *testing.T, home string) *watcher {
	t.Helper()
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{Watcher: notify, changed: make(chan struct{}, 1), done: make(chan struct{})}
	for _, d := range []string{"", "build", "snapshots", "audit"} {
		if err := w.Add(filepath.Join(home, d)); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		defer close(w.done)
		for e := range w.Events {
			if e.Has(fsnotify.Create) {
				_ = w.Add(e.Name) // if it is a directory
			}
			w.count.Add(1)
			select {
			case w.changed <- struct{}{}:
			default:
			}
		}
	}()
	return w
}

func (w *watcher) stop() int64 {
	_ = w.Close()
	<-w.done
	return w.count.Load()
}

func buildWeir(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weir")
	args := []string{"build", "-o", path}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-tags" {
				args = append(args, "-tags", s.Value)
			}
		}
	}
	if out, err := exec.CommandContext(t.Context(), "go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// copyHome copies a home; the files of snapshots never change and are linked.
func copyHome(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case filepath.Base(filepath.Dir(filepath.Dir(path))) == "snapshots":
			return os.Link(path, target)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// verified checks that the current snapshot, if there is one, is sound.
func verified(t *testing.T, home string, must bool) {
	t.Helper()
	s := snapshot.In(home)
	m, ok, err := s.Current()
	if err != nil || must && !ok {
		t.Fatalf("current snapshot: %v, %v", ok, err)
	}
	if !ok {
		return
	}
	findings, err := s.Verify(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Problem != "" {
			t.Fatalf("%s: %s", f.Compartment, f.Problem)
		}
	}
}

func leftovers(t *testing.T, home string) {
	t.Helper()
	for _, pattern := range []string{"snapshots/.*", "build/tmp/*", "build/*.wal", ".CURRENT"} {
		if left, err := filepath.Glob(filepath.Join(home, pattern)); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// dump describes what a home holds: rows with people by their identifiers,
// ledgers without times, the quarantine, and what is published.
func dump(t *testing.T, home string) string {
	t.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	catalog, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"vault", "core", "formative", "evaluative", "students", "quarantine"} {
		if err := duck.Attach(ctx, db.SQL(), filepath.Join(home, "build", name+".duckdb"), name, duck.ReadOnly); err != nil {
			t.Fatal(err)
		}
	}
	queries := []string{
		"SELECT * EXCLUDE (since) FROM quarantine.quarantined_row", "FROM quarantine.unfinished_batch", "FROM quarantine.retried_dataset",
		"SELECT person, scheme, value, batch_id, (" + identifiers("person_key") + ") FROM vault.identity.identifier i",
	}
	for _, c := range contract.Compartments() {
		queries = append(queries, fmt.Sprintf("SELECT '%s', * EXCLUDE (finished_at) FROM %[1]s.ledger.batch", c))
		for _, k := range catalog.In(c) {
			var keys, people []string
			for _, p := range k.PersonColumns() {
				keys = append(keys, p.Name)
				people = append(people, fmt.Sprintf(", (%s) AS %s", identifiers(p.Name), p.Name))
			}
			named, exclude := strings.Join(people, ""), ""
			if len(keys) > 0 {
				exclude = " EXCLUDE (" + strings.Join(keys, ", ") + ")"
			}
			for _, area := range []string{"main", "history"} {
				queries = append(queries, fmt.Sprintf("SELECT '%s'%s, *%s FROM %s.%s.%s i", k.Name, named, exclude, c, area, k.Name))
			}
		}
	}
	var out strings.Builder
	for _, q := range queries {
		rows, err := db.SQL().QueryContext(ctx, "SELECT r::VARCHAR FROM ("+q+") r ORDER BY 1")
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				t.Fatal(err)
			}
			out.WriteString(row + "\n")
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	all, err := snapshot.In(home).List()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		for _, c := range m.Compartments {
			for _, table := range c.Tables {
				fmt.Fprintf(&out, "published %s %d\n", table.Name, table.Rows)
			}
		}
		for _, b := range m.Batches {
			fmt.Fprintf(&out, "published batch %+v\n", b)
		}
	}
	return out.String()
}

// identifiers is the SQL of a person by all identifiers in the vault.
func identifiers(key string) string {
	return "SELECT coalesce(string_agg(o.scheme || ':' || o.value, ' ' ORDER BY o.scheme, o.value), 'unknown ' || i." + key + "::VARCHAR) FROM vault.identity.identifier o WHERE o.person_key = i." + key
}

// difference lists the lines that only one of the two has, or has more often.
func difference(got, want string) string {
	count := map[string]int{}
	for line := range strings.Lines(got) {
		count[line]++
	}
	for line := range strings.Lines(want) {
		count[line]--
	}
	var b strings.Builder
	for _, line := range slices.Sorted(maps.Keys(count)) {
		if n := count[line]; n != 0 {
			fmt.Fprintf(&b, "%+d %s", n, line)
		}
	}
	return b.String()
}
