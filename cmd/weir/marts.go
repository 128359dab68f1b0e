package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/metrics/mart"
	metricsrun "github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// marts finds the marts that can be published beside data with the given
// revisions: those that were made from it, under the policy in force, by this
// version of the program. It says on stderr which are left out.
func (a *app) marts(ctx context.Context, revisions map[string]string) (out etl.Marts, err error) {
	present, err := mart.Build{Dir: a.home().Build()}.List(ctx)
	if err != nil || len(present) == 0 {
		return out, err
	}
	rulings, err := a.thresholds(ctx)
	if err != nil {
		return out, err
	}
	for _, m := range present {
		if why := a.outdated(m, revisions, rulings.Revision()); why != "" {
			a.log.WarnContext(ctx, "a mart is left out of the snapshot; 'weir metrics run' and then 'weir publish' bring it back", "mart", m.Name, "reason", why)
			continue
		}
		out.Compartments = append(out.Compartments, m.Compartment())
		for _, r := range m.Relations {
			out.Metrics = append(out.Metrics, r.Runs...)
		}
	}
	slices.SortFunc(out.Metrics, func(x, y snapshot.MetricRun) int { return strings.Compare(x.Metric, y.Metric) })
	out.Release, err = os.ReadFile(filepath.Join(a.home().Build(), metricsrun.ReleaseFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return out, err
}

// thresholds loads the home's policy for its thresholds and its revision. Nothing
// is decided by it, so it need not be proved.
func (a *app) thresholds(ctx context.Context) (*opa.Engine, error) {
	source, err := a.policySource()
	if err != nil {
		return nil, err
	}
	return a.loadPolicy(ctx, source, func(string) bool { return true })
}

// outdated says why a mart cannot stand beside the data; empty: it can.
func (a *app) outdated(m mart.Mart, revisions map[string]string, policyRevision string) string {
	for _, r := range m.Relations {
		for dataset, revision := range r.Inputs {
			if revisions[dataset] != revision {
				return dataset + " was loaded since it was made"
			}
		}
		for _, made := range r.Runs {
			switch {
			case made.Policy != policyRevision:
				return "the policy has changed since it was made"
			case made.Program != buildVersions(nil).Version:
				return "another version of weir made it"
			}
		}
	}
	return ""
}

// derived describes the marts of the current snapshot in the terms that policy
// decides in.
func (a *app) derived() ([]policy.Dataset, error) {
	m, ok, err := snapshot.In(a.config.Home).Current()
	if err != nil || !ok {
		return nil, err
	}
	return derivedOf(m), nil
}

func derivedOf(m *snapshot.Manifest) []policy.Dataset {
	var out []policy.Dataset
	for _, c := range m.Compartments {
		for _, t := range c.Tables {
			if t.Derived != nil {
				out = append(out, t.Derived.Dataset(c.Name, t.Name))
			}
		}
	}
	return out
}
