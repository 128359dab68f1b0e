package encode

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// PostgreSQL's types (pg_type.dat).
const (
	OIDBool        = 16
	OIDBytes       = 17
	OIDInt8        = 20
	OIDInt2        = 21
	OIDInt4        = 23
	OIDText        = 25
	OIDJSON        = 114
	OIDFloat4      = 700
	OIDFloat8      = 701
	OIDDate        = 1082
	OIDTime        = 1083
	OIDTimestamp   = 1114
	OIDTimestampTZ = 1184
	OIDInterval    = 1186
	OIDTimeTZ      = 1266
	OIDVarbit      = 1562
	OIDNumeric     = 1700
	OIDUUID        = 2950
)

// pgType is how PostgreSQL has a column.
type pgType struct {
	oid, list    uint32 // list is the type of arrays of it, 0 if it is sent as JSON
	size         int16
	modifier     int32
	text, binary codec
}

// DuckType is the key of a field's metadata that holds the engine's name of
// its type, where Arrow's says less.
const DuckType = "duckdb_type"

// typeOf finds PostgreSQL's type for a column.
func typeOf(f arrow.Field) pgType {
	t, name := f.Type, engineType(f)
	if named, ok := byName(name); ok {
		return named
	}
	switch t := t.(type) {
	case *arrow.DictionaryType, *arrow.StringType:
		return pgType{OIDText, 1009, -1, -1, verbatim, verbatim}
	case *arrow.Decimal128Type:
		modifier := (t.Precision<<16 | t.Scale) + 4
		scale := int(t.Scale)
		if name == "HUGEINT" {
			modifier = -1 // it has up to 39 digits
		}
		return pgType{OIDNumeric, 1231, -1, modifier, textNumeric(decimals128, scale), binaryNumeric(decimals128, scale)}
	case *arrow.Decimal256Type:
		return numericType(unsigned128)
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return pgType{OIDTimestampTZ, 1185, 8, -1, textTimestamp(t), binaryTimestamp(t)}
		}
		return pgType{OIDTimestamp, 1115, 8, -1, textTimestamp(t), binaryTimestamp(t)}
	case *arrow.Time64Type:
		if t.Unit == arrow.Nanosecond {
			return pgType{OIDText, 1009, -1, -1, textTime(9), textTime(9)}
		}
		return pgType{OIDTime, 1183, 8, -1, textTime(6), binaryTime}
	case *arrow.StructType, *arrow.MapType:
		return jsonType(f)
	case arrow.ListLikeType:
		return listType(f, t.ElemField(), name)
	case arrow.UnionType:
		return pgType{OIDText, 0, -1, -1, textUnion(t.Fields()), textUnion(t.Fields())}
	}
	return byID(t.ID())
}

// byID finds the types without parameters.
func byID(id arrow.Type) pgType {
	switch id { //nolint:exhaustive // the engine makes no others
	case arrow.BOOL:
		return pgType{OIDBool, 1000, 1, -1, textBool, binaryBool}
	case arrow.INT8:
		return pgType{OIDInt2, 1005, 2, -1, textInt[int8], binaryInt2[int8]}
	case arrow.UINT8:
		return pgType{OIDInt2, 1005, 2, -1, textInt[uint8], binaryInt2[uint8]}
	case arrow.INT16:
		return pgType{OIDInt2, 1005, 2, -1, textInt[int16], binaryInt2[int16]}
	case arrow.UINT16:
		return pgType{OIDInt4, 1007, 4, -1, textInt[uint16], binaryInt4[uint16]}
	case arrow.INT32:
		return pgType{OIDInt4, 1007, 4, -1, textInt[int32], binaryInt4[int32]}
	case arrow.UINT32:
		return pgType{OIDInt8, 1016, 8, -1, textInt[uint32], binaryInt8[uint32]}
	case arrow.INT64:
		return pgType{OIDInt8, 1016, 8, -1, textInt[int64], binaryInt8[int64]}
	case arrow.UINT64:
		return numericType(unsigned64)
	case arrow.FLOAT32:
		return pgType{OIDFloat4, 1021, 4, -1, textFloat4, binaryFloat4}
	case arrow.FLOAT64:
		return pgType{OIDFloat8, 1022, 8, -1, textFloat8, binaryFloat8}
	case arrow.BINARY:
		return pgType{OIDBytes, 1001, -1, -1, textBytes, verbatim}
	case arrow.DATE32:
		return pgType{OIDDate, 1182, 4, -1, textDate, binaryDate}
	case arrow.INTERVAL_MONTH_DAY_NANO:
		return pgType{OIDInterval, 1187, 16, -1, textInterval, binaryInterval}
	}
	return pgType{OIDText, 0, -1, -1, verbatim, verbatim}
}

func numericType(read decimals) pgType {
	return pgType{OIDNumeric, 1231, -1, -1, textNumeric(read, 0), binaryNumeric(read, 0)}
}

// byName finds the types that Arrow does not tell apart.
func byName(name string) (pgType, bool) {
	switch name {
	case "JSON":
		return pgType{OIDJSON, 199, -1, -1, verbatim, verbatim}, true
	case "UUID":
		return pgType{OIDUUID, 2951, 16, -1, verbatim, binaryUUID}, true
	case "BIT":
		return pgType{OIDVarbit, 1563, -1, -1, verbatim, binaryBits}, true
	case "TIME WITH TIME ZONE":
		return pgType{OIDTimeTZ, 1270, 12, -1, verbatim, binaryTimeTZ}, true
	case `"NULL"`:
		return pgType{OIDText, 1009, -1, -1, verbatim, verbatim}, true
	}
	return pgType{}, false
}

// engineType is the engine's name of a field's type, where the field says it.
func engineType(f arrow.Field) string {
	name, _ := f.Metadata.GetValue(DuckType)
	return name
}

// elementType is the name of the type of a list's elements.
func elementType(list string) string {
	if i := strings.LastIndexByte(list, '['); i > 0 && strings.HasSuffix(list, "]") {
		return list[:i]
	}
	return ""
}

func values[T arrow.FixedWidthType](a arrow.Array) []T { return arrow.GetValues[T](a.Data(), 1) }
