package provision

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	grafana "github.com/grafana/grafana-openapi-client-go/client"
	"github.com/grafana/grafana-openapi-client-go/client/orgs"
	"github.com/grafana/grafana-openapi-client-go/models"

	"github.com/weir-warehouse/weir/policy"
)

// Provisioner plans and does.
type Provisioner struct {
	Server  Server
	Door    Door
	Keys    Keys
	Targets []Target
	Rotate  bool          // give each data source a new token
	Prune   bool          // delete what Weir made and no longer wants
	Grace   time.Duration // see [Grace]; for this long a token that was replaced stays in force

	retire   []func(context.Context) error // ends the tokens that data sources had before
	replaced bool                          // a data source has another token than it had
}

// Grace is a little longer than a Grafana goes on with the settings that a data
// source had before, which is five seconds. A token that is revoked within them
// fails its readers, and the door then lets nobody of Grafana's address in.
const Grace = 6 * time.Second

// prefix begins the uid of all that Weir makes, and organisations the names of
// the organisations that it makes.
const (
	prefix        = "weir-"
	organisations = "Weir: "
)

// scene is an organisation that is worked on. Its client is there once the
// organisation is.
type scene struct {
	*Provisioner

	name  string
	id    int64 // 0: that of the credentials
	api   *grafana.GrafanaHTTPAPI
	found bool
}

// Plan asks what there is and returns what is to be done, in order.
func (p *Provisioner) Plan(ctx context.Context) (steps []Step, err error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	p.retire, p.replaced = nil, false
	for _, t := range p.Targets {
		s, more, err := p.scene(ctx, t.Organisation)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
		for _, plan := range []func(context.Context, Target) ([]Step, error){s.folder, s.source, s.boards, s.alerts, s.events} {
			more, err := plan(ctx, t)
			if err != nil {
				return nil, err
			}
			steps = append(steps, more...)
		}
	}
	if p.Prune {
		more, err := p.prune(ctx)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	return steps, nil
}

// Apply does the steps of a plan and tells each that is done. It ends at the
// first that fails; another plan then goes on from there. Tokens that were
// replaced are revoked at the end.
func (p *Provisioner) Apply(ctx context.Context, steps []Step, done func(Step)) (err error) {
	for _, s := range steps {
		if s.do != nil {
			if err = s.do(ctx); err != nil {
				break
			}
		}
		done(s)
	}
	if p.replaced {
		select {
		case <-time.After(p.Grace):
		case <-ctx.Done():
		}
	}
	for _, end := range p.retire {
		err = errors.Join(err, end(context.WithoutCancel(ctx)))
	}
	return err
}

// check refuses two audiences in one organisation.
func (p *Provisioner) check() error {
	seen := map[string]string{}
	for _, t := range p.Targets {
		if other, ok := seen[t.Organisation]; ok {
			return policy.Errorf(policy.Usage, "%s and %s would share an organisation, in which each could query the other's data source; "+
				"give each an organisation: --user with a server administrator makes them, or run with one --audience and the token of its organisation", other, t.Key)
		}
		seen[t.Organisation] = t.Key
	}
	return nil
}

// scene finds an organisation, and plans it where there is none.
func (p *Provisioner) scene(ctx context.Context, name string) (s *scene, steps []Step, err error) {
	s = &scene{Provisioner: p, name: name}
	if name == "" {
		s.found = true
		s.api, err = p.Server.api(0)
		return s, nil, err
	}
	root, err := p.Server.api(0)
	if err != nil {
		return nil, nil, err
	}
	ok, err := root.Orgs.GetOrgByNameWithParams(orgs.NewGetOrgByNameParamsWithContext(ctx).WithOrgName(name))
	if err == nil {
		s.found, s.id = true, ok.Payload.ID
		s.api, err = p.Server.api(s.id)
		return s, nil, err
	}
	if status(err) != http.StatusNotFound {
		return nil, nil, p.Server.explain("look for the organisation "+name, err)
	}
	return s, []Step{{name, Create, "organisation", name, "", func(ctx context.Context) error {
		made, err := root.Orgs.CreateOrgWithParams(orgs.NewCreateOrgParamsWithContext(ctx).WithBody(&models.CreateOrgCommand{Name: name}))
		if err != nil {
			return p.Server.explain("make the organisation "+name, err)
		}
		s.id = *made.Payload.OrgID
		s.api, err = p.Server.api(s.id)
		return err
	}}}, nil
}

// owned reports whether Weir made what has that uid.
func owned(uid string) bool { return strings.HasPrefix(uid, prefix) }

// wanted are the targets in an organisation.
func (s *scene) wanted() []Target {
	return slices.DeleteFunc(slices.Clone(s.Targets), func(t Target) bool { return t.Organisation != s.name })
}
