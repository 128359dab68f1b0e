package main

import "github.com/spf13/cobra"

func (a *app) newDisclosure() *cobra.Command {
	return group("disclosure", "Check what may be released about people",
		`Judges tables by the rules of disclosure control: small groups, shares near 0 %
and 100 %, amounts that one or two dominate, and whatever else would let a
hidden figure be worked out. The thresholds are those of the policy.`,
		"  weir disclosure check counts.csv --n-column teachers --dims school,band\n  weir disclosure audit",
		a.newDisclosureCheck(), a.newDisclosureAudit())
}
