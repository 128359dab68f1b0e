package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/flight"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
	"github.com/weir-warehouse/weir/sql/doors/pgwire"
)

// door is a protocol by which clients come in.
type door interface {
	// Serve answers clients until Shutdown, or until ctx ends, which cancels
	// what runs. It returns when the last one is gone.
	Serve(ctx context.Context, l net.Listener) error
	// Shutdown takes no new clients and lets what runs end; when ctx ends it
	// is cancelled.
	Shutdown(ctx context.Context) error
}

// opened is a door with the address at which it listens.
type opened struct {
	door

	name     policy.Door
	listener net.Listener
}

// listening is a door's line in what the server prints.
type listening struct {
	Door    policy.Door `json:"door"`
	Address string      `json:"address"`
	TLS     bool        `json:"tls"`
}

// openDoors listens at the configured addresses. In clear it does so on
// loopback only, unless that is insisted on.
func (s *server) openDoors(ctx context.Context, insecure bool) (doors []opened, err error) {
	c := s.a.config.Serve
	defer func() {
		if err != nil {
			for _, d := range doors {
				err = errors.Join(err, d.listener.Close())
			}
		}
	}()
	secure, err := c.tlsConfig()
	if err != nil {
		return nil, err
	}
	pg, err := pgwire.New(pgwire.Config{Desk: s.desk, TLS: secure, Log: s.a.log})
	if err != nil {
		return nil, err
	}
	fl, err := flight.New(flight.Config{Desk: s.desk, TLS: secure, Program: buildVersions(nil).Version, Now: s.a.now, Log: s.a.log})
	if err != nil {
		return nil, err
	}
	web, err := httpdoor.New(httpdoor.Config{
		Operations: httpdoor.Operations{Ready: s.ready, Metrics: s.metrics},
		Desk:       s.desk, Policy: s.policy, Snapshots: s.snapshots(), Definitions: s.definitions, TLS: secure, Now: s.a.now, Log: s.a.log,
	})
	if err != nil {
		return nil, err
	}
	for _, d := range []struct {
		name    policy.Door
		address string
		door    door
	}{{policy.PGWire, c.PGWire, pg}, {policy.Flight, c.Flight, fl}, {policy.HTTP, c.HTTP, web}} {
		if d.address == off {
			continue
		}
		l, err := listen(ctx, d.name, d.address, secure != nil || insecure)
		if err != nil {
			return doors, err
		}
		doors = append(doors, opened{d.door, d.name, l})
	}
	if len(doors) == 0 {
		return nil, policy.Errorf(policy.Usage, "serve.pgwire, serve.flight and serve.http are all off; open one of them")
	}
	return doors, nil
}

func listen(ctx context.Context, name policy.Door, address string, anywhere bool) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, policy.Errorf(policy.Usage, "serve.%s: %s cannot be listened at: %w", name, address, err)
	}
	if at, ok := l.Addr().(*net.TCPAddr); !anywhere && (!ok || !at.IP.IsLoopback()) {
		return nil, errors.Join(policy.Errorf(policy.Usage, "serve.%s: %s is reached by others, and without TLS they would send tokens in clear; "+
			"set serve.certificate and serve.key, or give --insecure if something else encrypts", name, address), l.Close())
	}
	return l, nil
}

// serve lets clients in until the context ends, and then lets what runs end
// for as long as drain says.
func serve(ctx context.Context, doors []opened, drain time.Duration) error {
	group, failed := errgroup.WithContext(context.WithoutCancel(ctx))
	for _, d := range doors {
		group.Go(func() error {
			if err := d.Serve(failed, d.listener); err != nil && ctx.Err() == nil {
				return fmt.Errorf("door %s: %w", d.name, err)
			}
			return nil
		})
	}
	select {
	case <-ctx.Done():
	case <-failed.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	var closing errgroup.Group
	for _, d := range doors {
		closing.Go(func() error {
			if err := d.Shutdown(draining); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("close door %s: %w", d.name, err)
			}
			return nil
		})
	}
	return errors.Join(closing.Wait(), group.Wait())
}

// addresses lists where the doors are.
func addresses(doors []opened, secure bool) []listening {
	out := make([]listening, len(doors))
	for i, d := range doors {
		out[i] = listening{d.name, d.listener.Addr().String(), secure}
	}
	return out
}

// at returns a door's address, or "" when it is shut.
func at(doors []listening, name policy.Door) string {
	for _, d := range doors {
		if d.Door == name {
			return strings.Replace(d.Address, "[::]", "localhost", 1)
		}
	}
	return ""
}
