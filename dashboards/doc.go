// Package dashboards has Weir's Grafana dashboards: for each audience its
// dashboards and alert rules, which package builder builds and the folder
// grafana keeps as JSON. What a dashboard shows comes through the PostgreSQL door
// under the audience's own role, so the package decides nothing about access:
// whoever edits a panel's SQL gets what the role gets.
//
// It speaks no protocol; dashboards/provision takes them to a Grafana.
package dashboards
