package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
)

// Every command, whoever adds it, is explained, has an example, and its help
// fits a terminal.
func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	root := (&app{}).root()
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Long == "" || cmd.Short == "" || cmd.Example == "" {
			t.Errorf("%s lacks Short, Long or Example", cmd.CommandPath())
		}
		var help bytes.Buffer
		cmd.SetOut(&help)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(help.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > helpWidth {
				t.Errorf("%s --help: %d characters: %s", cmd.CommandPath(), n, line)
			}
		}
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(root)
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[policy.Code]int{
		policy.Failed: 1, policy.Usage: 2, policy.Denied: 3, policy.DataRefused: 4,
		policy.NotFound: 1, policy.Busy: 1, policy.Canceled: 1,
	} {
		if got := exitCode(fmt.Errorf("load: %w", policy.Errorf(code, "no"))); got != want {
			t.Errorf("%s: exit code %d, want %d", code, got, want)
		}
	}
	if got := exitCode(errors.New("plain")); got != exitFailed {
		t.Errorf("plain error: exit code %d, want %d", got, exitFailed)
	}
	if got := exitCode(nil); got != exitDone {
		t.Errorf("no error: exit code %d, want %d", got, exitDone)
	}
}
