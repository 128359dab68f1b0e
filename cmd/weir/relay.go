package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

// relayName is the socket in the home by which commands reach the audit log
// while a server has it. The home's permissions say who can.
const relayName = "audit.sock"

func relayPath(home string) string { return filepath.Join(home, relayName) }

// relayed is the answer to an entry.
type relayed struct {
	Index int64 `json:"index"`
}

// listenForCommands records what commands hand in, until stop is called.
func listenForCommands(ctx context.Context, home string, log *audit.Log) (stop func() error, err error) {
	path := relayPath(home)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // a crash left it: the log's lock is ours
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, policy.Errorf(policy.Failed, "commands cannot be given a way to the audit log: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server := &http.Server{ReadHeaderTimeout: turnWait, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e audit.Entry
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, audit.MaxEntry)).Decode(&e); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		index, err := log.Append(r.Context(), e)
		if err == nil {
			err = log.Publish(r.Context())
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(relayed{index}) //nolint:errcheck,errchkjson // the command is gone; its entry is there
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) //nolint:errcheck // it ends by Shutdown
	}()
	return func() error {
		err := server.Shutdown(context.WithoutCancel(ctx))
		<-done
		return err
	}, nil
}

// errNoRelay says that no server listens.
var errNoRelay = errors.New("no server listens")

// relay hands an entry to the server that has the log.
func (t turns) relay(ctx context.Context, e audit.Entry) (int64, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return 0, err
	}
	var reached atomic.Bool
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", relayPath(t.home))
		reached.Store(err == nil)
		return conn, err
	}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://audit/", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	response, err := client.Do(request)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || !reached.Load() && ctx.Err() != nil {
		return 0, errNoRelay // nothing was sent
	}
	if err != nil {
		return 0, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) //nolint:errcheck // what there is of it
		return 0, policy.Errorf(policy.Failed, "the server that has the audit log did not record it: %s", bytes.TrimSpace(text))
	}
	var answer relayed
	err = json.NewDecoder(response.Body).Decode(&answer)
	return answer.Index, err
}
