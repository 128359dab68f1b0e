package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
)

const day = 24 * time.Hour

// tokenCreated is what `weir token create` prints.
type tokenCreated struct {
	Token     string         `json:"token"`
	Secret    string         `json:"secret"`
	Principal string         `json:"principal"`
	Purpose   policy.Purpose `json:"purpose"`
	Agreement string         `json:"agreement"`
	Expires   time.Time      `json:"expires"`
	State     string         `json:"state"`
}

func (a *app) newTokenCreate() *cobra.Command {
	var who requester
	var days int
	var description string
	cmd := &cobra.Command{
		Use:   "create --as PRINCIPAL --purpose PURPOSE",
		Short: "Make a token, and show its secret once",
		Long: `Makes a token with which a client asks as a principal for a purpose, and under
an agreement if one is named. The secret is shown now and never again; if it is
lost, revoke the token and make another.

While a server has the audit log, the token begins to work when the server has
recorded it, which is at its first use.`,
		Example: `  weir token create --as m.larch --purpose evaluation --description "Grafana"
  weir token create --as r.ash --purpose research --agreement study --days 30`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.createToken(cmd, identity.Draft{
				Principal: who.principal, Purpose: who.purpose, Agreement: who.agreement, Description: description,
			}, days)
		},
	}
	who.flags(cmd.Flags())
	cmd.Flags().IntVar(&days, "days", 90, "days until it expires")
	cmd.Flags().StringVar(&description, "description", "", "what it is for, to tell it from others in lists")
	return cmd
}

func (a *app) createToken(cmd *cobra.Command, d identity.Draft, days int) error {
	if err := a.checkDraft(d, days); err != nil {
		return err
	}
	d.Expires = a.now().Add(time.Duration(days) * day)
	return a.tokens(cmd.Context(), cmd.CommandPath(), func(ctx context.Context, s *identity.Store) error {
		t, secret, err := s.Create(ctx, d)
		if err != nil {
			return err
		}
		created := tokenCreated{t.ID, secret, t.Principal, t.Purpose, t.Agreement, t.Expires, a.tokenState(t)}
		if err := a.print(created); err != nil {
			return err
		}
		return a.say("\nKeep the secret now: it is stored nowhere and is not shown again.\n")
	})
}

// checkDraft refuses a token that could never open anything. What its holder
// then sees is for policy, whenever they ask.
func (a *app) checkDraft(d identity.Draft, days int) error {
	const most = 366
	if days < 1 || days > most {
		return policy.Errorf(policy.Usage, "--days %d: want 1 to %d", days, most)
	}
	if err := checkPurpose(d.Purpose); err != nil {
		return err
	}
	directory, err := a.directory()
	if err != nil {
		return err
	}
	if _, err := directory.Principal(d.Principal, policy.DateOf(a.now())); err != nil {
		return err
	}
	if d.Agreement != "" {
		_, err = directory.Agreement(d.Agreement, d.Principal)
	}
	return err
}
