package etl

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// typed is the SQL by which an input text becomes a value of the column's
// type, NULL when it is none. The engine's own casts take more than people
// mean: 01/02/03 is a day of the year 1, 0x10 is sixteen, an offset is dropped,
// what follows a date is passed over.
func typed(col *contract.Column, format string) string {
	text := raw(col.Name)
	switch {
	case len(col.Enum) > 0:
		return enumValue(text, col.Enum)
	case col.Type == "VARCHAR":
		return text
	case format != "":
		return formattedValue(text, col.Type, format)
	}
	switch col.LogicalType {
	case "date":
		return dateValue(text)
	case "timestamp":
		return timestampValue(text)
	case "integer":
		return integerValue(text, col.Type)
	case "number":
		return numberValue(text, col.Type)
	}
	return fmt.Sprintf("TRY_CAST(%s AS %s)", text, col.Type)
}

// formattedValue reads a date as a mapping says. A year before 1000 is one of
// two digits, which %Y takes too.
func formattedValue(text, typ, format string) string {
	value := fmt.Sprintf("try_strptime(%s, %s)", text, duck.Literal(format))
	return fmt.Sprintf("CASE WHEN %s >= TIMESTAMP '1000-01-01' THEN CAST(%[1]s AS %s) END", value, typ)
}

// dateValue takes the dates of ISO 8601, and midnights, as which many programs
// write days. A date must come back from the cast as it was: the cast passes
// over what follows a date.
func dateValue(text string) string {
	value := "TRY_CAST(" + text + " AS DATE)"
	return fmt.Sprintf(`CASE WHEN strlen(%[1]s) = 10 THEN CASE WHEN CAST(%[2]s AS VARCHAR) = %[1]s THEN %[2]s END
		WHEN regexp_full_match(%[1]s, '\d{4}-\d\d-\d\d[ T]00:00(:00(\.0+)?)?Z?') THEN %[2]s END`, text, value)
}

// timestampValue takes the timestamps of ISO 8601, with a space for the T too.
// One with an offset goes by UTC. The usual form comes first because it is
// cheap to tell.
func timestampValue(text string) string {
	return fmt.Sprintf(`CASE WHEN %[1]s >= '0' AND (%[1]s LIKE '____-__-_____:__:__' OR %[1]s LIKE '____-__-_____:__:__Z') THEN TRY_CAST(%[1]s AS TIMESTAMP)
		WHEN regexp_full_match(%[1]s, '\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?( ?(Z|UTC|[+-](0\d|1[0-4])(:?[0-5]\d)?))?)?)?') THEN TRY_CAST(%[1]s AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END`, text)
}

// integerValue takes whole numbers however they are written, as R writes 1e+05
// and others 3.0; a cast alone would round 3.7.
func integerValue(text, typ string) string {
	number := "TRY_CAST(" + text + " AS DOUBLE)" // knows no 0x10
	return fmt.Sprintf("CASE WHEN %s = trunc(%[1]s) AND NOT contains(%s, '_') THEN TRY_CAST(%[2]s AS %s) END", number, text, typ)
}

// numberValue rounds decimals to the column's scale.
func numberValue(text, typ string) string {
	value := fmt.Sprintf("TRY_CAST(%s AS %s)", text, typ)
	if typ == "DOUBLE" {
		return fmt.Sprintf("CASE WHEN isfinite(%s) AND NOT contains(%s, '_') THEN %[1]s END", value, text)
	}
	return fmt.Sprintf("CASE WHEN NOT contains(%s, '_') THEN %s END", text, value)
}

// enumValue mends letter case.
func enumValue(text string, enum []string) string {
	var fold strings.Builder
	for _, e := range enum {
		fmt.Fprintf(&fold, " WHEN %s THEN %s", duck.Literal(strings.ToLower(e)), duck.Literal(e))
	}
	mended := fmt.Sprintf("CASE lower(%s)%s ELSE %[1]s END", text, fold.String())
	return fmt.Sprintf("CASE WHEN %s IN (%s) THEN %[1]s ELSE %[3]s END", text, literals(enum), mended)
}
