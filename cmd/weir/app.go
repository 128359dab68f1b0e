package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
)

// app is what every command is given: the process's streams, environment and
// clock, and, once the command line is read, its configuration and logger.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time

	config    Config
	configErr error      // what is wrong with it; only commands that tolerate that run
	settings  []resolved // where each value of config came from
	log       *slog.Logger
	running   bool // whether a command began; an error before that is about how it was called
}

// run runs the command that args name and returns the exit code of the process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, getenv: getenv, now: time.Now}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if !a.running && policy.CodeOf(err) == policy.Failed {
		err = policy.Errorf(policy.Usage, "%w", err)
	}
	_, _ = fmt.Fprintf(stderr, "weir: %v\n", err) //nolint:errcheck // nobody is left to tell
	return exitCode(err)
}

// root returns the tree of commands. A command is a method newXxx in a file of
// its own, and is joined here.
func (a *app) root() *cobra.Command {
	root := group("weir", "A privacy-governed warehouse for teacher professional development",
		`Weir loads professional development, coaching, observation and outcome data
into one directory, the home, and answers from it what policy lets a person see.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 denied by
policy, 4 input data refused.`,
		"  weir quickstart\n  weir load exports/ --home /srv/weir",
		a.newInit(), a.newLoad(), a.newQuarantine(), a.newMetrics(), a.newPublish(), a.newSnapshots(),
		a.newContracts(), a.newMapping(), a.newPrincipal(), a.newToken(), a.newPolicy(), a.newAudit(), a.newQuery(), a.newMatch(), a.newStudy(), a.newDisclosure(), a.newServe(), a.newDemo(),
		a.newDashboards(),
		a.newSynth(), a.newQuickstart(), a.newConfig(), a.newDoctor(), a.newVersion())
	root.PersistentPreRunE = a.configure
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(suggestFlag)
	root.SetUsageTemplate(narrow(root.UsageTemplate()))
	addSettingFlags(root.PersistentFlags())
	a.markRunning(root)
	return root
}

// configure reads the configuration, under the root's flags: a command's own
// flag of the same name is another matter.
func (a *app) configure(cmd *cobra.Command, _ []string) error {
	a.config, a.settings, a.configErr = loadConfig(cmd.Root().PersistentFlags(), a.getenv)
	a.log = newLogger(a.stderr, a.config.Log)
	return a.configErr
}

// configureLeniently replaces configure, by cobra's rule that the nearest
// PersistentPreRunE is the one that runs, in commands that must work when the
// configuration is what is wrong.
func (a *app) configureLeniently(cmd *cobra.Command, args []string) error {
	_ = a.configure(cmd, args) //nolint:errcheck // it is kept, and defaults stand for what is wrong
	return nil
}

// markRunning notes in a when one of the commands under cmd begins.
func (a *app) markRunning(cmd *cobra.Command) {
	if begin := cmd.RunE; begin != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.running = true
			return begin(cmd, args)
		}
	}
	for _, child := range cmd.Commands() {
		a.markRunning(child)
	}
}

func newLogger(w io.Writer, c LogConfig) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == formatJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
