package httpdoor_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
)

func testWhatIsNotThere(t *testing.T, d *door) {
	t.Helper()
	for _, path := range []string{"/v1", "/v1/query/", "//v1/query", "/v1/../v1/query", "/metrics/x", "/%2e%2e/etc/passwd", "/debug/pprof"} {
		d.refused(request{path: path, role: policy.DataSteward}, http.StatusNotFound, policy.NotFound)
	}
	for path, allow := range map[string]string{"/v1/query": "POST", "/v1/catalog": "GET", "/healthz": "GET, HEAD"} {
		for _, method := range []string{http.MethodOptions, http.MethodPut, http.MethodDelete, http.MethodPatch, "BREW"} {
			got := d.send(request{method: method, path: path, role: policy.DataSteward})
			if decode[problem](t, got, http.StatusMethodNotAllowed).Code != policy.Usage || got.header.Get("Allow") != allow {
				t.Errorf("%s %s: got %v", method, path, got.header)
			}
		}
	}
	if got := d.send(request{method: http.MethodHead, path: "/v1/catalog", role: policy.DataSteward}); got.status != http.StatusMethodNotAllowed {
		t.Errorf("got %d", got.status)
	}
}

func testHeaders(t *testing.T, d *door) {
	t.Helper()
	for _, r := range []request{
		{path: "/v1/whoami", role: policy.Coach, header: map[string]string{"Origin": "https://example.org"}},
		{method: http.MethodOptions, path: "/v1/query", header: map[string]string{"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}},
		{path: "/docs"}, {path: "/nothing"},
	} {
		got := d.send(r)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q", r.path, name, got.header.Get(name))
			}
		}
		if csp := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy for browsers is %q", r.path, csp)
		}
		for name := range got.header {
			if strings.HasPrefix(name, "Access-Control-") || name == "Set-Cookie" || name == "Server" {
				t.Errorf("%s: there is a header %s", r.path, name)
			}
		}
		if len(got.header.Get("Weir-Request-Id")) != 32 {
			t.Errorf("%s: got no id", r.path)
		}
	}
}

// raw sends bytes and returns what comes back until the server closes.
func (d *door) raw(text string, wait time.Duration) string {
	d.t.Helper()
	c, err := new(net.Dialer).DialContext(context.Background(), "tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // test
	if _, err := io.WriteString(c, text); err != nil {
		d.t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(wait))
	out, _ := io.ReadAll(c) //nolint:errcheck // the deadline ends it
	return string(out)
}

func testRequestsThatAreNone(t *testing.T, d *door) {
	t.Helper()
	long := "GET /v1/whoami HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"
	for text, want := range map[string]string{
		"NONSENSE\r\n\r\n":                  "400",
		"GET / HTTP/1.1\r\n\r\n":            "400", // no host
		"GET / HTTP/9.9\r\nHost: x\r\n\r\n": "505",
		long:                                "431",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":  "404",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                                                  "404",
		"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\nConnection: close\r\n\r\n":                                      "404",
		"POST /v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n": "40",
		"POST /v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n":                                        "400",
	} {
		status, _, _ := strings.Cut(strings.TrimPrefix(d.raw(text, 5*time.Second), "HTTP/1.1 "), " ")
		if !strings.HasPrefix(status, want) {
			t.Errorf("%.40q: got %q, want %s", text, status, want)
		}
	}
}

// testHTTP10GetsNoAnswer asserts that no answer goes out in a form that could
// break off unseen, as it would through a proxy that speaks HTTP/1.0.
func testHTTP10GetsNoAnswer(t *testing.T, d *door) {
	t.Helper()
	body := statement("SELECT 47110815")
	got := d.raw(fmt.Sprintf("POST /v1/query HTTP/1.0\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		d.Secret(policy.DataSteward), len(body), body), 5*time.Second)
	if !strings.Contains(got, " 505 ") || strings.Contains(got, "47110815") {
		t.Errorf("got %s", got)
	}
}

// testASlowClientIsCutOff asserts that a client that sends its headers byte by
// byte does not hold a connection.
func testASlowClientIsCutOff(t *testing.T, d *door) {
	t.Helper()
	began := time.Now()
	d.raw("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", 30*time.Second)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it was cut off after %s", took)
	}
	d.ask(policy.DataSteward, "SELECT 1")
}

// TestOverTLS asserts that the door speaks HTTP/2 over TLS, with trailers and
// errors of streams.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	t.Cleanup(certified.Close)
	pool := x509.NewCertPool()
	pool.AddCert(certified.Certificate())
	d := open(t, func(c *httpdoor.Config) {
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: certified.TLS.Certificates, ClientCAs: pool}
	})
	a := d.begin(t.Context(), "SELECT 1 AS one")
	body, err := io.ReadAll(a.Body)
	_ = a.Body.Close()
	if err != nil || a.ProtoMajor != 2 || string(body) != "one\n1\n" || a.Trailer.Get("Weir-Rows") != "1" || a.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got %s, %q, %v, %v, %v", a.Proto, body, err, a.Trailer, a.Header)
	}
	broken := d.begin(t.Context(), faulty)
	if _, err := io.ReadAll(broken.Body); err == nil {
		t.Error("an answer that breaks off seems whole")
	}
	_ = broken.Body.Close()
}

// TestShutdownLetsWhatRunsEnd asserts that a stop breaks no running statement,
// and that one that takes too long is cancelled.
func TestShutdownLetsWhatRunsEnd(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.begin(t.Context(), "SELECT range AS n FROM range(2000000)")
	ended := make(chan error, 1)
	go func() { ended <- d.server.Shutdown(context.Background()) }()
	time.Sleep(100 * time.Millisecond) // it has begun
	lines := bufio.NewScanner(a.Body)
	n := -1
	for lines.Scan() {
		n++
	}
	_ = a.Body.Close()
	if err := <-ended; err != nil || n != 2_000_000 {
		t.Errorf("got %d rows, %v", n, err)
	}
}

func TestShutdownCancelsInTheEnd(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.begin(t.Context(), endless)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := d.server.Shutdown(ctx); err == nil {
		t.Error("an endless statement has ended by itself")
	}
	if _, err := io.Copy(io.Discard, a.Body); err == nil {
		t.Error("an answer that breaks off seems whole")
	}
	_ = a.Body.Close()
}

// TestNothingIsLeftBehind runs alone, since it counts goroutines: many clients
// that come, leave in the middle, and make mistakes, leave none of them.
//
//nolint:paralleltest // see above
func TestNothingIsLeftBehind(t *testing.T) {
	d := open(t)
	d.ask(policy.DataSteward, "SELECT 1")
	d.client.CloseIdleConnections()
	before := settled(t, 0)
	var clients sync.WaitGroup
	for i := range 40 {
		clients.Go(func() {
			for j := range 5 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(20+(i*j)%200)*time.Millisecond)
				text := []string{endless, faulty, "SELECT 1", "SELEC", fmt.Sprintf("SELECT %d", i)}[(i+j)%5]
				q, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+"/v1/query", strings.NewReader(statement(text)))
				if err != nil {
					t.Error(err)
				}
				q.Header.Set("Content-Type", "application/json")
				q.Header.Set("Authorization", "Bearer "+d.Secret(policy.DataSteward))
				if a, err := d.client.Do(q); err == nil {
					_, _ = io.CopyN(io.Discard, a.Body, int64(i)<<10)
					_ = a.Body.Close()
				}
				cancel()
			}
		})
	}
	clients.Wait()
	d.client.CloseIdleConnections()
	if after := settled(t, before); after > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines became %d:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}

// settled waits until there are at most so many goroutines, or as many as
// before for a second.
func settled(t *testing.T, enough int) int {
	t.Helper()
	n, same := runtime.NumGoroutine(), 0
	for same < 20 && n > enough {
		time.Sleep(50 * time.Millisecond)
		now := runtime.NumGoroutine()
		if same++; now != n {
			n, same = now, 0
		}
	}
	return n
}
