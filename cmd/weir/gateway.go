package main

import (
	"context"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// openScopes is how many scopes a gateway keeps open.
const openScopes = 16

// gateway joins the home's policy, audit log and snapshots to a gateway for one
// command, which closes it.
func (a *app) gateway(ctx context.Context) (*gateway.Gateway, error) { return a.gatewayAt(ctx, "") }

// gatewayAt is a gateway that answers from a snapshot; empty: the current one.
func (a *app) gatewayAt(ctx context.Context, id string) (*gateway.Gateway, error) {
	catalog, err := a.catalog()
	if err != nil {
		return nil, err
	}
	engine, err := a.policyEngine(ctx)
	if err != nil {
		return nil, err
	}
	history, _, err := a.auditLog()
	if err != nil {
		return nil, err
	}
	c := a.gatewayConfig(catalog, history)
	c.Policy, c.Recorder, c.Snapshot = engine, turns{a.config.Home, "weir query"}, id
	return gateway.New(c)
}

// gatewayConfig is what all gateways of a home have; who makes one adds policy
// and a recorder.
func (a *app) gatewayConfig(catalog gateway.Catalog, history *audit.Reader) gateway.Config {
	return gateway.Config{
		Snapshots: snapshot.In(a.config.Home), History: history, Ledgers: (&oversight{a: a, reader: history}).ledgers(), Catalog: catalog,
		Engine: a.engine(), Instances: openScopes, Program: buildVersions(nil).Version, Now: a.now, Log: a.log,
	}
}

// currentSnapshot is the id of the current snapshot.
func (a *app) currentSnapshot() (string, error) {
	id, ok, err := snapshot.In(a.config.Home).CurrentID()
	if err == nil && !ok {
		return "", policy.Errorf(policy.NotFound, "nothing is published yet")
	}
	return id, err
}
