package pgwire_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
)

// login says what a client with a wrong token says, and returns all that comes
// back, less the nonce.
func (d *door) login(t *testing.T, user string) []string {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", d.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // test
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	f := pgproto3.NewFrontend(c, c)
	say := func(m pgproto3.FrontendMessage) {
		f.Send(m)
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	say(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": user}})
	var out []string
	for {
		m, err := f.Receive()
		if err != nil {
			return append(out, io.EOF.Error())
		}
		switch m := m.(type) {
		case *pgproto3.AuthenticationSASL:
			out = append(out, fmt.Sprint(m.AuthMechanisms))
			say(&pgproto3.SASLInitialResponse{AuthMechanism: "SCRAM-SHA-256", Data: []byte("n,,n=,r=abc")})
		case *pgproto3.AuthenticationSASLContinue:
			nonce, rest, _ := strings.Cut(string(m.Data), ",s=")
			out = append(out, rest)
			proof := "c=biws," + nonce + ",p=" + strings.Repeat("A", 43) + "="
			say(&pgproto3.SASLResponse{Data: []byte(proof)})
		case *pgproto3.ErrorResponse:
			out = append(out, m.Severity, m.Code, m.Message)
		default:
			t.Fatalf("%T", m)
		}
	}
}

// TestUnknownUsers asserts that who is not known gets the same messages as who
// is, with a salt that stays.
func TestUnknownUsers(t *testing.T) {
	t.Parallel()
	d := open(t)
	known, unknown := d.login(t, string(policy.Coach)), d.login(t, "nobody")
	if len(known) != len(unknown) || len(known) != 6 {
		t.Fatalf("known %q, unknown %q", known, unknown)
	}
	for i := range known {
		if i == 1 { // salt and iterations
			if len(known[i]) != len(unknown[i]) || known[i][len(known[i])-6:] != unknown[i][len(unknown[i])-6:] {
				t.Errorf("known %q, unknown %q", known[i], unknown[i])
			}
			continue
		}
		if known[i] != unknown[i] {
			t.Errorf("known %q, unknown %q", known[i], unknown[i])
		}
	}
	if again := d.login(t, "nobody"); again[1] != unknown[1] {
		t.Errorf("the salt changes: %q, %q", unknown[1], again[1])
	}
	if other := d.login(t, "somebody"); other[1] == unknown[1] {
		t.Errorf("two who are not known have one salt")
	}
}

// TestGuessingIsSlowedDown asserts that an address with many failures has to
// wait.
func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	d := open(t)
	var last []string
	for range 12 {
		last = d.login(t, string(policy.Coach))
	}
	if code := last[2]; code != "53300" {
		t.Errorf("the twelfth attempt got %q", last)
	}
}

// TestCancelNeedsTheSecret asserts that a guess cancels nothing.
func TestCancelNeedsTheSecret(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "")
	done := make(chan error, 1)
	go func() {
		_, err := c.Exec(context.Background(), "SELECT count(*) FROM range(200000000) WHERE range % 7 = 3")
		done <- err
	}()
	for secret := range uint32(50) {
		other, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", d.Address)
		if err != nil {
			t.Fatal(err)
		}
		packet := binary.BigEndian.AppendUint32(nil, 16)
		packet = binary.BigEndian.AppendUint32(packet, 80877102)
		packet = binary.BigEndian.AppendUint32(packet, c.PgConn().PID())
		if _, err := other.Write(binary.BigEndian.AppendUint32(packet, secret)); err != nil {
			t.Fatal(err)
		}
		_ = other.Close()
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
