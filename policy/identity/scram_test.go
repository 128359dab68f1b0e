package identity_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xdg-go/scram"

	"github.com/weir-warehouse/weir/policy/identity"
)

// login runs a SCRAM-SHA-256 exchange of an independent client with a server
// that knows nothing but what the store answers. The client checks the
// server's signature.
func login(t *testing.T, s *identity.Store, principal, password string) (token identity.Token, ok bool) {
	t.Helper()
	client, err := scram.SHA256.NewClient("", password, "") // PostgreSQL clients send no name here
	if err != nil {
		t.Fatal(err)
	}
	conversation := client.NewConversation()
	first, err := conversation.Step("")
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.TrimPrefix(first, "n,,")
	challenge, err := s.Scram(t.Context(), principal)
	if err != nil {
		t.Fatal(err)
	}
	serverFirst := fmt.Sprintf("r=%sserver,s=%s,i=%d", bare[strings.Index(bare, "r=")+2:],
		base64.StdEncoding.EncodeToString(challenge.Salt), challenge.Iterations)
	final, err := conversation.Step(serverFirst)
	if err != nil {
		t.Fatal(err)
	}
	withoutProof, encoded, _ := strings.Cut(final, ",p=")
	proof, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	token, signature, ok := challenge.Verify([]byte(bare+","+serverFirst+","+withoutProof), proof)
	if !ok {
		return token, false
	}
	if _, err := conversation.Step("v=" + base64.StdEncoding.EncodeToString(signature)); err != nil {
		t.Errorf("the client does not believe the server: %v", err)
	}
	return token, conversation.Valid()
}

func TestScram(t *testing.T) {
	t.Parallel()
	c := start()
	s := open(t, t.TempDir(), c, &ledger{})
	principals := []string{"coach", "coach", "coach", "teacher"}
	tokens, secrets := make([]identity.Token, len(principals)), make([]string, len(principals))
	for i, principal := range principals {
		tokens[i], secrets[i] = create(t, s, draft(principal, c))
	}
	for i, token := range tokens[:3] {
		if got, ok := login(t, s, "coach", secrets[i]); !ok || got.ID != token.ID {
			t.Errorf("token %d: got %+v, %v", i, got, ok)
		}
	}
	for _, wrong := range []struct{ principal, password string }{
		{"coach", secrets[3]}, {"teacher", secrets[0]}, {"nobody", secrets[0]}, {"coach", secrets[0] + "x"}, {"coach", "x"}, {"", secrets[0]},
	} {
		if got, ok := login(t, s, wrong.principal, wrong.password); ok || got.ID != "" {
			t.Errorf("%s logs in with %s as %+v", wrong.principal, wrong.password, got)
		}
	}
	if _, err := s.Revoke(t.Context(), tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := login(t, s, "coach", secrets[0]); ok {
		t.Error("a revoked token logs in")
	}
	if _, ok := login(t, s, "coach", secrets[1]); !ok {
		t.Error("the other token of the principal does not log in any more")
	}
	c.now = c.now.Add(time.Hour)
	if _, ok := login(t, s, "coach", secrets[1]); ok {
		t.Error("an expired token logs in")
	}
}

// What an exchange shows before the client's proof does not tell whether the
// principal exists, nor whether they have tokens, nor when they got them.
func TestScramDoesNotTellWhoExists(t *testing.T) {
	t.Parallel()
	home, c, l := t.TempDir(), start(), &ledger{}
	s := open(t, home, c, l)
	names := []string{"coach", "nobody", ""}
	salts := map[string][]byte{}
	look := func() {
		t.Helper()
		for _, name := range names {
			ch, err := s.Scram(t.Context(), name)
			if err != nil || len(ch.Salt) != 16 || ch.Iterations != 4096 {
				t.Fatalf("%q: %d bytes of salt, %d iterations, %v", name, len(ch.Salt), ch.Iterations, err)
			}
			if before, ok := salts[name]; ok && !bytes.Equal(before, ch.Salt) {
				t.Errorf("%q has another salt", name)
			}
			salts[name] = ch.Salt
		}
	}
	look()
	token, secret := create(t, s, draft("coach", c))
	look()
	s = open(t, home, c, l)
	look()
	if _, ok := login(t, s, "coach", secret); !ok {
		t.Error("the token does not log in")
	}
	if _, err := s.Revoke(t.Context(), token.ID); err != nil {
		t.Fatal(err)
	}
	look()
	if got := slices.Compact([]string{string(salts["coach"]), string(salts["nobody"]), string(salts[""])}); len(got) != 3 {
		t.Error("two names have one salt")
	}
}

func TestScramProofOfAnotherLength(t *testing.T) {
	t.Parallel()
	c := start()
	s := open(t, t.TempDir(), c, &ledger{})
	create(t, s, draft("coach", c))
	ch, err := s.Scram(t.Context(), "coach")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 31, 32, 33, 64} {
		if _, _, ok := ch.Verify([]byte("message"), make([]byte, n)); ok {
			t.Errorf("%d zero bytes log in", n)
		}
	}
}
