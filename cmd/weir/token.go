package main

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/policy/identity"
)

func (a *app) newToken() *cobra.Command {
	return group("token", "Make, list and revoke the tokens by which clients log in",
		`With a token a client asks as a principal, for one purpose: as the password of
a PostgreSQL client, or as a bearer token. Its secret is shown once and stored
nowhere. Making and revoking one are entries of the audit log.`,
		"  weir token create --as m.larch --purpose evaluation\n  weir token list",
		a.newTokenCreate(), a.newTokenList(), a.newTokenRevoke())
}

// tokenTurn is how long a token command waits for the audit log before it
// leaves the record to the process that has it.
const tokenTurn = time.Second

// tokens opens the token store for changes, which holder makes.
func (a *app) tokens(ctx context.Context, holder string, f func(context.Context, *identity.Store) error) (err error) {
	if err := a.home().Check(); err != nil {
		return err
	}
	log := turns{a.config.Home, holder}
	record := func(ctx context.Context, t identity.Token, action identity.Action) error {
		ctx, cancel := context.WithTimeout(ctx, tokenTurn)
		defer cancel()
		_, err := log.Append(ctx, tokenEntry(t, action))
		return err
	}
	store := identity.OpenTokens(a.config.Home, identity.Options{Now: a.now, Random: rand.Reader, Record: record})
	defer func() { err = errors.Join(err, store.Close()) }()
	return f(ctx, store)
}

// tokenEntry is the audit entry of what happened to a token.
func tokenEntry(t identity.Token, action identity.Action) audit.Entry {
	at := t.Created
	if action == identity.Revoked {
		at = t.Revoked
	}
	return audit.Entry{
		Timestamp: at, Kind: audit.KindToken, Principal: t.Principal, Purpose: string(t.Purpose), Agreement: t.Agreement,
		Door: string(policy.Command), ProgramVersion: buildVersions(nil).Version,
		Attributes: map[string]string{"action": string(action), "token": t.ID, "expires": t.Expires.Format(time.RFC3339)},
	}
}

// listTokens reads the tokens and changes nothing.
func (a *app) listTokens(ctx context.Context) (_ []identity.Token, err error) {
	if err := a.home().Check(); err != nil {
		return nil, err
	}
	store := identity.OpenTokens(a.config.Home, identity.Options{Now: a.now})
	defer func() { err = errors.Join(err, store.Close()) }()
	return store.List(ctx)
}

// tokensOf lists the ids of a principal's tokens that are in force.
func (a *app) tokensOf(ctx context.Context, principal string) ([]string, error) {
	tokens, err := a.listTokens(ctx)
	var ids []string
	for _, t := range tokens {
		if t.Principal == principal && a.tokenState(t) == tokenInForce {
			ids = append(ids, t.ID)
		}
	}
	return ids, err
}

// The states of a token.
const (
	tokenInForce    = "in force"
	tokenUnrecorded = "waits for the audit log"
	tokenExpired    = "expired"
	tokenRevoked    = "revoked"
)

func (a *app) tokenState(t identity.Token) string {
	switch {
	case !t.Revoked.IsZero():
		return tokenRevoked
	case !a.now().Before(t.Expires):
		return tokenExpired
	case slices.Contains(t.Unrecorded, identity.Created):
		return tokenUnrecorded
	}
	return tokenInForce
}

// tokenRow is a line of `weir token list`.
type tokenRow struct {
	Token       string         `json:"token"`
	Principal   string         `json:"principal"`
	Purpose     policy.Purpose `json:"purpose"`
	Agreement   string         `json:"agreement"`
	State       string         `json:"state"`
	Created     time.Time      `json:"created"`
	Expires     time.Time      `json:"expires"`
	Description string         `json:"description"`
}

func (a *app) tokenRow(t identity.Token) tokenRow {
	return tokenRow{t.ID, t.Principal, t.Purpose, t.Agreement, a.tokenState(t), t.Created, t.Expires, t.Description}
}

func (a *app) newTokenList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List all tokens, oldest first",
		Long: `Lists all tokens, oldest first, with their state: in force, expired, revoked, or
waiting until the process that has the audit log records them.`,
		Example: "  weir token list\n  weir token list -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tokens, err := a.listTokens(cmd.Context())
			if err != nil {
				return err
			}
			var rows []tokenRow
			for _, t := range tokens {
				rows = append(rows, a.tokenRow(t))
			}
			return a.print(rows)
		},
	}
}

func (a *app) newTokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke TOKEN…",
		Short: "End tokens at once, and for good",
		Long: `Ends tokens, named by their ids, at once and for good. A running server refuses
them from its next statement on.`,
		Example: "  weir token revoke k3jq7x2a",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.tokens(cmd.Context(), cmd.CommandPath(), func(ctx context.Context, s *identity.Store) error {
				var rows []tokenRow
				for _, id := range args {
					t, err := s.Revoke(ctx, id)
					if err != nil {
						return err
					}
					rows = append(rows, a.tokenRow(t))
				}
				return a.print(rows)
			})
		},
	}
}
