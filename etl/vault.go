package etl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Vault tells which member of staff an identifier names, by the vault of the
// current snapshot. It has that open, in an engine of its own, from the first
// question until Close, and tells nothing else of it. It is safe for concurrent
// use.
type Vault struct {
	home   Home
	engine duck.Options

	mu       sync.Mutex
	snapshot string // whose vault db has open
	db       *duck.DB
}

// NewVault returns the vault of a home, for an engine with such options.
func NewVault(home Home, engine duck.Options) *Vault {
	engine.Threads = 1 // it reads a row at a time
	return &Vault{home: home, engine: engine}
}

// StaffKey returns the pseudonym of the member of staff whom an identifier
// names; ok is false when it names nobody, or two people. Schemes are those of
// [contract.Staff]. Before a snapshot is published it fails with
// [policy.NotFound].
func (v *Vault) StaffKey(ctx context.Context, scheme, value string) (key string, ok bool, err error) {
	value = strings.TrimSpace(value)
	if scheme == "email" { // as identifiers are stored
		value = strings.ToLower(value)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	m, ok, err := snapshot.In(v.home.Dir).Current()
	if err != nil {
		return "", false, err
	}
	if !ok {
		return "", false, policy.Errorf(policy.NotFound, "nothing is published yet; `weir load` and then `weir publish`")
	}
	if err := v.open(ctx, m); err != nil {
		return "", false, fmt.Errorf("open the vault of snapshot %s: %w", m.ID, err)
	}
	key, err = scalar[string](ctx, v.db.SQL(), `
		SELECT CASE WHEN count(DISTINCT person_key) = 1 THEN CAST(any_value(person_key) AS VARCHAR) ELSE '' END
		FROM vault.identity.identifier WHERE person = ? AND scheme = ? AND value = ?`, string(contract.Staff), scheme, value)
	if err != nil {
		return "", false, fmt.Errorf("ask the vault of snapshot %s: %w", m.ID, err)
	}
	return key, key != "", nil
}

// open opens the vault of a snapshot in place of another's.
func (v *Vault) open(ctx context.Context, m *snapshot.Manifest) error {
	if v.db != nil && v.snapshot == m.ID {
		return nil
	}
	part, ok := m.Compartment(string(contract.Vault))
	if !ok {
		return policy.Errorf(policy.Failed, "it has none")
	}
	if err := v.close(); err != nil {
		return err
	}
	db, err := duck.Open(ctx, v.engine)
	if err != nil {
		return err
	}
	if err := duck.Attach(ctx, db.SQL(), snapshot.In(v.home.Dir).Path(m.ID, part.File), "vault", duck.ReadOnly); err != nil {
		return errors.Join(err, db.Close())
	}
	v.snapshot, v.db = m.ID, db
	return nil
}

// Close lets go of the vault. A later question opens it again.
func (v *Vault) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.close()
}

func (v *Vault) close() error {
	if v.db == nil {
		return nil
	}
	db := v.db
	v.db = nil
	return db.Close()
}
