package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
)

// credential is a token as tokens.json has it. The verifiers check a secret;
// nobody gets from them to the secret, nor in with them.
type credential struct {
	Token
	SHA256 digest   `json:"sha256"` // of the secret, for bearer use
	SCRAM  verifier `json:"scram_sha_256"`
}

// digest is a SHA-256 or an HMAC-SHA-256.
type digest [sha256.Size]byte

// MarshalText spells the digest in base64.
func (d digest) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, d[:]), nil
}

// UnmarshalText reads a digest in base64.
func (d *digest) UnmarshalText(text []byte) error {
	raw, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return fmt.Errorf("not %d bytes in base64", len(d))
	}
	copy(d[:], raw)
	return nil
}

// bears reports in constant time whether a secret is the credential's.
func (c *credential) bears(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], c.SHA256[:]) == 1
}
