package pgwire

import (
	"context"
	"encoding/binary"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
)

// serve serves a connection to its end.
func (s *Server) serve(raw net.Conn, full bool) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	// A connection ends when the server does, whatever it is waiting for.
	defer context.AfterFunc(s.ctx, func() { _ = raw.SetDeadline(time.Now().Add(lastWord)) })() //nolint:errcheck // it is closed next
	c := &conn{server: s, raw: raw, cancel: cancel}
	defer c.close()
	defer c.survive(ctx)
	_ = raw.SetDeadline(time.Now().Add(s.Startup)) //nolint:errcheck // a closed connection shows below
	o, err := c.start(ctx, full)
	if err != nil {
		c.reject(ctx, err)
		return
	}
	if o.cancel != nil {
		s.interrupt(*o.cancel)
		return
	}
	_ = raw.SetDeadline(time.Time{}) //nolint:errcheck // as above
	if s.ctx.Err() == nil {
		c.run(ctx)
	}
}

// survive keeps a fault of ours on the connection where it happened.
func (c *conn) survive(ctx context.Context) {
	if fault := recover(); fault != nil {
		c.server.Log.ErrorContext(ctx, "PostgreSQL connection failed", "client", c.client(), "fault", fault, "stack", string(debug.Stack()))
	}
}

// start is everything up to the first ReadyForQuery.
func (c *conn) start(ctx context.Context, full bool) (opening, error) {
	s := c.server
	wire, o, certificate, err := s.open(ctx, c.raw)
	c.wire = wire
	if err != nil || o.cancel != nil {
		return o, err
	}
	if full {
		return o, fault(codeTooMany, "sorry, too many clients already")
	}
	if s.TLS != nil && certificate == nil {
		return o, fault(codeNoAccess, "this server takes encrypted connections only; set sslmode to require or verify-full")
	}
	if o.minor > 0 || unknownOptions(o.parameters) != nil {
		c.put(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: 0, UnrecognizedOptions: unknownOptions(o.parameters)})
	}
	if c.settings, err = newSettings(o.parameters); err != nil {
		return o, err
	}
	principal, wish := wished(o.parameters["user"], c.settings)
	credential, err := c.authenticate(ctx, principal, certificate)
	if err != nil {
		return o, err
	}
	if c.session, err = s.Desk.Open(ctx, credential, wish, policy.PGWire); err != nil {
		return o, err
	}
	c.settings.identify(c.session)
	c.put(&pgproto3.AuthenticationOk{})
	c.greet()
	return o, nil
}

// unknownOptions are the options of the protocol itself that a client asks
// for. There are none that we know.
func unknownOptions(parameters map[string]string) []string {
	var names []string
	for name := range parameters {
		if strings.HasPrefix(name, "_pq_.") {
			names = append(names, name)
		}
	}
	return names
}

// wished takes "principal/purpose" apart. What the start-up options say goes
// before.
func wished(user string, s *settings) (principal string, w access.Wish) {
	principal, purpose, _ := strings.Cut(user, "/")
	if v := s.get("weir.purpose"); v != "" {
		purpose = v
	}
	return principal, access.Wish{Purpose: policy.Purpose(purpose), Agreement: s.get("weir.agreement")}
}

// greet tells the client what holds on the connection.
func (c *conn) greet() {
	for _, name := range reported {
		c.put(&pgproto3.ParameterStatus{Name: name, Value: c.settings.get(name)})
	}
	c.key = c.server.register(c)
	secret := binary.BigEndian.AppendUint32(nil, c.key.secret)
	c.put(&pgproto3.BackendKeyData{ProcessID: c.key.process, SecretKey: secret})
}

// client is the address of the client, without its port.
func (c *conn) client() string {
	return access.Client(c.raw.RemoteAddr().String())
}
