package httpdoor

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/guard"
)

// problem is an error as clients see it (RFC 9457).
type problem struct {
	Type     string      `json:"type"` // where the code is explained, on this server
	Title    string      `json:"title"`
	Status   int         `json:"status"`
	Detail   string      `json:"detail"`
	Code     policy.Code `json:"code"`
	Rule     string      `json:"rule,omitempty"`     // of the guard, that refused the statement
	Position *int        `json:"position,omitempty"` // byte offset in the statement
	ID       string      `json:"request_id"`
}

const problemType = "application/problem+json"

// statuses is the table from codes to HTTP's own.
func statuses() map[policy.Code]int {
	return map[policy.Code]int{
		policy.Failed:      http.StatusInternalServerError,
		policy.Usage:       http.StatusBadRequest,
		policy.Denied:      http.StatusForbidden,
		policy.DataRefused: http.StatusUnprocessableEntity,
		policy.NotFound:    http.StatusNotFound,
		policy.Busy:        http.StatusTooManyRequests,
		policy.Canceled:    http.StatusGatewayTimeout,
	}
}

// fault is an error of the protocol, which has a status of its own.
type fault struct {
	cause  *policy.Error
	status int
}

func (f fault) Error() string { return f.cause.Text }

// Unwrap returns the error with the code.
func (f fault) Unwrap() error { return f.cause }

// faultf returns a fault with a status and a formatted text.
func faultf(status int, code policy.Code, format string, args ...any) error {
	return fault{policy.Errorf(code, format, args...), status}
}

// problemOf tells of an error what is safe to show.
func problemOf(err error, id string) problem {
	p := problem{Code: policy.CodeOf(err), Detail: "it failed inside; the server's log has the reason under the request's id", ID: id}
	p.Status = statuses()[p.Code]
	if known, ok := errors.AsType[*policy.Error](err); ok {
		p.Detail = known.Text
	}
	if f, ok := errors.AsType[fault](err); ok {
		p.Status = f.status
	}
	if refusal, ok := errors.AsType[*guard.Refusal](err); ok {
		p.Rule = refusal.Rule
		if refusal.Position >= 0 {
			p.Position = &refusal.Position
		}
	}
	p.Type, p.Title = "/docs#"+string(p.Code), http.StatusText(p.Status)
	return p
}

// writeProblem answers with a problem.
func writeProblem(w http.ResponseWriter, p problem) {
	h := w.Header()
	h.Set("Content-Type", problemType)
	h.Del("Content-Encoding")
	h.Del("Trailer")
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="weir"`)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", "6")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) //nolint:errcheck,errchkjson // nobody is left to tell
}
