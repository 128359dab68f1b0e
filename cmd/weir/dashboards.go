package main

import (
	"context"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/dashboards/provision"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
)

func (a *app) newDashboards() *cobra.Command {
	return group("dashboards", "Take Weir's dashboards to Grafana, and check them there",
		`Each audience has dashboards, alert rules and a data source that reads the
PostgreSQL door under the audience's own role: whoever edits a panel's SQL gets
what the role gets. In a Grafana without data source permissions everyone of an
organisation can query each of its data sources, so each audience has an
organisation of its own.`,
		"  weir dashboards provision --url http://localhost:3000 --user admin --dry-run\n  weir dashboards export grafana",
		a.newDashboardsProvision(), a.newDashboardsExport(), a.newDashboardsCheck())
}

// viewing says which audiences look, through which principals and which door.
type viewing struct {
	audiences, each []string
	as              map[string]string
	agreement, team string
	door, ca        string
	days            int
}

func (v *viewing) flags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&v.audiences, "audience", nil, "only this audience, by its role; repeat for more (default: all that have a principal)")
	flags.StringSliceVar(&v.each, "each", nil, "give each holder of this role a data source, and an organisation, of their own")
	flags.StringToStringVar(&v.as, "as", nil, "principal that an audience's data source asks as, as role=principal (default: the only holder of the role)")
	flags.StringVar(&v.agreement, "agreement", "", "agreement of the researchers' data source (default: the only one of its principal)")
	flags.StringVar(&v.door, "door", "", "host:port where Grafana reaches the PostgreSQL door (default: serve.pgwire)")
	flags.StringVar(&v.ca, "ca", "", "PEM file of who signed the door's certificate; without it the certificate is not verified")
	flags.IntVar(&v.days, "days", 366, "days until the data sources' tokens expire")
}

// reached is the door as Grafana reaches it.
func (a *app) reached(v viewing) (d provision.Door, err error) {
	d = provision.Door{Address: v.door, TLS: a.config.Serve.Certificate != none}
	if d.Address == "" {
		d.Address = a.config.Serve.PGWire
	}
	host, _, err := net.SplitHostPort(d.Address)
	if err != nil || slices.Contains([]string{"", "0.0.0.0", "::"}, host) {
		return d, policy.Errorf(policy.Usage, "--door: %q is no address that Grafana can reach; give host:port", d.Address)
	}
	if v.ca != "" {
		pem, err := os.ReadFile(v.ca)
		if err != nil {
			return d, policy.Errorf(policy.Usage, "--ca: %w", err)
		}
		d.CA = string(pem)
	}
	return d, nil
}

// targets lists who looks. An audience without a principal is left out, unless
// it was asked for.
func (a *app) targets(v viewing) (targets []provision.Target, err error) {
	directory, err := a.directory()
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Concat(v.audiences, v.each) {
		if !slices.ContainsFunc(dashboards.Audiences(), func(x dashboards.Audience) bool { return x.Name() == name }) {
			return nil, policy.Errorf(policy.Usage, "%q is no audience; the audiences are %s", name, audienceNames())
		}
	}
	for _, x := range dashboards.Audiences() {
		if len(v.audiences) > 0 && !slices.Contains(v.audiences, x.Name()) {
			continue
		}
		holders := a.holders(directory, x.Role)
		if id := v.as[x.Name()]; id != "" {
			holders = slices.DeleteFunc(holders, func(holder string) bool { return holder != id })
			if len(holders) == 0 {
				return nil, policy.Errorf(policy.Usage, "--as %s=%s: no such principal holds that role today", x.Name(), id)
			}
		}
		found, err := a.targetsOf(directory, v, x, holders)
		if err != nil {
			return nil, err
		}
		targets = append(targets, found...)
	}
	return targets, nil
}

func audienceNames() string {
	var names []string
	for _, x := range dashboards.Audiences() {
		names = append(names, x.Name())
	}
	return strings.Join(names, ", ")
}

// holders are the principals who hold a role today. An evaluator holds no
// other.
func (a *app) holders(d *identity.Directory, role policy.Role) (ids []string) {
	today := policy.DateOf(a.now())
	for _, e := range d.Principals() {
		exclusive := role != policy.Evaluator && slices.Contains(e.Roles, policy.Evaluator)
		if slices.Contains(e.Roles, role) && !exclusive && today.Within(e.ValidFrom, e.ValidTo) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func (a *app) targetsOf(d *identity.Directory, v viewing, x dashboards.Audience, holders []string) (targets []provision.Target, err error) {
	each := slices.Contains(v.each, x.Name())
	switch {
	case len(holders) == 0 && slices.Contains(v.audiences, x.Name()):
		return nil, policy.Errorf(policy.Usage, "no principal holds the role %s today; principals.yaml lists them", x.Name())
	case len(holders) > 1 && !each:
		return nil, policy.Errorf(policy.Usage, "%d principals hold the role %s: choose one for the data source that all of the audience share, with --as %[2]s=PRINCIPAL, "+
			"give each a data source of their own, with --each %[2]s, or leave the audience out with --audience", len(holders), x.Name())
	}
	for _, id := range holders {
		t := provision.Target{Audience: x, Key: x.Name(), Principal: id, Organisation: x.Title, Team: v.team}
		if each {
			t.Key, t.Organisation = x.Name()+" "+id, x.Title+", "+id
		}
		if x.Role == policy.Researcher {
			if t.Agreement, err = agreementOf(d, id, v.agreement); err != nil {
				return nil, err
			}
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// agreementOf is the agreement under which a researcher's data source asks.
func agreementOf(d *identity.Directory, member, wanted string) (string, error) {
	var ids []string
	for _, x := range d.Agreements() {
		if slices.Contains(x.Members, member) && (wanted == "" || wanted == x.ID) {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) != 1 {
		return "", policy.Errorf(policy.Usage, "%s is a member of %d agreements that can be meant; name one with --agreement, or leave researchers out with --audience", member, len(ids))
	}
	return ids[0], nil
}

// sourceKeys makes and ends the tokens of data sources.
type sourceKeys struct {
	a              *app
	holder, server string // the command, and the Grafana or folder that they are for
	days           int
}

// lastDays is how long before its end a token is replaced.
const lastDays = 7 * day

func (k sourceKeys) description(t provision.Target) string {
	return "Grafana " + k.server + ": " + t.Key
}

func (k sourceKeys) Issue(ctx context.Context, t provision.Target) (id, secret string, err error) {
	d := identity.Draft{Principal: t.Principal, Purpose: t.Purpose, Agreement: t.Agreement, Description: k.description(t)}
	if err := k.a.checkDraft(d, k.days); err != nil {
		return "", "", err
	}
	d.Expires = k.a.now().Add(time.Duration(k.days) * day)
	return id, secret, k.a.tokens(ctx, k.holder, func(ctx context.Context, s *identity.Store) error {
		made, text, err := s.Create(ctx, d)
		id, secret = made.ID, text
		return err
	})
}

func (k sourceKeys) InForce(ctx context.Context, t provision.Target, id string) (bool, error) {
	tokens, err := k.a.listTokens(ctx)
	return slices.ContainsFunc(tokens, func(x identity.Token) bool {
		return x.ID == id && x.Principal == t.Principal && x.Purpose == t.Purpose && x.Agreement == t.Agreement &&
			x.Revoked.IsZero() && k.a.now().Add(lastDays).Before(x.Expires)
	}), err
}

func (k sourceKeys) Revoke(ctx context.Context, id string) error {
	return k.a.tokens(ctx, k.holder, func(ctx context.Context, s *identity.Store) error {
		_, err := s.Revoke(ctx, id)
		if policy.CodeOf(err) == policy.NotFound {
			return nil // of another home
		}
		return err
	})
}

func (k sourceKeys) Retire(ctx context.Context, t provision.Target, keep string) error {
	return k.a.tokens(ctx, k.holder, func(ctx context.Context, s *identity.Store) error {
		tokens, err := s.List(ctx)
		if err != nil {
			return err
		}
		for _, x := range tokens {
			if x.ID != keep && x.Description == k.description(t) && x.Revoked.IsZero() {
				if _, err := s.Revoke(ctx, x.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
