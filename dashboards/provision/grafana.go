package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"
	grafana "github.com/grafana/grafana-openapi-client-go/client"
	"github.com/grafana/grafana-openapi-client-go/client/health"

	"github.com/weir-warehouse/weir/policy"
)

// Server is a Grafana and who asks it: a server administrator, by name and
// password, or a service account of one organisation, by its token.
type Server struct {
	URL      string
	User     string
	Password string
	Token    string
	Client   *http.Client // nil: one that waits Patience for an answer
}

// Patience is how long an answer of Grafana may take.
const Patience = 30 * time.Second

// base checks the address.
func (s Server) base() (*url.URL, error) {
	u, err := url.Parse(s.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, policy.Errorf(policy.Usage, "--url %q is no address of a Grafana; an example is http://localhost:3000", s.URL)
	}
	return u, nil
}

// api returns a client of an organisation; 0 is that of the credentials.
func (s Server) api(organisation int64) (*grafana.GrafanaHTTPAPI, error) {
	u, err := s.base()
	if err != nil {
		return nil, err
	}
	c := s.Client
	if c == nil {
		c = &http.Client{Timeout: Patience}
	}
	config := &grafana.TransportConfig{
		Host: u.Host, BasePath: strings.TrimSuffix(u.Path, "/") + "/api", Schemes: []string{u.Scheme}, APIKey: s.Token, OrgID: organisation, Client: c,
	}
	if s.Token == "" {
		config.BasicAuth = url.UserPassword(s.User, s.Password)
	}
	return grafana.NewHTTPClientWithConfig(strfmt.Default, config), nil
}

// Version asks which Grafana it is.
func (s Server) Version(ctx context.Context) (string, error) {
	api, err := s.api(0)
	if err != nil {
		return "", err
	}
	ok, err := api.Health.GetHealthWithParams(health.NewGetHealthParamsWithContext(ctx))
	if err != nil {
		return "", s.explain("ask whether it lives", err)
	}
	return ok.Payload.Version, nil
}

// status is the HTTP status of an answer that is an error; 0 if there was no
// answer.
func status(err error) int {
	if api, ok := errors.AsType[*runtime.APIError](err); ok {
		return api.Code
	}
	if answered, ok := errors.AsType[interface {
		error
		IsCode(code int) bool
	}](err); ok {
		for code := http.StatusBadRequest; code < 600; code++ {
			if answered.IsCode(code) {
				return code
			}
		}
	}
	return 0
}

// explain words an error of Grafana: what was tried, what it says, what to do.
func (s Server) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	code, do := policy.Failed, ""
	switch c := status(err); {
	case c == http.StatusUnauthorized:
		code, do = policy.Denied, "the credentials are not valid; look at --token-file, or --user and --password-file"
	case c == http.StatusForbidden:
		code, do = policy.Denied, "the credentials may not do that; an administrator of the organisation can, and organisations are made by a server administrator with --user"
	case c == http.StatusConflict:
		code, do = policy.Busy, "something else has that name or uid; rename it, and run this again"
	case c == http.StatusPreconditionFailed:
		code, do = policy.Busy, "it was changed meanwhile; run this again"
	case c >= http.StatusInternalServerError:
		do = "Grafana failed; its log says why. Run this again, which goes on where it ended"
	case c == 0 && errors.Is(err, context.DeadlineExceeded):
		do = fmt.Sprintf("it did not answer within %s; run this again, which goes on where it ended", Patience)
	case c == 0:
		do = "it was not reached, or broke off; run this again, which goes on where it ended"
	}
	return policy.Errorf(code, "Grafana at %s: %s: %s: %w", s.URL, what, do, err)
}
