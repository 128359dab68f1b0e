package pgwire_test

import (
	"context"
	"crypto/tls"

	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/pgwire"
)

// endless runs until somebody ends it.
const endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"

func TestCancelRequest(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "")
	for _, text := range []string{endless, "DECLARE c CURSOR WITH HOLD FOR " + endless, "COPY (" + endless + ") TO STDOUT", "SELECT * FROM range(100000000000)"} {
		var asked time.Time
		timer := time.AfterFunc(200*time.Millisecond, func() {
			asked = time.Now()
			if err := c.PgConn().CancelRequest(context.Background()); err != nil {
				t.Error(err)
			}
		})
		_, err := c.PgConn().Exec(context.Background(), text).ReadAll()
		timer.Stop()
		if codeOf(err) != "57014" {
			t.Errorf("%s: %v", text, err)
		}
		t.Logf("ended %v after it was cancelled", time.Since(asked))
	}
	if err := c.PgConn().CancelRequest(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := c.Exec(context.Background(), "SELECT 1"); err != nil {
		t.Errorf("a late cancel request hit the next statement: %v", err)
	}
}

func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *pgwire.Config) { c.Statement = 300 * time.Millisecond })
	c := d.connect(t, policy.DataSteward, "")
	for _, own := range []string{"0", "100ms", "1min"} {
		if _, err := c.Exec(context.Background(), "SET statement_timeout = '"+own+"'"); err != nil {
			t.Fatal(err)
		}
		_, err := c.Exec(context.Background(), endless)
		if codeOf(err) != "57014" || !strings.Contains(err.Error(), "statement timeout") {
			t.Errorf("%s: %v", own, err)
		}
	}
}

func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *pgwire.Config) { c.Idle = 200 * time.Millisecond })
	r := d.raw(t, policy.Coach)
	if got := r.say(1); got != "FATAL:57P05 gone" {
		t.Errorf("got %s", got)
	}
}

func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *pgwire.Config) { c.Connections = 2 })
	d.connect(t, policy.Coach, "")
	d.connect(t, policy.Coach, "")
	if _, err := pgx.Connect(context.Background(), d.url(policy.Coach, "")); codeOf(err) != "53300" {
		t.Errorf("the third: %v", err)
	}
}

// TestShutdown asserts that a door which stops sends idle clients away, lets a
// statement finish, and cancels it when there is no more time.
func TestShutdown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, want string
		patience   time.Duration
	}{
		{"SELECT count(*) FROM range(300000000) WHERE range % 7 = 3", "", time.Minute},
		{endless, "57014", 300 * time.Millisecond},
	} {
		d := open(t)
		idle, busy, deaf := d.raw(t, policy.Coach), d.connect(t, policy.DataSteward, ""), d.raw(t, policy.DataSteward)
		if tt.want != "" { // it reads nothing of an answer without an end
			deaf.Send(query("SELECT * FROM range(100000000000)"))
			if err := deaf.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		ended := make(chan error, 1)
		go func() {
			_, err := busy.PgConn().Exec(context.Background(), tt.text).ReadAll()
			ended <- err
		}()
		time.Sleep(100 * time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), tt.patience)
		if err := d.Server.Shutdown(ctx); (err != nil) != (tt.want != "") {
			t.Error(err)
		}
		cancel()
		if got := codeOf(<-ended); got != tt.want {
			t.Errorf("the statement ended with %q, want %q", got, tt.want)
		}
		if got := idle.say(1); got != "FATAL:57P01 gone" {
			t.Errorf("the idle client got %s", got)
		}
	}
}

// TestNotices asserts that an answer which is not the whole says so.
func TestNotices(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, mode := range modesOf() {
		var notes []string
		config, err := pgx.ParseConfig(d.url(policy.Evaluator, mode))
		if err != nil {
			t.Fatal(err)
		}
		config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notes = append(notes, n.Message) }
		c, err := pgx.ConnectConfig(context.Background(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(context.Background()) //nolint:errcheck // test
		if _, err := c.Exec(context.Background(), "SELECT * FROM observation"); err != nil {
			t.Fatal(err)
		}
		if len(notes) == 0 || !strings.Contains(notes[0], "observation") {
			t.Errorf("%s: %q", mode, notes)
		}
		notes = nil
		for _, text := range []string{"SET client_min_messages = warning", "SELECT * FROM observation"} {
			if _, err := c.Exec(context.Background(), text); err != nil {
				t.Fatal(err)
			}
		}
		if len(notes) != 0 {
			t.Errorf("%s: a client that wants none got %q", mode, notes)
		}
	}
}

// memory is what the process holds, in bytes, of which little can be freed.
func memory(t testing.TB) int64 {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// TestPausedClient asserts that a client which stops to read costs a few
// megabytes, whatever it has asked for.
//
//nolint:paralleltest // it measures the process's memory
func TestPausedClient(t *testing.T) {
	d := open(t)
	c := d.raw(t, policy.DataSteward)
	c.say(1, query("SELECT 1"))
	before := memory(t)
	c.Send(query("SELECT range, 'some text ' || range FROM range(50000000)"))
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	if grown := memory(t) - before; grown > 32<<20 {
		t.Errorf("a client that reads nothing costs %d MB", grown>>20)
	} else {
		t.Logf("a client that reads nothing costs %d kB", grown>>10)
	}
}

// TestIdleConnections asserts what a thousand clients that do nothing cost,
// encrypted. They live in a process of their own.
//
//nolint:paralleltest // it measures the process's memory
func TestIdleConnections(t *testing.T) {
	own, _ := certificate(t)
	d := open(t, func(c *pgwire.Config) { c.TLS = &tls.Config{Certificates: []tls.Certificate{own}} })
	before := memory(t)
	c := exec.CommandContext(t.Context(), os.Args[0], strconv.Itoa(idleClients))
	c.Env = append(os.Environ(), idleEnv+"="+strings.Replace(d.url(policy.Coach, ""), "disable", "require", 1))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	now := memory(t)
	_ = in.Close()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("with %d clients the process holds %d MB, without %d MB", idleClients, now>>20, before>>20)
	if now-before > 50<<20 { // which leaves 100 MB of the 150 for the rest of the server
		t.Errorf("%d clients cost %d MB", idleClients, (now-before)>>20)
	}
}

const (
	idleClients = 1000
	idleEnv     = "WEIR_TEST_IDLE" // makes the test's program so many idle clients
)

// stay connects so many clients, says so, and stays until it may go.
func stay(url, clients string) error {
	n, err := strconv.Atoi(clients)
	if err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(16)
	for range n {
		all.Go(func() error {
			_, err := pgconn.Connect(context.Background(), url)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return err
	}
	if _, err := os.Stdout.WriteString("."); err != nil {
		return err
	}
	_, err = io.ReadAll(os.Stdin)
	return err
}
