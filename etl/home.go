// Package etl loads source files into the build files of a warehouse and
// publishes them as immutable snapshots. Parsing and checking run inside
// DuckDB over whole files. Every input row is loaded or quarantined with its
// file, line and rule; a crash at any point loses nothing, and the same
// command again finishes the work. It answers no queries: readers have
// snapshots.
package etl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
)

// Home is the directory in which a warehouse lives.
type Home struct{ Dir string }

// Contracts holds the district's own contracts.
func (h Home) Contracts() string { return filepath.Join(h.Dir, "contracts") }

// Metrics holds the district's own metrics.
func (h Home) Metrics() string { return filepath.Join(h.Dir, "metrics") }

// Policy holds a district's own policy bundle; empty: the built-in one.
func (h Home) Policy() string { return filepath.Join(h.Dir, "policy") }

// Build holds the files that loads write.
func (h Home) Build() string { return filepath.Join(h.Dir, "build") }

// Snapshots holds the published snapshots.
func (h Home) Snapshots() string { return filepath.Join(h.Dir, "snapshots") }

// Audit holds the audit log.
func (h Home) Audit() string { return filepath.Join(h.Dir, "audit") }

// Compartment is the build file of a compartment.
func (h Home) Compartment(c contract.Compartment) string {
	return filepath.Join(h.Build(), string(c)+".duckdb")
}

// Quarantine is the database of rows that failed a check.
func (h Home) Quarantine() string { return filepath.Join(h.Build(), "quarantine.duckdb") }

// Dirs lists the directories of a home.
func (h Home) Dirs() []string {
	return []string{h.Dir, h.Contracts(), h.Metrics(), h.Policy(), h.Build(), h.Snapshots(), h.Audit()}
}

// Create makes the directories of a home, readable by their owner alone.
func (h Home) Create() error {
	for _, dir := range h.Dirs() {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("create the home: %w", err)
		}
		if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a directory needs its search bit
			return fmt.Errorf("protect the home: %w", err)
		}
	}
	return nil
}

// Check reports whether the home is one.
func (h Home) Check() error {
	if _, err := os.Stat(h.Build()); errors.Is(err, fs.ErrNotExist) {
		return policy.Errorf(policy.NotFound, "%s is not a Weir home; make one with `weir init %s`, or name another with --home", h.Dir, h.Dir)
	}
	return nil
}
