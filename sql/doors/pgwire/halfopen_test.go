package pgwire_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// TestHalfOpen asserts that a client which says no more, or of which nothing is
// left, ends its statement and its connection, whatever runs there.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, leave := range map[string]func(c *net.TCPConn) error{
		"it closes its side": (*net.TCPConn).CloseWrite,
		"it is gone":         (*net.TCPConn).Close,
		"it is reset": func(c *net.TCPConn) error {
			if err := c.SetLinger(0); err != nil {
				return err
			}
			return c.Close()
		},
	} {
		for _, text := range []string{endless, "SELECT * FROM range(100000000000)", "BEGIN; DECLARE c CURSOR FOR " + endless + "; FETCH c"} {
			before := d.decisions(t)
			r := d.raw(t, policy.DataSteward)
			r.Send(query(text))
			if err := r.Flush(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(400 * time.Millisecond) // it runs by then
			c, ok := r.conn.(*net.TCPConn)
			if !ok {
				t.Fatal("not a TCP connection")
			}
			if err := leave(c); err != nil {
				t.Fatal(err)
			}
			if name == "it closes its side" {
				if _, err := io.Copy(io.Discard, c); err != nil {
					t.Errorf("%s, %s: %v", name, text, err)
				}
			}
			if got := d.decisions(t) - before; got > 1 { // and each has its outcome
				t.Errorf("%s, %s: %d decisions", name, text, got)
			}
		}
	}
}
