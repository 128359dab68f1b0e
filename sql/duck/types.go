package duck

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// TypeKey is the key in an Arrow field's metadata under which the engine's own
// name of the column's type stands: HUGEINT and DECIMAL(38,0), or UUID and
// VARCHAR, are the same to Arrow.
const TypeKey = "duckdb_type"

// columns are the columns of a result: as the engine exports them, as they are
// given on, and how the one becomes the other.
type columns struct {
	exported, given *arrow.Schema
	forms           []form
}

// columnsOf describes columns. What is given on has the engine's types as
// metadata.
func columnsOf(options bindings.ArrowOptions, types []bindings.LogicalType, names []string) (columns, error) {
	exported, data := bindings.NewArrowSchema(options, types, names)
	defer bindings.DestroyErrorData(&data)
	if exported == nil {
		return columns{}, unexported(options, types)
	}
	fields, forms := exported.Fields(), make([]form, len(types))
	for i := range fields {
		fields[i], forms[i] = formOf(fields[i], types[i])
		fields[i].Metadata = arrow.NewMetadata([]string{TypeKey}, []string{typeName(types[i])})
	}
	return columns{exported, arrow.NewSchema(fields, nil), forms}, nil
}

// form gives a batch on, and releases it.
func (c columns) form(batch arrow.RecordBatch) arrow.RecordBatch {
	defer batch.Release()
	given := make([]arrow.Array, batch.NumCols())
	for i, column := range batch.Columns() {
		if c.forms[i] == nil {
			given[i] = column
			continue
		}
		d := c.forms[i](column.Data())
		given[i] = array.MakeFromData(d)
		d.Release()
		defer given[i].Release()
	}
	return array.NewRecordBatch(c.given, given, batch.NumRows())
}

// unexported says which type the engine does not export.
func unexported(options bindings.ArrowOptions, types []bindings.LogicalType) error {
	for _, t := range types {
		schema, data := bindings.NewArrowSchema(options, []bindings.LogicalType{t}, []string{""})
		bindings.DestroyErrorData(&data)
		if schema == nil {
			return &Fault{Kind: FaultStatement, Prepared: true, Text: "a result cannot have a column of type " + typeName(t) + "; cast it to JSON or VARCHAR"}
		}
	}
	return &Fault{Kind: FaultOther, Text: "the result's columns cannot be described"}
}

func destroy(types []bindings.LogicalType) {
	for i := range types {
		bindings.DestroyLogicalType(&types[i])
	}
}

// simpleTypes names the types that consist of nothing else, as SQL does.
var simpleTypes = map[bindings.Type]string{
	bindings.TypeBoolean: "BOOLEAN", bindings.TypeTinyInt: "TINYINT", bindings.TypeSmallInt: "SMALLINT", bindings.TypeInteger: "INTEGER",
	bindings.TypeBigInt: "BIGINT", bindings.TypeHugeInt: "HUGEINT", bindings.TypeUTinyInt: "UTINYINT", bindings.TypeUSmallInt: "USMALLINT",
	bindings.TypeUInteger: "UINTEGER", bindings.TypeUBigInt: "UBIGINT", bindings.TypeUHugeInt: "UHUGEINT", bindings.TypeFloat: "FLOAT",
	bindings.TypeDouble: "DOUBLE", bindings.TypeVarchar: "VARCHAR", bindings.TypeBlob: "BLOB", bindings.TypeBit: "BIT",
	bindings.TypeDate: "DATE", bindings.TypeTime: "TIME", bindings.TypeTimeNS: "TIME_NS", bindings.TypeTimeTZ: "TIME WITH TIME ZONE",
	bindings.TypeTimestamp: "TIMESTAMP", bindings.TypeTimestampS: "TIMESTAMP_S", bindings.TypeTimestampMS: "TIMESTAMP_MS",
	bindings.TypeTimestampNS: "TIMESTAMP_NS", bindings.TypeTimestampTZ: "TIMESTAMP WITH TIME ZONE", bindings.TypeInterval: "INTERVAL",
	bindings.TypeUUID: "UUID", bindings.TypeBigNum: "BIGNUM", bindings.TypeSQLNull: "\"NULL\"", bindings.TypeGeometry: "GEOMETRY",
	bindings.TypeVariant: "VARIANT", bindings.TypeEnum: "ENUM",
}

// typeName names a type as the engine does, save that an ENUM's values are left
// out. It is empty for a type that is not known yet.
func typeName(t bindings.LogicalType) string {
	if alias := bindings.LogicalTypeGetAlias(t); alias != "" {
		return alias
	}
	switch id := bindings.GetTypeId(t); id {
	case bindings.TypeDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", bindings.DecimalWidth(t), bindings.DecimalScale(t))
	case bindings.TypeList:
		return ofType(bindings.ListTypeChildType(t)) + "[]"
	case bindings.TypeArray:
		return fmt.Sprintf("%s[%d]", ofType(bindings.ArrayTypeChildType(t)), bindings.ArrayTypeArraySize(t))
	case bindings.TypeMap:
		return "MAP(" + ofType(bindings.MapTypeKeyType(t)) + ", " + ofType(bindings.MapTypeValueType(t)) + ")"
	case bindings.TypeStruct:
		return "STRUCT" + members(t, bindings.StructTypeChildCount(t), bindings.StructTypeChildName, bindings.StructTypeChildType)
	case bindings.TypeUnion:
		return "UNION" + members(t, bindings.UnionTypeMemberCount(t), bindings.UnionTypeMemberName, bindings.UnionTypeMemberType)
	default:
		return simpleTypes[id]
	}
}

// ofType names a type that was made for the caller, and destroys it.
func ofType(t bindings.LogicalType) string {
	defer bindings.DestroyLogicalType(&t)
	return typeName(t)
}

func members(
	t bindings.LogicalType, n bindings.IdxT,
	name func(bindings.LogicalType, bindings.IdxT) string, kind func(bindings.LogicalType, bindings.IdxT) bindings.LogicalType,
) string {
	all := make([]string, n)
	for i := range n {
		all[i] = Ident(name(t, i)) + " " + ofType(kind(t, i))
	}
	return "(" + strings.Join(all, ", ") + ")"
}
