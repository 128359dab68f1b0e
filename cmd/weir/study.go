package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

func (a *app) newStudy() *cobra.Command {
	return group("study", "Plan, register, estimate and release matched comparisons",
		`A study asks what a programme did for the teachers who took part, compared with
matched teachers who did not. Its protocol is a YAML file. It is designed
without sight of outcomes, registered on the audit log, estimated, and released
once two others, a privacy officer among them, approve. Until then its files
stay in the home's folder enclave.`,
		`  weir study list
  weir study design ai_personalized_observation_gain --as ruth --agreement a1
  weir study register ai_personalized_observation_gain --as ruth --agreement a1
  weir study estimate ai_personalized_observation_gain --as ruth --agreement a1`,
		a.newStudyNew(), a.newStudyList(), a.newStudyShow(), a.newStudyDesign(), a.newStudyRegister(), a.newStudyEstimate(),
		a.newStudyReproduce(), a.newStudyApprove(), a.newStudyRelease())
}

// studier is who runs a study, and under which agreement.
type studier struct{ principal, agreement string }

func (s *studier) flags(flags *pflag.FlagSet) {
	flags.StringVar(&s.principal, "as", "", "researcher whose study it is")
	flags.StringVar(&s.agreement, "agreement", "", "data sharing agreement (default the protocol's)")
	_ = cobra.MarkFlagRequired(flags, "as") //nolint:errcheck // it is there
}

// studyRequest returns what a researcher asks policy for a phase of a study, and
// the scope. Who may not run studies is refused.
func (a *app) studyRequest(
	ctx context.Context, engine *opa.Engine, who studier, p *protocol.Protocol, phase policy.Phase, registered bool,
) (policy.Request, *policy.Scope, error) {
	if who.agreement != "" && who.agreement != p.Agreement {
		return policy.Request{}, nil, policy.Errorf(policy.Usage, "the protocol is under agreement %q, not %q", p.Agreement, who.agreement)
	}
	r, err := a.request(ctx, who.principal, policy.Research, p.Agreement, policy.Command)
	if err != nil {
		return r, nil, err
	}
	r.Study = p.Study(phase, registered)
	scope, err := commanding(ctx, engine, r, "study")
	return r, scope, err
}

// commanding returns the scope of a request to which policy grants a command.
func commanding(ctx context.Context, engine *opa.Engine, r policy.Request, command string) (*policy.Scope, error) {
	scope, err := engine.Scope(ctx, r)
	if err != nil {
		return nil, err
	}
	if scope.Refusal != nil {
		return nil, policy.Errorf(policy.Denied, "%s", scope.Refusal.Text)
	}
	if !slices.Contains(scope.Commands, command) {
		return nil, policy.Errorf(policy.Denied, "policy does not let %s %s", r.Principal.ID, command)
	}
	return scope, nil
}

// protocolOf reads the protocol that an argument names: a file, or a ready one,
// which is then under the agreement of the flags.
func (s *studier) protocolOf(arg string) (*protocol.Protocol, error) {
	data, err := os.ReadFile(arg)
	if err == nil {
		return protocol.Parse(arg, data)
	}
	if !errors.Is(err, fs.ErrNotExist) || strings.ContainsAny(arg, "./\\") {
		return nil, policy.Errorf(policy.Usage, "the protocol %s cannot be read: %w", arg, errors.Unwrap(err))
	}
	p, err := protocol.Find(arg)
	if err != nil || s.agreement == "" {
		return p, err
	}
	return p.Under(s.agreement)
}
