package provision

import (
	"context"
	"errors"
	"net/http"

	"github.com/grafana/grafana-openapi-client-go/client/datasources"
	"github.com/grafana/grafana-openapi-client-go/models"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/policy"
)

// keyField is where a data source's settings name its token: the id, which
// opens nothing.
const keyField = "weirToken"

// Settings are the settings of a target's data source that are no secrets.
func (d Door) Settings() map[string]any {
	settings := map[string]any{
		"database": "weir", "postgresVersion": 1500, "timescaledb": false, "sslmode": "disable",
		"maxOpenConns": 20, "maxIdleConns": 4, "maxIdleConnsAuto": false, "connMaxLifetime": 3600,
	}
	if d.TLS {
		settings["sslmode"] = "require"
	}
	if d.TLS && d.CA != "" {
		settings["sslmode"], settings["tlsConfigurationMethod"] = "verify-full", "file-content"
	}
	return settings
}

// source plans an audience's data source. The token in it is made when the
// step is done.
func (s *scene) source(ctx context.Context, t Target) ([]Step, error) {
	step := Step{s.name, Create, "data source", t.Title, "as " + t.Principal, func(ctx context.Context) error { return s.putSource(ctx, t, nil) }}
	if !s.found {
		return []Step{step}, nil
	}
	ok, err := s.api.Datasources.GetDataSourceByUIDWithParams(datasources.NewGetDataSourceByUIDParamsWithContext(ctx).WithUID(t.UID()))
	if status(err) == http.StatusNotFound {
		return []Step{step}, nil
	}
	if err != nil {
		return nil, s.Server.explain("look for the data source "+t.Title, err)
	}
	have := ok.Payload
	if have.ReadOnly {
		return nil, policy.Errorf(policy.Usage, "the data source %s comes from a file of Grafana's provisioning, and only that changes it; 'weir dashboards export' writes it", t.Title)
	}
	why, err := s.outdated(ctx, t, have)
	if err != nil {
		return nil, err
	}
	step.Action, step.Why, step.do = Update, why, func(ctx context.Context) error { return s.putSource(ctx, t, have) }
	if why == "" {
		step.Action, step.do = Unchanged, nil
		s.keepOnly(t, keyOf(have.JSONData))
	}
	return []Step{step}, nil
}

// outdated says why a data source is not as it should be.
func (s *scene) outdated(ctx context.Context, t Target, have *models.DataSource) (string, error) {
	if s.Rotate {
		return "a new token", nil
	}
	ok, err := s.Keys.InForce(ctx, t, keyOf(have.JSONData))
	if err != nil || !ok || !have.SecureJSONFields["password"] {
		return "its token opens nothing", err
	}
	want := s.body(t)
	want.SecureJSONData = nil
	want.Access = "" // Grafana answers with its own word for it
	where, err := differs(have, want)
	if where == "" || err != nil {
		return "", err
	}
	return "another " + where[1:], nil
}

// keyOf is the token that a data source's settings name.
func keyOf(settings models.JSON) string {
	if m, ok := settings.(map[string]any); ok {
		id, ok := m[keyField].(string)
		if ok {
			return id
		}
	}
	return ""
}

// body is the data source as it should be, but for its token.
func (s *scene) body(t Target) *models.AddDataSourceCommand {
	return &models.AddDataSourceCommand{
		UID: t.UID(), Name: t.Title, Type: dashboards.SourceType, Access: "proxy", URL: s.Door.Address, User: t.Principal, Database: "weir",
		JSONData: s.Door.Settings(), SecureJSONData: map[string]string{},
	}
}

// keepOnly has all tokens of a target but one revoked at the end.
func (s *scene) keepOnly(t Target, token string) {
	s.retire = append(s.retire, func(ctx context.Context) error { return s.Keys.Retire(ctx, t, token) })
}

// putSource makes or changes a data source, with a new token. If that fails,
// the token is revoked; if it works, those before are, at the end.
func (s *scene) putSource(ctx context.Context, t Target, have *models.DataSource) error {
	id, secret, err := s.Keys.Issue(ctx, t)
	if err != nil {
		return err
	}
	body := s.body(t)
	body.JSONData.(map[string]any)[keyField] = id //nolint:forcetypeassert,errcheck // body made it
	body.SecureJSONData["password"] = secret
	if s.Door.TLS && s.Door.CA != "" {
		body.SecureJSONData["tlsCACert"] = s.Door.CA
	}
	if have == nil {
		_, err = s.api.Datasources.AddDataSourceWithParams(datasources.NewAddDataSourceParamsWithContext(ctx).WithBody(body))
	} else {
		_, err = s.api.Datasources.UpdateDataSourceByUIDWithParams(datasources.NewUpdateDataSourceByUIDParamsWithContext(ctx).WithUID(t.UID()).
			WithBody(&models.UpdateDataSourceCommand{
				UID: body.UID, Name: body.Name, Type: body.Type, Access: body.Access, URL: body.URL, User: body.User, Database: body.Database,
				IsDefault: have.IsDefault, JSONData: body.JSONData, SecureJSONData: body.SecureJSONData, Version: have.Version,
			}))
	}
	if err != nil {
		err = s.Server.explain("write the data source "+t.Title, err)
		return errors.Join(err, s.Keys.Revoke(context.WithoutCancel(ctx), id))
	}
	s.replaced = s.replaced || have != nil
	s.keepOnly(t, id)
	return nil
}
