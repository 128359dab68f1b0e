package etl

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// field is a column that the stage keeps as some bits of a word. The engine
// gives every column of a temporary table two blocks or more for each 122,880
// rows, however narrow it is, so that a stage of many narrow columns would not
// fit in memory.
type field struct {
	name  string
	bits  int
	code  string                   // SQL of a whole number below 2^bits
	value func(code string) string // SQL of the column
}

// fewValues is up to how many values are numbered.
const fewValues = 1<<8 - 1

// knownReferences finds the references to datasets of few rows, and the values
// that are loaded for them. A row that refers to another has that in _fields.
func (g *staging) knownReferences(ctx context.Context) error {
	g.known = map[string][]string{}
	for _, col := range g.k.Columns {
		if col.Reference == nil || col.Type != "VARCHAR" || !g.offered[col.Name] || col.Reference.Dataset == g.k.Name {
			continue
		}
		to, ok := g.catalog.Get(col.Reference.Dataset)
		if !ok {
			continue
		}
		values, err := column[string](ctx, g.conn, fmt.Sprintf("FROM (%s) LIMIT %d", loadedKeys(to, col.Reference.Column), fewValues+1))
		if err != nil {
			return fmt.Errorf("read what %s refers to: %w", g.k.Name, err)
		}
		if n := len(values); n > 0 && n <= fewValues {
			g.known[col.Name] = values
		}
	}
	return nil
}

// fields lists what is packed: what the stage says of a row, and the columns
// of few values.
func (g *staging) fields() []field {
	out := []field{flag("_empty", "_empty"), flag("_repaired", "_repaired"+g.caseRepairs())}
	for i, name := range maskNames(g.words()) {
		out = append(out, field{name, min(wordBits, max(1, len(g.checks)-i*wordBits)), name, func(code string) string { return code }})
	}
	for i := range g.k.Columns {
		if f, ok := g.narrow(&g.k.Columns[i]); ok {
			out = append(out, f)
		}
	}
	return out
}

func flag(name, condition string) field {
	return field{name, 1, "CASE WHEN " + condition + " THEN 1 ELSE 0 END", func(code string) string { return code + " = 1" }}
}

// narrow packs a column of few values; one that is missing, or failed its
// check, is 0. A key stays as it was written, since a row that fails is found
// again by it.
func (g *staging) narrow(col *contract.Column) (field, bool) {
	if slices.Contains(g.k.PrimaryKey, col.Name) || !g.offered[col.Name] {
		return field{}, false
	}
	if values := g.known[col.Name]; len(values) > 0 {
		f := listed(col.Name, values)
		f.code = "coalesce(" + knownPlace(col.Name) + " + 1, 0)"
		value := f.value
		f.value = func(code string) string {
			return "coalesce(" + value(code) + ", _fields ->> " + duck.Literal(col.Name) + ")"
		}
		return f, true
	}
	switch {
	case len(col.Enum) > 0:
		return listed(col.Name, col.Enum), true
	case col.Type == "BOOLEAN":
		return field{col.Name, 2, fmt.Sprintf("CASE WHEN %s THEN 2 WHEN NOT %[1]s THEN 1 ELSE 0 END", duck.Ident(col.Name)), func(code string) string {
			return fmt.Sprintf("CASE WHEN %s > 0 THEN %[1]s = 2 END", code)
		}}, true
	}
	return bounded(col)
}

// listed is a field of the values' places, from 1.
func listed(name string, values []string) field {
	list := literals(values)
	return field{name, bits.Len(uint(len(values))), fmt.Sprintf("coalesce(%s + 1, 0)", place(name, values)), func(code string) string {
		return "[" + list + "][" + code + "]"
	}}
}

// place is the SQL of a value's place among others, from 0; NULL for another.
func place(name string, values []string) string {
	return fmt.Sprintf("enum_code(TRY_CAST(%s AS ENUM (%s)))", duck.Ident(name), literals(values))
}

// knownPlace names the column of a reference's place among the loaded values.
func knownPlace(name string) string { return duck.Ident("place:" + name) }

// knownPlaces is the SQL of those columns.
func (g *staging) knownPlaces() []string {
	var out []string
	for _, col := range g.k.Columns {
		if values := g.known[col.Name]; values != nil {
			out = append(out, place(col.Name, values)+" AS "+knownPlace(col.Name))
		}
	}
	return out
}

// unlisted is the condition that a row refers to what is not loaded.
func (g *staging) unlisted() string {
	var b strings.Builder
	for _, col := range g.k.Columns {
		if g.known[col.Name] != nil {
			fmt.Fprintf(&b, " OR %s IS NOT NULL AND %s IS NULL", duck.Ident(col.Name), knownPlace(col.Name))
		}
	}
	return b.String()
}

// bounded packs whole numbers, and decimals in units of their last place,
// that have a narrow range by contract.
func bounded(col *contract.Column) (field, bool) {
	low, errLow := strconv.Atoi(col.Minimum)
	high, errHigh := strconv.Atoi(col.Maximum)
	scale := 0
	if _, digits, ok := strings.Cut(strings.TrimSuffix(col.Type, ")"), ","); ok && strings.HasPrefix(col.Type, "DECIMAL") {
		scale, _ = strconv.Atoi(digits) //nolint:errcheck // a type of the engine
	} else if col.LogicalType != "integer" {
		return field{}, false
	}
	unit := int(math.Pow10(scale))
	if errLow != nil || errHigh != nil || high < low || scale > 4 || (high-low)*unit >= 1<<20 {
		return field{}, false
	}
	number := fmt.Sprintf("CASE WHEN %s BETWEEN %d AND %d THEN CAST((%[1]s - (%[2]d)) * %[4]d AS BIGINT) + 1 ELSE 0 END", duck.Ident(col.Name), low, high, unit)
	return field{col.Name, bits.Len(uint((high-low)*unit + 1)), number, func(code string) string {
		value := fmt.Sprintf("%s + (%d)", code, low*unit-1)
		if scale > 0 {
			value = fmt.Sprintf("CAST(%s AS DECIMAL(18,0)) * CAST(%s AS DECIMAL(%d,%[3]d))", value, strconv.FormatFloat(1/float64(unit), 'f', scale, 64), scale)
		}
		return fmt.Sprintf("CASE WHEN %s > 0 THEN CAST(%s AS %s) END", code, value, col.Type)
	}}, true
}

// pack is the SQL of the words, in as few bytes as they need, and of the
// columns that they hold.
func pack(fields []field) (words, columns []string) {
	var used []int
	for _, f := range fields {
		if len(used) == 0 || used[len(used)-1]+f.bits > wordBits {
			words, used = append(words, "0::BIGINT"), append(used, 0)
		}
		last := len(words) - 1
		words[last] += fmt.Sprintf(" | (CAST(%s AS BIGINT) << %d)", f.code, used[last])
		columns = append(columns, f.value(fmt.Sprintf("((_word%d >> %d) & %d)", last, used[last], uint64(1)<<f.bits-1))+" AS "+duck.Ident(f.name))
		used[last] += f.bits
	}
	for i, word := range words {
		typ := "BIGINT"
		if used[i] < 32 {
			typ = "INTEGER"
		}
		words[i] = fmt.Sprintf("CAST(%s AS %s) AS _word%d", word, typ, i)
	}
	return words, columns
}

// loadedKeys is the SQL of the values that a dataset's column has or had.
func loadedKeys(k *contract.Contract, name string) string {
	return fmt.Sprintf("SELECT %[1]s AS id FROM %s WHERE %[1]s IS NOT NULL UNION SELECT %[1]s FROM %s WHERE %[1]s IS NOT NULL", duck.Ident(name), table(k), past(k))
}
