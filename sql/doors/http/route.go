package httpdoor

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// handler answers a call. An error that it returns is answered as a problem.
type handler func(c *call) error

// route is what a path does, by method.
type route struct {
	methods map[string]handler
	open    bool // without a credential
}

// table lists the paths.
func (s *Server) table() (map[string]route, error) {
	document, page, err := reference()
	if err != nil {
		return nil, err
	}
	get := func(h handler) route { return route{methods: map[string]handler{http.MethodGet: h}} }
	free := func(h handler) route {
		return route{open: true, methods: map[string]handler{http.MethodGet: h, http.MethodHead: h}}
	}
	table := map[string]route{
		"/v1/query":          {methods: map[string]handler{http.MethodPost: (*call).query}},
		"/v1/catalog":        get((*call).catalog),
		"/v1/metrics":        get((*call).metrics),
		"/v1/audit":          get((*call).audit),
		"/v1/snapshots":      get((*call).snapshots),
		"/v1/policy/explain": get((*call).explain),
		"/v1/policy/scope":   get((*call).scope),
		"/v1/whoami":         get((*call).whoami),
		"/openapi.json":      free(document),
		"/docs":              free(page),
		"/":                  free(page),
		"/healthz":           free(s.health),
		"/readyz":            free(s.ready),
	}
	if s.Metrics != nil {
		table["/metrics"] = free(s.figures)
	}
	return table, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.running.Add(1)
	defer s.running.Done()
	c := &call{Server: s, w: &recorder{ResponseWriter: w}, r: r, control: http.NewResponseController(w)}
	c.identify(newID())
	defer c.report(s.Now()) //nolint:contextcheck // the request that c holds has it
	defer c.survive()       //nolint:contextcheck // likewise
	s.protect(c.w.Header(), r)
	if err := c.serve(); err != nil { //nolint:contextcheck // likewise
		c.refuse(err) //nolint:contextcheck // likewise
	}
}

// report logs how the request was answered.
func (c *call) report(began time.Time) {
	c.Log.InfoContext(c.r.Context(), "request answered", "id", c.id, "method", c.r.Method, "path", c.path, "status", c.w.status,
		"principal", c.credential.Principal, "milliseconds", c.Now().Sub(began).Milliseconds())
}

// survive logs a fault of the program's own and cuts the answer off.
func (c *call) survive() {
	cause := recover()
	if cause == nil {
		return
	}
	if cause != http.ErrAbortHandler { //nolint:errorlint // it is thrown as it is
		c.Log.ErrorContext(c.r.Context(), "request panicked", "id", c.id, "cause", cause, "stack", string(debug.Stack()))
	}
	panic(http.ErrAbortHandler)
}

// serve finds the route and takes it.
func (c *call) serve() error {
	route, ok := c.routes[c.r.URL.Path]
	if !ok {
		return faultf(http.StatusNotFound, policy.NotFound, "there is nothing at this path; /docs lists what there is")
	}
	c.path = c.r.URL.Path
	h, ok := route.methods[c.r.Method]
	if !ok {
		allowed := slices.Sorted(maps.Keys(route.methods))
		c.w.Header().Set("Allow", strings.Join(allowed, ", "))
		return faultf(http.StatusMethodNotAllowed, policy.Usage, "this path takes %s", strings.Join(allowed, " and "))
	}
	if !route.open {
		if err := c.enter(); err != nil {
			return err
		}
	}
	return h(c)
}

// refuse answers with a problem. What broke inside goes to the log as well.
func (c *call) refuse(err error) {
	p := problemOf(err, c.id)
	if p.Code == policy.Failed {
		c.Log.ErrorContext(c.r.Context(), "request failed", "id", c.id, "error", err, "cause", errors.Unwrap(err))
	}
	writeProblem(c.w, p)
}

// protect sets the headers that keep browsers from doing more with an answer
// than to show it to who asked.
func (s *Server) protect(h http.Header, r *http.Request) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept, Accept-Encoding, Authorization, Weir-Purpose, Weir-Agreement")
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}

// recorder remembers the status of an answer for the log.
type recorder struct {
	http.ResponseWriter

	status int
}

// WriteHeader sends the status.
func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func newID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
