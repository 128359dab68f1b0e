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

// staging is one batch between its file and its table. Its rows are the view
// stage, over the temporary table packed: typed values, identifiers, and in
// words of bits which value checks failed.
type staging struct {
	*store
	k       *contract.Contract
	mode    contract.LoadMode
	rows    Rows
	offered map[string]bool
	checks  []check
	known   map[string][]string // of references to datasets of few rows, the values that are loaded
	people  []person
	sources []source // the files behind it, if it comes from files
}

// sourceRow is a column of queries that do not keep the file's order; they
// also have _deleted, by which a source says that a row has ended.
const sourceRow = "_source_row"

// wordBits is how many bits of a word are used.
const wordBits = 60

// stage reads and checks the rows one by one, in one pass of the engine.
func (s *store) stage(ctx context.Context, k *contract.Contract, mode contract.LoadMode, rows Rows) (*staging, error) {
	g := &staging{store: s, k: k, mode: mode, rows: rows, offered: map[string]bool{}}
	for _, name := range rows.Columns {
		g.offered[name] = true
	}
	g.checks = valueChecks(k, g.offered)
	if err := g.knownReferences(ctx); err != nil {
		return nil, err
	}
	for _, stmt := range []string{
		"CREATE OR REPLACE TEMP TABLE violation (_row BIGINT, rule VARCHAR, col VARCHAR)",
		"CREATE OR REPLACE TEMP TABLE packed AS " + g.query(),
		g.view(),
		g.maskQuery(),
	} {
		if err := s.exec(ctx, stmt); err != nil {
			return nil, fmt.Errorf("read %s: %w", k.Name, err)
		}
	}
	return g, nil
}

func (g *staging) query() string {
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
	values, texts = append(values, g.absent()...), append(texts, "_repaired", "_empty")
	if g.rows.Source == sourceRow {
		texts = append(texts, sourceRow, "_deleted")
	}
	words, _ := pack(g.fields())
	return fmt.Sprintf("SELECT %s, CASE WHEN NOT _empty AND (%s) THEN %s END AS _fields FROM (SELECT *, %s FROM (SELECT *, %s FROM (SELECT %s FROM (%s))))",
		strings.Join(append(g.whole(), words...), ", "), failed(g.words())+g.unlisted(), g.asJSON(),
		strings.Join(append(g.masks(), g.knownPlaces()...), ", "), strings.Join(values, ", "), strings.Join(texts, ", "), g.rows.Query)
}

// view is the SQL that makes the stage: the packed rows with every column.
func (g *staging) view() string {
	_, columns := pack(g.fields())
	columns = append(columns, g.absent()...)
	return fmt.Sprintf("CREATE OR REPLACE TEMP VIEW stage AS SELECT rowid AS rowid, %s, _fields FROM packed", strings.Join(append(g.whole(), columns...), ", "))
}

// absent is the SQL of the columns that the input does not have.
func (g *staging) absent() []string {
	var nulls []string
	for i := range g.k.Columns {
		if col := &g.k.Columns[i]; col.Person == "" && !g.offered[col.Name] {
			nulls = append(nulls, "CAST(NULL AS "+col.Type+") AS "+duck.Ident(col.Name))
		}
	}
	return nulls
}

// whole lists the columns that no word holds.
func (g *staging) whole() []string {
	packed := map[string]bool{}
	for _, f := range g.fields() {
		packed[f.name] = true
	}
	var names []string
	for _, name := range g.stored() {
		if !packed[name] {
			names = append(names, duck.Ident(name))
		}
	}
	if g.rows.Source == sourceRow {
		names = append(names, sourceRow, "_deleted")
	}
	return names
}

// stored lists the input columns that the stage keeps: those of the dataset,
// and the identifiers that name its people.
func (g *staging) stored() []string {
	var names []string
	for _, col := range g.k.Columns {
		if col.Person == "" && g.offered[col.Name] {
			names = append(names, col.Name)
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
			bits[i] = fmt.Sprintf("CASE WHEN %s THEN %d ELSE 0 END", c.fails, uint64(1)<<i)
		}
		words = append(words, fmt.Sprintf("%s AS _mask%d", strings.Join(bits, " | "), len(words)))
	}
	if len(words) == 0 {
		words = []string{"0 AS _mask0"}
	}
	return words
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

// asJSON is the row as JSON of input columns: values that have their type in
// canonical form, others as they stood.
func (g *staging) asJSON() string {
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
		lists = append(lists, fmt.Sprintf("(%d, %d, %s, %s)", i/wordBits, uint64(1)<<(i%wordBits), duck.Literal(c.rule), duck.Literal(c.column)))
	}
	if len(lists) == 0 {
		return "SELECT 1"
	}
	return fmt.Sprintf(`INSERT INTO violation
		SELECT s._row, c.rule, c.col
		FROM (SELECT rowid AS _row, [%s] AS words FROM stage WHERE NOT _empty AND (%s)) s
		JOIN (VALUES %s) c(word, bit, rule, col) ON s.words[c.word + 1] & c.bit <> 0`, strings.Join(maskNames(g.words()), ", "), failed(g.words()), strings.Join(lists, ", "))
}
