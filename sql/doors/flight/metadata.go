package flight

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weir-warehouse/weir/sql/gateway"
)

// Questions about the catalogue are statements like any other: the gateway
// answers them as the principal who asks, and records them. So the door can
// show no name that the principal may not see, not even by mistake.
const (
	catalogsText = `SELECT DISTINCT table_catalog FROM information_schema.tables ORDER BY 1`
	schemasText  = `SELECT DISTINCT table_catalog, table_schema FROM information_schema.tables
WHERE ($1 IS NULL OR table_catalog = $1::VARCHAR) AND table_schema LIKE $2::VARCHAR ESCAPE '\' ORDER BY 1, 2`
	tablesText = `SELECT table_catalog, table_schema, table_name, table_type FROM information_schema.tables
WHERE ($1 IS NULL OR table_catalog = $1::VARCHAR) AND table_schema LIKE $2::VARCHAR ESCAPE '\' AND table_name LIKE $3::VARCHAR ESCAPE '\'
AND ($4 IS NULL OR list_contains(string_split($4::VARCHAR, chr(10)), table_type)) ORDER BY 1, 2, 3, 4`
	typesText   = `SELECT DISTINCT table_type FROM information_schema.tables ORDER BY 1`
	remarksText = `SELECT column_name, data_type, "COLUMN_COMMENT" FROM information_schema.columns
WHERE table_catalog = $1::VARCHAR AND table_schema = $2::VARCHAR AND table_name = $3::VARCHAR ORDER BY ordinal_position`
)

// optional is a parameter that a client may leave out.
func optional(s *string) gateway.Param {
	if s == nil {
		return gateway.Param{Null: true, Type: text}
	}
	return given(*s)
}

// pattern is a LIKE pattern that a client may leave out, which matches all.
func pattern(s *string) gateway.Param {
	if s == nil {
		return given("%")
	}
	return given(*s)
}

func given(s string) gateway.Param { return gateway.Param{Value: s, Type: text} }

// ask runs a question about the catalogue and returns its answer under the
// schema that Flight SQL wants.
func (v *visit) ask(ctx context.Context, schema *arrow.Schema, question string, params ...gateway.Param) (arrow.RecordBatch, error) {
	r, err := v.Query(ctx, question, params...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var parts []arrow.RecordBatch
	defer func() {
		for _, p := range parts {
			p.Release()
		}
	}()
	var rows int64
	for {
		part, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		parts, rows = append(parts, array.NewRecordBatch(schema, part.Columns(), part.NumRows())), rows+part.NumRows()
		part.Release()
	}
	if len(parts) == 0 {
		return nothing(schema), nil
	}
	return join(parts, rows)
}

// nothing is an answer without rows.
func nothing(schema *arrow.Schema) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	return b.NewRecordBatch()
}

// one streams a batch.
func one(schema *arrow.Schema, batch arrow.RecordBatch, err error) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	if err != nil {
		return nil, nil, err
	}
	chunks := make(chan flight.StreamChunk, 1)
	chunks <- flight.StreamChunk{Data: batch}
	close(chunks)
	return schema, chunks, nil
}

// answer answers a question about the catalogue.
func (s *server) answer(ctx context.Context, schema *arrow.Schema, question string, params ...gateway.Param) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	batch, err := v.ask(ctx, schema, question, params...)
	return one(schema, batch, err)
}

// metadataInfo describes an answer about the catalogue. Its ticket is the question
// itself, which is answered for whoever sends it.
func metadataInfo(d *flight.FlightDescriptor, schema *arrow.Schema) (*flight.FlightInfo, error) {
	info := located(d, d.GetCmd())
	info.Schema = flight.SerializeSchema(schema, memory.DefaultAllocator)
	return info, nil
}

func (s *server) GetFlightInfoCatalogs(_ context.Context, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.Catalogs)
}

// DoGetCatalogs lists the catalogue in which the scope's relations are.
func (s *server) DoGetCatalogs(ctx context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.answer(ctx, schema_ref.Catalogs, catalogsText)
}

func (s *server) GetFlightInfoSchemas(_ context.Context, _ flightsql.GetDBSchemas, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.DBSchemas)
}

// DoGetDBSchemas lists schemas that have a relation in the scope.
func (s *server) DoGetDBSchemas(ctx context.Context, q flightsql.GetDBSchemas) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.answer(ctx, schema_ref.DBSchemas, schemasText, optional(q.GetCatalog()), pattern(q.GetDBSchemaFilterPattern()))
}

func (s *server) GetFlightInfoTableTypes(_ context.Context, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.TableTypes)
}

// DoGetTableTypes lists the types of the scope's relations.
func (s *server) DoGetTableTypes(ctx context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.answer(ctx, schema_ref.TableTypes, typesText)
}

func tablesSchema(q flightsql.GetTables) *arrow.Schema {
	if q.GetIncludeSchema() {
		return schema_ref.TablesWithIncludedSchema
	}
	return schema_ref.Tables
}

func (s *server) GetFlightInfoTables(_ context.Context, q flightsql.GetTables, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, tablesSchema(q))
}

// DoGetTables lists the scope's relations, with their columns if the client
// wants these.
func (s *server) DoGetTables(ctx context.Context, q flightsql.GetTables) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	kinds := gateway.Param{Null: true, Type: text}
	if of := q.GetTableTypes(); len(of) > 0 {
		kinds = given(strings.Join(of, "\n"))
	}
	tables, err := v.ask(ctx, schema_ref.Tables, tablesText,
		optional(q.GetCatalog()), pattern(q.GetDBSchemaFilterPattern()), pattern(q.GetTableNameFilterPattern()), kinds)
	if err == nil && q.GetIncludeSchema() {
		tables, err = v.withSchemas(ctx, tables)
	}
	return one(tablesSchema(q), tables, err)
}

// withSchemas adds to each relation its columns as its rows would have them.
func (v *visit) withSchemas(ctx context.Context, tables arrow.RecordBatch) (arrow.RecordBatch, error) {
	defer tables.Release()
	b := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	defer b.Release()
	for i := range int(tables.NumRows()) {
		schema, err := v.columns(ctx, tables.Column(0).ValueStr(i), tables.Column(1).ValueStr(i), tables.Column(2).ValueStr(i))
		if err != nil {
			return nil, err
		}
		b.Append(flight.SerializeSchema(schema, memory.DefaultAllocator))
	}
	schemas := b.NewArray()
	defer schemas.Release()
	return array.NewRecordBatch(schema_ref.TablesWithIncludedSchema, append(tables.Columns(), schemas), tables.NumRows()), nil
}

// columns describes a relation's columns, each with what the contract says of
// it.
func (v *visit) columns(ctx context.Context, catalog, schema, table string) (*arrow.Schema, error) {
	p, err := v.Prepare(ctx, "SELECT * FROM "+quoted(catalog)+"."+quoted(schema)+"."+quoted(table))
	if err != nil {
		return nil, err
	}
	told, err := v.ask(ctx, remarksSchema(), remarksText, given(catalog), given(schema), given(table))
	if err != nil {
		return nil, err
	}
	defer told.Release()
	fields := p.Schema.Fields()
	for i := range fields {
		if i >= int(told.NumRows()) || told.Column(0).ValueStr(i) != fields[i].Name {
			continue // the two were asked one after the other
		}
		keys := []string{flightsql.CatalogNameKey, flightsql.SchemaNameKey, flightsql.TableNameKey, flightsql.TypeNameKey, flightsql.IsReadOnlyKey, flightsql.IsSearchableKey}
		values := []string{catalog, schema, table, told.Column(1).ValueStr(i), "1", "1"}
		if remark := told.Column(2); remark.IsValid(i) {
			keys, values = append(keys, flightsql.RemarksKey), append(values, remark.ValueStr(i))
		}
		fields[i].Metadata = arrow.NewMetadata(append(keys, fields[i].Metadata.Keys()...), append(values, fields[i].Metadata.Values()...))
	}
	return arrow.NewSchema(fields, nil), nil
}

func remarksSchema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "column_name", Type: arrow.BinaryTypes.String}, {Name: "data_type", Type: arrow.BinaryTypes.String},
		{Name: "remark", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
}

// quoted quotes a name that came from the catalogue.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
