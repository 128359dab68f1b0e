package contract

import (
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// The types that rules ask for: of ODCS, and of DuckDB.
const (
	logicalString    = "string"
	logicalInteger   = "integer"
	logicalNumber    = "number"
	logicalDate      = "date"
	logicalTimestamp = "timestamp"

	typeBoolean = "BOOLEAN"
	typeText    = "VARCHAR"
	typeUUID    = "UUID"
)

var (
	decimalForm = regexp.MustCompile(`^DECIMAL\((\d{1,2}),(\d{1,2})\)$`)
	numberForm  = regexp.MustCompile(`^-?\d{1,38}(\.\d{1,38})?$`)
)

// logicalTypeOf gives the ODCS logical type of a DuckDB type, and whether Weir
// stores that type.
func logicalTypeOf(physical string) (string, bool) {
	switch physical {
	case typeBoolean:
		return "boolean", true
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT":
		return logicalInteger, true
	case "DOUBLE":
		return logicalNumber, true
	case typeText, typeUUID:
		return logicalString, true
	case "DATE":
		return logicalDate, true
	case "TIMESTAMP":
		return logicalTimestamp, true
	}
	part := decimalForm.FindStringSubmatch(physical)
	if part == nil {
		return "", false
	}
	width, scale := atoi(part[1]), atoi(part[2])
	return logicalNumber, width >= 1 && width <= 38 && scale <= width
}

func (p *parsed) checkType(d property) {
	logical, ok := logicalTypeOf(d.PhysicalType)
	if !ok {
		p.Add(d.At.Field("physicalType"),
			"use BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, DOUBLE, DECIMAL(width,scale), VARCHAR, DATE, TIMESTAMP or UUID",
			"type %q cannot be stored", d.PhysicalType)
		return
	}
	if d.LogicalType != logical {
		p.Add(d.At.Field("logicalType"), "write logicalType: "+logical,
			"logical type %q does not fit %s", d.LogicalType, d.PhysicalType)
	}
}

// checkBounds checks that the bounds are values of the column's type and in
// order.
func (p *parsed) checkBounds(d property, column *Column) {
	low := p.bound(d.Options.At.Field("minimum"), column, column.Minimum)
	high := p.bound(d.Options.At.Field("maximum"), column, column.Maximum)
	if low != nil && high != nil && low.Cmp(high) > 0 {
		p.Add(d.Options.At.Field("minimum"), "exchange them",
			"minimum %s is above maximum %s", column.Minimum, column.Maximum)
	}
}

func (p *parsed) bound(path string, column *Column, text string) *big.Rat {
	if text == "" {
		return nil
	}
	value, err := ordinal(column.Type, text)
	if err != nil {
		p.Add(path, "write a value of the column's type, or leave it out", "bound %q %v", text, err)
	}
	return value
}

// ordinal maps a literal to a number that sorts as the values of the type do.
func ordinal(physical, text string) (*big.Rat, error) {
	switch logical, _ := logicalTypeOf(physical); logical {
	case logicalInteger, logicalNumber:
		if !numberForm.MatchString(text) {
			return nil, errors.New("is not a plain number")
		}
		value, _ := new(big.Rat).SetString(text)
		if !fits(physical, value) {
			return nil, errors.New("does not fit " + physical)
		}
		return value, nil
	case logicalDate:
		return moment(time.DateOnly, "YYYY-MM-DD", text)
	case logicalTimestamp:
		return moment(time.DateTime, "YYYY-MM-DD hh:mm:ss", text)
	default:
		return nil, errors.New("is for numbers and dates, the column is " + physical)
	}
}

func moment(layout, form, text string) (*big.Rat, error) {
	value, err := time.Parse(layout, text)
	if err != nil {
		return nil, errors.New("is not in the form " + form)
	}
	return new(big.Rat).SetInt64(value.Unix()), nil
}

// fits reports whether a number can be stored without loss.
func fits(physical string, value *big.Rat) bool {
	if part := decimalForm.FindStringSubmatch(physical); part != nil {
		width, scale := atoi(part[1]), atoi(part[2])
		scaled := new(big.Rat).Mul(value, tenTo(scale))
		return scaled.IsInt() && new(big.Rat).Abs(scaled).Cmp(tenTo(width)) < 0
	}
	bits := map[string]uint{"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}[physical]
	if bits == 0 {
		return true
	}
	limit := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return value.IsInt() && value.Num().Cmp(limit) < 0 && value.Num().Cmp(limit.Neg(limit)) >= 0
}

func tenTo(n int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
}

// atoi reads digits that an expression has already matched.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits) //nolint:errcheck // at most two digits
	return n
}

// primaryKey orders the key columns by their position.
func (p *parsed) primaryKey() {
	keys := slices.DeleteFunc(slices.Clone(p.object.Properties), func(d property) bool { return !d.PrimaryKey })
	if len(keys) == 0 {
		p.Add(p.object.At.Field("properties"), "write primaryKey: true and primaryKeyPosition: 1 on a column",
			"dataset has no primary key")
	}
	slices.SortStableFunc(keys, func(a, b property) int { return a.KeyPosition - b.KeyPosition })
	for i, d := range keys {
		if d.KeyPosition != i+1 {
			p.Add(d.At.Field("primaryKeyPosition"), "number the key columns from 1", "position %d leaves a gap or repeats", d.KeyPosition)
		}
		p.contract.PrimaryKey = append(p.contract.PrimaryKey, d.Name)
	}
}
