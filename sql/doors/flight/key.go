package flight

import (
	"context"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weir-warehouse/weir/sql/gateway"
)

// Keys are told where all of a key is shown; references where both sides are. A
// scope may still leave out the row that another refers to.

// engineCatalog is where the engine has a scope's relations.
const engineCatalog = "memory"

func (s *server) GetFlightInfoPrimaryKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.PrimaryKeys)
}

// DoGetPrimaryKeys tells the columns of a relation's primary key.
func (s *server) DoGetPrimaryKeys(ctx context.Context, of flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.keys(ctx, schema_ref.PrimaryKeys, func(rows *rows, k gateway.Key) {
		for i, column := range k.Primary {
			if is(of, k.Schema, k.Relation) {
				rows.add(engineCatalog, k.Schema, k.Relation, column, int32(i+1), k.Relation+"_pkey")
			}
		}
	})
}

func (s *server) GetFlightInfoExportedKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.ExportedKeys)
}

// DoGetExportedKeys tells what refers to a relation.
func (s *server) DoGetExportedKeys(ctx context.Context, of flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.references(ctx, &of, nil)
}

func (s *server) GetFlightInfoImportedKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.ImportedKeys)
}

// DoGetImportedKeys tells to what a relation refers.
func (s *server) DoGetImportedKeys(ctx context.Context, of flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.references(ctx, nil, &of)
}

func (s *server) GetFlightInfoCrossReference(_ context.Context, _ flightsql.CrossTableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return metadataInfo(d, schema_ref.CrossReference)
}

// DoGetCrossReference tells how one relation refers to another.
func (s *server) DoGetCrossReference(ctx context.Context, of flightsql.CrossTableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.references(ctx, &of.PKRef, &of.FKRef)
}

// references tells references to a relation and from one; nil is any.
func (s *server) references(ctx context.Context, to, from *flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	const noAction = uint8(3) // UpdateDeleteRules in FlightSql.proto
	return s.keys(ctx, schema_ref.ImportedKeys, func(rows *rows, k gateway.Key) {
		for _, r := range k.References {
			if (from == nil || is(*from, k.Schema, k.Relation)) && (to == nil || is(*to, r.Schema, r.Relation)) {
				rows.add(engineCatalog, r.Schema, r.Relation, r.Key, engineCatalog, k.Schema, k.Relation, r.Column, int32(1),
					k.Relation+"_"+r.Column+"_fkey", r.Relation+"_pkey", noAction, noAction)
			}
		}
	})
}

// is reports whether a client means a relation.
func is(of flightsql.TableRef, schema, relation string) bool {
	return of.Table == relation && (of.DBSchema == nil || *of.DBSchema == schema) && (of.Catalog == nil || strings.EqualFold(*of.Catalog, engineCatalog))
}

// keys answers with a row for each thing that tell finds in the keys of a
// relation.
func (s *server) keys(
	ctx context.Context, schema *arrow.Schema, tell func(*rows, gateway.Key),
) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	all, err := v.Keys(ctx)
	if err != nil {
		return nil, nil, err
	}
	out := &rows{array.NewRecordBuilder(memory.DefaultAllocator, schema)}
	defer out.builder.Release()
	for _, k := range all {
		tell(out, k)
	}
	return one(schema, out.builder.NewRecordBatch(), nil)
}

// rows are rows of an answer.
type rows struct{ builder *array.RecordBuilder }

func (r *rows) add(values ...any) {
	for i, value := range values {
		switch b := r.builder.Field(i).(type) {
		case *array.StringBuilder:
			text, _ := value.(string) //nolint:errcheck // the schema says so
			b.Append(text)
		case *array.Int32Builder:
			n, _ := value.(int32) //nolint:errcheck // the schema says so
			b.Append(n)
		case *array.Uint8Builder:
			n, _ := value.(uint8) //nolint:errcheck // the schema says so
			b.Append(n)
		}
	}
}
