package httpdoor

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// The headers of our own.
const (
	idHeader        = "Weir-Request-Id" // of the decision in the audit log, if there was one
	purposeHeader   = "Weir-Purpose"
	agreementHeader = "Weir-Agreement"
	noteHeader      = "Weir-Note" // once for each thing that an answer leaves out
	rowsTrailer     = "Weir-Rows" // comes only after a whole answer
)

// call is one request on its way through the door.
type call struct {
	*Server

	w          *recorder
	r          *http.Request
	control    *http.ResponseController
	id         string
	path       string // of the route; empty: there is none
	credential access.Credential
	session    *access.Session
}

// identify gives the request its id.
func (c *call) identify(id string) {
	c.id = id
	c.w.Header().Set(idHeader, id)
}

// enter lets the client in by its bearer token (RFC 6750, section 2.1).
func (c *call) enter() (err error) {
	scheme, secret, _ := strings.Cut(strings.Join(c.r.Header.Values("Authorization"), ","), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return faultf(http.StatusUnauthorized, policy.Denied, "show a bearer token: Authorization: Bearer …")
	}
	ctx := c.r.Context()
	c.credential, err = c.Desk.Bearer(ctx, access.Client(c.r.RemoteAddr), secret)
	if policy.CodeOf(err) == policy.Denied {
		return faultf(http.StatusUnauthorized, policy.Denied, "%s", err)
	}
	if err != nil {
		return err
	}
	c.session, err = c.Desk.Visit(ctx, c.credential, access.Wish{
		Purpose: policy.Purpose(c.r.Header.Get(purposeHeader)), Agreement: c.r.Header.Get(agreementHeader),
	}, policy.HTTP)
	return err
}

// run starts a statement. From then on the request's id is the decision's, and
// that it takes long is no fault of the client's.
func (c *call) run(text string, params ...gateway.Param) (*gateway.Result, error) {
	for _, unlimited := range []func(time.Time) error{c.control.SetReadDeadline, c.control.SetWriteDeadline} {
		if err := unlimited(time.Time{}); err != nil {
			return nil, err
		}
	}
	s, err := c.session.Current(c.r.Context())
	if err != nil {
		return nil, err
	}
	result, err := s.Query(c.r.Context(), text, params...)
	if failed, ok := errors.AsType[*gateway.Failed](err); ok {
		c.identify(failed.ID)
	}
	if err != nil {
		return nil, err
	}
	c.identify(result.ID())
	return result, nil
}

// body is where the answer goes, compressed as the client likes.
func (c *call) body(packed bool) *body {
	b := &body{w: c.w, control: c.control, patience: c.patience}
	if !packed {
		b.coding = codingFor(strings.Join(c.r.Header.Values("Accept-Encoding"), ","))
	}
	return b
}

// answer answers with a JSON value.
func (c *call) answer(value any) error {
	c.w.Header().Set("Content-Type", "application/json")
	b := c.body(false)
	if err := json.NewEncoder(b).Encode(value); err != nil {
		return err
	}
	return b.end()
}

// request is what the session asks policy.
func (c *call) request() (policy.Request, error) {
	return c.requestOf(c.session.Principal(), c.session.Purpose(), c.session.Agreement())
}

func (c *call) requestOf(principal string, purpose policy.Purpose, agreement string) (policy.Request, error) {
	ctx := c.r.Context()
	return c.Desk.Directory.Directory(ctx).Request(ctx, c.Desk.Staff, principal, purpose, agreement, policy.HTTP, c.Desk.Now())
}
