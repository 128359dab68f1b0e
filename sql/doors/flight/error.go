package flight

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/guard"
)

// domain names Weir in error details, as google.rpc.ErrorInfo asks.
const domain = "weir"

// code is the one table from Weir's codes to gRPC's.
func code(c policy.Code) codes.Code {
	switch c {
	case policy.Usage:
		return codes.InvalidArgument
	case policy.Denied:
		return codes.PermissionDenied
	case policy.DataRefused:
		return codes.FailedPrecondition
	case policy.NotFound:
		return codes.NotFound
	case policy.Busy:
		return codes.ResourceExhausted
	case policy.Canceled:
		return codes.Canceled
	case policy.Failed:
	}
	return codes.Internal
}

// stranger is an error before anyone has shown who they are.
type stranger struct{ error }

func (s stranger) Unwrap() error { return s.error }

// wire turns any error into a gRPC status whose text is safe to show. Its
// detail, a google.rpc.ErrorInfo, has Weir's code as the reason and, of a
// statement that was refused, the rule and the position.
func (s *server) wire(ctx context.Context, method string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := status.FromError(err); ok {
		return err // made by arrow-go while it took the message apart
	}
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	p, ok := errors.AsType[*policy.Error](err)
	if !ok {
		s.log.ErrorContext(ctx, "call failed", slog.String("method", method), slog.Any("error", err))
		p = policy.Errorf(policy.Failed, "it failed inside; the server's log has the reason")
	}
	to := code(p.Code)
	if _, ok := errors.AsType[stranger](err); ok && p.Code == policy.Denied {
		to = codes.Unauthenticated
	}
	info := &errdetails.ErrorInfo{Reason: string(p.Code), Domain: domain, Metadata: map[string]string{}}
	if r, ok := errors.AsType[*guard.Refusal](err); ok {
		info.Metadata["rule"], info.Metadata["position"] = r.Rule, strconv.Itoa(r.Position)
	}
	detailed, err := status.New(to, p.Text).WithDetails(info)
	if err != nil {
		return status.Error(to, p.Text)
	}
	return detailed.Err()
}
