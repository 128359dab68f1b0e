// Package doortest gives the tests of doors a small warehouse that lets in a
// principal of each role.
package doortest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"testing"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// Doors is a warehouse with a desk before it. Principals are named as their
// roles; each has one token.
type Doors struct {
	*gatewaytest.World
	Desk   *access.Desk
	Tokens *identity.Store

	t       testing.TB
	secrets map[policy.Role]string
	ids     map[policy.Role]string
}

// New loads and publishes the small warehouse and makes the principals.
func New(t testing.TB) *Doors {
	t.Helper()
	ctx := context.Background()
	d := &Doors{World: gatewaytest.New(t, gatewaytest.Sources()), t: t, secrets: map[policy.Role]string{}, ids: map[policy.Role]string{}}
	_, err := identity.Example{
		Evaluator: "E1", Coach: "C1", Teacher: "T1", School: "s1", District: "d1",
		From: "2025-08-01", To: "2026-06-30", DestroyBy: "2027-06-30",
	}.Write(d.Home.Dir)
	d.must(err)
	d.Tokens = identity.OpenTokens(d.Home.Dir, identity.Options{
		Now: gatewaytest.Now, Random: rand.Reader,
		Record: func(context.Context, identity.Token, identity.Action) error { return nil },
	})
	t.Cleanup(func() { d.must(d.Tokens.Close()) })
	for _, draft := range identity.ExampleDrafts() {
		draft.Expires = gatewaytest.Now().AddDate(0, 1, 0)
		token, secret, err := d.Tokens.Create(ctx, draft)
		d.must(err)
		d.secrets[policy.Role(draft.Principal)], d.ids[policy.Role(draft.Principal)] = secret, token.ID
	}
	directory, err := identity.Watch(d.Home.Dir, slog.New(slog.DiscardHandler))
	d.must(err)
	staff := etl.NewVault(d.Home, duck.Options{})
	t.Cleanup(func() { d.must(staff.Close()) })
	d.Desk = access.New(access.Config{Tokens: d.Tokens, Directory: directory, Staff: staff, Gateway: d.Gateway, Now: gatewaytest.Now})
	return d
}

// Secret is the secret of a role's token.
func (d *Doors) Secret(role policy.Role) string { return d.secrets[role] }

// Revoke ends a role's token.
func (d *Doors) Revoke(role policy.Role) {
	d.t.Helper()
	_, err := d.Tokens.Revoke(context.Background(), d.ids[role])
	d.must(err)
}

func (d *Doors) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}
