// Package builder builds Weir's dashboards, so that they are alike in their
// variables, units, colours and words. The command generate writes what it
// builds to the folder grafana, and only those files are read afterwards.
package builder

import (
	"context"
	"fmt"

	"github.com/weir-warehouse/weir/dashboards"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/policy"
)

//go:generate go run ./generate ../grafana

// All builds all dashboards.
func All(ctx context.Context) ([]dashboards.Dashboard, error) {
	catalog, err := contract.Embedded()
	if err != nil {
		return nil, err
	}
	registry, err := metrics.Load(ctx, "", catalog)
	if err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	words := map[string]*metrics.Metric{}
	for _, m := range registry.Metrics() {
		words[m.ID] = m
	}
	return []dashboards.Dashboard{
		returnOnInvestment(words), impactComparison(words), engagementAndPractice(words), trustAndEquity(words), schoolView(words),
		researchDesk(), policyDecisions(), operations(), evaluatorsView(),
	}, nil
}

// audience returns the audience of a role.
func audience(role policy.Role) dashboards.Audience {
	for _, a := range dashboards.Audiences() {
		if a.Role == role {
			return a
		}
	}
	panic("no audience is " + role)
}
