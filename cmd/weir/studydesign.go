package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

func (a *app) newStudyDesign() *cobra.Command {
	var who studier
	cmd := &cobra.Command{
		Use:   "design PROTOCOL --as RESEARCHER",
		Short: "Match, and show balance, power and flow, without outcomes",
		Long: `Runs a protocol's match as the researcher may see the data, in the phase design,
in which policy shows no outcome of the outcome window. Shows the flow of units,
balance and the smallest effect that would be found, and writes them into the
home's folder enclave. Design as often as you like; then register.

PROTOCOL is a file, or the id of a ready one.`,
		Example: `  weir study design mine.yaml --as ruth
  weir study design coaching_improvement --as ruth --agreement a1`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := who.protocolOf(args[0])
			if err != nil {
				return err
			}
			result, err := a.runStudy(cmd.Context(), studyRun{who: who, protocol: p, phase: policy.Design})
			if err != nil {
				return err
			}
			folder := a.studyFolder(p.ID)
			if err := folder.writeReport(designName, result.report); err != nil {
				return err
			}
			return a.printReport(result.report, folder.path(designName+".html"))
		},
	}
	who.flags(cmd.Flags())
	return cmd
}

// printReport prints a report, and says where its page is.
func (a *app) printReport(r *report.Report, page string) error {
	if a.config.Output == formatJSON {
		data, err := r.JSON()
		if err != nil {
			return err
		}
		_, err = a.stdout.Write(data)
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "%s\nThe page is %s\n", r.Summary(), page)
	return err
}

func (a *app) newStudyRegister() *cobra.Command {
	var who studier
	cmd := &cobra.Command{
		Use:   "register PROTOCOL --as RESEARCHER",
		Short: "Freeze protocol and match, with their hashes on the audit log",
		Long: `Designs the study once more, and puts the SHA-256 of its protocol and of its
match on the audit log, before any outcome is read. From then on an estimate
that departs from them needs a reason, which its report shows.`,
		Example: "  weir study register coaching_improvement --as ruth --agreement a1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := who.protocolOf(args[0])
			if err != nil {
				return err
			}
			run := studyRun{who: who, protocol: p, phase: policy.Design}
			result, err := a.runStudy(cmd.Context(), run)
			if err != nil {
				return err
			}
			registration, err := a.register(cmd.Context(), run, result)
			if err != nil {
				return err
			}
			return a.print([]report.Registration{*registration})
		},
	}
	who.flags(cmd.Flags())
	return cmd
}

// register records a design on the audit log and keeps it.
func (a *app) register(ctx context.Context, run studyRun, result *studyResult) (*report.Registration, error) {
	p, source := run.protocol, result.report.Source
	r := &report.Registration{On: string(policy.DateOf(a.now())), Protocol: p.Hash(), Match: result.match, Snapshot: source.Snapshot}
	var err error
	r.AuditIndex, err = a.recordStudy(ctx, audit.KindStudyRegister, run.who.principal, p.Agreement, source,
		map[string]string{"study": p.ID, "protocol": r.Protocol, "match": r.Match})
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	folder := a.studyFolder(p.ID)
	for _, file := range []struct {
		name string
		data []byte
	}{{matchFile, []byte(result.units)}, {registeredFile, p.Text()}, {registrationFile, append(data, '\n')}} {
		if err := folder.write(file.name, file.data); err != nil {
			return nil, err
		}
	}
	return r, folder.writeReport(designName, result.report)
}

// recordStudy puts what was done with a study on the audit log.
func (a *app) recordStudy(
	ctx context.Context, kind audit.Kind, principal, agreement string, source report.Source, attributes map[string]string,
) (int64, error) {
	directory, err := a.directory()
	if err != nil {
		return 0, err
	}
	entry, err := directory.Principal(principal, policy.DateOf(a.now()))
	if err != nil {
		return 0, err
	}
	e := audit.Entry{
		Timestamp: a.now(), Kind: kind, Principal: principal, Agreement: agreement, Door: string(policy.Command),
		Snapshot: source.Snapshot, PolicyRevision: source.PolicyRevision, ProgramVersion: buildVersions(nil).Version, Attributes: attributes,
	}
	for _, role := range entry.Roles {
		e.Roles = append(e.Roles, string(role))
	}
	if agreement != "" {
		e.Purpose = string(policy.Research)
	}
	if verdict := attributes["verdict"]; verdict != "" {
		e.Verdict = verdict
		delete(attributes, "verdict")
	}
	index, err := turns{a.config.Home, "weir study"}.Append(ctx, e)
	if err != nil {
		return 0, policy.Errorf(policy.Failed, "the audit log cannot be written, so nothing is done: %w", err)
	}
	return index, nil
}
