package etl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Rows are rows of one dataset on their way in: what a source offers.
type Rows struct {
	Query   string            // SELECT of the input columns as text, with _repaired and _empty
	Columns []string          // input columns that it offers
	Formats map[string]string // strptime formats by column, where not ISO 8601
	Source  string            // SQL over the query's columns and rowid: the position in the file, from 0
}

// staging is one batch between its file and its table. Its rows stand in the
// temporary table stage: typed values, identifiers, and in words of bits which
// value checks failed.
type staging struct {
	*store
	k       *contract.Contract
	mode    contract.LoadMode
	rows    Rows
	offered map[string]bool
	checks  []check
	people  []person
	sources []source // the files behind it, if it comes from files
}

// sourceRow is a column of queries that do not keep the file's order; they
// also have _deleted, by which a source says that a row has ended.
const sourceRow = "_source_row"

// wordBits is how many checks one mask column holds.
const wordBits = 60

// stage reads and checks the rows one by one, in one pass of the engine.
func (s *store) stage(ctx context.Context, k *contract.Contract, mode contract.LoadMode, rows Rows) (*staging, error) {
	g := &staging{store: s, k: k, mode: mode, rows: rows, offered: map[string]bool{}}
	for _, name := range rows.Columns {
		g.offered[name] = true
	}
	g.checks = valueChecks(k, g.offered)
	for _, stmt := range []string{
		"CREATE OR REPLACE TEMP TABLE violation (_row BIGINT, rule VARCHAR, col VARCHAR)",
		"CREATE OR REPLACE TEMP TABLE stage AS " + g.query(),
		g.maskQuery(),
	} {
		if err := s.exec(ctx, stmt); err != nil {
			return nil, fmt.Errorf("read %s: %w", k.Name, err)
		}
	}
	return g, nil
}

func (g *staging) query() string {
	names := g.stored()
	var texts, values []string
	for _, name := range g.rows.Columns {
		col, stored := g.k.Column(name)
		text := duck.Ident(name)
		if strings.HasSuffix(name, "_email") {
			text = "lower(" + text + ")"
		}
		texts = append(texts, text+" AS "+raw(name))
		if stored {
			values = append(values, typed(col, g.rows.Formats[name])+" AS "+duck.Ident(name))
		} else {
			values = append(values, raw(name)+" AS "+duck.Ident(name))
		}
	}
	for _, col := range g.k.Columns {
		if col.Person == "" && !g.offered[col.Name] {
			values = append(values, "CAST(NULL AS "+col.Type+") AS "+duck.Ident(col.Name))
		}
	}
	texts = append(texts, "_repaired", "_empty")
	if g.rows.Source == sourceRow {
		texts, names = append(texts, sourceRow, "_deleted"), append(names, sourceRow, "_deleted")
	}
	masks := g.masks()
	return fmt.Sprintf("SELECT %s, _repaired%s AS _repaired, _empty, %s, CASE WHEN NOT _empty AND (%s) THEN %s END AS _fields "+
		"FROM (SELECT *, %s FROM (SELECT *, %s FROM (SELECT %s FROM (%s))))",
		g.narrow(names), g.caseRepairs(), strings.Join(maskNames(len(masks)), ", "), failed(len(masks)), g.fields(),
		strings.Join(masks, ", "), strings.Join(values, ", "), strings.Join(texts, ", "), g.rows.Query)
}

// narrow selects columns in as few bytes as they need: values of an enum, of
// which a stage has millions, as numbers. A key stays as it was written, since
// a row that fails is found again by it.
func (g *staging) narrow(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = duck.Ident(name)
		if col, ok := g.k.Column(name); ok && len(col.Enum) > 0 && !slices.Contains(g.k.PrimaryKey, name) {
			out[i] = fmt.Sprintf("TRY_CAST(%s AS ENUM (%s)) AS %[1]s", out[i], literals(col.Enum))
		}
	}
	return strings.Join(out, ", ")
}

// stored lists the columns that the stage keeps: every column of the dataset
// but person keys, and the identifiers that name those.
func (g *staging) stored() []string {
	var names []string
	for _, col := range g.k.Columns {
		if col.Person == "" {
			names = append(names, col.Name)
			continue
		}
		for _, id := range col.IdentifierColumns() {
			if _, column := g.k.Column(id); g.offered[id] && !column {
				names = append(names, id)
			}
		}
	}
	return names
}

// masks packs the value checks into words, one bit a check.
func (g *staging) masks() []string {
	var words []string
	for chunk := range slices.Chunk(g.checks, wordBits) {
		bits := make([]string, len(chunk))
		for i, c := range chunk {
			bits[i] = fmt.Sprintf("CASE WHEN %s THEN %d::UBIGINT ELSE 0 END", c.fails, uint64(1)<<i)
		}
		words = append(words, fmt.Sprintf("CAST(%s AS %s) AS _mask%d", strings.Join(bits, " | "), wordType(len(chunk)), len(words)))
	}
	if len(words) == 0 {
		words = []string{"0::UBIGINT AS _mask0"}
	}
	return words
}

// wordType is the narrowest type of so many bits.
func wordType(bits int) string {
	switch {
	case bits <= 8:
		return "UTINYINT"
	case bits <= 16:
		return "USMALLINT"
	case bits <= 32:
		return "UINTEGER"
	}
	return "UBIGINT"
}

func maskNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("_mask%d", i)
	}
	return names
}

// failed is the condition under which a row failed a value check.
func failed(words int) string { return strings.Join(maskNames(words), " <> 0 OR ") + " <> 0" }

func (g *staging) words() int { return max(1, (len(g.checks)+wordBits-1)/wordBits) }

// passed is the condition of rows that may still be loaded.
func (g *staging) passed() string { return "NOT _empty AND NOT (" + failed(g.words()) + ")" }

// caseRepairs is the condition under which an enum's letter case was mended.
func (g *staging) caseRepairs() string {
	var b strings.Builder
	for _, name := range g.rows.Columns {
		if col, ok := g.k.Column(name); ok && len(col.Enum) > 0 {
			fmt.Fprintf(&b, " OR coalesce(%s <> %s, false)", duck.Ident(name), raw(name))
		}
	}
	return b.String()
}

// fields is the row as JSON of input columns: values that have their type in
// canonical form, others as they stood.
func (g *staging) fields() string {
	pairs := make([]string, len(g.rows.Columns))
	for i, name := range g.rows.Columns {
		pairs[i] = fmt.Sprintf("%s, coalesce(CAST(%s AS VARCHAR), %s)", duck.Literal(name), duck.Ident(name), raw(name))
	}
	return "json_object(" + strings.Join(pairs, ", ") + ")"
}

// maskQuery writes the failed value checks down as violations.
func (g *staging) maskQuery() string {
	var lists []string
	for i, c := range g.checks {
		lists = append(lists, fmt.Sprintf("(%d, %d::UBIGINT, %s, %s)", i/wordBits, uint64(1)<<(i%wordBits), duck.Literal(c.rule), duck.Literal(c.column)))
	}
	if len(lists) == 0 {
		return "SELECT 1"
	}
	words := strings.Join(maskNames(g.words()), "::UBIGINT, ") + "::UBIGINT"
	return fmt.Sprintf(`INSERT INTO violation
		SELECT s._row, c.rule, c.col
		FROM (SELECT rowid AS _row, [%s] AS words FROM stage WHERE NOT _empty AND (%s)) s
		JOIN (VALUES %s) c(word, bit, rule, col) ON s.words[c.word + 1] & c.bit <> 0`, words, failed(g.words()), strings.Join(lists, ", "))
}
