// Package flight is the door for Arrow Flight SQL: columns go to clients as the
// engine makes them, without being turned into rows and back.
//
// It speaks the protocol and nothing else. Statements, and questions about the
// catalogue, go to the gateway as the principal who asks; a ticket is a random
// handle, good once, for a while, and for the session that got it. It takes no
// data in, runs no Substrait plans and has no transactions.
package flight

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"github.com/weir-warehouse/weir/sql/doors/access"
)

// Config is what the door works with.
type Config struct {
	Desk    *access.Desk
	TLS     *tls.Config // nil: plain text
	Program string      // version, as clients are told
	Now     func() time.Time
	Log     *slog.Logger
}

// What clients may use up.
const (
	sessionsEach    = 64 // of one principal, signed in by handshake or with options
	sessionLife     = time.Hour
	statementsEach  = 64 // prepared
	statementLife   = time.Hour
	ticketsEach     = 64
	ticketLife      = 5 * time.Minute
	sweepEvery      = time.Minute
	messageBytes    = 4 << 20 // of one message from a client
	headerBytes     = 16 << 10
	callsAtOnce     = 128 // on one connection
	handshakeTime   = 10 * time.Second
	pingAfter       = time.Minute // without a sign of life
	pingTimeout     = 20 * time.Second
	clientPingEvery = 10 * time.Second // at most
	readerPatience  = 5 * time.Minute
)

// Server is the door.
type Server struct {
	inner *server
	grpc  *grpc.Server
}

// server answers calls.
type server struct {
	flightsql.BaseServer

	desk     *access.Desk
	log      *slog.Logger
	patience time.Duration // how long a result waits for its reader

	sessions   *shelf[*session]
	statements *shelf[*prepared]
	tickets    *shelf[*ticket]

	facts map[uint32]bool // those that GetSqlInfo tells
}

// New makes a door. It serves once Serve is called.
func New(c Config) (*Server, error) {
	s := &server{
		desk: c.Desk, log: c.Log, patience: readerPatience, facts: map[uint32]bool{},
		sessions:   newShelf[*session]("sessions", sessionsEach, sessionLife, c.Now),
		statements: newShelf[*prepared]("prepared statements", statementsEach, statementLife, c.Now),
		tickets:    newShelf[*ticket]("tickets", ticketsEach, ticketLife, c.Now),
	}
	s.tickets.keep = (*ticket).running
	if err := s.describe(c.Program); err != nil {
		return nil, fmt.Errorf("make the Flight SQL door: %w", err)
	}
	options := []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(s.unary), grpc.ChainStreamInterceptor(s.stream),
		grpc.MaxRecvMsgSize(messageBytes), grpc.MaxHeaderListSize(headerBytes), grpc.MaxConcurrentStreams(callsAtOnce),
		grpc.ConnectionTimeout(handshakeTime), grpc.WaitForHandlers(true),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: pingAfter, Timeout: pingTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: clientPingEvery, PermitWithoutStream: true}),
	}
	if c.TLS != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(c.TLS)))
	}
	out := &Server{inner: s, grpc: grpc.NewServer(options...)}
	flight.RegisterFlightServiceServer(out.grpc, flightsql.NewFlightServerWithAllocator(s, bounded{memory.DefaultAllocator}))
	return out, nil
}

// Serve answers clients until Shutdown, or until ctx ends, which cancels what
// runs. It returns when the last call has ended.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		s.inner.sweep(ctx)
	}()
	defer func() { cancel(); <-swept }()
	defer context.AfterFunc(ctx, s.grpc.Stop)()
	if err := s.grpc.Serve(l); err != nil {
		return fmt.Errorf("serve Flight SQL: %w", err)
	}
	return nil
}

// Shutdown takes no new calls and waits for those that run; when ctx ends, it
// cancels them.
func (s *Server) Shutdown(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.grpc.Stop)()
	s.grpc.GracefulStop()
	return ctx.Err()
}

// sweep drops what has expired, from time to time.
func (s *server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.sessions.clean()
			s.statements.clean()
			s.tickets.clean()
		}
	}
}
