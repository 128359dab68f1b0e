// Package httpdoor is the door for HTTP: a statement in, an answer as JSON,
// NDJSON, CSV, Arrow or Parquet out, and what a client needs around that.
//
// It speaks the protocol and nothing else: statements go to the gateway as the
// principal who asks, and so do the catalogue and the audit log. It keeps no
// cookies and no state of clients, sets no CORS headers, takes no data in, and
// never ends an answer that broke off as if it were whole.
package httpdoor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Policy says what a session may see, and why. Package opa's engine does.
type Policy interface {
	Scope(ctx context.Context, r policy.Request) (*policy.Scope, error)
	Explain(ctx context.Context, r policy.Request, dataset, column string) (*opa.Explanation, error)
}

// Snapshots lists what was published.
type Snapshots interface {
	List() ([]*snapshot.Manifest, error)
	CurrentID() (id string, ok bool, err error)
}

// Config is what the door works with.
type Config struct {
	Operations

	Desk        *access.Desk
	Policy      Policy
	Snapshots   Snapshots
	Definitions func(ctx context.Context) ([]Metric, error) // nil: the home has no metrics
	TLS         *tls.Config                                 // nil: plain text
	Now         func() time.Time
	Log         *slog.Logger
}

// What clients may use up.
const (
	headerBytes    = 32 << 10
	headerTime     = 10 * time.Second // to send the headers
	requestTime    = 30 * time.Second // to send headers and body
	idleTime       = 2 * time.Minute  // between two requests on a connection
	readerPatience = time.Minute      // without taking a byte of an answer
	requestsAtOnce = 64               // on one connection, over HTTP/2
)

// Server is the door.
type Server struct {
	Config

	http     *http.Server
	routes   map[string]route
	patience time.Duration
	draining atomic.Bool
	running  sync.WaitGroup // requests
}

// New makes a door. It serves once Serve is called.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, patience: readerPatience}
	var err error
	if s.routes, err = s.table(); err != nil {
		return nil, fmt.Errorf("make the HTTP door: %w", err)
	}
	s.http = &http.Server{
		Handler: s, TLSConfig: c.TLS, MaxHeaderBytes: headerBytes, ReadHeaderTimeout: headerTime, ReadTimeout: requestTime,
		WriteTimeout: readerPatience, IdleTimeout: idleTime, DisableGeneralOptionsHandler: true,
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug), // what strangers do to the socket
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: requestsAtOnce},
	}
	return s, nil
}

// Serve answers clients until Shutdown, or until ctx ends, which cancels what
// runs. It returns when the last request has ended.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.http.BaseContext = func(net.Listener) context.Context { return ctx }
	defer context.AfterFunc(ctx, s.cancel)()
	serve := s.http.Serve
	if s.TLS != nil {
		serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
	}
	err := serve(l)
	s.running.Wait()
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}

// cancel closes all connections, which cancels what runs.
func (s *Server) cancel() {
	if err := s.http.Close(); err != nil {
		s.Log.Warn("a connection did not close", "error", err)
	}
}

// Shutdown takes no new requests and waits for those that run; when ctx ends,
// it cancels them.
func (s *Server) Shutdown(ctx context.Context) error {
	s.draining.Store(true)
	err := s.http.Shutdown(ctx)
	if err != nil {
		s.cancel()
	}
	return err
}
