package contract

import (
	"fmt"
	"strings"
)

// BatchColumn is the column in which every table holds the number of the batch
// that brought the row.
const BatchColumn = "_batch"

// Quote writes an SQL identifier.
func Quote(identifier string) string {
	return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"`
}

func quoteText(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// CreateTable writes the statements that create the dataset's table in a
// schema (a database, or database.schema, is the caller's to choose) and
// comment on it. Columns that must have a value are NOT NULL; keys, ranges and
// references carry no constraint, because the loader checks whole batches and
// indexes would slow each of them.
func (c *Contract) CreateTable(schema string) string {
	table := Quote(schema) + "." + Quote(c.Name)
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE IF NOT EXISTS %s (\n", table)
	for _, column := range c.Columns {
		null := ""
		if column.Required {
			null = " NOT NULL"
		}
		fmt.Fprintf(&b, "  %s %s%s,\n", Quote(column.Name), column.Type, null)
	}
	fmt.Fprintf(&b, "  %s INTEGER NOT NULL\n);\n", Quote(BatchColumn))
	fmt.Fprintf(&b, "COMMENT ON TABLE %s IS %s;\n", table, quoteText(c.Description))
	for _, column := range c.Columns {
		text := column.Description
		if column.Unit != "" {
			text += " Unit: " + column.Unit + "."
		}
		fmt.Fprintf(&b, "COMMENT ON COLUMN %s.%s IS %s;\n", table, Quote(column.Name), quoteText(text))
	}
	return b.String()
}

// BindChecks writes a query that an engine accepts only if every row check
// binds to the columns that it declares and is boolean: bool_and takes nothing
// else. It reads no table, evaluates each check on a row of NULLs, which brings
// out faulty constants, and returns one row. It is empty for a dataset without
// row checks.
func (c *Contract) BindChecks() string {
	queries := make([]string, len(c.RowChecks))
	for i, check := range c.RowChecks {
		typed := make([]string, len(check.Columns))
		for j, name := range check.Columns {
			column, _ := c.Column(name)
			typed[j] = "NULL::" + column.Type + " AS " + Quote(name)
		}
		queries[i] = fmt.Sprintf("(SELECT bool_and(%s) FROM (SELECT %s)) AS %s",
			check.Expression, strings.Join(typed, ", "), Quote(check.Name))
	}
	if len(queries) == 0 {
		return ""
	}
	return "SELECT " + strings.Join(queries, ",\n  ")
}
