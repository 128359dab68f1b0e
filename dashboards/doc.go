// Package dashboards has Weir's Grafana dashboards: for each audience its
// dashboards and alert rules, which are built here and kept as JSON in the
// folder grafana. What a dashboard shows comes through the PostgreSQL door
// under the audience's own role, so the package decides nothing about access:
// whoever edits a panel's SQL gets what the role gets.
//
// It speaks no protocol; dashboards/provision takes them to a Grafana.
package dashboards

//go:generate go run ./generate grafana
