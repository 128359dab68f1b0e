package pgwire

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
)

// The codes that stand where a start-up packet has its version.
const (
	cancelCode = 80877102
	sslCode    = 80877103
	gssCode    = 80877104

	maxStartup = 10_000 // bytes, PostgreSQL's MAX_STARTUP_PACKET_LENGTH
	maxAsks    = 4      // packets before the start-up packet itself
)

// opening is what a client says first: it wants to start, or to cancel.
type opening struct {
	minor      uint16
	parameters map[string]string
	cancel     *key
}

// open reads packets up to the one that says what the client wants, and wraps
// the connection in TLS when it asks for that. Nothing is read ahead, so that
// what follows a request in clear can only be part of the handshake.
func (s *Server) open(ctx context.Context, c net.Conn) (net.Conn, opening, *tls.Certificate, error) {
	var served *tls.Certificate
	for range maxAsks {
		packet, err := readPacket(c)
		if err != nil {
			return c, opening{}, nil, err
		}
		switch code := binary.BigEndian.Uint32(packet); {
		case code == gssCode || code == sslCode && (s.TLS == nil || served != nil):
			_, err = c.Write([]byte{'N'})
		case code == sslCode:
			if _, err = c.Write([]byte{'S'}); err == nil {
				c, served, err = s.encrypt(ctx, c)
			}
		default:
			o, err := parseOpening(packet)
			return c, o, served, err
		}
		if err != nil {
			return c, opening{}, nil, err
		}
	}
	return c, opening{}, nil, fault(codeProtocol, "too many requests before the start")
}

// readPacket reads a packet without a type, less its length.
func readPacket(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("read a start-up packet: %w", err)
	}
	size := binary.BigEndian.Uint32(head[:])
	if size < 8 || size > maxStartup {
		return nil, fault(codeProtocol, "invalid length of startup packet")
	}
	packet := make([]byte, size-4)
	if _, err := io.ReadFull(r, packet); err != nil {
		return nil, fmt.Errorf("read a start-up packet: %w", err)
	}
	return packet, nil
}

// encrypt does the server's side of the TLS handshake and returns the
// certificate that it showed, to which SCRAM can bind the log-in.
func (s *Server) encrypt(ctx context.Context, c net.Conn) (net.Conn, *tls.Certificate, error) {
	var served *tls.Certificate
	config := s.TLS.Clone()
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	config.SessionTicketsDisabled = true // a resumed session shows no certificate
	config.Certificates = nil            // so that each handshake asks below
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		var err error
		served, err = s.certificate(hello)
		return served, err
	}
	t := tls.Server(c, config)
	if err := t.HandshakeContext(ctx); err != nil {
		return c, nil, fmt.Errorf("begin TLS: %w", err)
	}
	return t, served, nil
}

func (s *Server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if s.TLS.GetCertificate != nil {
		if c, err := s.TLS.GetCertificate(hello); c != nil || err != nil {
			return c, err
		}
	}
	for i := range s.TLS.Certificates {
		if hello.SupportsCertificate(&s.TLS.Certificates[i]) == nil {
			return &s.TLS.Certificates[i], nil
		}
	}
	if len(s.TLS.Certificates) == 0 {
		return nil, errors.New("no certificate")
	}
	return &s.TLS.Certificates[0], nil
}

// parseOpening reads a start-up packet or a cancel request.
func parseOpening(packet []byte) (opening, error) {
	code := binary.BigEndian.Uint32(packet)
	if code == cancelCode {
		if len(packet) != 12 {
			return opening{}, fault(codeProtocol, "invalid length of cancel request")
		}
		return opening{cancel: &key{binary.BigEndian.Uint32(packet[4:]), binary.BigEndian.Uint32(packet[8:])}}, nil
	}
	if code>>16 != 3 {
		return opening{}, fault(codeUnsupported, "unsupported frontend protocol %d.%d: server supports 3.0", code>>16, code&0xffff)
	}
	minor := uint16(code & 0xffff)
	binary.BigEndian.PutUint32(packet, pgproto3.ProtocolVersion30)
	var m pgproto3.StartupMessage
	if m.Decode(packet) != nil {
		return opening{}, fault(codeProtocol, "invalid startup packet layout")
	}
	return opening{minor: minor, parameters: m.Parameters}, nil
}

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
	host, _, err := net.SplitHostPort(c.raw.RemoteAddr().String())
	if err != nil {
		return c.raw.RemoteAddr().String()
	}
	return host
}
