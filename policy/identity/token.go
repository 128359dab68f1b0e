package identity

import (
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// Token lets a client ask as a principal, for one purpose. It is what is known
// of a token once its secret has been shown.
type Token struct {
	ID          string         `json:"id"` // public: it names the token in lists and in the audit log
	Principal   string         `json:"principal"`
	Purpose     policy.Purpose `json:"purpose"`
	Agreement   string         `json:"agreement,omitempty"`
	Description string         `json:"description,omitempty"`
	Created     time.Time      `json:"created"`
	Expires     time.Time      `json:"expires"`
	Revoked     time.Time      `json:"revoked,omitzero"`
	Unrecorded  []Action       `json:"unrecorded,omitempty"` // what the audit log does not hold yet, in order
}

// Action is what happened to a token.
type Action string

// The actions. Each is an entry of the audit log.
const (
	Created Action = "created"
	Revoked Action = "revoked"
)

// A secret is weir_<id>_<256 random bits in base64url>; a scanner finds one by
// the expression weir_[a-z2-7]{8}_[A-Za-z0-9_-]{43}.
const (
	secretPrefix = "weir_"
	idBytes      = 5
	secretBytes  = 32
)

// draw makes an id and the secret that begins with it.
func draw(random io.Reader) (id, secret string, err error) {
	bits := make([]byte, idBytes+secretBytes)
	if _, err := io.ReadFull(random, bits); err != nil {
		return "", "", fmt.Errorf("draw a token: %w", err)
	}
	id = strings.ToLower(base32.StdEncoding.EncodeToString(bits[:idBytes]))
	return id, secretPrefix + id + "_" + base64.RawURLEncoding.EncodeToString(bits[idBytes:]), nil
}

// idOf returns the id in a secret, and none of what is not one.
func idOf(secret string) string {
	rest, _ := strings.CutPrefix(secret, secretPrefix)
	id, _, _ := strings.Cut(rest, "_")
	return id
}

// usable reports whether the token opens anything at a time: it has not been
// revoked, has not run out, and its making is on the audit log.
func (t *Token) usable(now time.Time) bool {
	return t.Revoked.IsZero() && now.Before(t.Expires) && !slices.Contains(t.Unrecorded, Created)
}
