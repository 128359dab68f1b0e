package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
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
		Program: buildVersions(nil).Version, Now: a.now,
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
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a new home",
		Long: `Makes a new home: a directory with a commented weir.yaml and folders for
contracts, policy, build files, snapshots and the audit log, readable by you
alone. An existing home is left as it is.`,
		Example: "  weir init\n  weir init /srv/weir",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			home := a.home()
			if len(args) == 1 {
				home = etl.Home{Dir: args[0]}
			}
			made, err := initHome(home)
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
}

type initResult struct {
	Home  string `json:"home"`
	State string `json:"state"`
}

// initHome makes the directories and the configuration file; made is false
// when the home was there.
func initHome(home etl.Home) (made bool, err error) {
	if err := home.Create(); err != nil {
		return false, err
	}
	file, err := os.OpenFile(filepath.Join(home.Dir, configName), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = file.WriteString(defaultConfigText())
	return true, errors.Join(err, file.Close())
}

// homeFlag is what the next commands need to find the home.
func homeFlag(dir string) string {
	if dir == "./weir-home" {
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
