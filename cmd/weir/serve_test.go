package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weir-warehouse/weir/policy"
)

// served is a demonstration that runs in this process.
type served struct {
	testing.TB
	demonstration

	home string
	env  map[string]string // of the demonstration and of other commands
	stop func() (code int, errors string)
}

func startDemo(t testing.TB, more ...string) *served {
	t.Helper()
	return startDemoIn(t, filepath.Join(t.TempDir(), "home"), more...)
}

func startDemoIn(t testing.TB, home string, more ...string) *served {
	t.Helper()
	return startDemoWith(t, home, nil, more...)
}

// startDemoWith sets variables of the environment.
func startDemoWith(t testing.TB, home string, with map[string]string, more ...string) *served {
	t.Helper()
	s := &served{TB: t, home: home, env: with}
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	env := map[string]string{"WEIR_SERVE_PGWIRE": "127.0.0.1:0", "WEIR_SERVE_FLIGHT": "127.0.0.1:0", "WEIR_SERVE_HTTP": "127.0.0.1:0"}
	maps.Copy(env, with)
	go func() {
		code <- run(ctx, append([]string{"demo", "--home", s.home, "-o", "json"}, more...), strings.NewReader(""), write, &stderr,
			func(name string) string { return env[name] })
		_ = write.Close()
	}()
	s.stop = func() (int, string) {
		cancel()
		n := <-code
		code <- n
		return n, stderr.String()
	}
	t.Cleanup(func() { s.stop() })
	if err := json.NewDecoder(read).Decode(&s.demonstration); err != nil {
		_, text := s.stop()
		t.Fatalf("%v: %s", err, text)
	}
	return s
}

func (s *served) token(role policy.Role) string {
	i := slices.IndexFunc(s.Principals, func(p demoAsker) bool { return p.Principal == string(role) })
	return s.Principals[i].Token
}

// command runs another command on the same home.
func (s *served) command(args ...string) string {
	s.Helper()
	var out bytes.Buffer
	if code := run(context.Background(), append(args, "--home", s.home), strings.NewReader(""), &out, &out, func(name string) string { return s.env[name] }); code != exitDone {
		s.Fatalf("%v: exit code %d: %s", args, code, out.String())
	}
	return out.String()
}

func (s *served) postgres(principal, token string) (*pgx.Conn, error) {
	host, port, err := net.SplitHostPort(at(s.Doors, policy.PGWire))
	if err != nil {
		s.Fatal(err)
	}
	c, err := pgx.Connect(context.Background(), fmt.Sprintf("host=%s port=%s user=%s password=%s dbname=weir sslmode=disable", host, port, principal, token))
	if err == nil {
		s.Cleanup(func() { _ = c.Close(context.Background()) }) // the server may be gone
	}
	return c, err
}

// A demonstration lets each role in, and other commands work beside it.
func TestDemo(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	coach, err := s.postgres("coach", s.token(policy.Coach))
	if err != nil {
		t.Fatal(err)
	}
	count := func() (n int, err error) {
		return n, coach.QueryRow(context.Background(), "SELECT count(*) FROM coaching_session").Scan(&n)
	}
	if n, err := count(); err != nil || n == 0 {
		t.Errorf("the coach counts %d sessions: %v", n, err)
	}
	evaluator, err := s.postgres("evaluator", s.token(policy.Evaluator))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := evaluator.Exec(context.Background(), "SELECT * FROM coaching_session"); err == nil || !strings.Contains(err.Error(), "42P01") {
		t.Errorf("an evaluator asks for coaching: %v", err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+at(s.Doors, policy.HTTP)+"/v1/whoami", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.token(policy.Teacher))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `"teacher"`) {
		t.Errorf("who am I: %s, %s, %v", answer.Status, body, err)
	}
	_ = answer.Body.Close()

	// Commands record through the server, and their changes hold at once.
	var made tokenCreated
	if err := json.Unmarshal([]byte(s.command("token", "create", "--as", "coach", "--purpose", "coaching", "-o", "json")), &made); err != nil {
		t.Fatal(err)
	}
	if _, err := s.postgres("coach", made.Secret); err != nil || made.State != tokenInForce {
		t.Errorf("a token made meanwhile is %s and lets in with %v", made.State, err)
	}
	for _, p := range s.Principals {
		if p.Principal == "coach" {
			s.command("token", "revoke", strings.Split(p.Token, "_")[1])
		}
	}
	if _, err := count(); err == nil || !strings.Contains(err.Error(), "not valid") {
		t.Errorf("after its token was revoked a session gets %v", err)
	}
	s.command("query", "--as", "teacher", "--purpose", "self_service", "SELECT count(*) FROM coaching_session")
	evaluator.Close(context.Background()) //nolint:errcheck // it was only asked
	if code, text := s.stop(); code != exitDone {
		t.Errorf("exit code %d: %s", code, text)
	}
	if out := s.command("token", "list", "-o", "json"); strings.Count(out, tokenInForce) != 1 {
		t.Errorf("tokens that are left: %s", out)
	}
	s.command("audit", "verify")
}

// In clear, doors open on loopback only.
func TestServeInClear(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "home")
	call := func(env map[string]string, args ...string) (int, string) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var stderr bytes.Buffer
		read, write := io.Pipe()
		go func() {
			_, _ = io.ReadFull(read, make([]byte, 1)) // it writes, or ends
			cancel()
			_, _ = io.Copy(io.Discard, read)
		}()
		code := run(ctx, append(args, "--home", home), strings.NewReader(""), write, &stderr, func(name string) string { return env[name] })
		_ = write.Close()
		return code, stderr.String()
	}
	if code, text := call(nil, "init"); code != exitDone {
		t.Fatal(text)
	}
	everywhere := map[string]string{"WEIR_SERVE_PGWIRE": "0.0.0.0:0", "WEIR_SERVE_FLIGHT": "off", "WEIR_SERVE_HTTP": "off"}
	if code, text := call(everywhere, "serve"); code != exitUsage || !strings.Contains(text, "--insecure") {
		t.Errorf("exit code %d: %s", code, text)
	}
	if code, text := call(everywhere, "serve", "--insecure"); code != exitDone {
		t.Errorf("exit code %d: %s", code, text)
	}
	everywhere["WEIR_SERVE_PGWIRE"] = off
	if code, text := call(everywhere, "serve"); code != exitUsage || !strings.Contains(text, "all off") {
		t.Errorf("exit code %d: %s", code, text)
	}
}
