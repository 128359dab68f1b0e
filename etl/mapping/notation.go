package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/duck"
)

// valued applies a value map to a text of the file; what it does not name is
// read in the file's own notation.
func (in *Input) valued(values Values, text string) string {
	other := in.number(text)
	if len(values) == 0 {
		return other
	}
	var when strings.Builder
	for _, from := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&when, " WHEN %s THEN %s", duck.Literal(from), in.literal(values[from]))
	}
	return fmt.Sprintf("CASE %s%s ELSE %s END", text, when.String(), other)
}

// literal is a text of the mapping. A date is written as the file would, since
// the loader reads the whole column in one format.
func (in *Input) literal(text string) string {
	switch {
	case text == "":
		return "NULL::VARCHAR"
	case in.Format != "":
		return fmt.Sprintf("coalesce(strftime(TRY_CAST(%s AS TIMESTAMP), %s), %[1]s)", duck.Literal(text), duck.Literal(in.Format))
	}
	return duck.Literal(text)
}

// number rewrites a text with grouped thousands or a decimal comma to one that
// casts. With a decimal comma, the two marks change places in what is no such
// number, so that 1.5 does not pass as one and a half.
func (in *Input) number(text string) string {
	switch in.decimal {
	case ".":
		return fmt.Sprintf(`CASE WHEN regexp_full_match(%s, '[+-]?\d{1,3}(,\d{3})+(\.\d+)?') THEN replace(%[1]s, ',', '') ELSE %[1]s END`, text)
	case ",":
		return fmt.Sprintf(`CASE WHEN regexp_full_match(%s, '[+-]?\d{1,3}(\.\d{3})+(,\d+)?') THEN replace(replace(%[1]s, '.', ''), ',', '.') ELSE translate(%[1]s, ',.', '.,') END`, text)
	}
	return text
}
