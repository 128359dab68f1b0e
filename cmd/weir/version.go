package main

import (
	"cmp"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/sql/duck"
)

// The linker sets these in a release: -ldflags "-X main.version=v1.2.3".
var (
	version string
	commit  string //nolint:gochecknoglobals // the linker can set nothing else
)

// versions is what `weir version` prints.
type versions struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	Engine  string `json:"engine"`
}

func (a *app) newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of weir, Go and the engine",
		Long: `Prints the version of weir, the commit it was built from, and the versions of Go
and of the engine, DuckDB.`,
		Example:           "  weir version\n  weir version -o json",
		Args:              cobra.NoArgs,
		PersistentPreRunE: a.configureLeniently,
		RunE: func(cmd *cobra.Command, _ []string) error {
			engine, err := duck.Version(cmd.Context())
			if err != nil {
				return err
			}
			info, _ := debug.ReadBuildInfo()
			v := buildVersions(info)
			v.Engine = engine
			return a.print(v)
		},
	}
}

// buildVersions takes from the linker, or else from the build's own record,
// which version this is.
func buildVersions(info *debug.BuildInfo) versions {
	v := versions{Version: version, Commit: commit}
	if info != nil {
		v.Go = info.GoVersion
		v.Version = cmp.Or(v.Version, info.Main.Version)
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = cmp.Or(v.Commit, s.Value)
			}
		}
	}
	v.Commit = cmp.Or(v.Commit, "unknown")
	v.Version = cmp.Or(v.Version, "(devel)")
	return v
}
