package pgwire

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
)

// The mechanisms (RFC 7677), without and with channel binding.
const (
	scramPlain = "SCRAM-SHA-256"
	scramPlus  = "SCRAM-SHA-256-PLUS"

	maxPassword = 4096 // bytes of one message of the log-in
)

// authenticate lets the client prove that it knows a secret of the principal.
// Every way to fail after the first message looks the same.
func (c *conn) authenticate(ctx context.Context, principal string, certificate *tls.Certificate) (access.Credential, error) {
	s := scram{mechanisms: []string{scramPlain}}
	if certificate != nil {
		s.binding = endPoint(certificate)
		s.mechanisms = []string{scramPlus, scramPlain}
	}
	c.put(&pgproto3.AuthenticationSASL{AuthMechanisms: s.mechanisms})
	body, err := c.password()
	if err != nil {
		return access.Credential{}, err
	}
	var first pgproto3.SASLInitialResponse
	if first.Decode(body) != nil {
		return access.Credential{}, errScram
	}
	if err := s.first(first.AuthMechanism, string(first.Data)); err != nil {
		return access.Credential{}, err
	}
	exchange, err := c.server.Desk.Scram(ctx, c.client(), principal)
	if err != nil {
		return access.Credential{}, err
	}
	c.put(&pgproto3.AuthenticationSASLContinue{Data: []byte(s.challenge(exchange.Salt, exchange.Iterations))})
	if body, err = c.password(); err != nil {
		return access.Credential{}, err
	}
	proof, err := s.final(string(body))
	if err != nil {
		return access.Credential{}, err
	}
	credential, signature, ok := exchange.Verify([]byte(s.message), proof)
	if !ok {
		return access.Credential{}, fault(codePassword, "password authentication failed: the token does not open this door")
	}
	c.put(&pgproto3.AuthenticationSASLFinal{Data: []byte("v=" + base64.StdEncoding.EncodeToString(signature))})
	return credential, nil
}

// password reads the next message of the log-in.
func (c *conn) password() ([]byte, error) {
	if err := c.flush(); err != nil {
		return nil, err
	}
	m, err := readMessage(c.wire, maxPassword)
	if err != nil {
		return nil, err
	}
	if m.kind != 'p' {
		return nil, fault(codeProtocol, "expected password response, got message type %d", m.kind)
	}
	return m.body, nil
}

var errScram = fault(codeProtocol, "malformed SCRAM message")

// scram is the server's side of an exchange (RFC 5802).
type scram struct {
	mechanisms []string
	binding    []byte // tls-server-end-point; nil in clear

	header  string // gs2-header as the client sent it
	bound   bool   // the client binds to the channel
	bare    string // client-first-message-bare
	server  string // server-first-message
	nonce   string
	message string // AuthMessage
}

// first reads client-first-message. The user in it is ignored, as PostgreSQL
// does: the start-up packet has named it.
func (s *scram) first(mechanism, text string) error {
	flag, rest, ok1 := strings.Cut(text, ",")
	authzid, bare, ok2 := strings.Cut(rest, ",")
	_, nonce, ok3 := strings.Cut(bare, ",r=")
	if !ok1 || !ok2 || !ok3 || authzid != "" || !strings.HasPrefix(bare, "n=") {
		return errScram
	}
	nonce, _, _ = strings.Cut(nonce, ",")
	s.header, s.bare, s.nonce = flag+",,", bare, nonce
	s.bound = mechanism == scramPlus
	switch {
	case mechanism != scramPlain && mechanism != scramPlus || nonce == "":
		return errScram
	case s.bound && (s.binding == nil || flag != "p=tls-server-end-point"):
		return fault(codeProtocol, "unsupported SCRAM channel-binding type")
	case !s.bound && flag == "y" && s.binding != nil:
		return fault(codeNoAccess, "SCRAM channel binding negotiation error: the client was not offered what this server offers")
	case !s.bound && flag != "y" && flag != "n":
		return errScram
	}
	return nil
}

// challenge writes server-first-message.
func (s *scram) challenge(salt []byte, iterations int) string {
	var own [18]byte
	_, _ = rand.Read(own[:]) // never fails
	s.nonce += base64.StdEncoding.EncodeToString(own[:])
	s.server = "r=" + s.nonce + ",s=" + base64.StdEncoding.EncodeToString(salt) + ",i=" + strconv.Itoa(iterations)
	return s.server
}

// final reads client-final-message, checks what it binds to, and returns the
// proof in it.
func (s *scram) final(text string) ([]byte, error) {
	i := strings.LastIndex(text, ",p=")
	if i < 0 {
		return nil, errScram
	}
	unproved := text[:i]
	proof, err := base64.StdEncoding.DecodeString(text[i+3:])
	channel, nonce, ok := strings.Cut(unproved, ",r=")
	if err != nil || !ok || !strings.HasPrefix(channel, "c=") {
		return nil, errScram
	}
	want := []byte(s.header)
	if s.bound {
		want = append(want, s.binding...)
	}
	got, err := base64.StdEncoding.DecodeString(channel[2:])
	if err != nil || subtle.ConstantTimeCompare(got, want) != 1 {
		return nil, fault(codeNoAccess, "SCRAM channel binding check failed")
	}
	if nonce != s.nonce {
		return nil, errScram
	}
	s.message = s.bare + "," + s.server + "," + unproved
	return proof, nil
}

// endPoint is the channel binding tls-server-end-point (RFC 5929, section 4):
// the hash of the server's certificate by its signature's own function, or by
// SHA-256 where that is weaker.
func endPoint(c *tls.Certificate) []byte {
	var h hash.Hash
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return nil
	}
	switch leaf.SignatureAlgorithm { // the rest hash with SHA-256, or with less
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		h = sha512.New384()
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		h = sha512.New()
	default:
		h = sha256.New()
	}
	h.Write(leaf.Raw)
	return h.Sum(nil)
}

// ofDesk is how an error of the desk ends a log-in.
func ofDesk(err *policy.Error) *failure {
	switch err.Code {
	case policy.Busy:
		return &failure{code: codeTooMany, text: err.Text}
	case policy.Failed:
		return &failure{code: codeInternal, text: err.Text}
	default:
		return &failure{code: codeNoAccess, text: err.Text}
	}
}
