package main

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/policy/identity/oidc"
	"github.com/weir-warehouse/weir/policy/opa"
	"github.com/weir-warehouse/weir/sql/doors/access"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// pollEvery is how often a server looks for another policy or other contracts.
// Snapshots, tokens and principals it looks up for each statement.
const pollEvery = 5 * time.Second

// server is the warehouse behind the doors, for as long as the process runs.
type server struct {
	a         *app
	log       *audit.Log
	policy    *opa.Live
	contracts atomic.Pointer[contract.Catalog]
	gateway   *gateway.Gateway
	tokens    *identity.Store
	staff     *etl.Vault
	desk      *access.Desk
	metrics   *prometheus.Registry
	closers   []func() error

	defining  sync.Mutex // guards what follows
	defined   []httpdoor.Metric
	definedAt string // snapshot
}

// openServer takes the audit log and joins policy, snapshots and principals to
// a desk at which clients come in. The caller closes it.
func (a *app) openServer(ctx context.Context, holder string) (s *server, err error) {
	if err := a.home().Check(); err != nil {
		return nil, err
	}
	s = &server{a: a, metrics: prometheus.NewRegistry()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	for _, open := range []func(context.Context) error{
		func(ctx context.Context) error { return s.openLog(ctx, holder) }, s.openPolicy, s.openGateway, s.openDesk,
	} {
		if err := open(ctx); err != nil {
			return s, err
		}
	}
	return s, nil
}

// openLog takes the audit log, and listens for commands that have something to
// record.
func (s *server) openLog(ctx context.Context, holder string) (err error) {
	home := s.a.config.Home
	if s.log, err = audit.Open(audit.Home(home), audit.Options{Holder: holder}); err != nil {
		return err
	}
	s.closers = append(s.closers, s.log.Close)
	stop, err := listenForCommands(ctx, home, s.log)
	if err == nil {
		s.closers = append(s.closers, stop)
	}
	return err
}

// openPolicy puts the home's policy in force and records that.
func (s *server) openPolicy(ctx context.Context) error {
	catalog, err := s.a.catalog()
	if err != nil {
		return err
	}
	s.contracts.Store(catalog)
	s.policy, err = s.a.livePolicy(ctx, catalog, s.policyChanged)
	if err != nil {
		return err
	}
	s.policyChanged(ctx, s.policy.Engine(), nil)
	return nil
}

// policyChanged records that a policy was put in force, or refused.
func (s *server) policyChanged(ctx context.Context, e *opa.Engine, refused error) {
	entry := audit.Entry{
		Timestamp: s.a.now(), Kind: audit.KindPolicyLoad, Verdict: "allow", PolicyRevision: e.Revision(),
		ProgramVersion: buildVersions(nil).Version, Attributes: map[string]string{"origin": e.Origin()},
	}
	if refused != nil {
		entry.Verdict, entry.Reasons = "deny", []string{refused.Error()}
		s.a.log.ErrorContext(ctx, "a changed policy is refused; the one before stays in force", "revision", e.Revision(), "error", refused)
	} else {
		s.a.log.InfoContext(ctx, "policy in force", "revision", e.Revision(), "origin", e.Origin())
	}
	if _, err := s.log.Append(ctx, entry); err != nil {
		s.a.log.ErrorContext(ctx, "a change of policy was not recorded", "error", err)
	}
}

func (s *server) openGateway(context.Context) error {
	history, _, err := s.a.auditLog()
	if err != nil {
		return err
	}
	s.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	c := s.a.gatewayConfig(s, history)
	c.Policy, c.Recorder, c.Running, c.Metrics = s.policy, s.log, s.a.config.Serve.Statements, s.metrics
	if s.gateway, err = gateway.New(c); err != nil {
		return err
	}
	s.closers = append(s.closers, func() error { s.gateway.Close(); return nil })
	return nil
}

// Describe describes by the contracts as they are now.
func (s *server) Describe(dataset, column string) string {
	return s.contracts.Load().Describe(dataset, column)
}

// Key names primary keys by the contracts as they are now.
func (s *server) Key(dataset string) []string { return s.contracts.Load().Key(dataset) }

// Reference tells to what a column refers.
func (s *server) Reference(dataset, column string) (to, key string) {
	return s.contracts.Load().Reference(dataset, column)
}

func (s *server) openDesk(context.Context) error {
	home := s.a.config.Home
	record := func(ctx context.Context, t identity.Token, action identity.Action) error {
		_, err := s.log.Append(ctx, tokenEntry(t, action))
		return err
	}
	s.tokens = identity.OpenTokens(home, identity.Options{Now: s.a.now, Random: rand.Reader, Record: record})
	s.staff = s.a.vault()
	s.closers = append(s.closers, s.tokens.Close, s.staff.Close)
	directory, err := identity.Watch(home, s.a.log)
	if err != nil {
		return err
	}
	c := access.Config{Tokens: s.tokens, Directory: directory, Staff: s.staff, Gateway: s.gateway, Now: s.a.now}
	settings, ok, err := oidc.Load(home)
	if err != nil {
		return err
	}
	if ok {
		verifier, err := oidc.New(settings, oidc.Options{Now: s.a.now, Log: s.a.log})
		if err != nil {
			return err
		}
		c.Issuer = issuer{verifier}
	}
	s.desk = access.New(c)
	return nil
}

// issuer lets in whom an OIDC issuer has signed in.
type issuer struct{ verifier *oidc.Verifier }

func (i issuer) Verify(ctx context.Context, secret string) (access.Credential, bool, error) {
	who, mine, err := i.verifier.Verify(ctx, secret)
	return access.Credential{Principal: who.Principal, Expires: who.Expires}, mine, err
}

// verifyEvery is how often a server verifies the audit log.
const verifyEvery = 24 * time.Hour

// verifyLog verifies the audit log now and then, and keeps what it finds.
func (s *server) verifyLog(ctx context.Context) {
	ticker := time.NewTicker(verifyEvery)
	defer ticker.Stop()
	for {
		reader, paths, err := s.a.auditLog()
		if err == nil {
			var report audit.Report
			report, err = reader.Verify(ctx, paths.Remembered)
			if verified, ok := report.Verified(s.a.now(), err); ok {
				err = errors.Join(err, paths.KeepVerified(verified))
			}
		}
		if err != nil && ctx.Err() == nil {
			s.a.log.ErrorContext(ctx, "the audit log did not verify", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// watch takes over another policy and other contracts until the context ends.
func (s *server) watch(ctx context.Context) {
	var polling sync.WaitGroup
	polling.Go(func() { s.verifyLog(ctx) })
	polling.Go(func() { s.policy.Poll(ctx, pollEvery) })
	defer polling.Wait()
	current, _, _ := s.snapshots().CurrentID() //nolint:errcheck // each statement asks again, and says so
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if id, ok, err := s.snapshots().CurrentID(); err == nil && ok && id != current {
			current = id
			s.takeContracts(ctx)
		}
	}
}

func (s *server) snapshots() snapshot.Store { return snapshot.In(s.a.config.Home) }

// takeContracts puts the policy over the contracts of a new snapshot, for the
// sessions that begin from now on.
func (s *server) takeContracts(ctx context.Context) {
	catalog, err := s.a.catalog()
	if err != nil {
		s.a.log.ErrorContext(ctx, "changed contracts are not in force", "error", err)
		return
	}
	datasets, err := s.a.over(catalog)
	if err != nil {
		s.a.log.ErrorContext(ctx, "the marts of the new snapshot are not in force", "error", err)
		return
	}
	if err := s.policy.Over(ctx, datasets); err == nil { // a failure is told by the policy
		s.contracts.Store(catalog)
	}
}

// ready says why statements cannot be answered now, if so.
func (s *server) ready(context.Context) error {
	m, ok, err := s.snapshots().Current()
	if err != nil {
		return err
	}
	if !ok || m == nil {
		return policy.Errorf(policy.NotFound, "nothing is published yet; 'weir load' and then 'weir publish'")
	}
	return nil
}

// close ends what openServer began, the last first.
func (s *server) close() error {
	var problems []error
	for _, end := range slices.Backward(s.closers) {
		problems = append(problems, end())
	}
	return errors.Join(problems...)
}
