package audit

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is a tree head that the log signed (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Note   []byte // the signed note, byte for byte
}

// ParseCheckpoint reads a signed checkpoint. It must bear a good signature of
// the verifier's key and its origin must be the key's name; other signatures,
// such as those of witnesses, may be there and are not checked.
func ParseCheckpoint(msg []byte, verifier note.Verifier) (Checkpoint, error) {
	n, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	if err := strictSignatures(n); err != nil {
		return Checkpoint{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return Checkpoint{}, fmt.Errorf("checkpoint: %d lines, want origin, size and root", len(lines)-1)
	}
	if lines[0] != verifier.Name() {
		return Checkpoint{}, fmt.Errorf("checkpoint: origin is %q, the key's name is %q", lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("checkpoint: %q is not a tree size", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fmt.Errorf("checkpoint: %q is not a root hash", lines[2])
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root), Note: msg}, nil
}

// strictSignatures refuses a signature line with more than one spelling:
// package note ignores the unused bits at the end of base64, and then a
// changed byte would go unnoticed.
func strictSignatures(n *note.Note) error {
	for _, list := range [][]note.Signature{n.Sigs, n.UnverifiedSigs} {
		for _, sig := range list {
			if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
				return fmt.Errorf("checkpoint: signature of %s: %w", sig.Name, err)
			}
		}
	}
	return nil
}

// readCheckpoint reads a file that holds a signed checkpoint.
func readCheckpoint(path string, verifier note.Verifier) (Checkpoint, error) {
	msg, err := os.ReadFile(path)
	if err != nil {
		return Checkpoint{}, err
	}
	return ParseCheckpoint(msg, verifier)
}

// signCheckpoint signs a tree head with the log's key.
func signCheckpoint(signer note.Signer, size int64, root tlog.Hash) (Checkpoint, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign checkpoint: %w", err)
	}
	return Checkpoint{Origin: signer.Name(), Size: size, Root: root, Note: msg}, nil
}
