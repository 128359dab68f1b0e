package httpdoor

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/weir-warehouse/weir/policy"
)

// journal is a log that is read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// operated is a door of which only the operations are asked.
func operated(t *testing.T, ready func(context.Context) error) (s *Server, url string, log *journal) {
	t.Helper()
	log = &journal{}
	s, err := New(Config{
		Operations: Operations{Ready: ready, Metrics: prometheus.NewRegistry()}, Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.Start()
	t.Cleanup(server.Close)
	return s, server.URL, log
}

func get(t *testing.T, url string) (status int, body string, err error) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, "", err
	}
	defer a.Body.Close() //nolint:errcheck // test
	text, err := io.ReadAll(a.Body)
	return a.StatusCode, string(text), err
}

// TestTheDocumentHasEachRoute asserts that the door and the OpenAPI document
// list the same paths and methods.
func TestTheDocumentHasEachRoute(t *testing.T) {
	t.Parallel()
	s, _, _ := operated(t, nil)
	var o outline
	if err := yaml.Unmarshal(openAPI, &o); err != nil {
		t.Fatal(err)
	}
	if served, described := slices.Sorted(maps.Keys(s.routes)), slices.Sorted(maps.Keys(o.Paths)); !slices.Equal(served, described) {
		t.Errorf("served are %q, described %q", served, described)
	}
	for path, r := range s.routes {
		for method, operation := range o.Paths[path] {
			if r.methods[strings.ToUpper(method)] == nil || r.open != (operation.Security != nil) {
				t.Errorf("%s %s is not as described", method, path)
			}
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	var full atomic.Bool
	full.Store(true)
	s, url, log := operated(t, func(context.Context) error {
		if full.Load() {
			return errors.New("disk /secret is full")
		}
		return nil
	})
	status, body, err := get(t, url+"/readyz")
	if err != nil || status != http.StatusServiceUnavailable || strings.Contains(body, "disk") || !strings.Contains(log.String(), "disk") {
		t.Errorf("got %d, %s, %v", status, body, err)
	}
	full.Store(false)
	if status, body, err = get(t, url+"/readyz"); err != nil || status != http.StatusOK {
		t.Errorf("got %d, %s, %v", status, body, err)
	}
	s.draining.Store(true)
	if status, body, err = get(t, url+"/readyz"); err != nil || status != http.StatusServiceUnavailable || !strings.Contains(body, string(policy.Busy)) {
		t.Errorf("got %d, %s, %v", status, body, err)
	}
	if status, body, err = get(t, url+"/healthz"); err != nil || status != http.StatusOK {
		t.Errorf("got %d, %s, %v", status, body, err)
	}
}

// TestAFaultOfTheProgram asserts that a panic ends its own request, and is
// logged.
func TestAFaultOfTheProgram(t *testing.T) {
	t.Parallel()
	_, url, log := operated(t, func(context.Context) error { panic("a fault") })
	if status, body, err := get(t, url+"/readyz"); err == nil {
		t.Errorf("got %d, %s", status, body)
	}
	if status, _, err := get(t, url+"/healthz"); err != nil || status != http.StatusOK {
		t.Errorf("got %d, %v", status, err)
	}
	if text := log.String(); !strings.Contains(text, "request panicked") || !strings.Contains(text, "a fault") {
		t.Errorf("the log says %s", text)
	}
}
