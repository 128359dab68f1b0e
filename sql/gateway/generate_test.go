package gateway_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// relation is a table that generated statements may name, seen or unseen.
type relation struct {
	name    string
	columns []string
}

// generator writes statements over a DuckDB dialect: joins, CTEs, windows,
// lateral and correlated subqueries, pivots, set operations, catalogue
// questions, and expressions that can fail on some rows.
type generator struct {
	*rand.Rand
	relations []relation
	ctes      []relation
	aliases   int
}

func pick[T any](g *generator, of []T) T { return of[g.IntN(len(of))] }

func (g *generator) statement() string {
	g.ctes, g.aliases = nil, 0
	switch g.IntN(20) {
	case 0:
		return g.catalog()
	case 1:
		return g.pivot()
	case 2:
		return g.query(2) + pick(g, []string{" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ", " UNION BY NAME "}) + g.query(1)
	case 3, 4, 5:
		return g.with()
	}
	return g.query(2)
}

func (g *generator) catalog() string {
	return pick(g, []string{
		"SELECT * FROM information_schema.tables ORDER BY ALL",
		"SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL",
		"SELECT count(*) FROM information_schema.columns WHERE table_name LIKE '%" + pick(g, []string{"coach", "obs", "survey", "a"}) + "%'",
		"SELECT schema_name FROM information_schema.schemata ORDER BY 1",
		"SELECT * FROM duckdb_tables()",
		"SELECT current_setting('threads')",
		"SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum) FROM pg_catalog.pg_class c " +
			"JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid ORDER BY ALL",
		"SELECT '" + pick(g, g.relations).name + "'::regclass, to_regclass('main." + pick(g, g.relations).name + "'), current_user",
		"SELECT count(*), sum(oid) FROM pg_class WHERE relname ~ '" + pick(g, []string{"coach", "obs", "survey", "a"}) + "'",
		"DESCRIBE " + pick(g, g.relations).name,
		"SUMMARIZE " + pick(g, g.relations).name,
		"EXPLAIN SELECT * FROM " + pick(g, g.relations).name,
		"SHOW TABLES",
	})
}

func (g *generator) pivot() string {
	r := pick(g, g.relations)
	on := pick(g, r.columns)
	return pick(g, []string{
		fmt.Sprintf("PIVOT %s ON %s IN ('a', 'formal', 'human') USING count(*)", r.name, on),
		fmt.Sprintf("PIVOT %s ON %s USING count(*)", r.name, on),
		fmt.Sprintf("UNPIVOT (SELECT %s::VARCHAR AS a, %s::VARCHAR AS b FROM %s) ON a, b INTO NAME n VALUE v", on, pick(g, r.columns), r.name),
		fmt.Sprintf("FROM %s SELECT count(*), min(%s)", r.name, on),
	})
}

func (g *generator) with() string {
	var defs []string
	for range 1 + g.IntN(2) {
		name := pick(g, []string{"x", "y", pick(g, g.relations).name})
		text := g.query(1)
		defs = append(defs, name+" AS ("+text+")")
		g.ctes = append(g.ctes, relation{name, []string{"c0", "c1"}})
	}
	return "WITH " + strings.Join(defs, ", ") + " " + g.query(1)
}

// source writes a FROM item and returns its alias and columns.
func (g *generator) source(depth int) (string, relation) {
	g.aliases++
	alias := fmt.Sprintf("t%d", g.aliases)
	if len(g.ctes) > 0 && g.IntN(2) == 0 {
		c := pick(g, g.ctes)
		return c.name + " AS " + alias, relation{alias, c.columns}
	}
	if depth > 0 && g.IntN(5) == 0 {
		return "(" + g.query(depth-1) + ") AS " + alias, relation{alias, []string{"c0", "c1"}}
	}
	r := pick(g, g.relations)
	return g.cased(r.name) + " AS " + alias, relation{alias, r.columns}
}

// cased writes a name as clients do: plain, quoted, in capitals, qualified.
func (g *generator) cased(name string) string {
	switch g.IntN(8) {
	case 0:
		return `"` + name + `"`
	case 1:
		return strings.ToUpper(name)
	case 2:
		return "main." + name
	}
	return name
}

func (g *generator) query(depth int) string {
	from, r := g.source(depth)
	in := []relation{r}
	if g.IntN(3) == 0 {
		other, s := g.source(depth)
		kind := pick(g, []string{"JOIN", "LEFT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN", "CROSS JOIN"})
		from += " " + kind + " " + other
		if kind != "CROSS JOIN" {
			from += fmt.Sprintf(" ON %s.%s::VARCHAR = %s.%s::VARCHAR", r.name, pick(g, r.columns), s.name, pick(g, s.columns))
		}
		if kind != "SEMI JOIN" && kind != "ANTI JOIN" {
			in = append(in, s)
		}
	} else if depth > 0 && g.IntN(8) == 0 {
		from += fmt.Sprintf(", LATERAL (SELECT %s AS c0 LIMIT 1) AS l", g.value(in, 1))
	}
	grouped := g.IntN(3) == 0
	var b strings.Builder
	b.WriteString("SELECT ")
	if g.IntN(6) == 0 {
		b.WriteString("DISTINCT ")
	}
	if grouped {
		fmt.Fprintf(&b, "%s AS c0, %s AS c1", g.column(in), g.aggregate(in))
	} else {
		fmt.Fprintf(&b, "%s AS c0, %s AS c1", g.value(in, depth), g.value(in, depth))
	}
	b.WriteString(" FROM " + from)
	if g.IntN(2) == 0 {
		b.WriteString(" WHERE " + g.condition(in, depth))
	}
	if grouped {
		b.WriteString(pick(g, []string{" GROUP BY 1", " GROUP BY ALL", " GROUP BY ROLLUP (1)"}))
		if g.IntN(3) == 0 {
			b.WriteString(" HAVING count(*) > " + pick(g, []string{"0", "1"}))
		}
	}
	if depth == 2 && g.IntN(2) == 0 {
		b.WriteString(pick(g, []string{" ORDER BY 1, 2", " ORDER BY ALL", " ORDER BY 2 DESC NULLS LAST"}))
	}
	if depth == 2 && g.IntN(4) == 0 {
		b.WriteString(pick(g, []string{" LIMIT 1", " LIMIT 2 OFFSET 1", " LIMIT 0"}))
	}
	return b.String()
}

func (g *generator) column(in []relation) string {
	r := pick(g, in)
	return r.name + "." + pick(g, r.columns)
}

func (g *generator) value(in []relation, depth int) string {
	c := g.column(in)
	switch g.IntN(14) {
	case 0:
		return "CAST(" + c + " AS INTEGER)" // fails on some rows
	case 1:
		return "TRY_CAST(" + c + " AS DOUBLE)"
	case 2:
		return "upper(" + c + "::VARCHAR)"
	case 3:
		return fmt.Sprintf("row_number() OVER (ORDER BY %s)", c)
	case 4:
		return fmt.Sprintf("lag(%s) OVER (PARTITION BY %s ORDER BY %s)", c, g.column(in), g.column(in))
	case 5:
		return fmt.Sprintf("CASE WHEN %s THEN %s::VARCHAR ELSE 'no' END", g.condition(in, 0), c)
	case 6:
		if depth > 0 {
			return "(SELECT count(*) FROM (" + g.query(0) + "))"
		}
	case 7:
		return "length(" + c + "::VARCHAR)"
	case 8:
		return pick(g, []string{"1", "'x'", "NULL", "DATE '2025-11-03'", "now() IS NOT NULL"})
	case 9:
		return "strptime(" + c + "::VARCHAR, '%Y')" // fails on some rows
	case 10:
		return "error(" + c + "::VARCHAR)"
	}
	return c
}

func (g *generator) condition(in []relation, depth int) string {
	c := g.column(in)
	switch g.IntN(9) {
	case 0:
		return c + " IS NULL"
	case 1:
		return "NOT (" + c + "::VARCHAR = '" + pick(g, []string{"o1", "T1", "formal", "spring", "5"}) + "')"
	case 2:
		return "CAST(" + c + "::VARCHAR AS INTEGER) > 0" // fails on some rows
	case 3:
		return "1 / (length(" + c + "::VARCHAR) - 2) > 0"
	case 4:
		if depth > 0 {
			return c + "::VARCHAR IN (SELECT c0::VARCHAR FROM (" + g.query(0) + "))"
		}
	case 5:
		if depth > 0 {
			return "EXISTS (" + g.query(0) + ")"
		}
	case 6:
		return c + "::VARCHAR LIKE '%" + pick(g, []string{"1", "a", "-"}) + "%'"
	}
	return c + " IS NOT NULL"
}

func (g *generator) aggregate(in []relation) string {
	c := g.column(in)
	return strings.ReplaceAll(pick(g, []string{
		"count(*)", "count(DISTINCT %s)", "min(%s)", "max(%s::VARCHAR)", "string_agg(%s::VARCHAR, ',')", "sum(length(%s::VARCHAR))",
		"avg(TRY_CAST(%s AS DOUBLE))", "list(%s)", "any_value(%s)", "mode(%s)", "quantile_cont(TRY_CAST(%s AS DOUBLE), 0.5)",
	}), "%s", c)
}
