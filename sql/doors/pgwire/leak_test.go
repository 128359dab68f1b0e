package pgwire_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
)

// TestLeak has many clients ask, cancel and disappear at random, and asserts
// that afterwards nothing of them is left: no connection, no goroutine, no
// statement that runs; and that the audit log has one decision for each
// statement. N is the number of clients, who then go on for a minute.
//
//nolint:paralleltest // it counts the process's goroutines
func TestLeak(t *testing.T) {
	clients, span := 24, 3*time.Second
	if text := os.Getenv("N"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		clients, span = n, time.Minute
	}
	d := open(t)
	d.connect(t, policy.DataSteward, "").Exec(context.Background(), "SELECT 1") //nolint:errcheck // opens the scope
	before, decided := runtime.NumGoroutine(), d.decisions(t)
	var sent, connected atomic.Int64
	end := time.Now().Add(span)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for time.Now().Before(end) {
				u := &user{door: d, t: t, rand: r, sent: &sent}
				u.live()
				connected.Add(1)
			}
		})
	}
	all.Wait()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if now := runtime.NumGoroutine(); now > before {
		var stacks [1 << 16]byte
		t.Errorf("%d goroutines are left, and were %d:\n%s", now, before, stacks[:runtime.Stack(stacks[:], true)])
	}
	if got := d.decisions(t) - decided; got != int(sent.Load()) {
		t.Errorf("%d decisions are recorded for %d statements", got, sent.Load())
	}
	d.allSlotsFree(t)
	t.Logf("%d connections, %d statements", connected.Load(), sent.Load())
}

// decisions counts the log's, once each has its outcome: then no statement
// runs.
func (d *door) decisions(t *testing.T) int {
	t.Helper()
	var count map[audit.Kind]int
	for range 500 {
		if err := d.Log.Publish(context.Background()); err != nil {
			t.Fatal(err)
		}
		count = map[audit.Kind]int{}
		for record, err := range d.Reader.All(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			entry, err := record.Entry()
			if err != nil {
				t.Fatal(err)
			}
			count[entry.Kind]++
		}
		if count[audit.KindDecision] == count[audit.KindOutcome] {
			return count[audit.KindDecision]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d decisions have %d outcomes", count[audit.KindDecision], count[audit.KindOutcome])
	return count[audit.KindDecision]
}

// allSlotsFree runs as many statements at once as a steward may.
func (d *door) allSlotsFree(t *testing.T) {
	t.Helper()
	r := d.raw(t, policy.DataSteward)
	for i := range 4 {
		name := strconv.Itoa(i)
		if got := r.say(1, query("DECLARE c"+name+" CURSOR WITH HOLD FOR SELECT * FROM range(100000000000)")); got != "[DECLARE CURSOR] Ready:I" {
			t.Errorf("statement %s at once: %s", name, got)
		}
	}
}

// user is one connection of the leak test.
type user struct {
	*door

	t    *testing.T
	rand *rand.Rand
	sent *atomic.Int64
	conn *pgconn.HijackedConn
}

// live connects, asks until the client has had enough, and goes, politely or
// not.
func (u *user) live() {
	c, err := pgconn.Connect(context.Background(), u.url(policy.DataSteward, ""))
	if err != nil {
		u.t.Error(err)
		return
	}
	cancel := c.CancelRequest
	h, err := c.Hijack()
	if err != nil {
		u.t.Error(err)
		return
	}
	defer h.Conn.Close() //nolint:errcheck // test
	u.conn = h
	_ = h.Conn.SetDeadline(time.Now().Add(time.Minute))
	for range u.rand.IntN(6) {
		switch u.rand.IntN(8) {
		case 0: // kill in the middle of an answer
			u.begun()
			return
		case 1: // kill with a cursor and a portal open
			u.send(&pgproto3.Query{String: "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM range(100000000000)"})
			u.ready()
			u.parsed("SELECT * FROM range(100000000)", 5)
			return
		case 2: // cancel in the middle of an answer
			if u.begun() {
				time.Sleep(time.Duration(u.rand.IntN(5)) * time.Millisecond)
				_ = cancel(context.Background())
				u.ready()
			}
		case 6: // cancel at any moment, before it is decided on too
			u.send(&pgproto3.Query{String: "SELECT * FROM range(1000000)"})
			time.Sleep(time.Duration(u.rand.IntN(3000)) * time.Microsecond)
			_ = cancel(context.Background())
			u.ready()
		case 3:
			u.send(&pgproto3.Query{String: "SELECT * FROM coaching_session"})
			u.ready()
		case 4:
			u.send(&pgproto3.Query{String: "SELECT * FROM nope; SELECT 1"})
			u.ready()
		case 5:
			u.parsed("SELECT name FROM school", 0)
		default:
			u.send(&pgproto3.Query{String: fmt.Sprintf("COPY (SELECT * FROM range(%d)) TO STDOUT", u.rand.IntN(200000))})
			u.ready()
		}
	}
	if u.rand.IntN(2) == 0 {
		u.conn.Frontend.Send(&pgproto3.Terminate{})
		_ = u.conn.Frontend.Flush()
	}
}

// send sends messages of which one has a statement.
func (u *user) send(messages ...pgproto3.FrontendMessage) {
	u.sent.Add(1)
	for _, m := range messages {
		u.conn.Frontend.Send(m)
	}
	if err := u.conn.Frontend.Flush(); err != nil {
		u.t.Error(err)
	}
}

// begun asks for an answer without an end, and reports whether it has begun: a
// steward can have too many at once.
func (u *user) begun() (begun bool) {
	u.send(&pgproto3.Query{String: "SELECT * FROM range(100000000000)"})
	u.until(func(m pgproto3.BackendMessage) bool {
		_, begun = m.(*pgproto3.DataRow)
		_, refused := m.(*pgproto3.ReadyForQuery)
		return begun || refused
	})
	return begun
}

func (u *user) parsed(text string, rows uint32) {
	u.send(&pgproto3.Parse{Query: text}, &pgproto3.Bind{}, &pgproto3.Execute{MaxRows: rows}, &pgproto3.Sync{})
	u.ready()
}

func (u *user) ready() {
	u.until(func(m pgproto3.BackendMessage) bool { _, ok := m.(*pgproto3.ReadyForQuery); return ok })
}

// until reads until a message comes.
func (u *user) until(is func(pgproto3.BackendMessage) bool) {
	for {
		m, err := u.conn.Frontend.Receive()
		if err != nil {
			u.t.Error(err)
			return
		}
		if is(m) {
			return
		}
	}
}
