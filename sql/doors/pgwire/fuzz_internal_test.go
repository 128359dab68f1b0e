package pgwire

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/param"
)

// FuzzStartup reads what an unknown client says first. It must end in an
// opening or in an error, and take no more memory than a packet may have.
func FuzzStartup(f *testing.F) {
	start, err := (&pgproto3.StartupMessage{ProtocolVersion: 196608, Parameters: map[string]string{
		"user": "coach/coaching", "options": `-c weir.purpose=coaching --work-mem=1\ MB`,
	}}).Encode(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(start)
	f.Add([]byte{0, 0, 0, 8, 4, 210, 22, 47})
	f.Add([]byte{0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		packet, err := readPacket(bytes.NewReader(data))
		if err != nil {
			return
		}
		if len(packet) > maxStartup {
			t.Fatalf("a packet of %d bytes", len(packet))
		}
		o, err := parseOpening(packet)
		if err != nil || o.cancel != nil {
			return
		}
		s, err := newSettings(o.parameters)
		if err != nil {
			if failureOf(err).code == codeInternal {
				t.Fatalf("no code for %v", err)
			}
			return
		}
		wished(o.parameters["user"], s)
	})
}

// FuzzMessage reads a message of a client, and what its parts say.
func FuzzMessage(f *testing.F) {
	for _, m := range []pgproto3.FrontendMessage{
		&pgproto3.Query{String: "SELECT 1"},
		&pgproto3.Parse{Name: "a", Query: "SELECT $1", ParameterOIDs: []uint32{23}},
		&pgproto3.Bind{ParameterFormatCodes: []int16{1}, Parameters: [][]byte{{0, 0, 0, 1}}, ResultFormatCodes: []int16{1}},
		&pgproto3.Execute{MaxRows: 3},
		&pgproto3.Describe{ObjectType: 'S', Name: "a"},
		&pgproto3.SASLInitialResponse{AuthMechanism: scramPlain, Data: []byte("n,,n=,r=abc")},
	} {
		b, err := m.Encode(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		m, err := readMessage(bytes.NewReader(data), maxMessage)
		if err != nil {
			return
		}
		var bind pgproto3.Bind
		if m.kind == 'B' && bind.Decode(m.body) == nil {
			for _, value := range bind.Parameters {
				for _, oid := range []uint32{16, 17, 20, 1007, 1082, 1114, 1186, 1266, 1700, 2950, 3802} {
					_, _ = param.Text(oid, true, value) // it must only not panic
					_, _ = param.Text(oid, false, value)
				}
			}
			_, _ = spread(bind.ResultFormatCodes, 3)
		}
		for _, into := range []pgproto3.FrontendMessage{
			&pgproto3.Query{}, &pgproto3.Parse{}, &pgproto3.Describe{}, &pgproto3.Execute{}, &pgproto3.Close{}, &pgproto3.SASLInitialResponse{},
		} {
			_ = into.Decode(m.body)
		}
	})
}

// FuzzLogin reads both messages of a log-in.
func FuzzLogin(f *testing.F) {
	f.Add("n,,n=,r=abc", "c=biws,r=abc,p=AAAA")
	f.Add("y,,n=,r=a,x=y", "c=biws,r=,p=")
	f.Add("p=tls-server-end-point,,n=,r=", "p=")
	f.Fuzz(func(t *testing.T, first, final string) {
		for _, mechanism := range []string{scramPlain, scramPlus} {
			s := scram{binding: []byte("certificate")}
			if s.first(mechanism, first) != nil {
				continue
			}
			s.challenge([]byte("salt"), 4096)
			if _, err := s.final(final); err == nil && mechanism == scramPlus {
				t.Fatalf("a client that knows no nonce passed with %q", final)
			}
		}
	})
}

// FuzzOwnCommand reads statements as the door does. An error must point into
// the text.
func FuzzOwnCommand(f *testing.F) {
	for _, text := range []string{
		"BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY", "COMMIT AND CHAIN", "SET LOCAL x.y TO 'a', b", "SHOW ALL", "FETCH FORWARD 3 FROM c",
		"DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT $1::int", "COPY (SELECT ')') TO STDOUT (FORMAT csv, FORCE_QUOTE (a, b))",
		"COPY a.b (c) TO STDOUT WITH CSV HEADER", "ROLLBACK TO SAVEPOINT x", "DEALLOCATE ALL", "SET TIME ZONE 'UTC'", "MOVE -1 IN c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		casts(text)
		for _, st := range lex.Split(text) {
			cmd, err := ownCommand(st)
			if e, ok := errors.AsType[*failure](err); ok && (e.at < 0 || e.at > len(st.Text)+1) {
				t.Fatalf("%q: position %d", st.Text, e.at)
			}
			if cmd != nil && cmd.query != "" && utf8.ValidString(text) && !utf8.ValidString(cmd.query) {
				t.Fatalf("%q: cut into %q", st.Text, cmd.query)
			}
		}
	})
}
