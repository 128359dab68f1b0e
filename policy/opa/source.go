package opa

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// ErrUnchanged says that a source holds the bundle that was read from it last.
var ErrUnchanged = errors.New("the policy bundle has not changed")

// Source is where a bundle comes from.
type Source interface {
	// Read returns the bundle, or ErrUnchanged.
	Read(ctx context.Context) (*Bundle, error)
}

// Key verifies the signature of a bundle (OPA's .signatures.json). With a key,
// a bundle without a valid signature over each of its files is refused.
type Key struct {
	ID        string
	Algorithm string // such as RS256, ES256, HS256
	Public    string // PEM, or the shared secret of an HS algorithm
	Scope     string // that the signature must be for; empty: any
}

// verification returns OPA's form of the key; nil for none.
func (k *Key) verification() *bundle.VerificationConfig {
	if k == nil {
		return nil
	}
	keys := map[string]*bundle.KeyConfig{k.ID: {Key: k.Public, Algorithm: k.Algorithm, Scope: k.Scope}}
	return bundle.NewVerificationConfig(keys, k.ID, k.Scope, nil)
}

// Open returns the source at a location: a directory, a tarball (.tar.gz or
// .tgz), or the http or https address of one. Empty is the built-in bundle,
// which needs no key. It reads nothing yet.
func Open(location string, key *Key) (Source, error) {
	switch {
	case location == "":
		return builtInSource{}, nil
	case strings.HasPrefix(location, "http://"), strings.HasPrefix(location, "https://"):
		return newRemote(location, key)
	case strings.HasSuffix(location, ".tar.gz"), strings.HasSuffix(location, ".tgz"):
		return &tarball{path: location, key: key}, nil
	}
	return &directory{path: location, key: key}, nil
}

// builtInSource is the bundle that comes with Weir.
type builtInSource struct{}

func (builtInSource) Read(context.Context) (*Bundle, error) { return BuiltIn() }

// directory is a bundle in a directory.
type directory struct {
	path string
	key  *Key
}

func (d *directory) Read(context.Context) (*Bundle, error) {
	if _, err := os.ReadDir(d.path); err != nil {
		return nil, fmt.Errorf("read policy bundle: %w", err)
	}
	return read(bundle.NewDirectoryLoader(d.path), d.path, d.key.verification())
}

// tarball is a bundle in a gzipped tar file.
type tarball struct {
	path string
	key  *Key
}

func (t *tarball) Read(context.Context) (_ *Bundle, err error) {
	f, err := os.Open(t.path)
	if err != nil {
		return nil, fmt.Errorf("read policy bundle: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return read(bundle.NewTarballLoaderWithBaseURL(f, ""), t.path, t.key.verification())
}
