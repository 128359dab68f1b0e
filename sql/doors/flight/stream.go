package flight

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// What an answer's schema tells beside its columns. Clients of every language
// can read a schema's metadata; few can read gRPC's.
const (
	notesKey   = "weir.notes"    // what the answer leaves out, one note a line
	auditIDKey = "weir.audit_id" // of the decision, in the audit log
)

// auditIDHeader has the same identifier for those who read gRPC's metadata. A
// statement that ran once for each row of parameters has one for each in the
// trailer.
const auditIDHeader = "weir-audit-id"

// An answer's batches are joined until they have this many rows or bytes, and
// cut if they have more bytes: a client takes 4 MiB in one message.
const (
	batchRows  = 16 << 10
	batchBytes = 1 << 20
)

// answer is what a ticket's runs give, one after the other, in one stream.
type answer struct {
	server *server
	visit  *visit
	text   string
	rows   [][]gateway.Param
	done   func() // when it has ended, in whatever way

	ids []string
}

// begin starts the first run, whose errors are the call's own, and streams. The
// context of the runs ends with the call's, or before.
func (a *answer) begin(call, ctx context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	r, err := a.run(ctx, 0)
	if err != nil {
		a.done()
		return nil, nil, err
	}
	if err := grpc.SetHeader(ctx, metadata.Pairs(auditIDHeader, r.ID())); err != nil {
		r.Close()
		a.done()
		return nil, nil, err
	}
	schema, chunks := withNotes(r.Schema(), r.Notes, auditIDKey, r.ID()), make(chan flight.StreamChunk)
	go func() { // which ends the run
		defer close(chunks)
		defer a.done()
		if err := a.stream(ctx, r, chunks); err != nil {
			// However late: a reader must not take the rest for the whole.
			select {
			case chunks <- flight.StreamChunk{Err: err}:
			case <-call.Done():
			}
		}
	}()
	return schema, chunks, nil
}

// run starts the statement with the parameters of a row.
func (a *answer) run(ctx context.Context, row int) (*gateway.Result, error) {
	var params []gateway.Param
	if row < len(a.rows) {
		params = a.rows[row]
	}
	r, err := a.visit.Query(ctx, a.text, params...)
	if err == nil {
		a.ids = append(a.ids, r.ID())
	}
	return r, err
}

// stream sends what the first run gives, and then the others.
func (a *answer) stream(ctx context.Context, r *gateway.Result, chunks chan<- flight.StreamChunk) (err error) {
	defer a.server.recovered(ctx, "stream", &err)
	for row := 0; ; {
		if err := a.drain(ctx, r, chunks); err != nil {
			return err
		}
		if row++; row >= len(a.rows) {
			break
		}
		if r, err = a.run(ctx, row); err != nil {
			return err
		}
	}
	return grpc.SetTrailer(ctx, metadata.MD{auditIDHeader: a.ids})
}

// drain sends one run's batches and ends the run.
func (a *answer) drain(ctx context.Context, r *gateway.Result, chunks chan<- flight.StreamChunk) error {
	defer r.Close()
	source := &joined{next: r.Next, rows: 1} // the first batch goes out as it comes
	for {
		batch, err := source.batch()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, part := range cut(batch, batchBytes) {
			if err := a.send(ctx, chunks, flight.StreamChunk{Data: part}); err != nil {
				part.Release()
				return err
			}
		}
		source.rows = batchRows
	}
}

// send hands a chunk to the reader. A reader who takes nothing for too long
// loses the rest, so that nobody holds the engine by sleeping.
func (a *answer) send(ctx context.Context, chunks chan<- flight.StreamChunk, c flight.StreamChunk) error {
	timer := time.NewTimer(a.server.patience)
	defer timer.Stop()
	select {
	case chunks <- c:
		return nil
	case <-ctx.Done():
		return policy.Errorf(policy.Canceled, "the statement was cancelled")
	case <-timer.C:
		return policy.Errorf(policy.Canceled, "nothing was read for %s, so the statement was cancelled", a.server.patience)
	}
}

// withNotes returns the schema with notes, and other keys and values, in its
// metadata.
func withNotes(s *arrow.Schema, notes []string, more ...string) *arrow.Schema {
	old := s.Metadata()
	keys, values := old.Keys(), old.Values()
	if len(notes) > 0 {
		more = append(more, notesKey, strings.Join(notes, "\n"))
	}
	for i := 0; i < len(more); i += 2 {
		keys, values = append(keys, more[i]), append(values, more[i+1])
	}
	md := arrow.NewMetadata(keys, values)
	return arrow.NewSchema(s.Fields(), &md)
}

// joined joins small batches: each costs a message.
type joined struct {
	next func() (arrow.RecordBatch, error)
	rows int64 // that a batch should have
	err  error // of the next call
}

// batch returns the next joined batch, or io.EOF.
func (j *joined) batch() (arrow.RecordBatch, error) {
	var parts []arrow.RecordBatch
	defer func() {
		for _, p := range parts {
			p.Release()
		}
	}()
	var rows, bytes int64
	for j.err == nil && rows < j.rows && bytes < batchBytes {
		part, err := j.next()
		if err != nil {
			j.err = err
			break
		}
		parts = append(parts, part)
		rows, bytes = rows+part.NumRows(), bytes+size(part)
	}
	switch len(parts) {
	case 0:
		return nil, j.err
	case 1:
		parts[0].Retain()
		return parts[0], nil
	}
	return join(parts, rows)
}

// join copies batches of one schema into one.
func join(parts []arrow.RecordBatch, rows int64) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, parts[0].NumCols())
	defer func() {
		for _, c := range columns {
			if c != nil {
				c.Release()
			}
		}
	}()
	pieces := make([]arrow.Array, len(parts))
	for i := range columns {
		for k, p := range parts {
			pieces[k] = p.Column(i)
		}
		var err error
		if columns[i], err = array.Concatenate(pieces, memory.DefaultAllocator); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(parts[0].Schema(), columns, rows), nil
}

// cut returns the batch in pieces of at most about limit bytes, and releases
// it. A single row is never cut.
func cut(batch arrow.RecordBatch, limit int64) []arrow.RecordBatch {
	pieces := min(batch.NumRows(), (size(batch)+limit-1)/limit)
	if pieces <= 2 {
		return []arrow.RecordBatch{batch}
	}
	defer batch.Release()
	var out []arrow.RecordBatch
	step := (batch.NumRows() + pieces - 1) / pieces
	for from := int64(0); from < batch.NumRows(); from += step {
		out = append(out, batch.NewSlice(from, min(from+step, batch.NumRows())))
	}
	return out
}

// size is about how many bytes a batch takes.
func size(batch arrow.RecordBatch) int64 {
	var bytes uint64
	for _, c := range batch.Columns() {
		bytes += c.Data().SizeInBytes()
	}
	return int64(bytes)
}
