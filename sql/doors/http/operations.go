package httpdoor

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weir-warehouse/weir/policy"
)

// Operations is what those who run the server ask it. It carries no data and
// asks for no credential.
type Operations struct {
	Ready   func(ctx context.Context) error // why statements cannot be answered now, if so
	Metrics prometheus.Gatherer             // nil: not at this address
}

// health answers as long as the process does.
func (s *Server) health(c *call) error { return c.answer(map[string]string{"status": "alive"}) }

// ready answers whether statements are answered.
func (s *Server) ready(c *call) error {
	if s.draining.Load() {
		return faultf(http.StatusServiceUnavailable, policy.Busy, "the server is about to stop")
	}
	if err := s.Ready(c.r.Context()); err != nil {
		s.Log.WarnContext(c.r.Context(), "not ready", "error", err)
		return faultf(http.StatusServiceUnavailable, policy.CodeOf(err), "statements cannot be answered now; the server's log says why")
	}
	return c.answer(map[string]string{"status": "ready"})
}

// figures answers in Prometheus' format.
func (s *Server) figures(c *call) error {
	promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}).ServeHTTP(c.w, c.r)
	return nil
}
