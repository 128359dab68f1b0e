package flight

import (
	"context"
	"encoding/base64"
	"net/http"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// Names of gRPC metadata that clients send.
const (
	authorizationHeader = "authorization"
	cookieHeader        = "cookie"
	purposeHeader       = "purpose" // for one call, above the session's options
	agreementHeader     = "agreement"
)

// sessionCookie is the cookie's name in arrow-go's servers.
const sessionCookie = "arrow_flight_session_id"

// handshakeMethod is the one method that a client may call who has shown no
// bearer token.
const handshakeMethod = "/arrow.flight.protocol.FlightService/Handshake"

// caller is who makes a call.
type caller struct {
	credential access.Credential
	wish       access.Wish
	session    *session // nil: the credential stands for itself
	handle     string   // of the session
}

type callerKey struct{}

func callerOf(ctx context.Context) *caller {
	c, _ := ctx.Value(callerKey{}).(*caller) //nolint:errcheck // without an interceptor there is none, and none has no credential
	return c
}

// identify finds out who makes a call, by a bearer token, which is a token's
// secret or the handle of a session.
func (s *server) identify(ctx context.Context) (*caller, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	scheme, secret, _ := strings.Cut(first(md, authorizationHeader), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, stranger{policy.Errorf(policy.Denied, "show a bearer token, or sign in with a name and a token")}
	}
	c := &caller{}
	if _, held, ok := s.sessions.find(secret); ok {
		c.credential, c.session, c.handle = held.credential, held, secret
	} else {
		var err error
		if c.credential, err = s.desk.Bearer(ctx, clientOf(ctx), secret); err != nil {
			return nil, stranger{err}
		}
		c.session, c.handle = s.byCookie(md, c.credential)
	}
	if c.session != nil {
		c.wish = c.session.options()
	}
	if p := first(md, purposeHeader); p != "" {
		c.wish.Purpose = policy.Purpose(p)
	}
	if a := first(md, agreementHeader); a != "" {
		c.wish.Agreement = a
	}
	return c, nil
}

// byCookie returns the session that a cookie names, if the same credential
// began it.
func (s *server) byCookie(md metadata.MD, c access.Credential) (*session, string) {
	for _, line := range md.Get(cookieHeader) {
		cookies, err := http.ParseCookie(line)
		if err != nil {
			continue
		}
		for _, cookie := range cookies {
			if cookie.Name != sessionCookie {
				continue
			}
			if held, ok := s.sessions.get(holder(c), cookie.Value); ok {
				return held, cookie.Value
			}
		}
	}
	return nil, ""
}

// holder is the owner of a session with options, whatever these say.
func holder(c access.Credential) owner { return owner{principal: c.Principal, token: c.Token} }

func first(md metadata.MD, key string) string {
	if values := md.Get(key); len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

// clientOf is the address of the client, without its port.
func clientOf(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	return access.Client(p.Addr.String())
}

// greet begins a session for a client that shows a name and a token's secret in
// HTTP's Basic form, or the secret alone as a bearer token, and returns the
// session's handle as a bearer token.
func (s *server) greet(ctx context.Context) (metadata.MD, error) {
	var held *session
	md, _ := metadata.FromIncomingContext(ctx)
	if scheme, coded, _ := strings.Cut(first(md, authorizationHeader), " "); strings.EqualFold(scheme, "Basic") {
		c, wish, err := s.named(ctx, coded)
		if err != nil {
			return nil, stranger{err}
		}
		held = &session{credential: c, wish: wish}
	} else {
		c, err := s.identify(ctx)
		if err != nil {
			return nil, err
		}
		held = &session{credential: c.credential, wish: c.wish}
	}
	handle, err := s.sessions.put(holder(held.credential), held)
	return metadata.Pairs(authorizationHeader, "Bearer "+handle), err
}

// named returns what a client proves with a name and a token's secret. With a
// slash after the name it may say the purpose.
func (s *server) named(ctx context.Context, coded string) (access.Credential, access.Wish, error) {
	plain, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		plain, err = base64.RawStdEncoding.DecodeString(coded)
	}
	name, secret, ok := strings.Cut(string(plain), ":")
	if err != nil || !ok {
		return access.Credential{}, access.Wish{}, policy.Errorf(policy.Denied, "sign in with a name and a token")
	}
	name, purpose, _ := strings.Cut(name, "/")
	c, err := s.desk.Bearer(ctx, clientOf(ctx), secret)
	if err == nil && c.Principal != name {
		_, err = s.desk.Bearer(ctx, clientOf(ctx), "") // another's token counts, and is refused, as a wrong one
	}
	return c, access.Wish{Purpose: policy.Purpose(purpose)}, err
}

// visit is a call that may ask the gateway.
type visit struct {
	*gateway.Session

	owner owner
}

// enter lets the caller in. It asks again for each call, so a credential that
// has ended is refused at once.
func (s *server) enter(ctx context.Context) (*visit, error) {
	c := callerOf(ctx)
	a, err := s.desk.Visit(ctx, c.credential, c.wish, policy.Flight)
	if err != nil {
		return nil, err
	}
	inner, err := a.Current(ctx)
	if err != nil {
		return nil, err
	}
	return &visit{inner, owner{a.Principal(), c.credential.Token, string(a.Purpose()), a.Agreement()}}, nil
}

// unary is what happens around a call with one answer.
func (s *server) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	defer func() { err = s.wire(ctx, info.FullMethod, err) }()
	defer s.recovered(ctx, info.FullMethod, &err)
	c, err := s.identify(ctx)
	if err != nil {
		return nil, err
	}
	return handle(context.WithValue(ctx, callerKey{}, c), request)
}

// stream is what happens around a call with a stream of answers.
func (s *server) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
	ctx := stream.Context()
	defer func() { err = s.wire(ctx, info.FullMethod, err) }()
	defer s.recovered(ctx, info.FullMethod, &err)
	if info.FullMethod == handshakeMethod {
		bearer, err := s.greet(ctx)
		if err != nil {
			return err
		}
		stream.SetTrailer(bearer) // some clients look here,
		return stream.SendHeader(bearer)
	}
	c, err := s.identify(ctx)
	if err != nil {
		return err
	}
	return handle(srv, known{stream, context.WithValue(ctx, callerKey{}, c)})
}

// known is a stream whose caller is known.
type known struct {
	grpc.ServerStream

	ctx context.Context //nolint:containedctx // how gRPC hands a context on
}

func (k known) Context() context.Context { return k.ctx }

// recovered keeps a fault of one call, such as a message that arrow-go cannot
// take, from ending the server.
func (s *server) recovered(ctx context.Context, method string, err *error) {
	if cause := recover(); cause != nil {
		s.log.ErrorContext(ctx, "call panicked", "method", method, "stack", string(debug.Stack()))
		*err = policy.Errorf(policy.Failed, "it failed inside; the server's log has the reason")
	}
}
