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
// current snapshot. It opens the vault for each question that it has not
// answered before and holds no more of it than those answers. It is safe for
// concurrent use.
type Vault struct {
	home   Home
	engine duck.Options

	mu       sync.Mutex
	snapshot string            // that answers are from
	answers  map[string]string // keys, empty for nobody, by scheme and value
}

// NewVault returns the vault of a home, opened by engines with such options.
func NewVault(home Home, engine duck.Options) *Vault {
	engine.Threads = 1 // it reads a row
	return &Vault{home: home, engine: engine}
}

// StaffKey returns the pseudonym of the member of staff whom an identifier
// names; ok is false when it names nobody. Schemes are those of
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
	if v.snapshot != m.ID {
		v.snapshot, v.answers = m.ID, map[string]string{}
	}
	question := scheme + " " + value
	key, known := v.answers[question]
	if !known {
		if key, err = v.ask(ctx, m, scheme, value); err != nil {
			return "", false, fmt.Errorf("ask the vault of snapshot %s: %w", m.ID, err)
		}
		v.answers[question] = key
	}
	return key, key != "", nil
}

// ask looks the identifier up. One that names two people names nobody.
func (v *Vault) ask(ctx context.Context, m *snapshot.Manifest, scheme, value string) (key string, err error) {
	part, ok := m.Compartment(string(contract.Vault))
	if !ok {
		return "", policy.Errorf(policy.Failed, "it has none")
	}
	db, err := duck.Open(ctx, v.engine)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := duck.Attach(ctx, db.SQL(), snapshot.In(v.home.Dir).Path(m.ID, part.File), "vault", duck.ReadOnly); err != nil {
		return "", err
	}
	return scalar[string](ctx, db.SQL(), `
		SELECT CASE WHEN count(DISTINCT person_key) = 1 THEN CAST(any_value(person_key) AS VARCHAR) ELSE '' END
		FROM vault.identity.identifier WHERE person = ? AND scheme = ? AND value = ?`, string(contract.Staff), scheme, value)
}
