// Package param reads the values that PostgreSQL's clients send for parameters,
// in text and in binary, into the text that the engine casts. It knows types and
// values; whether a value suits a statement, the engine says.
package param

import "strings"

// kinds are the engine's types of PostgreSQL's. Text is missing: what a client
// calls text may be anything, so the statement decides.
var kinds = map[uint32]string{
	16: "BOOLEAN", 17: "BLOB", 20: "BIGINT", 21: "SMALLINT", 23: "INTEGER", 26: "UINTEGER", 114: "JSON", 3802: "JSON",
	700: "FLOAT", 701: "DOUBLE", 1082: "DATE", 1083: "TIME", 1114: "TIMESTAMP", 1184: "TIMESTAMP WITH TIME ZONE", 1186: "INTERVAL",
	1266: "TIME WITH TIME ZONE", 1700: "DECIMAL(38,10)", 2950: "UUID",
	1000: "BOOLEAN[]", 1001: "BLOB[]", 1005: "SMALLINT[]", 1007: "INTEGER[]", 1016: "BIGINT[]", 1009: "VARCHAR[]", 1015: "VARCHAR[]",
	1021: "FLOAT[]", 1022: "DOUBLE[]", 1182: "DATE[]", 1183: "TIME[]", 1115: "TIMESTAMP[]", 1185: "TIMESTAMP WITH TIME ZONE[]",
	1187: "INTERVAL[]", 1231: "DECIMAL(38,10)[]", 2951: "UUID[]",
}

// Kind is the engine's name of a type that a client declares, or "" where the
// statement decides.
func Kind(oid uint32) string { return kinds[oid] }

// oids are the types by which clients send values of the engine's types.
var oids = map[string]uint32{
	"BOOLEAN": 16, "BLOB": 17, "BIGINT": 20, "UINTEGER": 20, "SMALLINT": 21, "TINYINT": 21, "UTINYINT": 21, "INTEGER": 23, "USMALLINT": 23,
	"VARCHAR": 25, "JSON": 114, "FLOAT": 700, "DOUBLE": 701, "DATE": 1082, "TIME": 1083, "TIMESTAMP": 1114, "TIMESTAMP_S": 1114,
	"TIMESTAMP_MS": 1114, "TIMESTAMP_NS": 1114, "TIMESTAMP WITH TIME ZONE": 1184, "INTERVAL": 1186, "TIME WITH TIME ZONE": 1266,
	"HUGEINT": 1700, "UHUGEINT": 1700, "UBIGINT": 1700, "UUID": 2950,
}

// arrays are the types of arrays by the type of their elements.
var arrays = map[uint32]uint32{
	16: 1000, 17: 1001, 20: 1016, 21: 1005, 23: 1007, 25: 1009, 114: 199, 700: 1021, 701: 1022, 1082: 1182, 1083: 1183, 1114: 1115,
	1184: 1185, 1186: 1187, 1266: 1270, 1700: 1231, 2950: 2951,
}

const (
	oidText    = 25
	oidNumeric = 1700
)

// OID is the type by which a client sends a value of one of the engine's types:
// text for what PostgreSQL does not have.
func OID(kind string) uint32 {
	if element, ok := strings.CutSuffix(kind, "[]"); ok {
		if array, ok := arrays[OID(element)]; ok {
			return array
		}
		return oidText
	}
	if strings.HasPrefix(kind, "DECIMAL(") {
		return oidNumeric
	}
	if oid, ok := oids[kind]; ok {
		return oid
	}
	return oidText
}

// byName are the types by the names that casts have.
var byName = map[string]uint32{
	"boolean": 16, "bool": 16, "bytea": 17, "blob": 17, "bigint": 20, "int8": 20, "smallint": 21, "int2": 21,
	"integer": 23, "int": 23, "int4": 23, "text": oidText, "varchar": oidText, "character varying": oidText, "json": 114,
	"real": 700, "float4": 700, "double precision": 701, "double": 701, "float8": 701, "date": 1082,
	"time": 1083, "time without time zone": 1083, "timestamp": 1114, "timestamp without time zone": 1114,
	"timestamptz": 1184, "timestamp with time zone": 1184, "interval": 1186, "timetz": 1266, "time with time zone": 1266,
	"numeric": oidNumeric, "decimal": oidNumeric, "hugeint": oidNumeric, "uuid": 2950,
}

// ByName is the type of which a cast has the name in lower case, or 0.
func ByName(name string) uint32 {
	if element, ok := strings.CutSuffix(name, "[]"); ok {
		return arrays[byName[element]]
	}
	return byName[name]
}
