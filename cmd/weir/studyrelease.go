package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

// neededApprovals is how many principals other than the author must approve a
// release, a privacy officer among them.
const neededApprovals = 2

const (
	verdictAllow = "allow"
	verdictDeny  = "deny"
)

func (a *app) newStudyApprove() *cobra.Command {
	var principal, note string
	var refuse bool
	cmd := &cobra.Command{
		Use:   "approve STUDY --as PRINCIPAL",
		Short: "Approve a study's report for release, or refuse it",
		Long: `Puts on the audit log that a principal approves the report as it lies in the
enclave, by its SHA-256. Policy says who may. The author cannot, and a report
that is made anew needs new approvals.`,
		Example: `  weir study approve coaching_improvement --as petra
  weir study approve coaching_improvement --as petra --refuse --note "table 3"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, sum, err := a.studyFolder(args[0]).readReport()
			if err != nil {
				return err
			}
			if r.Author == principal {
				return policy.Errorf(policy.Denied, "%s is the author of %s; others approve it", principal, r.ID)
			}
			if err := a.mayApprove(cmd.Context(), principal); err != nil {
				return err
			}
			verdict := verdictAllow
			if refuse {
				verdict = verdictDeny
			}
			attributes := map[string]string{"study": r.ID, "agreement": r.Agreement, "report": sum, "verdict": verdict}
			if note != "" {
				attributes["note"] = note
			}
			if _, err := a.recordStudy(cmd.Context(), audit.KindReleaseApproval, principal, "", r.Source, attributes); err != nil {
				return err
			}
			approvals, err := a.approvals(cmd.Context(), r, sum)
			if err != nil {
				return err
			}
			return a.print(approvals)
		},
	}
	cmd.Flags().StringVar(&principal, "as", "", "principal who approves")
	cmd.Flags().BoolVar(&refuse, "refuse", false, "refuse the release instead")
	cmd.Flags().StringVar(&note, "note", "", "what to note beside it, on the audit log")
	_ = cmd.MarkFlagRequired("as") //nolint:errcheck // it is there
	return cmd
}

// mayApprove refuses whom policy lets approve for none of their purposes.
func (a *app) mayApprove(ctx context.Context, principal string) error {
	engine, err := a.policyEngine(ctx)
	if err != nil {
		return err
	}
	for _, purpose := range policy.Purposes() {
		r, err := a.request(ctx, principal, purpose, "", policy.Command)
		if err != nil {
			return err
		}
		if _, err := commanding(ctx, engine, r, "approve"); err == nil {
			return nil
		}
	}
	return policy.Errorf(policy.Denied, "policy does not let %s approve releases", principal)
}

// approval is a principal's latest word on a report.
type approval struct {
	Index     int64    `json:"audit_index"`
	Principal string   `json:"principal"`
	Roles     []string `json:"roles"`
	Verdict   string   `json:"verdict"`
}

// approvals reads the words on a report from the audit log, the latest of each
// principal.
func (a *app) approvals(ctx context.Context, r *report.Report, sum string) ([]approval, error) {
	log, _, err := a.auditLog()
	if err != nil {
		return nil, err
	}
	var out []approval
	for record, err := range log.Search(ctx, audit.Filter{Kind: audit.KindReleaseApproval}) {
		if err != nil {
			return nil, err
		}
		e, err := record.Entry()
		if err != nil {
			return nil, err
		}
		if e.Attributes["study"] != r.ID || e.Attributes["report"] != sum || e.Principal == r.Author {
			continue
		}
		out = slices.DeleteFunc(out, func(b approval) bool { return b.Principal == e.Principal })
		out = append(out, approval{record.Index, e.Principal, e.Roles, e.Verdict})
	}
	return out, nil
}

// released refuses a report that too few approve, or one of them refuses.
func released(r *report.Report, approvals []approval) error {
	officer, count := false, 0
	for _, b := range approvals {
		if b.Verdict != verdictAllow {
			return policy.Errorf(policy.Denied, "%s refused the release of %s", b.Principal, r.ID)
		}
		count++
		officer = officer || slices.Contains(b.Roles, string(policy.PrivacyOfficer))
	}
	switch {
	case count < neededApprovals:
		return policy.Errorf(policy.Denied, "%d of %d approvals of the report as it is are on the audit log; others than %s give them by 'weir study approve %s'",
			count, neededApprovals, r.Author, r.ID)
	case !officer:
		return policy.Errorf(policy.Denied, "no privacy officer is among those who approved the report")
	}
	return nil
}

func (a *app) newStudyRelease() *cobra.Command {
	var principal, out string
	cmd := &cobra.Command{
		Use:   "release STUDY --as RESEARCHER --out DIR",
		Short: "Let an approved report leave the enclave",
		Long: `Copies the report (HTML, JSON, Markdown) out of the enclave once two principals
other than its author, a privacy officer among them, have approved it as it is,
and puts that on the audit log. Its results go into the marts study and
study_effect, which the next 'weir publish' shows to leaders.`,
		Example: "  weir study release coaching_improvement --as ruth --out released",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder := a.studyFolder(args[0])
			r, sum, err := folder.readReport()
			if err != nil {
				return err
			}
			if principal != r.Author {
				return policy.Errorf(policy.Denied, "%s is not the author of %s", principal, r.ID)
			}
			approvals, err := a.approvals(cmd.Context(), r, sum)
			if err != nil {
				return err
			}
			if err := released(r, approvals); err != nil {
				return err
			}
			return a.writing(cmd.Context(), cmd, func(ctx context.Context, _ *etl.Loader) error {
				return a.release(ctx, folder, r, sum, approvals, out)
			})
		},
	}
	cmd.Flags().StringVar(&principal, "as", "", "author of the study")
	cmd.Flags().StringVar(&out, "out", "", "directory to write the report into")
	for _, name := range []string{"as", "out"} {
		_ = cmd.MarkFlagRequired(name) //nolint:errcheck // it is there
	}
	return cmd
}

// leftFile is a file that left the enclave.
type leftFile struct {
	File string `json:"file"`
}

// release records the release, and then copies the files.
func (a *app) release(ctx context.Context, folder studyFolder, r *report.Report, sum string, approvals []approval, out string) error {
	var names []string
	for _, b := range approvals {
		names = append(names, b.Principal)
	}
	if err := os.MkdirAll(out, 0o755); err != nil { //nolint:gosec // what is released is for others to read
		return policy.Errorf(policy.Usage, "--out: %w", err)
	}
	if _, err := a.recordStudy(ctx, audit.KindStudyRelease, r.Author, r.Agreement, r.Source,
		map[string]string{"study": r.ID, "report": sum, "approved_by": strings.Join(names, ",")}); err != nil {
		return err
	}
	rows := []leftFile{}
	for _, ending := range []string{".html", ".json", ".md"} {
		data, err := os.ReadFile(folder.path(reportName + ending))
		if err != nil {
			return err
		}
		path := filepath.Join(out, r.ID+ending)
		if err := os.WriteFile(path, data, 0o644); err != nil { //nolint:gosec // as above
			return err
		}
		rows = append(rows, leftFile{path})
	}
	if err := a.noteRelease(ctx, folder, r, sum); err != nil {
		return err
	}
	return a.print(rows)
}

// noteRelease keeps what was released, and brings it into the marts.
func (a *app) noteRelease(ctx context.Context, folder studyFolder, r *report.Report, sum string) error {
	data, err := r.JSON()
	if err != nil {
		return err
	}
	note, err := json.Marshal(releaseNote{Report: sum, On: string(policy.DateOf(a.now()))})
	if err != nil {
		return err
	}
	if err := errors.Join(folder.write("released-"+reportName+".json", data), folder.write(releasedFile, note)); err != nil {
		return err
	}
	return a.publishStudies(ctx)
}
