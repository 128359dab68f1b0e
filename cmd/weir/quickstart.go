package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

func (a *app) newQuickstart() *cobra.Command {
	return &cobra.Command{
		Use:   "quickstart",
		Short: "Make a home of a synthetic district, with metrics, and publish it",
		Long: `Makes a home if there is none, writes the source files of a synthetic district
into its folder source/, loads them, computes the metrics, publishes a snapshot,
lists a principal of each role, and says what to try next. Run again, it finds
everything done.`,
		Example: "  weir quickstart\n  weir quickstart --home /tmp/weir",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := initHome(a.home(), "", rand.Reader); err != nil {
				return err
			}
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, l *etl.Loader) error {
				return a.quickstart(ctx, cmd, l)
			})
		},
	}
}

func (a *app) quickstart(ctx context.Context, cmd *cobra.Command, l *etl.Loader) error {
	if err := a.makeDistrict(ctx, cmd, l); err != nil {
		return err
	}
	return a.point()
}

// makeDistrict writes, loads, measures and publishes the synthetic district, as far as
// that is not done, and lists a principal of each role.
func (a *app) makeDistrict(ctx context.Context, cmd *cobra.Command, l *etl.Loader) error {
	source := filepath.Join(l.Home.Dir, "source")
	if err := a.say("1. a synthetic district: source files in %s\n", source); err != nil {
		return err
	}
	if _, err := os.Stat(source); errors.Is(err, fs.ErrNotExist) {
		o := synth.Options{Out: source, Districts: 2, Schools: 8, Teachers: 800, Years: 3, Seed: 1}
		if _, err := a.synthesize(cmd, o); err != nil {
			return err
		}
		if err := protect(source); err != nil {
			return err
		}
	}
	if err := a.say("2. load\n"); err != nil {
		return err
	}
	r, err := a.load(ctx, l, []string{source}, etl.Options{})
	if err := errors.Join(err, a.recordLoad(ctx, r)); err != nil {
		return err
	}
	if err := a.printLoad(r); err != nil {
		return err
	}
	if err := a.say("\n3. metrics\n"); err != nil {
		return err
	}
	computed, err := a.runMetrics(ctx, l)
	if err != nil {
		return err
	}
	if err := a.say("%s\n", computed.summary()); err != nil {
		return err
	}
	if err := a.say("\n4. publish\n"); err != nil {
		return err
	}
	p, err := a.publish(ctx, l)
	if err != nil {
		return err
	}
	if err := a.print(p); err != nil {
		return err
	}
	if err := a.verifyCurrent(ctx); err != nil {
		return err
	}
	return a.quickstartPrincipals(ctx, source)
}

// protect takes from others the use of a directory and all in it, as everything
// in a home.
func protect(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // it was only read
	return fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return root.Chmod(path, info.Mode().Perm()&^othersBits)
	})
}

// verifyCurrent checks what was published.
func (a *app) verifyCurrent(ctx context.Context) error {
	s := snapshot.In(a.config.Home)
	m, ok, err := s.Current()
	if err != nil || !ok {
		return err
	}
	if err := a.say("\n5. verify\n"); err != nil {
		return err
	}
	findings, err := s.Verify(ctx, m)
	if err != nil {
		return err
	}
	if err := a.print(findings); err != nil {
		return err
	}
	if _, found := problem(findings); found {
		return policy.Errorf(policy.Failed, "the snapshot does not verify")
	}
	return nil
}

// quickstartPrincipals writes a principal of each role and says who they are,
// unless the home has principals of its own.
func (a *app) quickstartPrincipals(ctx context.Context, source string) error {
	written, err := a.writeExample(ctx, source)
	if err != nil {
		return err
	}
	if !written {
		return a.say("\n6. principals: those that the home has\n")
	}
	if err := a.say("\n6. principals: one of each role\n"); err != nil {
		return err
	}
	return a.print(exampleAskers())
}

// point says what to try next.
func (a *app) point() error {
	return a.say("\nTry next:\n%s", suggestions(homeFlag(a.config.Home),
		[2]string{"policy scope --as evaluator --purpose evaluation", "what an evaluator sees"},
		[2]string{`query --as evaluator --purpose evaluation "FROM observation"`, "and the answer that they get"},
		[2]string{`query --as district_leader --purpose pd_roi_review "FROM pd_roi"`, "what programmes cost for what they do, with what is held back and why"},
		[2]string{"demo", "PostgreSQL, Arrow Flight SQL and HTTP clients, with tokens to try"},
		[2]string{"dashboards export grafana", "Grafana and Weir together: a folder with a compose.yaml"},
		[2]string{"dashboards provision --url http://localhost:3000 --user admin", "or the dashboards in a Grafana that runs, beside weir serve"},
		[2]string{"snapshots show", "what was published, dataset by dataset"},
		[2]string{"contracts docs", "what each column means"},
		[2]string{"metrics docs", "and each metric"},
		[2]string{"quarantine list", "rows that failed a check (here: none)"},
		[2]string{"doctor", "whether the home is in order"}))
}

// suggestions aligns commands with what they are for.
func suggestions(home string, commands ...[2]string) string {
	width := 0
	for i := range commands {
		commands[i][0] = programName() + " " + commands[i][0] + home
		width = max(width, len(commands[i][0]))
	}
	var b strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, c[0], c[1])
	}
	return b.String()
}

// programName is how this program was called, such as bin/weir.
func programName() string {
	if name := os.Args[0]; !filepath.IsAbs(name) {
		return name
	}
	return "weir"
}

// say writes words for people; as JSON is asked for, it keeps quiet.
func (a *app) say(format string, args ...any) error {
	if a.config.Output == formatJSON {
		return nil
	}
	_, err := fmt.Fprintf(a.stdout, format, args...)
	return err
}
