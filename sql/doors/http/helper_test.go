package httpdoor_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/doortest"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// door is the HTTP door before a small warehouse, on a real socket.
type door struct {
	*doortest.Doors

	t      testing.TB
	server *httpdoor.Server
	url    string
	client *http.Client
	log    *logged
	served chan error
}

// logged is what the server has logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func open(t testing.TB, change ...func(*httpdoor.Config)) *door {
	t.Helper()
	d := &door{Doors: doortest.New(t), t: t, log: &logged{}, served: make(chan error, 1)}
	engine, ok := d.Policy.(httpdoor.Policy)
	if !ok {
		t.Fatal("the fixture's policy explains nothing")
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(prometheus.NewGoCollector()) //nolint:staticcheck // the simplest collector there is
	c := httpdoor.Config{
		Operations: httpdoor.Operations{Ready: func(context.Context) error { return nil }, Metrics: metrics},
		Desk:       d.Desk, Policy: engine, Snapshots: snapshot.In(d.Home.Dir), Now: gatewaytest.Now,
		Log: slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&c)
	}
	var err error
	if d.server, err = httpdoor.New(c); err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true, ForceAttemptHTTP2: true}
	d.url, d.client = "http://"+l.Addr().String(), &http.Client{Transport: transport, Timeout: time.Minute}
	if c.TLS != nil {
		d.url = "https://" + l.Addr().String()
		transport.TLSClientConfig = &tls.Config{RootCAs: c.TLS.ClientCAs, ServerName: "example.com"}
	}
	go func() { d.served <- d.server.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := d.server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-d.served; err != nil {
			t.Error(err)
		}
	})
	return d
}

// in is the door for a part of a test.
func (d *door) in(t *testing.T) *door {
	t.Helper()
	part := *d
	part.t = t
	return &part
}

// request is one that tests send. Its role's token is shown; the empty role
// shows none.
type request struct {
	method string // default GET, or POST with a body
	path   string
	role   policy.Role
	body   string
	header map[string]string
}

// reply is what came of it.
type reply struct {
	status  int
	header  http.Header
	trailer http.Header
	body    []byte
	broken  error // the body broke off
}

func (d *door) send(r request) reply {
	d.t.Helper()
	if r.method == "" {
		r.method = http.MethodGet
		if r.body != "" {
			r.method = http.MethodPost
		}
	}
	q, err := http.NewRequestWithContext(context.Background(), r.method, d.url+r.path, strings.NewReader(r.body))
	if err != nil {
		d.t.Fatal(err)
	}
	if r.body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	if r.role != "" {
		q.Header.Set("Authorization", "Bearer "+d.Secret(r.role))
	}
	for name, value := range r.header {
		q.Header.Set(name, value)
	}
	a, err := d.client.Do(q)
	if err != nil {
		d.t.Fatal(err)
	}
	defer a.Body.Close() //nolint:errcheck // test
	out := reply{status: a.StatusCode, header: a.Header}
	out.body, out.broken = io.ReadAll(a.Body)
	out.trailer = a.Trailer
	d.conforms(q, r, out)
	return out
}

// decode reads a JSON answer.
func decode[T any](t testing.TB, r reply, status int) T {
	t.Helper()
	var out T
	if r.status != status || r.broken != nil {
		t.Fatalf("got status %d, %v: %s", r.status, r.broken, r.body)
	}
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	return out
}

// problem is what problem+json says.
type problem struct {
	Type     string      `json:"type"`
	Title    string      `json:"title"`
	Status   int         `json:"status"`
	Detail   string      `json:"detail"`
	Code     policy.Code `json:"code"`
	Rule     string      `json:"rule"`
	Position *int        `json:"position"`
	ID       string      `json:"request_id"`
}

func (d *door) refused(r request, status int, code policy.Code) problem {
	d.t.Helper()
	got := d.send(r)
	p := decode[problem](d.t, got, status)
	if got.header.Get("Content-Type") != "application/problem+json" || p.Status != status || p.Code != code || p.ID != got.header.Get("Weir-Request-Id") {
		d.t.Errorf("%s %s: got %+v", r.method, r.path, p)
	}
	return p
}

// answer is what application/json says.
type answer struct {
	ID      string `json:"id"`
	Columns []struct {
		Name string `json:"name"`
		Type string `json:"type"`
	} `json:"columns"`
	Notes    []string            `json:"notes"`
	Rows     [][]json.RawMessage `json:"rows"`
	RowCount *int                `json:"row_count"`
}

func statement(text string, parameters ...any) string {
	body, err := json.Marshal(map[string]any{"statement": text, "parameters": append([]any{}, parameters...)})
	if err != nil {
		panic(err)
	}
	return string(body)
}

func (d *door) ask(role policy.Role, text string, parameters ...any) answer {
	d.t.Helper()
	return decode[answer](d.t, d.send(request{path: "/v1/query", role: role, body: statement(text, parameters...)}), http.StatusOK)
}

// cells are the rows as text.
func (a answer) cells() [][]string {
	var out [][]string
	for _, row := range a.Rows {
		var cells []string
		for _, cell := range row {
			cells = append(cells, string(cell))
		}
		out = append(out, cells)
	}
	return out
}

// specification is the OpenAPI document, as a library reads it that others
// wrote.
var specification = sync.OnceValues(func() (routers.Router, error) {
	for _, media := range []string{"application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet", "text/html"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.FileBodyDecoder)
	}
	openapi3filter.RegisterBodyDecoder("application/problem+json", openapi3filter.RegisteredBodyDecoder("application/json"))
	document, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(document, openapi3.IsOpenAPI31OrLater())
})

// conforms holds a request that was answered, and every answer, against the
// OpenAPI document.
func (d *door) conforms(q *http.Request, r request, got reply) {
	d.t.Helper()
	router, err := specification()
	if err != nil {
		d.t.Fatal(err)
	}
	q.URL = &url.URL{Path: q.URL.Path, RawQuery: q.URL.RawQuery}
	q.Body = io.NopCloser(strings.NewReader(r.body))
	route, params, err := router.FindRoute(q)
	if err != nil {
		if got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed && q.Method != http.MethodHead {
			d.t.Errorf("%s %s is not in the document and answers %d", q.Method, q.URL.Path, got.status)
		}
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	in := &openapi3filter.RequestValidationInput{Request: q, PathParams: params, Route: route, Options: options}
	if got.status == http.StatusOK {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			d.t.Errorf("%s %s: the document does not know the request: %v", q.Method, q.URL.Path, err)
		}
	}
	if got.broken != nil || got.header.Get("Content-Encoding") != "" {
		return
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: got.status, Header: got.header, Options: options}
	out.SetBodyBytes(got.body)
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		d.t.Errorf("%s %s: the document does not know the answer: %v", q.Method, q.URL.Path, err)
	}
}
