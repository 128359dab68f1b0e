package httpdoor

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestAClientThatDoesNotReadIsCutOff asserts that a body waits for its reader
// for as long as the door's patience, and no longer.
func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b := &body{w: w, control: http.NewResponseController(w), patience: 300 * time.Millisecond}
		for {
			if _, err := b.Write(make([]byte, 1<<20)); err != nil {
				ended <- err
				return
			}
		}
	}))
	defer server.Close()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // test
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if slow, ok := errors.AsType[net.Error](err); !ok || !slow.Timeout() {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits for ever")
	}
}

// TestABodyOutlastsAPause asserts that a statement may take longer than the
// door's patience between two parts of its answer.
func TestABodyOutlastsAPause(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b := &body{w: w, control: http.NewResponseController(w), patience: 100 * time.Millisecond}
		for range 3 {
			if _, err := b.Write(make([]byte, heldBytes+1)); err != nil {
				t.Error(err)
			}
			time.Sleep(300 * time.Millisecond)
		}
		if err := b.end(); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	a, err := server.Client().Get(server.URL) //nolint:noctx // the server is this test's
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close() //nolint:errcheck // test
	got, err := io.ReadAll(a.Body)
	if err != nil || len(got) != 3*(heldBytes+1) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
