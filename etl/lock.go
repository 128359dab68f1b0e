package etl

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/weir-warehouse/weir/policy"
)

// Holder is who writes a home now.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// Lock makes its process the one writer of a home. The operating system drops
// it when the process ends, however it ends.
type Lock struct{ file *flock.Flock }

func (h Home) lockFile() string { return filepath.Join(h.Build(), "writer.lock") }

// Lock takes the writer's lock, or says who has it.
func (h Home) Lock(command string, now time.Time) (*Lock, error) {
	file := flock.New(h.lockFile(), flock.SetPermissions(0o600))
	ok, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the home: %w", err)
	}
	if !ok {
		return nil, h.busy()
	}
	host, _ := os.Hostname() //nolint:errcheck // a name for a message
	data, err := json.Marshal(Holder{PID: os.Getpid(), Host: host, Command: command, Since: now.UTC()})
	if err == nil {
		err = os.WriteFile(h.lockFile(), data, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the home: %w", errors.Join(err, file.Unlock()))
	}
	return &Lock{file: file}, nil
}

// Unlock lets the next writer in.
func (l *Lock) Unlock() error { return l.file.Unlock() }

// Writer returns who writes the home now; ok is false when nobody does.
func (h Home) Writer() (holder Holder, ok bool, err error) {
	file := flock.New(h.lockFile(), flock.SetPermissions(0o600))
	free, err := file.TryRLock()
	if err != nil || free {
		return Holder{}, false, errors.Join(err, file.Unlock())
	}
	data, err := os.ReadFile(h.lockFile())
	if err == nil {
		err = json.Unmarshal(data, &holder)
	}
	return holder, true, err
}

func (h Home) busy() error {
	holder, _, err := h.Writer()
	if err != nil || holder.PID == 0 {
		return policy.Errorf(policy.Busy, "another process writes %s; wait for it and try again", h.Dir)
	}
	return policy.Errorf(policy.Busy, "%s is being written by `%s` (process %d on %s, since %s); wait for it and try again",
		h.Dir, holder.Command, holder.PID, holder.Host, holder.Since.Format(time.RFC3339))
}
