package main

import (
	"context"
	"errors"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

// turns records entries in the home's audit log and holds it for each no
// longer than that takes, so that commands which run at the same time wait for
// each other by moments only. While a server has the log, it hands entries to
// the server. Each entry is under a signed checkpoint when Append returns.
type turns struct {
	home   string
	holder string // who records, for whoever finds the log in use
}

const (
	turnWait  = 10 * time.Second // until a command gives up
	turnPause = 10 * time.Millisecond
)

// Append records one entry.
func (t turns) Append(ctx context.Context, e audit.Entry) (index int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	log, err := t.open()
	for policy.CodeOf(err) == policy.Busy {
		if index, relayErr := t.relay(ctx, e); !errors.Is(relayErr, errNoRelay) {
			return index, relayErr
		}
		select {
		case <-ctx.Done():
			return 0, err
		case <-time.After(turnPause):
		}
		log, err = t.open()
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	if index, err = log.Append(ctx, e); err != nil {
		return 0, err
	}
	return index, log.Publish(ctx)
}

func (t turns) open() (*audit.Log, error) {
	return audit.Open(audit.Home(t.home), audit.Options{Holder: t.holder})
}

// record puts what a command did to the warehouse on its audit log.
func (a *app) record(ctx context.Context, kind audit.Kind, command string, datasets []string, attributes map[string]string) error {
	attributes["command"] = command
	_, err := turns{a.config.Home, command}.Append(ctx, audit.Entry{
		Timestamp: a.now(), Kind: kind, Door: string(policy.Command), ProgramVersion: buildVersions(nil).Version,
		Datasets: datasets, Attributes: attributes,
	})
	if err != nil {
		return policy.Errorf(policy.Failed, "the audit log cannot be written: %w", err)
	}
	return nil
}
