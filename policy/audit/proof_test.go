package audit

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
)

// A proof holds for its entry, and no proof with any byte changed does, save
// for another spelling of the same thing, of which there is none.
func TestProof(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	r := reader(t, p)
	key, err := p.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		index := rapid.Int64Range(0, 299).Draw(rt, "index")
		proof, err := r.Prove(t.Context(), index)
		if err != nil {
			rt.Fatal(err)
		}
		record, err := VerifyProof(proof, key)
		if err != nil || record.Index != index || !bytes.Contains(record.Raw, fmt.Appendf(nil, `"d-%06d"`, index)) {
			rt.Fatalf("entry %d: %+v, %v", index, record, err)
		}
		at := rapid.IntRange(0, len(proof)-1).Draw(rt, "at")
		proof[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
		if record, err := VerifyProof(proof, key); err == nil {
			rt.Fatalf("byte %d changed, still proves %+v", at, record)
		}
	})
	if _, err := r.Prove(t.Context(), 300); policy.CodeOf(err) != policy.NotFound {
		t.Fatalf("no such entry: %v", err)
	}
	if _, err := VerifyProof(nil, "no key"); policy.CodeOf(err) != policy.Usage {
		t.Fatalf("no key: %v", err)
	}
}

// A log with a tampered entry gives no proof of it.
func TestProveRefusesTampered(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	name := filepath.Join(p.Dir, "tile/entries/000")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(data, []byte("d-000017"), []byte("d-999917"), 1), filePerm); err != nil {
		t.Fatal(err)
	}
	r := reader(t, p)
	if _, err := r.Prove(t.Context(), 17); err == nil || !strings.Contains(err.Error(), "not in the signed tree") {
		t.Fatalf("tampered entry: %v", err)
	}
	if _, err := r.Prove(t.Context(), 18); err != nil {
		t.Fatal(err)
	}
}

// Witnesses add signatures to a checkpoint; it is the log's all the same, in
// the log, remembered, and in a proof.
func TestCosignedCheckpoint(t *testing.T) {
	t.Parallel()
	p := filled(t, 20)
	v := verifier(t, p)
	private, _, err := note.GenerateKey(rand.Reader, "witness.example.net")
	if err != nil {
		t.Fatal(err)
	}
	witness, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := os.ReadFile(p.Remembered)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	cosigned, err := note.Sign(n, witness)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(p.Remembered, cosigned, filePerm), os.WriteFile(filepath.Join(p.Dir, checkpointFile), cosigned, filePerm)); err != nil {
		t.Fatal(err)
	}
	r := reader(t, p)
	if _, err := r.Verify(t.Context(), p.Remembered); err != nil {
		t.Fatal(err)
	}
	proof, err := r.Prove(t.Context(), 3)
	if err != nil || !bytes.Contains(proof, []byte("witness.example.net")) {
		t.Fatalf("%s, %v", proof, err)
	}
	fill(t, open(t, p), 20, 1)
	if _, err := ParseCheckpoint(cosigned, wrongKey(t)); err == nil {
		t.Fatal("a checkpoint passes under another log's key")
	}
}

func wrongKey(t *testing.T) note.Verifier {
	t.Helper()
	return verifier(t, newLog(t))
}

// The tree is the one that package tlog, given the entries alone, builds, and
// its proofs between any two sizes hold.
func TestTreeIsRFC6962(t *testing.T) {
	t.Parallel()
	p := filled(t, 600)
	r := reader(t, p)
	var stored []tlog.Hash
	hashes := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var list []tlog.Hash
		for _, i := range indexes {
			list = append(list, stored[i])
		}
		return list, nil
	})
	for record, err := range r.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		more, err := tlog.StoredHashes(record.Index, record.Raw, hashes)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
	}
	head, err := r.Head()
	if err != nil {
		t.Fatal(err)
	}
	root, err := tlog.TreeHash(600, hashes)
	if err != nil || root != head.Root {
		t.Fatalf("root %v, %v; signed is %v", root, err, head.Root)
	}
	for _, size := range []int64{1, 255, 256, 257, 300, 512, 599, 600} {
		earlier, err := tlog.TreeHash(size, hashes)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := tlog.ProveTree(600, size, r.hashes(head))
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckTree(proof, 600, root, size, earlier); err != nil {
			t.Fatalf("tree of %d: %v", size, err)
		}
	}
}
