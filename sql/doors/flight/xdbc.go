package flight

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// xdbcType describes a type of the engine as ODBC's and JDBC's getTypeInfo do.
type xdbcType struct {
	name     string
	code     pb.XdbcDataType
	size     int32 // digits, characters or bytes; 0: unlimited
	quote    string
	params   []string
	number   bool
	unsigned bool
	scale    int32 // at most
	subcode  pb.XdbcDatetimeSubcode
}

// xdbcTypes lists the types in the order of their codes, and then names.
func xdbcTypes() []xdbcType {
	return []xdbcType{
		{name: "BOOLEAN", code: pb.XdbcDataType_XDBC_BIT, size: 1},
		{name: "TINYINT", code: pb.XdbcDataType_XDBC_TINYINT, size: 3, number: true},
		{name: "UTINYINT", code: pb.XdbcDataType_XDBC_TINYINT, size: 3, number: true, unsigned: true},
		{name: "BIGINT", code: pb.XdbcDataType_XDBC_BIGINT, size: 19, number: true},
		{name: "UBIGINT", code: pb.XdbcDataType_XDBC_BIGINT, size: 20, number: true, unsigned: true},
		{name: "BLOB", code: pb.XdbcDataType_XDBC_VARBINARY, quote: "'"},
		{name: "DECIMAL", code: pb.XdbcDataType_XDBC_DECIMAL, size: 38, number: true, params: []string{"precision", "scale"}, scale: 38},
		{name: "HUGEINT", code: pb.XdbcDataType_XDBC_DECIMAL, size: 39, number: true},
		{name: "INTEGER", code: pb.XdbcDataType_XDBC_INTEGER, size: 10, number: true},
		{name: "UINTEGER", code: pb.XdbcDataType_XDBC_INTEGER, size: 10, number: true, unsigned: true},
		{name: "SMALLINT", code: pb.XdbcDataType_XDBC_SMALLINT, size: 5, number: true},
		{name: "USMALLINT", code: pb.XdbcDataType_XDBC_SMALLINT, size: 5, number: true, unsigned: true},
		{name: "FLOAT", code: pb.XdbcDataType_XDBC_REAL, size: 7, number: true},
		{name: "DOUBLE", code: pb.XdbcDataType_XDBC_DOUBLE, size: 15, number: true},
		{name: "INTERVAL", code: pb.XdbcDataType_XDBC_INTERVAL, quote: "'"},
		{name: "JSON", code: pb.XdbcDataType_XDBC_VARCHAR, quote: "'"},
		{name: "UUID", code: pb.XdbcDataType_XDBC_VARCHAR, size: 36, quote: "'"},
		{name: "VARCHAR", code: pb.XdbcDataType_XDBC_VARCHAR, quote: "'"},
		{name: "DATE", code: pb.XdbcDataType_XDBC_DATE, size: 10, quote: "'", subcode: pb.XdbcDatetimeSubcode_XDBC_SUBCODE_DATE},
		{name: "TIME", code: pb.XdbcDataType_XDBC_TIME, size: 15, quote: "'", scale: 6, subcode: pb.XdbcDatetimeSubcode_XDBC_SUBCODE_TIME},
		{name: "TIMESTAMP", code: pb.XdbcDataType_XDBC_TIMESTAMP, size: 26, quote: "'", scale: 6, subcode: pb.XdbcDatetimeSubcode_XDBC_SUBCODE_TIMESTAMP},
		{name: "TIMESTAMP WITH TIME ZONE", code: pb.XdbcDataType_XDBC_TIMESTAMP, size: 32, quote: "'", scale: 6, subcode: pb.XdbcDatetimeSubcode_XDBC_SUBCODE_TIMESTAMP_WITH_TIMEZONE},
	}
}

func (s *server) GetFlightInfoXdbcTypeInfo(_ context.Context, _ flightsql.GetXdbcTypeInfo, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.XdbcTypeInfo)
}

// DoGetXdbcTypeInfo describes all types, or those with one code.
func (s *server) DoGetXdbcTypeInfo(_ context.Context, q flightsql.GetXdbcTypeInfo) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema_ref.XdbcTypeInfo)
	defer b.Release()
	for _, t := range xdbcTypes() {
		if only := q.GetDataType(); only == nil || *only == int32(t.code) {
			t.append(b)
		}
	}
	return one(schema_ref.XdbcTypeInfo, b.NewRecordBatch(), nil)
}

// append adds the type's row, column by column. The builders' types follow from
// the schema, which is arrow-go's.
func (t xdbcType) append(b *array.RecordBuilder) {
	row := []any{
		t.name, int32(t.code), unless(t.size, 0), unless(t.quote, ""), unless(t.quote, ""), t.params, int32(pb.Nullable_NULLABILITY_NULLABLE),
		t.code == pb.XdbcDataType_XDBC_VARCHAR, int32(pb.Searchable_SEARCHABLE_FULL), nil, false, nil, t.name, nil, nil, int32(t.code),
		unless(int32(t.subcode), 0), nil, nil,
	}
	if t.number {
		row[9], row[11], row[17] = t.unsigned, false, int32(10)
	}
	if t.number || t.scale > 0 {
		row[13], row[14] = int32(0), t.scale
	}
	for i, value := range row {
		switch f := b.Field(i).(type) {
		case *array.StringBuilder:
			appendTo(f, value)
		case *array.Int32Builder:
			appendTo(f, value)
		case *array.BooleanBuilder:
			appendTo(f, value)
		case *array.ListBuilder:
			f.Append(true)
			for _, p := range t.params {
				appendTo(f.ValueBuilder().(*array.StringBuilder), any(p)) //nolint:forcetypeassert,errcheck // as the schema has it
			}
		}
	}
}

func appendTo[T any](b interface {
	Append(v T)
	AppendNull()
}, value any,
) {
	if v, ok := value.(T); ok {
		b.Append(v)
	} else {
		b.AppendNull()
	}
}

// unless returns a value, or nil for the one that stands for none.
func unless[T comparable](v, none T) any {
	if v == none {
		return nil
	}
	return v
}
