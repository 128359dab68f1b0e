package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/policy/opa"
)

const (
	secretName  = "secret" // file of the warehouse's secret, from which keys of hashed columns come
	secretBytes = 32

	// provenName is a file with the keys of the policies that were proved last, so
	// that each command need not prove them again.
	provenName = "proven"
	provenKept = 16
)

// datasets returns what policy decides on: the datasets of the contracts, the
// audit log, and the marts of the current snapshot.
func (a *app) datasets() ([]policy.Dataset, error) {
	catalog, err := a.catalog()
	if err != nil {
		return nil, err
	}
	return a.over(catalog)
}

// over returns the datasets of contracts with the marts of the current snapshot.
func (a *app) over(catalog *contract.Catalog) ([]policy.Dataset, error) {
	derived, err := a.derived()
	return append(datasetsOf(catalog), derived...), err
}

func datasetsOf(catalog *contract.Catalog) []policy.Dataset {
	datasets := catalog.Policy()
	for _, l := range new(oversight).ledgers() {
		datasets = append(datasets, l.Dataset)
	}
	return datasets
}

// policySource returns where the policy is: where the configuration says, else
// in the home's folder policy, or, if that is empty, built in. With a key
// configured, a policy that is not built in must be signed with it.
func (a *app) policySource() (opa.Source, error) {
	location := a.config.Policy.Bundle
	if location == policyOfHome {
		location = ""
		entries, err := os.ReadDir(a.home().Policy())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look for a policy: %w", err)
		}
		if len(entries) > 0 {
			location = a.home().Policy()
		}
	}
	key, err := a.policyKey()
	if err != nil {
		return nil, err
	}
	return opa.Open(location, key)
}

// policyKey reads the key with which policies must be signed; nil is none.
func (a *app) policyKey() (*opa.Key, error) {
	c := a.config.Policy
	if c.Key == none {
		return nil, nil //nolint:nilnil // no key is configured, which is no fault
	}
	pem, err := os.ReadFile(c.Key)
	if err != nil {
		return nil, policy.Errorf(policy.Usage, "policy.key = %q: the key cannot be read: %w", c.Key, err)
	}
	return &opa.Key{ID: "weir", Algorithm: c.Algorithm, Public: string(pem)}, nil
}

// policyEngine loads the home's policy over its datasets, and proves it unless
// this version of the program has proved the very same before.
func (a *app) policyEngine(ctx context.Context) (*opa.Engine, error) {
	source, err := a.policySource()
	if err != nil {
		return nil, err
	}
	engine, err := a.loadPolicy(ctx, source, a.proven)
	if err != nil {
		return nil, err
	}
	return engine, a.noteProven(engine)
}

// livePolicy loads the home's policy as policyEngine does, to be loaded again
// when it changes.
func (a *app) livePolicy(
	ctx context.Context, catalog *contract.Catalog, tell func(context.Context, *opa.Engine, error),
) (*opa.Live, error) {
	secret, err := a.secret()
	if err != nil {
		return nil, err
	}
	source, err := a.policySource()
	if err != nil {
		return nil, err
	}
	if a.config.Policy.Bundle == policyOfHome {
		source = homePolicy{a}
	}
	datasets, err := a.over(catalog)
	if err != nil {
		return nil, err
	}
	live, err := opa.NewLive(ctx, source, datasets, opa.Options{Secret: secret, Proven: a.proven}, tell)
	if err != nil {
		return nil, err
	}
	return live, a.noteProven(live.Engine())
}

// homePolicy is the policy that a home has of itself: which one that is changes
// when a policy is put into its folder or taken out.
type homePolicy struct{ a *app }

func (h homePolicy) Read(ctx context.Context) (*opa.Bundle, error) {
	source, err := h.a.policySource()
	if err != nil {
		return nil, err
	}
	return source.Read(ctx)
}

func (a *app) provenMarker() string { return filepath.Join(a.home().Build(), provenName) }

// provenMark says that this version of the program has proved a policy.
func provenMark(key string) string {
	info, _ := debug.ReadBuildInfo()
	program := buildVersions(info)
	return key + " " + program.Version + " " + program.Commit + "\n"
}

func (a *app) proven(key string) bool {
	return slices.Contains(a.provenMarks(), provenMark(key))
}

// provenMarks are the marks of what was proved last: a home goes back and forth
// between catalogues, as marts come and go.
func (a *app) provenMarks() []string {
	text, err := os.ReadFile(a.provenMarker())
	if err != nil {
		return nil
	}
	marks := strings.SplitAfter(string(text), "\n")
	return marks[:len(marks)-1]
}

func (a *app) noteProven(engine *opa.Engine) error {
	if a.proven(engine.ProofKey()) {
		return nil
	}
	marks := append(a.provenMarks(), provenMark(engine.ProofKey()))
	marks = marks[max(0, len(marks)-provenKept):]
	if err := os.WriteFile(a.provenMarker(), []byte(strings.Join(marks, "")), 0o600); err != nil {
		return fmt.Errorf("note that the policy is proved: %w", err)
	}
	return nil
}

// loadPolicy loads a policy over the home's datasets.
func (a *app) loadPolicy(ctx context.Context, source opa.Source, proven func(key string) bool) (*opa.Engine, error) {
	bundle, err := source.Read(ctx)
	if err != nil {
		return nil, err
	}
	datasets, err := a.datasets()
	if err != nil {
		return nil, err
	}
	secret, err := a.secret()
	if err != nil {
		return nil, err
	}
	return opa.New(ctx, bundle, datasets, opa.Options{Secret: secret, Proven: proven})
}

// secret reads the warehouse's secret.
func (a *app) secret() ([]byte, error) {
	if err := a.home().Check(); err != nil {
		return nil, err
	}
	secret, err := os.ReadFile(filepath.Join(a.config.Home, secretName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, policy.Errorf(policy.Failed, "the warehouse has no secret; restore the file %s from a backup, "+
			"or run 'weir init' to make one, with which hashed columns get other values than before", secretName)
	}
	if err != nil {
		return nil, fmt.Errorf("read the warehouse's secret: %w", err)
	}
	if len(secret) != secretBytes {
		return nil, policy.Errorf(policy.Failed, "the file %s has %d bytes, not %d; restore it from a backup",
			secretName, len(secret), secretBytes)
	}
	return secret, nil
}

// directory reads who may ask.
func (a *app) directory() (*identity.Directory, error) {
	if err := a.home().Check(); err != nil {
		return nil, err
	}
	return identity.Load(a.config.Home)
}

// vault returns who knows staff by their identifiers; the caller closes it.
func (a *app) vault() *etl.Vault { return etl.NewVault(a.home(), a.engine()) }

// requester is who asks on the command line, and for what.
type requester struct {
	principal, agreement string
	purpose              policy.Purpose
}

func (r *requester) flags(flags *pflag.FlagSet) {
	flags.StringVar(&r.principal, "as", "", "principal who asks")
	flags.StringVar((*string)(&r.purpose), "purpose", "", "purpose of asking")
	flags.StringVar(&r.agreement, "agreement", "", "agreement under which to ask, for research")
	for _, name := range []string{"as", "purpose"} {
		_ = cobra.MarkFlagRequired(flags, name) //nolint:errcheck // it is there
	}
}

func (a *app) requestOf(ctx context.Context, r requester) (policy.Request, error) {
	return a.request(ctx, r.principal, r.purpose, r.agreement, policy.Command)
}

// request returns what a principal asks policy today. It refuses words that
// are no purpose; whether the principal may have the purpose is for policy.
func (a *app) request(
	ctx context.Context, principal string, purpose policy.Purpose, agreement string, door policy.Door,
) (_ policy.Request, err error) {
	if err := checkPurpose(purpose); err != nil {
		return policy.Request{}, err
	}
	directory, err := a.directory()
	if err != nil {
		return policy.Request{}, err
	}
	vault := a.vault()
	defer func() { err = errors.Join(err, vault.Close()) }()
	return directory.Request(ctx, vault, principal, purpose, agreement, door, a.now())
}

func checkPurpose(purpose policy.Purpose) error {
	if slices.Contains(policy.Purposes(), purpose) {
		return nil
	}
	return policy.Errorf(policy.Usage, "--purpose %q is unknown; known are %s", purpose, join(policy.Purposes()))
}

// join lists words with commas between them.
func join[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
