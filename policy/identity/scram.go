package identity

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"slices"
)

const (
	// iterations of PBKDF2. They slow down guessing of passwords that people
	// choose. A secret has 256 random bits, of which no number of guesses finds
	// one, so the least that RFC 7677 (section 4) and clients accept is enough.
	iterations = 4096

	saltBytes = 16
)

// verifier holds what a server needs to check a SCRAM-SHA-256 client and to
// prove itself to it (RFC 5802, section 3).
type verifier struct {
	StoredKey digest `json:"stored_key"`
	ServerKey digest `json:"server_key"`
}

// newVerifier derives the verifier of a secret, which as plain ASCII is its own
// normalised form.
func newVerifier(secret string, p scramParameters, principal string) (verifier, error) {
	salted, err := pbkdf2.Key(sha256.New, secret, p.salt(principal), p.Iterations, sha256.Size)
	if err != nil {
		return verifier{}, fmt.Errorf("derive a SCRAM verifier: %w", err)
	}
	clientKey := mac(salted, []byte("Client Key"))
	return verifier{StoredKey: sha256.Sum256(clientKey[:]), ServerKey: mac(salted, []byte("Server Key"))}, nil
}

// scramParameters are what all verifiers of a file share.
type scramParameters struct {
	SaltKey    digest `json:"salt_key"`
	Iterations int    `json:"iterations"`
}

func drawParameters(random io.Reader) (scramParameters, error) {
	p := scramParameters{Iterations: iterations}
	if _, err := io.ReadFull(random, p.SaltKey[:]); err != nil {
		return p, fmt.Errorf("draw a salt key: %w", err)
	}
	return p, nil
}

// salt is one for each principal: an exchange names its salt before the client
// shows by which token it logs in. Names that no principal has get one in the
// same way, so that a salt does not tell who exists.
func (p scramParameters) salt(principal string) []byte {
	sum := mac(p.SaltKey[:], []byte(principal))
	return sum[:saltBytes]
}

// Challenge is the server's side of a SCRAM-SHA-256 exchange with a principal,
// who may log in with any of their tokens. Nothing in it tells whether the
// principal exists.
type Challenge struct {
	Salt       []byte
	Iterations int
	candidates []credential
}

// Verify finds the token whose secret the client has proved to know. Message
// is RFC 5802's AuthMessage, proof its ClientProof; the server answers with the
// signature. The time it takes does not depend on which token it is.
func (c Challenge) Verify(message, proof []byte) (t Token, serverSignature []byte, ok bool) {
	if len(proof) != sha256.Size {
		return Token{}, nil, false
	}
	nobody := []credential{{}} // as much work for a principal without tokens
	for _, candidate := range slices.Concat(c.candidates, nobody) {
		v := candidate.SCRAM
		signature := mac(v.StoredKey[:], message)
		var clientKey digest
		subtle.XORBytes(clientKey[:], signature[:], proof)
		stored := sha256.Sum256(clientKey[:])
		answer := mac(v.ServerKey[:], message)
		if subtle.ConstantTimeCompare(stored[:], v.StoredKey[:]) == 1 && candidate.ID != "" {
			t, serverSignature, ok = candidate.Token, answer[:], true
		}
	}
	return t, serverSignature, ok
}

func mac(key, message []byte) digest {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return digest(h.Sum(nil))
}
