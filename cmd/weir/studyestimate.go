package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

func (a *app) newStudyEstimate() *cobra.Command {
	var who studier
	var why string
	cmd := &cobra.Command{
		Use:   "estimate PROTOCOL --as RESEARCHER",
		Short: "Read the outcomes of a registered study, and report",
		Long: `Runs a registered study in the phase estimate: effects with intervals,
subgroups, sensitivity, and what the What Works Clearinghouse and ESSA would
make of it. The report passes disclosure control before it is written into the
home's folder enclave.

A protocol, or a match, that is not the one registered needs --deviation, whose
reason goes to the audit log and into the report.`,
		Example: `  weir study estimate coaching_improvement --as ruth
  weir study estimate mine.yaml --as ruth --deviation "a school closed"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := a.estimateRun(cmd.Context(), who, args[0])
			if err != nil {
				return err
			}
			result, err := a.estimate(cmd.Context(), run, why)
			if err != nil {
				return err
			}
			folder := a.studyFolder(run.protocol.ID)
			schools, err := json.Marshal(result.schools)
			if err != nil {
				return err
			}
			if err := errors.Join(folder.write(schoolsFile, schools), folder.writeReport(reportName, result.report)); err != nil {
				return err
			}
			return a.printReport(result.report, folder.path(reportName+".html"))
		},
	}
	who.flags(cmd.Flags())
	cmd.Flags().StringVar(&why, "deviation", "", "why the study departs from what was registered")
	return cmd
}

// estimateRun is the run that estimates a study. A study is named by its
// protocol's file, or by its id, which means the protocol as it was registered.
func (a *app) estimateRun(ctx context.Context, who studier, arg string) (studyRun, error) {
	run := studyRun{who: who, phase: policy.Estimate}
	text, err := os.ReadFile(a.studyFolder(arg).path(registeredFile))
	switch {
	case err == nil:
		run.protocol, err = protocol.Parse(registeredFile, text)
	case errors.Is(err, fs.ErrNotExist):
		run.protocol, err = who.protocolOf(arg)
	}
	if err != nil {
		return run, err
	}
	log, _, err := a.auditLog()
	if err != nil {
		return run, err
	}
	run.registered, run.registration, err = a.studyFolder(run.protocol.ID).registered(ctx, log)
	return run, err
}

// estimate runs an estimate, and lets it depart from what was registered for a
// reason alone, which is on the audit log before an outcome is read.
func (a *app) estimate(ctx context.Context, run studyRun, why string) (*studyResult, error) {
	var err error
	if run.deviations, err = a.deviations(run.protocol.ID); err != nil {
		return nil, err
	}
	// The match as it is now, without outcomes: it must be the registered one.
	design := run
	design.phase, design.registration = policy.Design, nil
	now, err := a.runStudy(ctx, design)
	if err != nil {
		return nil, err
	}
	fields := run.registered.Differs(run.protocol)
	if now.match != run.registration.Match {
		fields = append(fields, "match")
	}
	known := slices.ContainsFunc(run.deviations, func(d report.Deviation) bool { return slices.Equal(d.Fields, fields) })
	switch {
	case len(fields) == 0 && why != "":
		return nil, policy.Errorf(policy.Usage, "--deviation: the study is the one that was registered; there is nothing to explain")
	case len(fields) > 0 && why == "" && !known:
		return nil, policy.Errorf(policy.Denied, "this is not the study that was registered: %s differ; say why with --deviation, "+
			"which the report will show, or register it anew under another id", join(fields))
	case why != "":
		if err := a.deviate(ctx, &run, now, fields, why); err != nil {
			return nil, err
		}
	}
	return a.runStudy(ctx, run)
}

const deviationsFile = "deviations.json"

// deviations reads the study's earlier deviations: what was once looked at stays
// in the report.
func (a *app) deviations(id string) (out []report.Deviation, err error) {
	data, err := os.ReadFile(a.studyFolder(id).path(deviationsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	return out, err
}

// deviate records a departure from what was registered.
func (a *app) deviate(ctx context.Context, run *studyRun, now *studyResult, fields []string, why string) error {
	index, err := a.recordStudy(ctx, audit.KindStudyRegister, run.who.principal, run.protocol.Agreement, now.report.Source, map[string]string{
		"study": run.protocol.ID, "protocol": run.protocol.Hash(), "match": now.match, "deviation": why,
	})
	if err != nil {
		return err
	}
	run.deviations = append(run.deviations, report.Deviation{AuditIndex: index, On: string(policy.DateOf(a.now())), Why: why, Fields: fields})
	data, err := json.MarshalIndent(run.deviations, "", "  ")
	if err != nil {
		return err
	}
	return a.studyFolder(run.protocol.ID).write(deviationsFile, append(data, '\n'))
}
