package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/policy"
)

const (
	helpWidth    = 80 // columns that help text keeps to
	maxTypoEdits = 2  // single-character edits up to which a name is suggested
)

// group returns a command that only holds others: alone it prints its help,
// and it answers a name that none of them has with the nearest ones.
func group(use, short, long, example string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Example: example,
		Args:                       cobra.ArbitraryArgs,
		SuggestionsMinimumDistance: maxTypoEdits,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(children...)
	return cmd
}

func unknownCommand(cmd *cobra.Command, name string) error {
	return usageError(cmd, fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath()), cmd.SuggestionsFor(name))
}

// suggestFlag turns an error in the flags into a usage error that names the
// nearest flags. A command that only holds others reports an unknown command
// first: the flags were meant for that.
func suggestFlag(cmd *cobra.Command, err error) error {
	if cmd.HasSubCommands() && cmd.Flags().NArg() > 0 {
		return unknownCommand(cmd, cmd.Flags().Arg(0))
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return usageError(cmd, err.Error(), nil)
	}
	var near []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := unknown.GetSpecifiedName()
		if levenshtein.ComputeDistance(name, f.Name) <= maxTypoEdits || (len(name) > 1 && strings.HasPrefix(f.Name, name)) {
			near = append(near, "--"+f.Name)
		}
	})
	return usageError(cmd, err.Error(), near)
}

// usageError says what was wrong with a call of cmd, which names are near to
// the one that was typed, and where its help is.
func usageError(cmd *cobra.Command, problem string, near []string) error {
	if len(near) > 0 {
		problem += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return policy.Errorf(policy.Usage, "%s\nSee '%s --help'.", problem, cmd.CommandPath())
}

// narrow changes cobra's usage template so that flags wrap at helpWidth.
func narrow(template string) string {
	return strings.ReplaceAll(template, ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", helpWidth))
}
