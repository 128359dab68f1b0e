package main

import "github.com/spf13/cobra"

func (a *app) newAuditProve() *cobra.Command {
	return &cobra.Command{
		Use:   "prove ID",
		Short: "Write a proof that an entry is in the log",
		Long: `Writes a proof that an entry is in the signed log, with the entry in it, in the
text form of C2SP tlog-proof. Whoever has the verifier key (audit.key.pub in the
home) can check it without the log. ID is a decision's id, or the number of any
entry.`,
		Example: "  weir audit prove 5b0c8e41f3f7a1c02d9e7c3a1b6f4d28 > decision.tlog-proof",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			reader, _, err := a.auditLog()
			if err != nil {
				return err
			}
			record, err := findEntry(cmd.Context(), reader, args[0])
			if err != nil {
				return err
			}
			proof, err := reader.Prove(cmd.Context(), record.Index)
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(proof)
			return err
		},
	}
}
