package main

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/sql/duck"
)

func (a *app) home() etl.Home { return etl.Home{Dir: a.config.Home} }

func (a *app) engine() duck.Options {
	e := a.config.Engine
	return duck.Options{MemoryLimit: e.MemoryLimit, Threads: e.Threads, TempDirectory: e.TempDirectory}
}

// loader joins the configuration to the package that loads.
func (a *app) loader() (*etl.Loader, error) {
	home := a.home()
	if err := home.Check(); err != nil {
		return nil, err
	}
	catalog, err := a.catalog()
	if err != nil {
		return nil, err
	}
	return &etl.Loader{
		Home: home, Catalog: catalog, Engine: a.engine(), RemovalLimit: a.config.Load.RemovalLimit,
		Program: buildVersions(nil).Version, Now: a.now, Marts: a.marts,
	}, nil
}

// writing runs f as the one writer of the home.
func (a *app) writing(ctx context.Context, cmd *cobra.Command, f func(context.Context, *etl.Loader) error) (err error) {
	l, err := a.loader()
	if err != nil {
		return err
	}
	lock, err := l.Home.Lock(cmd.CommandPath(), a.now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	return f(ctx, l)
}

func (a *app) newInit() *cobra.Command {
	var origin string
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a new home",
		Long: `Makes a new home: a directory with commented weir.yaml, principals.yaml and
agreements.yaml, the warehouse's secret, a signed audit log, and folders for
contracts, policy, build files and snapshots, readable by you alone. In an
existing home it makes what is missing and leaves the rest as it is.

Keep copies of the secret and of audit.key.pub elsewhere: the one keeps hashed
columns the same, the other proves that the audit log is the one you began.`,
		Example: "  weir init\n  weir init /srv/weir --audit-origin weir.example.org/audit",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			home := a.home()
			if len(args) == 1 {
				home = etl.Home{Dir: args[0]}
			}
			made, err := initHome(home, origin, rand.Reader)
			if err != nil {
				return err
			}
			state := "exists already"
			if made {
				state = "made"
			}
			return a.print(initResult{Home: home.Dir, State: state})
		},
	}
	cmd.Flags().StringVar(&origin, "audit-origin", "", "name of the audit log for ever, an address without scheme (default random)")
	return cmd
}

type initResult struct {
	Home  string `json:"home"`
	State string `json:"state"`
}

// homeFlag is what the next commands need to find the home.
func homeFlag(dir string) string {
	if filepath.Clean(dir) == "weir-home" {
		return ""
	}
	return " --home " + quoteArgument(dir)
}

func quoteArgument(s string) string {
	if strings.ContainsAny(s, " '\"$&;|<>()*?") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
