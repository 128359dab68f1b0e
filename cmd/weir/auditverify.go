package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

// auditVerified is what `weir audit verify` prints when nothing is wrong.
type auditVerified struct {
	State      string `json:"state"`
	Entries    int64  `json:"entries"`
	Remembered int64  `json:"remembered"` // of them, those that the remembered checkpoint vouches for
	Root       string `json:"root"`       // Merkle tree hash over the entries
}

// auditFault is what it prints otherwise.
type auditFault struct {
	State  audit.FaultKind `json:"state"`
	First  int64           `json:"first"` // entry that is wrong, or first of those among which it is; -1: a checkpoint
	Last   int64           `json:"last"`
	File   string          `json:"file"`
	Reason string          `json:"reason"`
}

func (a *app) newAuditVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Check that nobody has changed the audit log",
		Long: `Checks every entry of the audit log against its signed checkpoint, and that
against the checkpoint that was remembered apart from the log. If anything was
altered, removed, reordered or set back, it names the first such entry, and the
exit code is 1.`,
		Example: "  weir audit verify\n  weir audit verify -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			reader, paths, err := a.auditLog()
			if err != nil {
				return err
			}
			report, err := reader.Verify(cmd.Context(), paths.Remembered)
			if verified, ok := report.Verified(a.now(), err); ok {
				if err := paths.KeepVerified(verified); err != nil {
					return err
				}
			}
			if fault, ok := errors.AsType[*audit.Fault](err); ok {
				found := auditFault{fault.Kind, fault.First, fault.Last, fault.File, fault.Reason}
				return errors.Join(a.print(found), policy.Errorf(policy.Failed, "%w", fault))
			}
			if err != nil {
				return err
			}
			head := report.Checkpoint
			return a.print(auditVerified{"intact", head.Size, report.Remembered, head.Root.String()})
		},
	}
}
