package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// demoLife is how long the tokens of a demonstration open anything. They are
// revoked when it ends.
const demoLife = 24 * time.Hour

// demonstration is what a demonstration tells at its start.
type demonstration struct {
	Home       string      `json:"home"`
	Doors      []listening `json:"doors"`
	Principals []demoAsker `json:"principals"`
}

// demoAsker is a person of the demonstration, with the token to come in.
type demoAsker struct {
	Principal string         `json:"principal"` // named as the role
	Purpose   policy.Purpose `json:"purpose"`
	Agreement string         `json:"agreement,omitempty"`
	Token     string         `json:"token"`

	id string
}

func (a *app) newDemo() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Open the doors to a synthetic district, with tokens to try",
		Long: `Makes a home with a synthetic district if there is none, as 'weir quickstart'
does, opens the doors to it, and prints a token for one person of each role and
commands to try. The tokens are revoked when it is stopped, with Ctrl-C.

With -o json it prints one JSON object, and then serves.`,
		Example: "  weir demo\n  weir demo --home /tmp/weir -o json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.demo(cmd) },
	}
}

func (a *app) demo(cmd *cobra.Command) (err error) {
	ctx, holder := cmd.Context(), cmd.CommandPath()
	if err := a.prepareDemo(cmd); err != nil {
		return err
	}
	d := demonstration{Home: a.config.Home}
	if d.Principals, err = a.demoTokens(ctx, holder); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, a.endDemo(context.WithoutCancel(ctx), holder, d.Principals))
	}()
	return a.serve(ctx, holder, false, func(doors []listening) error {
		d.Doors = doors
		if a.config.Output == formatJSON {
			return printJSON(a.stdout, d)
		}
		return a.introduce(d)
	})
}

// prepareDemo makes the synthetic district where nothing is published. What it
// says of that is not the command's answer.
func (a *app) prepareDemo(cmd *cobra.Command) error {
	if _, err := initHome(a.home(), "", rand.Reader); err != nil {
		return err
	}
	_, published, err := snapshot.In(a.config.Home).CurrentID()
	if err == nil && !published {
		quiet := *a
		quiet.stdout = a.stderr
		err = quiet.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error { return quiet.makeDistrict(ctx, cmd, l) })
	}
	if err != nil {
		return err
	}
	directory, err := a.directory()
	if err != nil {
		return err
	}
	for _, draft := range identity.ExampleDrafts() {
		if _, err := directory.Principal(draft.Principal, policy.DateOf(a.now())); err != nil {
			return policy.Errorf(policy.Usage, "%s has principals of its own, and a demonstration would make tokens for them; "+
				"use 'weir serve', or demonstrate with another --home", a.config.Home)
		}
	}
	return nil
}

func (a *app) demoTokens(ctx context.Context, holder string) (askers []demoAsker, err error) {
	return askers, a.tokens(ctx, holder, func(ctx context.Context, s *identity.Store) error {
		for _, draft := range identity.ExampleDrafts() {
			draft.Description, draft.Expires = "demonstration", a.now().Add(demoLife)
			t, secret, err := s.Create(ctx, draft)
			if err != nil {
				return err
			}
			askers = append(askers, demoAsker{draft.Principal, draft.Purpose, draft.Agreement, secret, t.ID})
		}
		return nil
	})
}

func (a *app) endDemo(ctx context.Context, holder string, askers []demoAsker) error {
	return a.tokens(ctx, holder, func(ctx context.Context, s *identity.Store) error {
		for _, asker := range askers {
			if _, err := s.Revoke(ctx, asker.id); err != nil {
				return err
			}
		}
		return nil
	})
}

// introduce prints who can come in, where, and what to try.
func (a *app) introduce(d demonstration) error {
	if err := a.print(d.Doors); err != nil {
		return err
	}
	if err := a.say("\n"); err != nil {
		return err
	}
	secrets := map[policy.Role]string{}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0) // a token must stay in one piece, to be copied
	var lines strings.Builder
	lines.WriteString("PRINCIPAL\tPURPOSE\tTOKEN\n")
	for _, p := range d.Principals {
		secrets[policy.Role(p.Principal)] = p.Token
		fmt.Fprintf(&lines, "%s\t%s\t%s\n", p.Principal, p.Purpose, p.Token)
	}
	if _, err := io.WriteString(table, lines.String()); err != nil {
		return err
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return a.say("\nTry, in another terminal:\n%s\nCtrl-C stops, and revokes the tokens.\n", demoCommands(d.Doors, secrets))
}

// demoCommands are commands for the doors that are open.
func demoCommands(doors []listening, secrets map[policy.Role]string) string {
	var b strings.Builder
	if address := at(doors, policy.PGWire); address != "" {
		for _, try := range []struct {
			role policy.Role
			text string
		}{
			{policy.Evaluator, `\dt`},
			{policy.Coach, `SELECT kind, count(*), avg(minutes) FROM coaching_session GROUP BY kind`},
			{policy.DistrictLeader, `SELECT kind, count(*), sum(designed_hours) FROM pd_program GROUP BY kind`},
		} {
			host, port, _ := net.SplitHostPort(address) //nolint:errcheck // it is a listener's
			fmt.Fprintf(&b, "  PGPASSWORD=%s psql -h %s -p %s -U %s weir -c '%s'\n", secrets[try.role], host, port, try.role, try.text)
		}
	}
	if address := at(doors, policy.Flight); address != "" {
		fmt.Fprintf(&b, `  python3 -c 'import adbc_driver_flightsql.dbapi as weir
with weir.connect("grpc://%s", db_kwargs={"adbc.flight.sql.authorization_header": "Bearer %s"}) as c:
    print(c.execute("SELECT survey, count(*) AS n, avg(trust) AS trust FROM survey_response GROUP BY survey").fetch_arrow_table())'
`, address, secrets[policy.Researcher])
	}
	if address := at(doors, policy.HTTP); address != "" {
		fmt.Fprintf(&b, "  curl -H 'Authorization: Bearer %s' -H 'Accept: text/csv' -H 'Content-Type: application/json' -d '{\"statement\": \"FROM coaching_session LIMIT 3\"}' http://%s/v1/query\n",
			secrets[policy.Teacher], address)
	}
	return b.String()
}
