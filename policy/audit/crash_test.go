package audit

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// crashHome tells a process of this test binary to be the writer that
// TestKilledWriter kills.
const crashHome = "AUDIT_TEST_CRASH_HOME"

func TestMain(m *testing.M) {
	if home := os.Getenv(crashHome); home != "" {
		appendForever(Home(home))
	}
	os.Exit(m.Run())
}

// appendForever appends from several goroutines, with publications as
// frequent as can be, and prints each index after it was acknowledged.
func appendForever(p Paths) {
	l, err := Open(p, Options{Holder: "writer", Publish: time.Millisecond})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stdout, "open:", err)
		os.Exit(1)
	}
	for range 8 {
		go func() {
			for {
				e := decision(rand.IntN(1 << 30))
				index, err := l.Append(context.Background(), e)
				if err != nil {
					_, _ = fmt.Fprintln(os.Stdout, "append:", err)
					os.Exit(1)
				}
				// One write a line, so that a kill leaves no half line but the last.
				_, _ = os.Stdout.WriteString(strconv.FormatInt(index, 10) + " " + e.DecisionID + "\n")
			}
		}()
	}
	select {}
}

// A writer killed at any instant, again and again, loses no entry that it
// acknowledged, and what it leaves verifies.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	acknowledged := make(map[int64]string)
	for round := range 30 {
		// Kills by the clock fall into opening and recovery as well; kills by
		// what was acknowledged fall into appending and publication.
		after, lines := rand.N(80*time.Millisecond), math.MaxInt
		if round%2 == 1 {
			after, lines = time.Hour, 1+rand.IntN(300)
		}
		for line := range strings.Lines(runAndKill(t, filepath.Dir(p.Dir), after, lines)) {
			number, id, ok := strings.Cut(line, " ")
			index, err := strconv.ParseInt(number, 10, 64)
			if !ok || err != nil {
				t.Fatalf("round %d: the writer said %q", round, line)
			}
			if strings.HasSuffix(id, "\n") {
				acknowledged[index] = strings.TrimSpace(id)
			}
		}
		// In the other rounds the next writer finds what this one left.
		if round%3 == 2 {
			checkAcknowledged(t, p, acknowledged)
		}
	}
	checkAcknowledged(t, p, acknowledged)
}

// runAndKill runs a writer until a time has passed or it has printed a number
// of lines, and returns what it printed.
func runAndKill(t *testing.T, home string, after time.Duration, lines int) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashHome+"="+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = cmd.Process.Kill() }
	defer time.AfterFunc(after, kill).Stop()
	var said strings.Builder
	for in := bufio.NewReader(out); err == nil; lines-- {
		if lines == 0 {
			kill()
		}
		var line string
		line, err = in.ReadString('\n')
		said.WriteString(line)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("the writer was not killed: %v %s", err, said.String())
	}
	return said.String()
}

func checkAcknowledged(t *testing.T, p Paths, acknowledged map[int64]string) {
	t.Helper()
	l, err := Open(p, Options{Holder: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := reader(t, p)
	if _, err := r.Verify(t.Context(), p.Remembered); err != nil {
		t.Fatal(err)
	}
	found := 0
	for record, err := range r.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		e, err := record.Entry()
		if err != nil {
			t.Fatal(err)
		}
		if id, ok := acknowledged[record.Index]; ok {
			found++
			if id != e.DecisionID {
				t.Fatalf("entry %d is %s, acknowledged was %s", record.Index, e.DecisionID, id)
			}
		}
	}
	if found != len(acknowledged) {
		t.Fatalf("%d of %d acknowledged entries are there", found, len(acknowledged))
	}
}
