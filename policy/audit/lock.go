package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/weir-warehouse/weir/policy"
)

// acquire takes the writer's lock and leaves the holder's name in it. The
// operating system drops the lock when the process ends, however it ends.
func acquire(path, holder string) (*flock.Flock, error) {
	lock := flock.New(path)
	free, err := lock.TryLock()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, policy.Errorf(policy.NotFound, "there is no audit log in %s; initialise the home first", filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("lock audit log: %w", err)
	}
	if !free {
		name, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read audit lock: %w", err)
		}
		return nil, policy.Errorf(policy.Busy, "audit log is in use by %s; one process writes at a time", strings.TrimSpace(string(name)))
	}
	name := fmt.Sprintf("%s (process %d)\n", holder, os.Getpid())
	if err := os.WriteFile(path, []byte(name), filePerm); err != nil {
		return nil, errors.Join(fmt.Errorf("name audit lock: %w", err), lock.Unlock())
	}
	return lock, nil
}
