package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/metrics/study/report"
	"github.com/weir-warehouse/weir/policy"
)

// studyRun is one run of a study in a phase.
type studyRun struct {
	who          studier
	author       string // empty: who runs it
	protocol     *protocol.Protocol
	phase        policy.Phase
	snapshot     string // empty: the current one
	registered   *protocol.Protocol
	registration *report.Registration
	deviations   []report.Deviation
}

// studyResult is what a run gives.
type studyResult struct {
	report  *report.Report
	match   string   // SHA-256 of the match
	units   string   // the match as a table, a unit a line
	schools []string // of the match
}

// runStudy gathers a study's units as its researcher may see them, matches, and
// reports.
func (a *app) runStudy(ctx context.Context, run studyRun) (*studyResult, error) {
	bar := a.progress(3, "gather")
	defer bar.Close() //nolint:errcheck // a picture
	engine, err := a.policyEngine(ctx)
	if err != nil {
		return nil, err
	}
	request, scope, err := a.studyRequest(ctx, engine, run.who, run.protocol, run.phase, run.registration != nil)
	if err != nil {
		return nil, err
	}
	if run.snapshot == "" {
		if run.snapshot, err = a.currentSnapshot(); err != nil {
			return nil, err
		}
	}
	g, err := a.gatewayAt(ctx, run.snapshot)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	session, err := g.Open(ctx, request)
	if err != nil {
		return nil, err
	}
	units, err := gather(ctx, through(session), run.protocol, run.phase)
	if err != nil {
		return nil, err
	}
	bar.Describe("match")
	_ = bar.Add(1) //nolint:errcheck // a picture
	in := report.Input{
		Source:   report.Source{Snapshot: run.snapshot, PolicyRevision: scope.Revision, Program: buildVersions(nil).Version},
		Protocol: run.protocol, Units: units, Plan: planOf(run.protocol, run.phase), Thresholds: thresholdsOf(engine.Thresholds(), scope), Phase: run.phase,
		Registered: run.registered, Curve: run.phase == policy.Estimate,
		Author: run.author, Registration: run.registration, Deviations: run.deviations,
	}
	if in.Author == "" {
		in.Author = run.who.principal
	}
	r, c, err := report.Make(in)
	if err != nil {
		return nil, fmt.Errorf("study %s: %w", run.protocol.ID, err)
	}
	_ = bar.Clear() //nolint:errcheck // a picture
	out := &studyResult{report: r, units: matchText(units.IDs, c)}
	for i, w := range c.Match.Weights {
		if w > 0 {
			out.schools = append(out.schools, units.Schools[i])
		}
	}
	slices.Sort(out.schools)
	out.schools = slices.Compact(out.schools)
	sum := sha256.Sum256([]byte(out.units))
	out.match = hex.EncodeToString(sum[:])
	return out, nil
}

// planOf is the comparison that a protocol asks for in a phase.
func planOf(p *protocol.Protocol, phase policy.Phase) study.Plan {
	plan := study.Plan{
		Match: p.Spec(), Covariates: strings.Join(p.Adjusted(), " + "), Clusters: p.Clusters, Missing: match.Filling(p.Missing),
		Balance: match.BalanceOptions{PairDistance: true},
	}
	if phase == policy.Estimate {
		for _, o := range p.Outcomes {
			plan.Outcomes = append(plan.Outcomes, o.Name)
		}
	}
	return plan
}

// thresholdsOf are policy's thresholds of disclosure control, with as many people
// behind each figure as policy and agreement ask for.
func thresholdsOf(t disclosure.Thresholds, scope *policy.Scope) disclosure.Thresholds {
	for _, g := range scope.Grants {
		if g.Allow {
			t.People = max(t.People, int64(g.MinimumCell))
		}
	}
	return t
}

// matchText is a match as a table: unit, arm, weight and stratum.
func matchText(ids []string, c *study.Comparison) string {
	var b strings.Builder
	b.WriteString("unit,treated,weight,subclass\n")
	for i, id := range ids {
		subclass := int32(0)
		if c.Match.Subclass != nil {
			subclass = c.Match.Subclass[i]
		}
		fmt.Fprintf(&b, "%s,%t,%s,%d\n", id, c.Match.Treated[i], strconv.FormatFloat(c.Match.Weights[i], 'g', 12, 64), subclass)
	}
	return b.String()
}
