package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
)

func (a *app) newStudyNew() *cobra.Command {
	return &cobra.Command{
		Use:     "new FILE",
		Short:   "Write a commented protocol to start from",
		Long:    "Writes a protocol with a comment on every field. The file must be new.",
		Example: "  weir study new coaching.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			made, err := createFile(args[0], protocol.Template())
			if err == nil && !made {
				return policy.Errorf(policy.Usage, "%s exists; name a new file", args[0])
			}
			return err
		},
	}
}

// protocolRow is a ready protocol in a list.
type protocolRow struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Question   string `json:"question"`
	Treatment  string `json:"treatment"`
	Comparison string `json:"comparison"`
}

func (a *app) newStudyList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the protocols that come with Weir",
		Long:    "Lists the ready protocols. Each can be designed as it is, or shown and changed.",
		Example: "  weir study list\n  weir study list -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			ready, err := protocol.Ready()
			if err != nil {
				return err
			}
			if a.config.Output == formatJSON {
				rows := []protocolRow{}
				for _, p := range ready {
					rows = append(rows, protocolRow{p.ID, p.Title, p.Question, p.Treatment.Name, p.Comparison.Name})
				}
				return a.print(rows)
			}
			for _, p := range ready { // ids are to be typed, so they are not wrapped
				if _, err := fmt.Fprintf(a.stdout, "%s\n    %s\n", p.ID, p.Question); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (a *app) newStudyShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Print a protocol that comes with Weir",
		Long:    "Prints a ready protocol's YAML, to read, or to change in a file of your own.",
		Example: "  weir study show coaching_improvement > mine.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := protocol.Find(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(a.stdout, string(p.Text()))
			return err
		},
	}
}
