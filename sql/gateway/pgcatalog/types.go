package pgcatalog

import (
	"fmt"
	"strings"
)

// Object identifiers of types that more than one of the engine's have.
const (
	text    = 25
	json    = 114
	numeric = 1700
)

// scalars are PostgreSQL's types for the engine's, with those of arrays of them
// (src/include/catalog/pg_type.dat). An unsigned type has the next wider one.
var scalars = map[string][2]int{
	"BOOLEAN": {16, 1000}, "BLOB": {17, 1001}, "TINYINT": {21, 1005}, "UTINYINT": {21, 1005}, "SMALLINT": {21, 1005},
	"INTEGER": {23, 1007}, "USMALLINT": {23, 1007}, "BIGINT": {20, 1016}, "UINTEGER": {20, 1016},
	"UBIGINT": {numeric, 1231}, "HUGEINT": {numeric, 1231}, "UHUGEINT": {numeric, 1231}, "DECIMAL": {numeric, 1231},
	"FLOAT": {700, 1021}, "DOUBLE": {701, 1022}, "VARCHAR": {text, 1009}, "ENUM": {text, 1009}, "JSON": {json, 199},
	"DATE": {1082, 1182}, "TIME": {1083, 1183}, "TIME WITH TIME ZONE": {1266, 1270},
	"TIMESTAMP": {1114, 1115}, "TIMESTAMP_S": {1114, 1115}, "TIMESTAMP_MS": {1114, 1115}, "TIMESTAMP_NS": {1114, 1115},
	"TIMESTAMP WITH TIME ZONE": {1184, 1185}, "INTERVAL": {1186, 1187}, "UUID": {2950, 2951}, "BIT": {1562, 1563},
}

// typeOf is the identifier and the modifier of the type as which a column of one
// of the engine's types leaves. -1 is no modifier.
func typeOf(kind string) (oid, modifier int) {
	base, isList := strings.CutSuffix(kind, "]")
	if isList {
		base = base[:strings.LastIndexByte(base, '[')]
	}
	name, _, _ := strings.Cut(base, "(")
	pair, ok := scalars[name]
	switch {
	case isList && ok:
		return pair[1], -1
	case isList, strings.HasPrefix(kind, "STRUCT"), strings.HasPrefix(kind, "MAP"):
		return json, -1
	case !ok:
		return text, -1
	}
	var width, scale int
	if _, err := fmt.Sscanf(base, "DECIMAL(%d,%d)", &width, &scale); err == nil {
		return numeric, (width<<16 | scale) + 4
	}
	return pair[0], -1
}
