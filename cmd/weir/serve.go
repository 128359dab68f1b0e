package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) newServe() *cobra.Command {
	var insecure bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Open the doors: PostgreSQL, Arrow Flight SQL and HTTP",
		Long: `Lets clients in with the tokens that 'weir token create' makes: PostgreSQL
clients, Arrow Flight SQL and ADBC clients, and HTTP. Each sees what policy lets
its principal see.

Snapshots, policies, principals and tokens are taken over as they change, and
statements that run go on. The first interrupt lets them end, for as long as
serve.drain says. In clear, doors are opened on loopback only.`,
		Example: "  weir serve\n  WEIR_SERVE_FLIGHT=off weir serve --home /srv/weir",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serve(cmd.Context(), cmd.CommandPath(), insecure, func(doors []listening) error { return a.print(doors) })
		},
	}
	cmd.Flags().BoolVar(&insecure, "insecure", false, "listen in clear beyond loopback too")
	return cmd
}

// serve opens the doors, says where they are, and lets clients in until the
// context ends.
func (a *app) serve(ctx context.Context, holder string, insecure bool, ready func(doors []listening) error) (err error) {
	s, err := a.openServer(ctx, holder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	doors, err := s.openDoors(ctx, insecure)
	if err != nil {
		return err
	}
	if err := ready(addresses(doors, a.config.Serve.Certificate != none)); err != nil {
		for _, d := range doors {
			err = errors.Join(err, d.listener.Close())
		}
		return err
	}
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watch(watching)
	}()
	err = serve(ctx, doors, a.config.Serve.Drain)
	stop()
	<-watched
	return err
}
