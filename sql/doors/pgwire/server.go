// Package pgwire is the door for clients of PostgreSQL: it speaks version 3 of
// PostgreSQL's frontend/backend protocol over the gateway. It answers what
// belongs to a connection (settings, transactions that have nothing to do,
// cursors, the forms of COPY that read), and hands every other statement to the
// gateway as it came. It has no data, decides nothing about any, takes no
// password in clear, and writes nothing.
package pgwire

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/weir-warehouse/weir/sql/doors/access"
)

// Config is what a door works with.
type Config struct {
	Desk        *access.Desk
	TLS         *tls.Config   // nil: in clear; else nothing is
	Connections int           // at once; 0: a thousand
	Startup     time.Duration // for the log-in, and for the rest of a message that has begun; 0: 30 s
	Idle        time.Duration // without a message, or with an answer that the client does not take; 0: an hour
	Statement   time.Duration // 0: as long as policy allows
	Log         *slog.Logger
}

// Defaults of Config.
const (
	defaultConnections = 1000
	defaultStartup     = 30 * time.Second
	defaultIdle        = time.Hour
)

// Server serves connections.
type Server struct {
	Config

	ctx      context.Context //nolint:containedctx // what all connections live in
	cancel   context.CancelCauseFunc
	draining chan struct{}

	mu        sync.Mutex
	stopped   bool
	listeners map[net.Listener]bool
	clients   map[key]*conn
	count     int
	all       sync.WaitGroup
}

// key is what a client cancels its statements with.
type key struct{ process, secret uint32 }

var errStopped = errors.New("the server is stopping")

// New returns a door that serves nobody yet.
func New(c Config) (*Server, error) {
	if c.Desk == nil || c.Log == nil {
		return nil, errors.New("open the PostgreSQL door: it needs a desk and a log")
	}
	if c.TLS != nil && len(c.TLS.Certificates) == 0 && c.TLS.GetCertificate == nil {
		return nil, errors.New("open the PostgreSQL door: TLS needs a certificate")
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&c.Startup, defaultStartup}, {&c.Idle, defaultIdle}} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
	if c.Connections <= 0 {
		c.Connections = defaultConnections
	}
	s := &Server{Config: c, draining: make(chan struct{}), listeners: map[net.Listener]bool{}, clients: map[key]*conn{}}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s, nil
}

// Serve takes connections until Shutdown is called or ctx ends, and returns
// when the last connection has.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return errors.Join(errStopped, l.Close())
	}
	s.listeners[l] = true
	s.mu.Unlock()
	defer context.AfterFunc(ctx, func() { s.stop(); s.cancel(errStopped) })()
	for {
		c, err := l.Accept()
		if err != nil {
			s.all.Wait()
			select {
			case <-s.draining:
				return nil
			default:
				return fmt.Errorf("take a PostgreSQL connection: %w", err)
			}
		}
		s.take(c) //nolint:contextcheck // a connection may outlive what ctx is for: Shutdown lets it finish
	}
}

// take starts to serve a connection.
func (s *Server) take(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		_ = c.Close() //nolint:errcheck // nothing was said yet
		return
	}
	s.count++
	full := s.count > s.Connections
	s.all.Go(func() {
		defer s.leave()
		s.serve(c, full)
	})
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count--
}

// Shutdown takes no more connections, ends those that wait for a statement,
// lets the others finish theirs, and when ctx ends cancels what still runs.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop()
	ended := make(chan struct{})
	go func() {
		s.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		s.cancel(errStopped)
		<-ended
		return fmt.Errorf("stop the PostgreSQL door: statements were cancelled: %w", ctx.Err())
	}
}

// stop begins to drain. It is safe twice.
func (s *Server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	s.stopped = true
	close(s.draining)
	for l := range s.listeners {
		_ = l.Close() //nolint:errcheck // no more connections is what we want
	}
}

// register gives a client the key that its cancel requests must show. Both
// parts are random.
func (s *Server) register(c *conn) key {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		k := key{binary.BigEndian.Uint32(b[:]) >> 1, binary.BigEndian.Uint32(b[4:])}
		if s.clients[k] == nil {
			s.clients[k] = c
			return k
		}
	}
}

func (s *Server) forget(k key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, k)
}

// interrupt cancels the statement that a client runs now, if it runs one.
func (s *Server) interrupt(k key) {
	s.mu.Lock()
	c := s.clients[k]
	s.mu.Unlock()
	if c != nil {
		c.interrupt()
	}
}
