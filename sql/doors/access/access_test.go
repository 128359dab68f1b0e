package access_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/doors/doortest"
)

const client = "192.0.2.1"

func enter(t *testing.T, d *doortest.Doors, role policy.Role, w access.Wish) (*access.Session, error) {
	t.Helper()
	c, err := d.Desk.Bearer(t.Context(), client, d.Secret(role))
	if err != nil {
		t.Fatal(err)
	}
	return d.Desk.Open(t.Context(), c, w, policy.HTTP)
}

func TestEachRoleIsLetIn(t *testing.T) {
	t.Parallel()
	d := doortest.New(t)
	for _, draft := range identity.ExampleDrafts() {
		s, err := enter(t, d, policy.Role(draft.Principal), access.Wish{})
		if err != nil {
			t.Errorf("%s: %v", draft.Principal, err)
			continue
		}
		if s.Principal() != draft.Principal || s.Purpose() != draft.Purpose || s.Agreement() != draft.Agreement {
			t.Errorf("%s came in as %s for %s under %q", draft.Principal, s.Principal(), s.Purpose(), s.Agreement())
		}
		ask(t, s, "")
	}
	if err := d.Log.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	for record, err := range d.Reader.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if e, err := record.Entry(); err != nil || e.RequestedBy != client {
			t.Errorf("the log says that %q asked from %q: %v", e.Principal, e.RequestedBy, err)
		}
	}
}

// ask runs a statement, and wants it to be refused with a code if one is given.
func ask(t *testing.T, s *access.Session, want policy.Code) {
	t.Helper()
	inner, err := s.Current(context.Background())
	if want != "" {
		if err == nil || policy.CodeOf(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	result, err := inner.Query(context.Background(), "SELECT 1")
	if err != nil {
		t.Error(err)
		return
	}
	result.Close()
}

func TestWishes(t *testing.T) {
	t.Parallel()
	d := doortest.New(t)
	for name, c := range map[string]struct {
		role policy.Role
		wish access.Wish
		want policy.Code
	}{
		"the token's own purpose":   {policy.Teacher, access.Wish{Purpose: policy.SelfService}, ""},
		"another purpose":           {policy.Teacher, access.Wish{Purpose: policy.Research}, policy.Denied},
		"the token's own agreement": {policy.Researcher, access.Wish{Agreement: "growth-study"}, ""},
		"another agreement":         {policy.Researcher, access.Wish{Agreement: "other"}, policy.Denied},
		"an agreement of others":    {policy.Teacher, access.Wish{Agreement: "growth-study"}, policy.Denied},
	} {
		_, err := enter(t, d, c.role, c.wish)
		if got := codeOf(err); got != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := d.Desk.Open(t.Context(), access.Credential{}, access.Wish{}, policy.HTTP); codeOf(err) != policy.Denied {
		t.Errorf("without a credential: %v", err)
	}
}

func codeOf(err error) policy.Code {
	if err == nil {
		return ""
	}
	return policy.CodeOf(err)
}

// What ends, ends for the next statement of a session that is open.
func TestCredentialsEnd(t *testing.T) {
	t.Parallel()
	d := doortest.New(t)
	coach, err := enter(t, d, policy.Coach, access.Wish{})
	if err != nil {
		t.Fatal(err)
	}
	teacher, err := enter(t, d, policy.Teacher, access.Wish{})
	if err != nil {
		t.Fatal(err)
	}
	ask(t, coach, "")
	d.Revoke(policy.Coach)
	ask(t, coach, policy.Denied)
	ask(t, teacher, "")
	file := filepath.Join(d.Home.Dir, identity.PrincipalsFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.Replace(string(text), "id: teacher", "id: someone-else", 1)
	if err := os.WriteFile(file, []byte(renamed), 0o600); err != nil {
		t.Fatal(err)
	}
	ask(t, teacher, policy.Denied)
	if err := os.WriteFile(file, []byte("principals: 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ask(t, teacher, policy.Denied) // a file with a fault changes nothing
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	ask(t, teacher, "")
}

// Guessing from one address is slowed down, and nobody else with it.
func TestFailuresAreSlowedDown(t *testing.T) {
	t.Parallel()
	d := doortest.New(t)
	var codes []policy.Code
	for range 12 {
		_, err := d.Desk.Bearer(t.Context(), client, "weir_nonsense")
		codes = append(codes, codeOf(err))
	}
	if codes[0] != policy.Denied || codes[9] != policy.Denied || codes[10] != policy.Busy {
		t.Errorf("attempts ended with %v", codes)
	}
	if _, err := d.Desk.Bearer(t.Context(), client, d.Secret(policy.Teacher)); codeOf(err) != policy.Busy {
		t.Errorf("after that: %v", err)
	}
	if _, err := d.Desk.Bearer(t.Context(), "192.0.2.2", d.Secret(policy.Teacher)); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}
