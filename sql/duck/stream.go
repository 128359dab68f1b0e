package duck

import (
	"context"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Stream is the result of a running statement.
type Stream struct {
	conn    *Conn
	own     *Statement // closed with the stream, if the stream made it
	stop    func() bool
	clean   bool            // the statement was read to its end, undisturbed
	ctx     context.Context //nolint:containedctx // the statement's own
	result  bindings.Result
	options bindings.ArrowOptions
	columns columns
}

func (s *Stream) fault() error {
	if s.ctx.Err() != nil {
		return &Fault{Kind: FaultCanceled, Text: context.Cause(s.ctx).Error()}
	}
	return &Fault{Kind: faultKind(bindings.ResultErrorType(&s.result)), Text: bindings.ResultError(&s.result)}
}

// describe finds the result's columns.
func (s *Stream) describe() (err error) {
	n := bindings.ColumnCount(&s.result)
	types, names := make([]bindings.LogicalType, n), make([]string, n)
	for i := range n {
		types[i], names[i] = bindings.ColumnLogicalType(&s.result, i), bindings.ColumnName(&s.result, i)
	}
	defer destroy(types)
	s.options = bindings.ResultGetArrowOptions(&s.result)
	s.columns, err = columnsOf(s.options, types, names)
	return err
}

// Schema describes the result's columns.
func (s *Stream) Schema() *arrow.Schema { return s.columns.given }

// Next returns the next batch, of at most 2,048 rows, or io.EOF. The caller
// releases it.
func (s *Stream) Next() (arrow.RecordBatch, error) {
	if s.ctx.Err() != nil {
		return nil, s.fault()
	}
	chunk := bindings.FetchChunk(s.result)
	defer bindings.DestroyDataChunk(&chunk)
	if chunk.Ptr == nil || bindings.DataChunkGetSize(chunk) == 0 {
		if bindings.ResultError(&s.result) != "" {
			return nil, s.fault()
		}
		s.clean = true
		return nil, io.EOF
	}
	batch, data := bindings.DataChunkToArrowArray(s.options, s.columns.exported, chunk)
	defer bindings.DestroyErrorData(&data)
	if batch == nil {
		return nil, &Fault{Kind: FaultOther, Text: bindings.ErrorDataMessage(data)}
	}
	return s.columns.form(batch), nil
}

// Close ends the statement, whether or not it was read to its end. It reports
// whether the connection is as it was before: nothing failed and nothing was
// interrupted.
func (s *Stream) Close() (clean bool) {
	clean = s.stop() && s.clean
	bindings.DestroyArrowOptions(&s.options)
	bindings.DestroyResult(&s.result)
	if s.own != nil {
		s.own.Close()
	}
	return clean
}
