package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
)

// reproduction is the outcome of running a study again.
type reproduction struct {
	Study      string `json:"study"`
	Snapshot   string `json:"snapshot"`
	Policy     string `json:"policy_revision"`
	Program    string `json:"program_version"`
	Bytes      int    `json:"bytes"`
	Reproduced bool   `json:"reproduced"`
}

func (a *app) newStudyReproduce() *cobra.Command {
	var who studier
	cmd := &cobra.Command{
		Use:   "reproduce REPORT.json --as RESEARCHER",
		Short: "Run a report's study again, and compare every byte",
		Long: `Runs the study of a report again from the snapshot, under the policy revision
and with the program version that the report names, and compares the reports
byte by byte. Another version or policy is refused, with what to put in its
place.`,
		Example: "  weir study reproduce report.json --as ruth",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, data, err := readReport(args[0])
			if errors.Is(err, fs.ErrNotExist) {
				return policy.Errorf(policy.Usage, "%s does not exist", args[0])
			}
			if err != nil {
				return err
			}
			if err := a.reproduce(cmd.Context(), who, r, data); err != nil {
				return err
			}
			return a.print(reproduction{r.ID, r.Source.Snapshot, r.Source.PolicyRevision, r.Source.Program, len(data), true})
		},
	}
	who.flags(cmd.Flags())
	return cmd
}

// reproduce runs a report's study again. A difference is an error that names the
// first line that differs.
func (a *app) reproduce(ctx context.Context, who studier, r *report.Report, data []byte) error {
	if version := buildVersions(nil).Version; version != r.Source.Program {
		return policy.Errorf(policy.Usage, "the report was made by version %s, this is %s; run that version", r.Source.Program, version)
	}
	engine, err := a.policyEngine(ctx)
	if err != nil {
		return err
	}
	if engine.Revision() != r.Source.PolicyRevision {
		return policy.Errorf(policy.Usage, "the report was made under policy %s, in force is %s; set policy.bundle to that revision", r.Source.PolicyRevision, engine.Revision())
	}
	run := studyRun{
		who: who, author: r.Author, phase: policy.Phase(r.Phase), snapshot: r.Source.Snapshot,
		registration: r.Registration, deviations: r.Deviations,
	}
	if run.protocol, err = protocol.Parse(r.ID, []byte(r.Protocol.Text)); err != nil {
		return err
	}
	if run.registration != nil {
		log, _, err := a.auditLog()
		if err != nil {
			return err
		}
		if run.registered, _, err = a.studyFolder(r.ID).registered(ctx, log); err != nil {
			return err
		}
	}
	result, err := a.runStudy(ctx, run)
	if err != nil {
		return err
	}
	again, err := result.report.JSON()
	if err != nil {
		return err
	}
	if !bytes.Equal(data, again) {
		return policy.Errorf(policy.Failed, "the report is not reproduced: %s", firstDifference(data, again))
	}
	return nil
}

// firstDifference names the first line in which two reports differ.
func firstDifference(a, b []byte) string {
	before, after := bytes.Split(a, []byte{'\n'}), bytes.Split(b, []byte{'\n'})
	for i := range before {
		if i >= len(after) || !bytes.Equal(before[i], after[i]) {
			return fmt.Sprintf("line %d, %.60s", i+1, bytes.TrimSpace(before[i]))
		}
	}
	return fmt.Sprintf("it ends at line %d, and the new one goes on", len(before))
}
