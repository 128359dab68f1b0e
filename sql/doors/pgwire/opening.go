package pgwire

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgproto3"
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
