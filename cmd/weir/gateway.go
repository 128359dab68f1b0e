package main

import (
	"context"

	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// openScopes is how many scopes a gateway keeps open.
const openScopes = 16

// gateway joins the home's policy, audit log and snapshots to a gateway, which
// the caller closes.
func (a *app) gateway(ctx context.Context) (*gateway.Gateway, error) {
	catalog, err := a.catalog()
	if err != nil {
		return nil, err
	}
	engine, err := a.policyEngine(ctx)
	if err != nil {
		return nil, err
	}
	history, paths, err := a.auditLog()
	if err != nil {
		return nil, err
	}
	return gateway.New(gateway.Config{
		Snapshots: snapshot.In(a.config.Home), Policy: engine, Recorder: turns{paths, "weir query"}, History: history, Catalog: catalog,
		Engine: a.engine(), Instances: openScopes, Program: buildVersions(nil).Version, Now: a.now, Log: a.log,
	})
}
