package flight_test

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	door "github.com/weir-warehouse/weir/sql/doors/flight"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// endless is a statement that would run for hours.
const endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"

// long is a statement whose answer no buffer holds.
const long = "SELECT range, repeat('x', 100) FROM range(5000000)"

func (d *served) ticket(ctx context.Context, c *flightsql.Client, text string) *flight.FlightInfo {
	d.t.Helper()
	info, err := c.Execute(ctx, text)
	d.must(err)
	return info
}

func TestTicketsAreTheSessionsOwn(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c := d.client()
	const secret = "SELECT 'a literal that nobody else shall see'"
	for name, other := range map[string]context.Context{
		"another principal": d.as(policy.Teacher),
		"nobody":            t.Context(),
	} {
		info := d.ticket(d.as(policy.Coach), c, secret)
		if strings.Contains(info.String(), "literal") && strings.Contains(string(info.GetEndpoint()[0].GetTicket().GetTicket()), "literal") {
			t.Error("a ticket has SQL in it")
		}
		if a, err := fetch(other, c, info); err == nil {
			t.Errorf("%s got %v", name, a.rows)
		}
		if _, err := c.CancelFlightInfo(other, &flight.CancelFlightInfoRequest{Info: info}); err == nil {
			t.Errorf("%s cancelled it", name)
		}
		a, err := fetch(d.as(policy.Coach), c, info)
		expect(t, a, err, "a literal that nobody else shall see")
		if _, err := fetch(d.as(policy.Coach), c, info); code(err) != codes.NotFound {
			t.Errorf("a used ticket: %v", err)
		}
	}
}

// clock is a clock that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return gatewaytest.Now().Add(time.Duration(c.ahead.Load())) }

func TestTicketsExpireAndAreLimited(t *testing.T) {
	t.Parallel()
	var time clock
	d := serve(t, func(c *door.Config) { c.Now = time.now })
	c, ctx := d.client(), d.as(policy.Coach)
	info := d.ticket(ctx, c, anything)
	if got := info.GetEndpoint()[0].GetExpirationTime().AsTime().Sub(time.now()); got != door.TicketLife {
		t.Errorf("expires after %s", got)
	}
	time.ahead.Add(int64(door.TicketLife))
	if _, err := fetch(ctx, c, info); code(err) != codes.NotFound {
		t.Errorf("an expired ticket: %v", err)
	}
	for range door.TicketsEach {
		d.ticket(ctx, c, anything)
	}
	if _, err := c.Execute(ctx, anything); code(err) != codes.ResourceExhausted {
		t.Errorf("one ticket too many: %v", err)
	}
	d.ticket(d.as(policy.Teacher), c, anything) // nobody's tickets keep others out
	time.ahead.Add(int64(door.TicketLife))
	d.ticket(ctx, c, anything)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c, ctx := d.client(), d.as(policy.DataSteward)
	modern := func(info *flight.FlightInfo) error {
		r, err := c.CancelFlightInfo(ctx, &flight.CancelFlightInfoRequest{Info: info})
		if err == nil && r.GetStatus() != flight.CancelStatusCancelled {
			t.Errorf("status %v", r.GetStatus())
		}
		return err
	}
	legacy := func(info *flight.FlightInfo) error {
		r, err := c.CancelQuery(ctx, info) //nolint:staticcheck // what older clients call
		if err == nil && r != flightsql.CancelResultCancelled {
			t.Errorf("result %v", r)
		}
		return err
	}
	for name, cancel := range map[string]func(*flight.FlightInfo) error{"CancelFlightInfo": modern, "CancelQuery": legacy} {
		info := d.ticket(ctx, c, endless)
		ended := make(chan error, 1)
		go func() {
			_, err := fetch(ctx, c, info)
			ended <- err
		}()
		time.Sleep(200 * time.Millisecond)
		began := time.Now()
		d.must(cancel(info))
		if err := <-ended; code(err) != codes.Canceled {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: ended after %s", name, time.Since(began))
		unused := d.ticket(ctx, c, anything)
		d.must(cancel(unused))
		if _, err := fetch(ctx, c, unused); code(err) != codes.NotFound {
			t.Errorf("%s: a spoilt ticket: %v", name, err)
		}
		if err := cancel(info); code(err) != codes.NotFound {
			t.Errorf("%s: again: %v", name, err)
		}
	}
}

func TestALostClientEndsItsStatement(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c := d.client()
	_, err := query(d.as(policy.DataSteward), c, anything) // opens the scope
	d.must(err)
	ctx, cancel := context.WithTimeout(d.as(policy.DataSteward), time.Second)
	defer cancel()
	if _, err := query(ctx, c, endless); code(err) != codes.DeadlineExceeded {
		t.Errorf("%v", err)
	}
	d.ends("canceled")
}

// ends waits until the last decided statement has an outcome.
func (d *served) ends(want string) {
	d.t.Helper()
	var last audit.Entry
	for range 500 {
		for _, e := range d.entries() {
			if e.Kind == audit.KindOutcome {
				last = e
			}
		}
		if last.Outcome != nil && last.Outcome.Code == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	d.t.Errorf("the last outcome is %+v, want %s", last.Outcome, want)
}

//nolint:paralleltest // it measures the process's heap
func TestAReaderThatStops(t *testing.T) {
	d := serve(t)
	d.server.SetPatience(300 * time.Millisecond)
	c, ctx := d.client(), d.as(policy.DataSteward)
	before := heap()
	r, err := c.DoGet(ctx, d.ticket(ctx, c, long).GetEndpoint()[0].GetTicket())
	d.must(err)
	defer r.Release()
	r.Next()
	d.ends("partial") // nothing of the statement failed, and not all of it was read
	if grown := heap() - before; grown > 64<<20 {
		t.Errorf("a reader that stops costs %d MB", grown>>20)
	}
	rows := 0
	for r.Next() {
		rows += int(r.RecordBatch().NumRows())
	}
	if code(r.Err()) != codes.Canceled || rows == 0 {
		t.Errorf("after %d rows: %v; the rest must not pass for nothing", rows, r.Err())
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestSnapshotSwitchInMidSession(t *testing.T) {
	t.Parallel()
	d := serve(t)
	c, ctx := d.client(), d.as(policy.DataSteward)
	const text = "SELECT name FROM school ORDER BY 1"
	prepared, err := c.Prepare(ctx, text)
	d.must(err)
	waiting := d.ticket(ctx, c, text)
	reading, err := c.DoGet(ctx, d.ticket(ctx, c, "SELECT name, repeat('x', 100) FROM school, range(2000000)").GetEndpoint()[0].GetTicket())
	d.must(err)
	defer reading.Release()
	d.publish(write(t, "school.csv", "school_id,district_id,name\ns1,d1,Elm\ns2,d1,Beech\n"))
	rows := 0
	for reading.Next() { // what was begun goes on in the snapshot that it began in
		rows += int(reading.RecordBatch().NumRows())
		if slices.ContainsFunc(lines(reading.RecordBatch().NewSlice(0, 1)), func(l string) bool { return strings.HasPrefix(l, "Beech") }) {
			t.Fatal("a running statement sees another snapshot")
		}
	}
	if reading.Err() != nil || rows != 4_000_000 {
		t.Errorf("%d rows, %v", rows, reading.Err())
	}
	a, err := fetch(ctx, c, waiting)
	expect(t, a, err, "Beech", "Elm")
	info, err := prepared.Execute(ctx)
	d.must(err)
	a, err = fetch(ctx, c, info)
	expect(t, a, err, "Beech", "Elm")
}

func TestNothingIsLeftBehind(t *testing.T) { //nolint:paralleltest // it counts goroutines
	d := serve(t)
	ctx := d.as(policy.DataSteward)
	before := runtime.NumGoroutine()
	c, err := flightsql.NewClient(d.addr, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	d.must(err)
	for range 20 {
		short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		if info, err := c.Execute(short, long); err == nil {
			if r, err := c.DoGet(short, info.GetEndpoint()[0].GetTicket()); err == nil {
				r.Next()
				r.Release()
			}
		}
		cancel()
	}
	d.must(c.Close())
	stop, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	d.must(d.server.Shutdown(stop))
	for range 100 {
		if runtime.NumGoroutine() < before { // those of the door have ended as well
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func FuzzTicket(f *testing.F) {
	d := serve(f)
	c := d.client()
	ctx := d.as(policy.Coach)
	f.Add(d.ticket(ctx, c, anything).GetEndpoint()[0].GetTicket().GetTicket())
	f.Add([]byte("SELECT 1"))
	f.Add([]byte{})
	forged, err := flightsql.CreateStatementQueryTicket([]byte("SELECT name FROM school"))
	d.must(err)
	f.Add(forged)
	f.Fuzz(func(t *testing.T, raw []byte) {
		handle := door.HandleOf(raw)
		if handle != "" {
			again, err := flightsql.CreateStatementQueryTicket([]byte(handle))
			if err != nil || door.HandleOf(again) != handle {
				t.Errorf("handle %q is not read back", handle)
			}
		}
		// A ticket that was not given opens no statement, and harms nothing.
		_, _ = c.Client.GetFlightInfo(ctx, &flight.FlightDescriptor{Type: flight.DescriptorCMD, Cmd: raw})
		info := &flight.FlightInfo{Endpoint: []*flight.FlightEndpoint{{Ticket: &flight.Ticket{Ticket: raw}}}}
		_, _ = fetch(ctx, c, info)
		if body, err := proto.Marshal(&flight.CancelFlightInfoRequest{Info: info}); err == nil {
			stream, err := c.Client.DoAction(ctx, &flight.Action{Type: "CancelFlightInfo", Body: body})
			if err == nil {
				_, _ = stream.Recv()
			}
		}
	})
}
