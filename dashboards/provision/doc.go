// Package provision takes Weir's dashboards to a running Grafana through its
// HTTP API: for each audience a folder with its permissions, a data source with
// a token of Weir, dashboards and alert rules. It plans before it changes
// anything, and what is as it should be it leaves alone, so running it again
// mends what was half done.
//
// In a Grafana without data source permissions everyone of an organisation can
// query each of its data sources. So each audience has an organisation of its
// own, and no organisation gets the sources of two.
//
// It touches nothing that is not Weir's: what Weir made has a uid that begins
// with weir-, in organisations that are named Weir or by the caller.
package provision
