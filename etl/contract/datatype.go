package contract

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"time"
)

var decimalForm = regexp.MustCompile(`^DECIMAL\((\d{1,2}),(\d{1,2})\)$`)

// logicalTypeOf gives the ODCS logical type of a DuckDB type, and whether Weir
// stores that type.
func logicalTypeOf(physical string) (string, bool) {
	switch physical {
	case "BOOLEAN":
		return "boolean", true
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT":
		return "integer", true
	case "DOUBLE":
		return "number", true
	case "VARCHAR", "UUID":
		return "string", true
	case "DATE":
		return "date", true
	case "TIMESTAMP":
		return "timestamp", true
	}
	part := decimalForm.FindStringSubmatch(physical)
	if part == nil {
		return "", false
	}
	width, _ := strconv.Atoi(part[1])
	scale, _ := strconv.Atoi(part[2])
	return "number", width >= 1 && width <= 38 && scale <= width
}

func (p *parsed) checkType(d property) {
	logical, ok := logicalTypeOf(d.PhysicalType)
	if !ok {
		p.add(d.At.field("physicalType"),
			"use BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DOUBLE, DECIMAL(width,scale), VARCHAR, DATE, TIMESTAMP or UUID",
			"type %q cannot be stored", d.PhysicalType)
		return
	}
	if d.LogicalType != logical {
		p.add(d.At.field("logicalType"), "write logicalType: "+logical,
			"logical type %q does not fit %s", d.LogicalType, d.PhysicalType)
	}
}

// checkBounds checks that the bounds are values of the column's type and in
// order.
func (p *parsed) checkBounds(d property, column *Column) {
	var bounds []*big.Rat
	for name, text := range map[string]string{"minimum": column.Minimum, "maximum": column.Maximum} {
		if text == "" {
			continue
		}
		value, err := ordinal(column.LogicalType, text)
		if err != nil {
			p.add(d.Options.At.field(name), "write a value of the column's type, or leave it out",
				"bound %q does not fit %s: %v", text, column.Type, err)
			continue
		}
		bounds = append(bounds, value)
	}
	if len(bounds) == 2 && column.Minimum != "" {
		low, _ := ordinal(column.LogicalType, column.Minimum)
		high, _ := ordinal(column.LogicalType, column.Maximum)
		if low.Cmp(high) > 0 {
			p.add(d.Options.At.field("minimum"), "exchange them",
				"minimum %s is above maximum %s", column.Minimum, column.Maximum)
		}
	}
}

// ordinal maps a literal to a number that sorts as values of the type do.
func ordinal(logicalType, text string) (*big.Rat, error) {
	switch logicalType {
	case "integer", "number":
		value, ok := new(big.Rat).SetString(text)
		if !ok || (logicalType == "integer" && !value.IsInt()) {
			return nil, fmt.Errorf("not a %s", logicalType)
		}
		return value, nil
	case "date", "timestamp":
		layout := map[string]string{"date": time.DateOnly, "timestamp": time.DateTime}[logicalType]
		value, err := time.Parse(layout, text)
		if err != nil {
			return nil, fmt.Errorf("not in the form %s", layout)
		}
		return new(big.Rat).SetInt64(value.Unix()), nil
	default:
		return nil, fmt.Errorf("%s has no bounds", logicalType)
	}
}

// primaryKey orders the key columns by their position.
func (p *parsed) primaryKey() {
	keys := slices.DeleteFunc(slices.Clone(p.object.Properties), func(d property) bool { return !d.PrimaryKey })
	if len(keys) == 0 {
		p.add(p.object.At.field("properties"), "write primaryKey: true and primaryKeyPosition: 1 on a column",
			"dataset has no primary key")
	}
	slices.SortStableFunc(keys, func(a, b property) int { return a.KeyPosition - b.KeyPosition })
	for i, d := range keys {
		if d.KeyPosition != i+1 {
			p.add(d.At.field("primaryKeyPosition"), "number the key columns from 1", "position %d leaves a gap or repeats", d.KeyPosition)
		}
		p.contract.PrimaryKey = append(p.contract.PrimaryKey, d.Name)
	}
}
