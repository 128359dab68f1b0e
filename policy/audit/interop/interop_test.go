// Package interop reads Weir's audit log with programs that others wrote:
// Tessera's client for the C2SP formats, and OPA's type for its decision log.
package interop

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/plugins/logs"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"github.com/weir-warehouse/weir/policy/audit"
)

const (
	origin = "weir.example.org/audit"
	size   = 700
)

// newLog returns a log of size entries, published more than once, its
// verifier key, and the first of its checkpoints.
func newLog(t *testing.T) (p audit.Paths, key string, early audit.Checkpoint) {
	t.Helper()
	p = audit.Home(t.TempDir())
	key, err := audit.Init(p, origin, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l, err := audit.Open(p, audit.Options{Holder: "interop"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range size {
		if _, err := l.Append(t.Context(), entry(i)); err != nil {
			t.Fatal(err)
		}
		if i != 299 {
			continue
		}
		if err := l.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if early, err = reader(t, p, key).Head(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return p, key, early
}

func entry(i int) audit.Entry {
	return audit.Entry{
		Timestamp: time.Date(2026, 9, 1, 8, 0, i, 0, time.UTC), Kind: audit.KindDecision, DecisionID: fmt.Sprintf("d-%06d", i),
		Principal: "person-1", Verdict: "allow", Labels: map[string]string{"app": "weir"}, Path: "weir/scope", RequestedBy: "10.0.0.7:51234",
		Bundles: map[string]audit.Bundle{"weir": {Revision: "b1946ac9"}}, Input: map[string]any{"purpose": "research"},
		Result: map[string]any{"allow": true}, Erased: []string{"/input/x"}, Masked: []string{"/input/y"}, Metrics: map[string]int64{"timer_rego_query_eval_ns": 81234},
	}
}

func reader(t *testing.T, p audit.Paths, key string) *audit.Reader {
	t.Helper()
	r, err := audit.NewReader(p.Dir, key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Tessera's client reads checkpoint, tiles and entries, and proves each entry
// and the consistency of two checkpoints.
func TestTesseraClient(t *testing.T) {
	t.Parallel()
	p, key, early := newLog(t)
	verifier, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	files := client.FileFetcher{Root: p.Dir}
	head, _, _, err := client.FetchCheckpoint(t.Context(), files.ReadCheckpoint, verifier, origin)
	if err != nil {
		t.Fatal(err)
	}
	if head.Size != size {
		t.Fatalf("size %d, want %d", head.Size, size)
	}
	builder, err := client.NewProofBuilder(t.Context(), head.Size, files.ReadTile)
	if err != nil {
		t.Fatal(err)
	}
	index := uint64(0)
	for n := range uint64(3) {
		bundle, err := client.GetEntryBundle(t.Context(), files.ReadEntryBundle, n, head.Size)
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range bundle.Entries {
			path, err := builder.InclusionProof(t.Context(), index)
			if err != nil {
				t.Fatal(err)
			}
			leaf := rfc6962.DefaultHasher.HashLeaf(raw)
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, head.Size, leaf, path, head.Hash); err != nil {
				t.Fatalf("entry %d: %v", index, err)
			}
			if !strings.Contains(string(raw), fmt.Sprintf(`"d-%06d"`, index)) {
				t.Fatalf("entry %d is %s", index, raw)
			}
			index++
		}
	}
	if index != size {
		t.Fatalf("%d entries, want %d", index, size)
	}
	path, err := builder.ConsistencyProof(t.Context(), uint64(early.Size), head.Size)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(early.Size), head.Size, path, early.Root[:], head.Hash); err != nil {
		t.Fatal(err)
	}
}

// Tessera's checker derives every tile and the root from the entries anew.
func TestTesseraFsck(t *testing.T) {
	t.Parallel()
	p, key, _ := newLog(t)
	verifier, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	hashes := func(bundle []byte) ([][]byte, error) {
		var entries api.EntryBundle
		if err := entries.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		var leaves [][]byte
		for _, raw := range entries.Entries {
			leaves = append(leaves, rfc6962.DefaultHasher.HashLeaf(raw))
		}
		return leaves, nil
	}
	check := fsck.New(origin, verifier, client.FileFetcher{Root: p.Dir}, hashes, fsck.Opts{N: 1})
	if err := check.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// OPA's own type takes each exported decision, and no field is foreign to it.
func TestOPADecisionLog(t *testing.T) {
	t.Parallel()
	p, key, _ := newLog(t)
	var out bytes.Buffer
	if err := audit.WriteOPA(&out, reader(t, p, key).All(t.Context())); err != nil {
		t.Fatal(err)
	}
	var events []logs.EventV1
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&events); err != nil {
		t.Fatal(err)
	}
	if len(events) != size {
		t.Fatalf("%d events, want %d", len(events), size)
	}
	e, want := events[5], entry(5)
	if e.DecisionID != want.DecisionID || !e.Timestamp.Equal(want.Timestamp) || e.Path != want.Path || e.RequestedBy != want.RequestedBy ||
		e.Bundles["weir"].Revision != "b1946ac9" || len(e.Erased) != 1 || len(e.Masked) != 1 || e.Input == nil || e.Result == nil ||
		e.Labels["app"] != "weir" || len(e.Metrics) != 1 || e.Custom["principal"] != "person-1" {
		t.Fatalf("event %+v", e)
	}
}
