package metrics

import (
	"slices"
	"strings"
)

// suits says whether a column of unit rows has a type that methods can read, and
// in words which it must have. Columns of other names may have any.
func suits(c Column) (want string, ok bool) {
	switch c.Name {
	case "numerator", "denominator", "value", "weight", "x", "y", "cost", "baseline", "days", "category_order":
		return "a number", number(c.Type)
	case "treated":
		return "true or false", c.Type == "BOOLEAN"
	case "event":
		return "true or false, or a date", slices.Contains([]string{"BOOLEAN", "DATE", "TIMESTAMP"}, c.Type)
	case "month":
		return "a date", slices.Contains([]string{"DATE", "TIMESTAMP"}, c.Type)
	case Teacher.Key(), Student.Key():
		return "the key of a dataset, a UUID", c.Type == "UUID"
	}
	return "", true
}

// number says whether the engine's type counts as a number; true counts as one.
func number(of string) bool {
	kind, _, _ := strings.Cut(of, "(")
	return slices.Contains([]string{
		"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
		"FLOAT", "DOUBLE", "DECIMAL",
	}, kind)
}
