package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Verified is what the last verification of the log found. Its state is
// "intact", a [FaultKind], or "never" before the first one.
type Verified struct {
	At      *time.Time `json:"verified_at"`
	Entries int64      `json:"verified_entries"`
	State   string     `json:"state"`
	Reason  string     `json:"reason"`
}

// The states that are no fault.
const (
	stateIntact = "intact"
	stateNever  = "never"
)

// Verified turns the answer of [Reader.Verify] at a time into what it found;
// ok is false if it found out nothing.
func (r Report) Verified(at time.Time, err error) (v Verified, ok bool) {
	at = at.UTC()
	if fault, found := errors.AsType[*Fault](err); found {
		return Verified{&at, max(fault.First, 0), string(fault.Kind), fault.Error()}, true
	}
	return Verified{&at, r.Checkpoint.Size, stateIntact, ""}, err == nil
}

// LastVerified reads what was found last.
func (p Paths) LastVerified() (Verified, error) {
	v := Verified{State: stateNever}
	data, err := os.ReadFile(p.Verified)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		return v, fmt.Errorf("read the last verification of the audit log: %w", err)
	}
	return v, nil
}

// KeepVerified keeps what was found, in place of what was found before.
func (p Paths) KeepVerified(v Verified) (err error) {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(p.Verified), filepath.Base(p.Verified)+".*")
	if err != nil {
		return fmt.Errorf("keep the verification of the audit log: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), p.Verified)
	}
	if err != nil {
		return fmt.Errorf("keep the verification of the audit log: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
