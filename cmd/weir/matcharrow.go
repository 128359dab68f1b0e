package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/compute"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/weir-warehouse/weir/policy"
)

// arrowTable is the wanted columns of an Arrow file, numbers as doubles.
type arrowTable struct {
	ctx     context.Context //nolint:containedctx // of the one reading that it serves
	columns []int
	schema  *arrow.Schema
	next    func() (arrow.RecordBatch, error)
}

// openArrow hands f the table of an IPC file or, if it is none, IPC stream.
func openArrow(ctx context.Context, path string, o fileColumns, f func(batchReader) error) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if r, err := ipc.NewFileReader(file); err == nil {
		defer r.Close() //nolint:errcheck // it was only read
		place := 0
		return arrowColumns(ctx, r.Schema(), o, func() (arrow.RecordBatch, error) {
			if place == r.NumRecords() {
				return nil, io.EOF
			}
			place++
			return r.RecordBatchAt(place - 1)
		}, f)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, err := ipc.NewReader(file)
	if err != nil {
		return policy.Errorf(policy.DataRefused, "the file is neither an Arrow file nor an Arrow stream: %w", err)
	}
	defer r.Release()
	return arrowColumns(ctx, r.Schema(), o, r.Read, f)
}

// arrowColumns hands f the wanted columns of what next reads.
func arrowColumns(ctx context.Context, s *arrow.Schema, o fileColumns, next func() (arrow.RecordBatch, error), f func(batchReader) error) error {
	columns, err := o.wanted(s)
	if err != nil {
		return err
	}
	t := &arrowTable{ctx: ctx, next: next, columns: columns}
	var fields []arrow.Field
	for _, i := range columns {
		field := s.Field(i)
		if isNumeric(field.Type) && !o.text(field.Name) {
			field.Type = arrow.PrimitiveTypes.Float64
		}
		fields = append(fields, field)
	}
	t.schema = arrow.NewSchema(fields, nil)
	return f(t)
}

// Schema describes the wanted columns.
func (t *arrowTable) Schema() *arrow.Schema { return t.schema }

// Next returns the next batch of the wanted columns.
func (t *arrowTable) Next() (arrow.RecordBatch, error) {
	batch, err := t.next()
	if err != nil {
		return nil, err
	}
	columns := make([]arrow.Array, len(t.columns))
	for k, i := range t.columns {
		columns[k] = batch.Column(i)
		if t.schema.Field(k).Type.ID() != arrow.FLOAT64 {
			continue
		}
		columns[k], err = compute.CastArray(t.ctx, batch.Column(i), compute.UnsafeCastOptions(arrow.PrimitiveTypes.Float64))
		if err != nil {
			return nil, policy.Errorf(policy.DataRefused, "column %q cannot be read as numbers: %w", t.schema.Field(k).Name, err)
		}
	}
	return array.NewRecordBatch(t.schema, columns, batch.NumRows()), nil
}
