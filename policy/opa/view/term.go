package view

import (
	"fmt"
	"strings"
)

// kind is a class of DuckDB types whose values Rego sees alike.
type kind string

const (
	text      kind = "text"
	uuid      kind = "a key" // as lower-case text
	date      kind = "a date"
	timestamp kind = "a timestamp"
	boolean   kind = "a boolean"
	number    kind = "a number" // integers and decimals, exactly
	float     kind = "a float"  // what JSON cannot carry (NaN, infinities) is null
)

// term is a field in SQL.
type term struct {
	sql      *Fragment
	kind     kind
	nullable bool
}

// append appends another fragment.
func (f *Fragment) append(other *Fragment) {
	f.parts = append(f.parts, other.parts...)
	for c := range other.attached {
		if f.attached == nil {
			f.attached = map[string]bool{}
		}
		f.attached[c] = true
	}
}

// term resolves a field.
func (s Source) term(f Field) (term, error) {
	switch f.Space {
	case RowSpace:
		return s.column(f.Name)
	case PeriodSpace:
		return s.bound(f.Name)
	case RelatedSpace:
		return s.relation(f.Name)
	}
	return term{}, fmt.Errorf("rows have no %s", f)
}

// column resolves a column of the row.
func (s Source) column(name string) (term, error) {
	c, ok := s.Dataset.Column(name)
	if !ok {
		return term{}, fmt.Errorf("%s has no column %s", s.Dataset.Name, name)
	}
	k, err := kindOf(c.Type)
	if err != nil {
		return term{}, fmt.Errorf("column %s: %w", name, err)
	}
	f := &Fragment{}
	sql := field(row, name)
	if k == float {
		sql = "CASE WHEN " + function("isfinite") + "(" + sql + ") THEN " + sql + " END"
	}
	f.text(sql)
	return term{sql: f, kind: k, nullable: !c.Required || k == float}, nil
}

// bound resolves the first or last day of the row's period.
func (s Source) bound(name string) (term, error) {
	if s.Period.From == "" {
		return term{}, fmt.Errorf("rows of %s have no date", s.Dataset.Name)
	}
	column := s.Period.From
	switch name {
	case "start":
	case "end":
		if s.Period.To != "" {
			column = s.Period.To
		}
	default:
		return term{}, fmt.Errorf("a period has a start and an end, not %s", name)
	}
	if _, err := s.column(column); err != nil {
		return term{}, err
	}
	f := &Fragment{}
	f.text("CAST(" + field(row, column) + " AS DATE)")
	return term{sql: f, kind: date, nullable: true}, nil
}

// kindOf classes a DuckDB type.
func kindOf(duckType string) (kind, error) {
	switch base, _, _ := strings.Cut(strings.ToUpper(duckType), "("); base {
	case "VARCHAR":
		return text, nil
	case "UUID":
		return uuid, nil
	case "DATE":
		return date, nil
	case "TIMESTAMP":
		return timestamp, nil
	case "BOOLEAN":
		return boolean, nil
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "DECIMAL":
		return number, widthFits(duckType)
	case "DOUBLE":
		return float, nil
	}
	return "", fmt.Errorf("row rules cannot read type %s", duckType)
}

// widthFits refuses decimals so wide that a comparison could lose digits:
// DuckDB compares in at most 38.
func widthFits(duckType string) error {
	var width, scale int
	if n, _ := fmt.Sscanf(strings.ToUpper(duckType), "DECIMAL(%d,%d)", &width, &scale); n > 0 && width > maxWidth { //nolint:errcheck // another type
		return fmt.Errorf("row rules cannot read type %s: more than %d digits", duckType, maxWidth)
	}
	return nil
}
