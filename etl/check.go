package etl

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// The rules that every contract implies; row checks and overlaps go by the
// names that the contract gives them.
const (
	ruleStructure    = "structure" // a line without the header's shape
	ruleType         = "type"
	ruleRequired     = "required"
	ruleRange        = "range"
	ruleEnum         = "enum"
	rulePattern      = "pattern"
	ruleDuplicateRow = "duplicate_row" // a copy of a row of the same file
	ruleDuplicateKey = "duplicate_key" // the same key with other content in the same file
	ruleUnique       = "unique"        // a value that another row has
	ruleReference    = "reference"
	rulePerson       = "person"            // an identifier that the vault does not know
	ruleIdentity     = "identity_conflict" // identifiers of one row that name different people
)

// check is a condition on the values of one row, by which the row fails.
type check struct {
	rule, column string
	fails        string // SQL over the raw and the typed columns
}

// raw names the column that holds an input column's text.
func raw(column string) string { return duck.Ident("raw:" + column) }

// valueChecks lists what can be told from a row alone, before people are
// resolved.
func valueChecks(k *contract.Contract, offered map[string]bool) []check {
	var checks []check
	for i := range k.Columns {
		col := &k.Columns[i]
		if col.Person != "" {
			checks = append(checks, personChecks(col, offered)...)
		} else {
			checks = append(checks, columnChecks(col, offered[col.Name])...)
		}
	}
	for _, rc := range k.RowChecks {
		if !namesPerson(k, rc) {
			checks = append(checks, check{rc.Name, strings.Join(rc.Columns, ","), "NOT coalesce((" + rc.Expression + "), true)"})
		}
	}
	return checks
}

func namesPerson(k *contract.Contract, rc contract.RowCheck) bool {
	for _, name := range rc.Columns {
		if col, ok := k.Column(name); ok && col.Person != "" {
			return true
		}
	}
	return false
}

func personChecks(col *contract.Column, offered map[string]bool) []check {
	if !col.Required {
		return nil
	}
	var none []string
	for _, id := range col.IdentifierColumns() {
		if offered[id] {
			none = append(none, duck.Ident(id)+" IS NULL")
		}
	}
	return []check{{ruleRequired, col.Name, strings.Join(none, " AND ")}}
}

func columnChecks(col *contract.Column, offered bool) []check {
	if !offered {
		return nil
	}
	name, text := duck.Ident(col.Name), raw(col.Name)
	var checks []check
	if col.Type != "VARCHAR" {
		checks = append(checks, check{ruleType, col.Name, text + " IS NOT NULL AND " + name + " IS NULL"})
	}
	if col.Required {
		checks = append(checks, check{ruleRequired, col.Name, text + " IS NULL"})
	}
	var bounds []string
	if col.Minimum != "" {
		bounds = append(bounds, fmt.Sprintf("%s < CAST(%s AS %s)", name, duck.Literal(col.Minimum), col.Type))
	}
	if col.Maximum != "" {
		bounds = append(bounds, fmt.Sprintf("%s > CAST(%s AS %s)", name, duck.Literal(col.Maximum), col.Type))
	}
	if len(bounds) > 0 {
		checks = append(checks, check{ruleRange, col.Name, "coalesce(" + strings.Join(bounds, " OR ") + ", false)"})
	}
	if len(col.Enum) > 0 {
		checks = append(checks, check{ruleEnum, col.Name, fmt.Sprintf("coalesce(%s NOT IN (%s), false)", name, literals(col.Enum))})
	}
	if col.Pattern != "" {
		checks = append(checks, check{rulePattern, col.Name, fmt.Sprintf("coalesce(NOT regexp_full_match(%s, %s), false)", name, duck.Literal(col.Pattern))})
	}
	return checks
}

func literals(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = duck.Literal(v)
	}
	return strings.Join(quoted, ", ")
}

// typed is the SQL by which an input text becomes a value of the column's
// type, NULL when it is none. Letter case in enums is repaired.
func typed(col *contract.Column, format string) string {
	text := raw(col.Name)
	switch {
	case len(col.Enum) > 0:
		return enumValue(text, col.Enum)
	case col.Type == "VARCHAR":
		return text
	case format != "":
		return fmt.Sprintf("CAST(try_strptime(%s, %s) AS %s)", text, duck.Literal(format), col.Type)
	}
	switch col.LogicalType {
	case "date":
		return fmt.Sprintf("CASE WHEN %s THEN TRY_CAST(%s AS DATE) END", startsWithDigit(text), text)
	case "timestamp":
		// A cast to TIMESTAMP drops a zone offset, so a text with one goes by UTC.
		// Nothing shorter than a date, a time and an offset has one.
		zoned := fmt.Sprintf("contains(%s, '+') OR %[1]s[-6] = '-'", text)
		return fmt.Sprintf("CASE WHEN NOT %s THEN NULL WHEN strlen(%s) <= 19 THEN TRY_CAST(%[2]s AS TIMESTAMP) WHEN %[3]s THEN TRY_CAST(%[2]s AS TIMESTAMPTZ) AT TIME ZONE 'UTC' ELSE TRY_CAST(%[2]s AS TIMESTAMP) END",
			startsWithDigit(text), text, zoned)
	case "integer":
		// A cast would round 3.7 to 4.
		return fmt.Sprintf("CASE WHEN contains(%[1]s, '.') AND TRY_CAST(%[1]s AS DOUBLE) <> trunc(TRY_CAST(%[1]s AS DOUBLE)) THEN NULL ELSE TRY_CAST(%[1]s AS %[2]s) END", text, col.Type)
	}
	value := fmt.Sprintf("TRY_CAST(%s AS %s)", text, col.Type)
	if col.Type == "DOUBLE" || col.Type == "FLOAT" {
		return fmt.Sprintf("CASE WHEN isfinite(%s) THEN %[1]s END", value)
	}
	return value
}

// startsWithDigit keeps out words that cast to dates, such as infinity.
func startsWithDigit(text string) string { return "ascii(" + text + ") BETWEEN 48 AND 57" }

func enumValue(text string, enum []string) string {
	var fold strings.Builder
	for _, e := range enum {
		fmt.Fprintf(&fold, " WHEN %s THEN %s", duck.Literal(strings.ToLower(e)), duck.Literal(e))
	}
	return fmt.Sprintf("CASE WHEN %s IN (%s) THEN %[1]s ELSE CASE lower(%[1]s)%[3]s ELSE %[1]s END END", text, literals(enum), fold.String())
}
