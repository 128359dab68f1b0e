package pgwire_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/pgwire"
)

// raw is a client that says what a test wants, once it is let in.
type raw struct {
	*pgproto3.Frontend

	t    *testing.T
	conn net.Conn
}

func (d *door) raw(t *testing.T, role policy.Role) *raw {
	t.Helper()
	c, err := pgconn.Connect(context.Background(), d.url(role, ""))
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Conn.Close() })
	if err := h.Conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &raw{Frontend: h.Frontend, t: t, conn: h.Conn}
}

// say sends messages and returns what comes, up to so many ReadyForQuery, in
// short.
func (r *raw) say(ready int, messages ...pgproto3.FrontendMessage) string {
	r.t.Helper()
	for _, m := range messages {
		r.Send(m)
	}
	if err := r.Flush(); err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for ready > 0 {
		m, err := r.Receive()
		if err != nil {
			return strings.Join(append(out, "gone"), " ")
		}
		switch m := m.(type) {
		case *pgproto3.ReadyForQuery:
			out = append(out, "Ready:"+string(m.TxStatus))
			ready--
		case *pgproto3.ErrorResponse:
			out = append(out, m.Severity+":"+m.Code)
		case *pgproto3.NoticeResponse:
			out = append(out, m.Severity)
		case *pgproto3.DataRow:
			out = append(out, "Row")
		case *pgproto3.CommandComplete:
			out = append(out, "["+string(m.CommandTag)+"]")
		default:
			out = append(out, strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3."))
		}
	}
	return strings.Join(out, " ")
}

func query(text string) pgproto3.FrontendMessage { return &pgproto3.Query{String: text} }

// steps are messages as a short text says them: P name text, B portal
// statement, D or C S|P name, E portal rows, S, H, Q text.
func steps(text string) (all []pgproto3.FrontendMessage) {
	for line := range strings.SplitSeq(text, "|") {
		f := strings.SplitN(strings.TrimSpace(line), " ", 3)
		for len(f) < 3 {
			f = append(f, "")
		}
		for i := range f[1:] {
			if f[i+1] == "-" {
				f[i+1] = ""
			}
		}
		switch f[0] {
		case "P":
			all = append(all, &pgproto3.Parse{Name: f[1], Query: f[2]})
		case "B":
			all = append(all, &pgproto3.Bind{DestinationPortal: f[1], PreparedStatement: f[2]})
		case "D":
			all = append(all, &pgproto3.Describe{ObjectType: f[1][0], Name: f[2]})
		case "C":
			all = append(all, &pgproto3.Close{ObjectType: f[1][0], Name: f[2]})
		case "E":
			var n uint32
			_, _ = fmt.Sscan(f[2], &n)
			all = append(all, &pgproto3.Execute{Portal: f[1], MaxRows: n})
		case "S":
			all = append(all, &pgproto3.Sync{})
		case "H":
			all = append(all, &pgproto3.Flush{})
		case "Q":
			all = append(all, query(strings.TrimSpace(f[1]+" "+f[2])))
		}
	}
	return all
}

// TestSequences sends messages and asserts what comes back, message by message.
//
//nolint:dupword // a message can come twice
func TestSequences(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, tt := range []struct {
		say  string
		want string
	}{
		{"Q SELECT 1", "RowDescription Row [SELECT 1] Ready:I"},
		{"Q", "EmptyQueryResponse Ready:I"},
		{"Q -- ping", "EmptyQueryResponse Ready:I"},
		{"Q ;", "EmptyQueryResponse Ready:I"},
		{"Q SELECT 1; SELECT 2", "RowDescription Row [SELECT 1] RowDescription Row [SELECT 1] Ready:I"},
		{"Q SELECT 1; SELEC; SELECT 2", "RowDescription Row [SELECT 1] ERROR:42601 Ready:I"},
		{"Q SELECT 1 WHERE false", "RowDescription [SELECT 0] Ready:I"},
		{"Q SHOW TimeZone", "RowDescription Row [SHOW] Ready:I"},
		{"Q SET application_name TO 'x'", "ParameterStatus [SET] Ready:I"},
		{"Q SET TimeZone TO 'Asia/Tokyo'", "NOTICE [SET] Ready:I"},
		{"Q COPY (SELECT 1) TO STDOUT", "CopyOutResponse CopyData CopyDone [COPY 1] Ready:I"},
		{"Q BEGIN|Q BEGIN|Q SELEC|Q SELECT 1|Q COMMIT|Q COMMIT",
			"[BEGIN] Ready:T WARNING [BEGIN] Ready:T ERROR:42601 Ready:E ERROR:25P02 Ready:E [ROLLBACK] Ready:I WARNING [COMMIT] Ready:I"},
		{"Q BEGIN; SAVEPOINT a; SELEC|Q ROLLBACK TO a|Q RELEASE a|Q ROLLBACK TO a|Q ROLLBACK AND CHAIN|Q END",
			"[BEGIN] [SAVEPOINT] ERROR:42601 Ready:E [ROLLBACK] Ready:T [RELEASE] Ready:T ERROR:3B001 Ready:E [ROLLBACK] Ready:T [COMMIT] Ready:I"},
		{"Q BEGIN; DECLARE c CURSOR FOR SELECT * FROM range(5)|Q FETCH 2 FROM c|Q MOVE 1 IN c|Q FETCH FORWARD ALL c|Q FETCH c|Q FETCH PRIOR c|Q ROLLBACK|Q FETCH c",
			"[BEGIN] [DECLARE CURSOR] Ready:T RowDescription Row Row [FETCH 2] Ready:T [MOVE 1] Ready:T RowDescription Row Row [FETCH 2] Ready:T " +
				"RowDescription [FETCH 0] Ready:T ERROR:55000 Ready:E [ROLLBACK] Ready:I ERROR:34000 Ready:I"},
		{"Q DECLARE c CURSOR WITH HOLD FOR SELECT * FROM range(5)|Q FETCH 1 FROM c|Q CLOSE c|Q CLOSE c",
			"[DECLARE CURSOR] Ready:I RowDescription Row [FETCH 1] Ready:I [CLOSE CURSOR] Ready:I ERROR:34000 Ready:I"},
		{"P - SELECT 1|B - -|D P|E|S", "ParseComplete BindComplete RowDescription Row [SELECT 1] Ready:I"},
		{"P - SELECT 1|D S|S", "ParseComplete ParameterDescription RowDescription Ready:I"},
		{"P - |B|D P|E|S", "ParseComplete BindComplete NoData EmptyQueryResponse Ready:I"},
		{"P - BEGIN|B|D P|E|S|P - COMMIT|B|E|S", "ParseComplete BindComplete NoData [BEGIN] Ready:T ParseComplete BindComplete [COMMIT] Ready:I"},
		{"P a SELECT * FROM range(3)|B p a|E p 2|E p 2|E p 2|S",
			"ParseComplete BindComplete Row Row PortalSuspended Row [SELECT 1] [SELECT 0] Ready:I"},
		{"P a SELECT * FROM range(3)|B p a|E p 3|E p 3|S|E p 1|S",
			"ParseComplete BindComplete Row Row Row PortalSuspended [SELECT 0] Ready:I ERROR:34000 Ready:I"},
		{"Q BEGIN|P a SELECT * FROM range(3)|B p a|E p 1|S|Q SELECT 1|E p 1|C P p|S|Q COMMIT",
			"[BEGIN] Ready:T ParseComplete BindComplete Row PortalSuspended Ready:T RowDescription Row [SELECT 1] Ready:T Row PortalSuspended CloseComplete Ready:T [COMMIT] Ready:I"},
		{"P a SELECT 1|P a SELECT 2|B - a|E|S|C S a|P a SELECT 2|S", "ParseComplete ERROR:42P05 Ready:I CloseComplete ParseComplete Ready:I"},
		{"P - SELECT 1; SELECT 2|S", "ERROR:42601 Ready:I"},
		{"P - SELEC|B|E|S|P - SELECT 1|B|E|S", "ERROR:42601 Ready:I ParseComplete BindComplete Row [SELECT 1] Ready:I"},
		{"B - nope|E|S", "ERROR:26000 Ready:I"},
		{"E|S", "ERROR:34000 Ready:I"},
		{"D S nope|D P nope|S", "ERROR:26000 Ready:I"},
		{"P - SELECT $1|B|E|S", "ParseComplete ERROR:08P01 Ready:I"},
		{"C P nope|C S nope|S", "CloseComplete CloseComplete Ready:I"},
		{"P - SHOW server_version|B|D P|E|S", "ParseComplete BindComplete RowDescription Row [SHOW] Ready:I"},
		{"P - COPY (SELECT 1) TO STDOUT|B|D P|E|S", "ParseComplete BindComplete NoData CopyOutResponse CopyData CopyDone [COPY 1] Ready:I"},
		{"Q BEGIN|P - DECLARE c CURSOR FOR SELECT 1|B|E|P - FETCH c|B|D P|E|S|Q COMMIT",
			"[BEGIN] Ready:T ParseComplete BindComplete [DECLARE CURSOR] ParseComplete BindComplete RowDescription Row [FETCH 1] Ready:T [COMMIT] Ready:I"},
		{"P - SHOW jit|B p|E p|E p|P - BEGIN|B q|E q|E q|S", "ParseComplete BindComplete Row [SHOW] [SHOW] ParseComplete BindComplete [BEGIN] [BEGIN] Ready:T"},
		{"S|S", "Ready:I Ready:I"},
		{"P a SELECT 1|S|Q DEALLOCATE a|Q DISCARD ALL|Q UNLISTEN *|Q RESET ALL", "ParseComplete Ready:I [DEALLOCATE] Ready:I [DISCARD ALL] Ready:I [UNLISTEN] Ready:I [RESET] Ready:I"},
	} {
		r := d.raw(t, policy.DataSteward)
		messages := steps(tt.say)
		ready := 0
		for _, m := range messages {
			switch m.(type) {
			case *pgproto3.Query, *pgproto3.Sync:
				ready++
			}
		}
		if got := r.say(ready, messages...); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.say, got, tt.want)
		}
		_ = r.conn.Close()
	}
}

// bytesOf is a message as it goes over the wire.
func frame(kind byte, body string) []byte {
	out := []byte{kind}
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)+4))
	return append(out, body...)
}

// TestBadMessages asserts that what is no message ends the connection with a
// word, and nothing else with it.
func TestBadMessages(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *pgwire.Config) { c.Startup = 500 * time.Millisecond })
	other := d.connect(t, policy.Coach, "")
	for name, tt := range map[string]struct {
		bytes []byte
		want  string
	}{
		"unknown type":            {frame('?', ""), "FATAL:08P01 gone"},
		"password out of order":   {frame('p', "x\x00"), "FATAL:08P01 gone"},
		"bind that is cut":        {frame('B', "a\x00b"), "FATAL:08P01 gone"},
		"bind with many values":   {frame('B', "\x00\x00\x00\x00\xff\xff"), "FATAL:08P01 gone"},
		"query without an end":    {frame('Q', "SELECT 1"), "FATAL:08P01 gone"},
		"length below four":       {[]byte{'Q', 0, 0, 0, 3}, "FATAL:08P01 gone"},
		"oversize":                {[]byte{'Q', 0x7f, 0xff, 0xff, 0xff}, "FATAL:08P01 gone"},
		"negative length":         {[]byte{'Q', 0xff, 0xff, 0xff, 0xff}, "FATAL:08P01 gone"},
		"message that never ends": {[]byte{'Q', 0, 0, 1, 0, 'S'}, "FATAL:57P01 gone"},
		"function call":           {append(frame('F', "x"), frame('S', "")...), "ERROR:0A000 Ready:I"},
		"copy data":               {append(frame('d', "x"), frame('S', "")...), "Ready:I"},
	} {
		r := d.raw(t, policy.DataSteward)
		if _, err := r.conn.Write(tt.bytes); err != nil {
			t.Fatal(err)
		}
		if got := r.say(1); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
	if err := other.Ping(context.Background()); err != nil {
		t.Errorf("another client was touched: %v", err)
	}
}

// TestBadStartup asserts that what is no start-up packet gets a word and an
// end, and who says nothing an end.
func TestBadStartup(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *pgwire.Config) { c.Startup = 500 * time.Millisecond })
	packet := func(code uint32, body string) string {
		out := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
		return string(binary.BigEndian.AppendUint32(out, code)) + body
	}
	const ssl, gss, version3 = 80877103, 80877104, 196608
	for name, tt := range map[string]struct{ say, want string }{
		"nothing":                   {"", ""},
		"half a length":             {"\x00\x00", ""},
		"half a packet":             {packet(version3, "user\x00coach\x00\x00")[:10], ""},
		"HTTP":                      {"GET / HTTP/1.1\r\n\r\n", "08P01"},
		"oversize":                  {"\x7f\xff\xff\xff", "08P01"},
		"length below eight":        {"\x00\x00\x00\x07abc", "08P01"},
		"version 2":                 {packet(2<<16, "user\x00x\x00\x00"), "0A000"},
		"no parameters":             {packet(version3, "\x00"), "08P01"},
		"no end":                    {packet(version3, "user\x00coach"), "08P01"},
		"SSL refused":               {packet(ssl, ""), "N"},
		"GSS and SSL refused":       {packet(gss, "") + packet(ssl, ""), "NN"},
		"requests without an end":   {strings.Repeat(packet(ssl, ""), 9), "08P01"},
		"cancel of nobody":          {packet(80877102, "\x00\x00\x00\x01\x00\x00\x00\x02"), ""},
		"cancel that is cut":        {packet(80877102, "\x00"), "08P01"},
		"a later minor version":     {packet(version3+7, "user\x00coach\x00_pq_.x\x00y\x00\x00"), "_pq_.x"},
		"a query before the log-in": {packet(version3, "user\x00coach\x00\x00") + string(frame('Q', "SELECT 1\x00")), "08P01"},
		"a log-in without SCRAM":    {packet(version3, "user\x00coach\x00\x00") + string(frame('p', "PLAIN\x00\x00\x00\x00\x01x")), "08P01"},
		"a password in clear":       {packet(version3, "user\x00coach\x00\x00") + string(frame('p', "weir_secret\x00")), "08P01"},
	} {
		c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", d.Address)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_ = c.SetDeadline(began.Add(10 * time.Second))
		if _, err := io.WriteString(c, tt.say); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 8*time.Second {
			t.Errorf("%s: the door did not hang up", name)
		}
		if !strings.Contains(string(got), tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
		_ = c.Close()
	}
}
