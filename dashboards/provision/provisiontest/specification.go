// Package provisiontest holds what passes between Weir and a Grafana against
// Grafana's published OpenAPI specification. The specification is that of the
// Grafana that runs, which publishes it at /public/openapi3.json; it is part of
// Grafana's source and under its licence (AGPL-3.0), so Weir keeps no copy.
// Without a Grafana, [Operations] has what the client's module says of it.
package provisiontest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Specification is Grafana's, with the places where a running Grafana is known
// to answer otherwise.
type Specification struct {
	router routers.Router

	mu     sync.Mutex
	faults []string
}

var parameter = regexp.MustCompile(`\{\w+\}`)

// Of reads the specification that a running Grafana publishes.
func Of(ctx context.Context, grafana string) (*Specification, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(grafana, "/")+"/public/openapi3.json", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d: %w", request.URL, answer.StatusCode, err)
	}
	document, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", request.URL, err)
	}
	seen := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
		shape := parameter.ReplaceAllString(path, "{}")
		if seen[shape] { // Grafana's has two names for a parameter, and a router wants one
			document.Paths.Delete(path)
		}
		seen[shape] = true
	}
	router, err := legacy.NewRouter(document, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", request.URL, err)
	}
	return &Specification{router: router}, nil
}

// Faults are the requests and answers that were not as they should be, each
// once.
func (s *Specification) Faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.faults)
	slices.Sort(out)
	return slices.Compact(out)
}

// known are the answers of a Grafana 12.4 that its own specification forbids.
var known = regexp.MustCompile(`^((GET|PUT|POST) /v1/provisioning/alert-rules.* the answer .*"/notification_settings": Value is not nullable` +
	`|POST /dashboards/db: the answer 200: .*property "title" is missing)$`)

func (s *Specification) faultf(format string, args ...any) {
	fault := fmt.Sprintf(format, args...)
	if known.MatchString(fault) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fault)
}

// Proxy opens a server that passes everything on to a Grafana, under the
// specification.
func (s *Specification) Proxy(t *testing.T, grafana string) string {
	t.Helper()
	target, err := url.Parse(grafana)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Around(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Header.Del("Accept-Encoding") // what is checked must not be compressed
	}}))
	t.Cleanup(server.Close)
	return server.URL
}

// Around checks what passes to and from a handler.
func (s *Specification) Around(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			s.faultf("%s %s breaks off: %v", r.Method, r.URL.Path, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(answer, r)
		if !answer.taken {
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.check(r, answer)
		}
	})
}

// answer keeps what is answered.
type answer struct {
	http.ResponseWriter

	status int
	body   bytes.Buffer
	taken  bool // the connection was, so nothing is answered
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.body.Write(p)
	return a.ResponseWriter.Write(p)
}

// Hijack takes the connection, as who drops it does.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.taken = true
	return http.NewResponseController(a.ResponseWriter).Hijack()
}

// check holds a request and its answer against the specification.
func (s *Specification) check(r *http.Request, a *answer) {
	route, parameters, err := s.router.FindRoute(r)
	if err != nil {
		s.faultf("%s %s: %v", r.Method, r.URL.Path, err)
		return
	}
	what := r.Method + " " + route.Path
	options := &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
		ExcludeReadOnlyValidations: true, // the client's model of a rule has the time of its last change, always
	}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		s.faultf("%s: the request: %s", what, brief(err))
	}
	if Undocumented(r.Method, r.URL.Path, a.status) {
		return
	}
	response := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: a.status, Header: a.Header(), Options: options}
	response.SetBodyBytes(a.body.Bytes())
	if err := openapi3filter.ValidateResponse(r.Context(), response); err != nil {
		s.faultf("%s: the answer %d: %s", what, a.status, brief(err))
	}
}

// brief leaves out the schema and the value, which are long.
func brief(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return strings.Join(strings.Fields(line), " ")
}
