package flight

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/flight"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
)

// Names of session options.
const (
	purposeOption   = "purpose"
	agreementOption = "agreement"
)

// session is what a client has signed in to: a credential with options.
type session struct {
	credential access.Credential

	mu   sync.Mutex
	wish access.Wish
}

func (s *session) options() access.Wish {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wish
}

// set changes options, all or none.
func (s *session) set(wish access.Wish) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wish = wish
}

// SetSessionOptions sets the purpose and the agreement for which the session's
// next calls ask. A client that has shown its token with each call, and has no
// session yet, gets one, and a cookie that names it.
func (s *server) SetSessionOptions(ctx context.Context, request *flight.SetSessionOptionsRequest) (*flight.SetSessionOptionsResult, error) {
	c := callerOf(ctx)
	wish, failures := c.wish, map[string]*flight.SetSessionOptionsResultError{}
	for name, option := range request.GetSessionOptions() {
		if value := choose(c.credential, &wish, name, option.GetStringValue()); value != flight.SetSessionOptionsResultErrorUnspecified {
			failures[name] = &flight.SetSessionOptionsResultError{Value: value}
		}
	}
	result := &flight.SetSessionOptionsResult{Errors: failures}
	if len(failures) > 0 {
		return result, nil
	}
	if c.session != nil {
		c.session.set(wish)
		return result, nil
	}
	handle, err := s.sessions.put(holder(c.credential), &session{credential: c.credential, wish: wish})
	if err != nil {
		return nil, err
	}
	return result, grpc.SetHeader(ctx, cookie(handle, 0))
}

// choose sets one option, or says what is wrong with it. An empty value takes
// an option back. A token is for one purpose, which no option can change.
func choose(c access.Credential, wish *access.Wish, name, value string) (wrong pb.SetSessionOptionsResult_ErrorValue) {
	switch name {
	case purposeOption:
		p := policy.Purpose(value)
		known := p == "" || slices.Contains(policy.Purposes(), p)
		if !known || p != "" && c.Purpose != "" && p != c.Purpose {
			return flight.SetSessionOptionsResultErrorInvalidValue
		}
		wish.Purpose = p
	case agreementOption:
		if value != "" && c.Agreement != "" && value != c.Agreement {
			return flight.SetSessionOptionsResultErrorInvalidValue
		}
		wish.Agreement = value
	default:
		return flight.SetSessionOptionsResultErrorInvalidName
	}
	return flight.SetSessionOptionsResultErrorUnspecified
}

// GetSessionOptions tells the purpose and the agreement for which the next
// calls ask: the session's, or else the token's own.
func (s *server) GetSessionOptions(ctx context.Context, _ *flight.GetSessionOptionsRequest) (*flight.GetSessionOptionsResult, error) {
	c := callerOf(ctx)
	purpose, agreement := c.wish.Purpose, c.wish.Agreement
	if purpose == "" {
		purpose = c.credential.Purpose
	}
	if agreement == "" {
		agreement = c.credential.Agreement
	}
	options, err := flight.NewSessionOptionValues(map[string]any{purposeOption: string(purpose), agreementOption: agreement})
	return &flight.GetSessionOptionsResult{SessionOptions: options}, err
}

// CloseSession ends the session. A token that stands for itself is no session,
// and is not closed.
func (s *server) CloseSession(ctx context.Context, _ *flight.CloseSessionRequest) (*flight.CloseSessionResult, error) {
	c := callerOf(ctx)
	if c.session == nil {
		return &flight.CloseSessionResult{Status: flight.CloseSessionResultNotCloseable}, nil
	}
	s.sessions.drop(c.handle)
	return &flight.CloseSessionResult{Status: flight.CloseSessionResultClosed}, grpc.SetHeader(ctx, cookie(c.handle, -1))
}

// cookie is the header that gives a client a session's cookie, or takes it back.
func cookie(handle string, age int) metadata.MD {
	c := http.Cookie{Name: sessionCookie, Value: handle, MaxAge: age, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode}
	return metadata.Pairs("set-cookie", c.String())
}
