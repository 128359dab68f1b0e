package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/weir-warehouse/weir/policy"
)

const proofHeader = "c2sp.org/tlog-proof@v1"

// Prove returns a proof that the entry with an index is in the signed log, in
// the text form of C2SP tlog-proof. The entry itself is the proof's extra
// data, so the text is all that [VerifyProof] needs but the verifier key.
func (r *Reader) Prove(ctx context.Context, index int64) ([]byte, error) {
	record, err := r.Entry(ctx, index)
	if err != nil {
		return nil, err
	}
	head, err := r.Head()
	if err != nil {
		return nil, err
	}
	path, err := tlog.ProveRecord(head.Size, index, r.hashes(head))
	if err != nil {
		return nil, fmt.Errorf("prove audit entry %d: %w", index, err)
	}
	var proof bytes.Buffer
	fmt.Fprintf(&proof, "%s\nextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(record.Raw), index)
	for _, h := range path {
		fmt.Fprintf(&proof, "%s\n", h)
	}
	fmt.Fprintf(&proof, "\n%s", head.Note)
	if _, err := checkProof(proof.Bytes(), r.verifier); err != nil {
		return nil, fmt.Errorf("prove audit entry %d: %w; verify the log", index, err)
	}
	return proof.Bytes(), nil
}

// VerifyProof checks a proof made by [Reader.Prove], offline, with the log's
// verifier key, and returns the entry that it proves.
func VerifyProof(proof []byte, verifierKey string) (Record, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return Record{}, policy.Errorf(policy.Usage, "audit verifier key: %w", err)
	}
	return checkProof(proof, verifier)
}

func checkProof(proof []byte, verifier note.Verifier) (Record, error) {
	body, checkpoint, ok := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(body), "\n")
	if !ok || len(lines) < 3 || lines[0] != proofHeader {
		return Record{}, policy.Errorf(policy.Usage, "audit proof: want %q, extra, index, hashes, an empty line and a checkpoint", proofHeader)
	}
	head, err := ParseCheckpoint(checkpoint, verifier)
	if err != nil {
		return Record{}, policy.Errorf(policy.DataRefused, "audit proof: %w", err)
	}
	index, raw, path, err := parseProof(lines)
	if err != nil {
		return Record{}, err
	}
	if err := tlog.CheckRecord(path, head.Size, head.Root, index, tlog.RecordHash(raw)); err != nil {
		return Record{}, policy.Errorf(policy.DataRefused, "audit proof: entry %d is not in the signed tree of %d entries: %w", index, head.Size, err)
	}
	return Record{Index: index, Raw: raw}, nil
}

// parseProof reads the lines of a proof that stand before its checkpoint.
func parseProof(lines []string) (index int64, raw []byte, path tlog.RecordProof, err error) {
	extra, ok := strings.CutPrefix(lines[1], "extra ")
	raw, err = base64.StdEncoding.Strict().DecodeString(extra)
	if !ok || err != nil {
		return 0, nil, nil, policy.Errorf(policy.Usage, "audit proof: line 2: want extra with the entry in base64")
	}
	number, ok := strings.CutPrefix(lines[2], "index ")
	index, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || strconv.FormatInt(index, 10) != number {
		return 0, nil, nil, policy.Errorf(policy.Usage, "audit proof: line 3: want index with the entry's number")
	}
	for i, line := range lines[3:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return 0, nil, nil, policy.Errorf(policy.Usage, "audit proof: line %d: want a hash in base64", i+4)
		}
		path = append(path, tlog.Hash(h))
	}
	return index, raw, path, nil
}
