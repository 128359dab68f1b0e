package main

import (
	"context"
	"strings"

	"github.com/weir-warehouse/weir/metrics"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
)

// definitions describes the metrics of the home, as they were when the snapshot
// that readers see was noticed.
func (s *server) definitions(ctx context.Context) ([]httpdoor.Metric, error) {
	id, _, err := s.snapshots().CurrentID()
	if err != nil {
		return nil, err
	}
	s.defining.Lock()
	defer s.defining.Unlock()
	if s.defined != nil && s.definedAt == id {
		return s.defined, nil
	}
	registry, err := s.a.registry(ctx)
	if err != nil {
		return nil, err
	}
	s.defined, s.definedAt = nil, id
	for _, m := range registry.Metrics() {
		s.defined = append(s.defined, httpdoor.Metric{
			ID: m.ID, Title: m.Title, Question: m.Question, Definition: m.Definition, Unit: m.Unit, Direction: string(m.Direction),
			Dimensions: dimensionsOf(m), Source: strings.TrimPrefix(m.Source.Claim+"; "+m.Source.Citation, "; "), Mart: m.Family,
		})
	}
	return s.defined, nil
}

// dimensionsOf lists every dimension that a metric offers, once.
func dimensionsOf(m *metrics.Metric) []string {
	var out []string
	seen := map[string]bool{}
	for _, list := range m.Dimensions {
		for _, d := range list {
			if !seen[d] {
				seen[d] = true
				out = append(out, d)
			}
		}
	}
	return out
}
