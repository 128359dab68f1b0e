package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

func open(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Open(t.Context(), duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestCreateTable(t *testing.T) {
	t.Parallel()
	db := open(t).SQL()
	for _, c := range embedded(t).All() {
		schema := string(c.Compartment)
		ddl := "CREATE SCHEMA IF NOT EXISTS " + contract.Quote(schema) + ";\n" + c.CreateTable(schema)
		if _, err := db.ExecContext(t.Context(), ddl+ddl); err != nil { // twice: it is idempotent
			t.Fatalf("%s: %v\n%s", c.Name, err, ddl)
		}
		var columns []contract.Column
		rows, err := db.QueryContext(t.Context(), `SELECT column_name, data_type, NOT is_nullable, comment
			FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY column_index`, schema, c.Name)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var column contract.Column
			var comment *string
			if err := rows.Scan(&column.Name, &column.Type, &column.Required, &comment); err != nil {
				t.Fatal(err)
			}
			if comment != nil {
				column.Description = *comment
			}
			columns = append(columns, column)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		checkTable(t, c, columns)
	}
}

func checkTable(t *testing.T, c *contract.Contract, got []contract.Column) {
	t.Helper()
	if len(got) != len(c.Columns)+1 || got[len(got)-1].Name != contract.BatchColumn {
		t.Fatalf("%s: table has %d columns, ending in %s", c.Name, len(got), got[len(got)-1].Name)
	}
	for i, want := range c.Columns {
		column := got[i]
		if column.Name != want.Name || column.Type != want.Type || column.Required != want.Required {
			t.Errorf("%s: column %d is %+v, want %s %s", c.Name, i, column, want.Name, want.Type)
		}
		if !strings.HasPrefix(column.Description, want.Description) || !strings.Contains(column.Description, want.Unit) {
			t.Errorf("%s.%s: comment is %q", c.Name, want.Name, column.Description)
		}
	}
}

// Every row check binds, is boolean, and passes a row without values.
func TestBindChecks(t *testing.T) {
	t.Parallel()
	db := open(t).SQL()
	for _, c := range embedded(t).All() {
		query := c.BindChecks()
		if (query == "") != (len(c.RowChecks) == 0) {
			t.Errorf("%s: %d row checks, query %q", c.Name, len(c.RowChecks), query)
		}
		if query == "" {
			continue
		}
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

func TestBindChecksRefuses(t *testing.T) {
	t.Parallel()
	db := open(t).SQL()
	for expression, reason := range map[string]string{
		"minutes + 1":       "bool_and",
		"minutes > 'a lot'": "Could not convert",
		"lower(minutes)":    "lower",
	} {
		c := contract.Contract{
			Columns:   []contract.Column{{Name: "minutes", Type: "INTEGER"}},
			RowChecks: []contract.RowCheck{{Name: "rule", Expression: expression, Columns: []string{"minutes"}}},
		}
		_, err := db.ExecContext(t.Context(), c.BindChecks())
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: error %v, want %q", expression, err, reason)
		}
	}
}

// A name is refused exactly if the engine reserves it in some position.
func TestReservedWords(t *testing.T) {
	t.Parallel()
	db := open(t).SQL()
	rows, err := db.QueryContext(t.Context(),
		"SELECT keyword_name, keyword_category <> 'unreserved' FROM duckdb_keywords()")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var word string
		var reserved bool
		if err := rows.Scan(&word, &reserved); err != nil {
			t.Fatal(err)
		}
		_, err := contract.Parse(word+contract.Suffix, []byte(fmt.Sprintf(named, word)))
		refused := err != nil && strings.Contains(err.Error(), "is a word of SQL")
		if refused != reserved {
			t.Errorf("%s: refused %t, reserved by the engine %t", word, refused, reserved)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

const named = `
apiVersion: v3.1.0
kind: DataContract
id: test
version: 1.0.0
status: active
schema:
  - name: %q
    description: A dataset.
    dataGranularityDescription: one row
    customProperties:
      - {property: compartment, value: core}
      - {property: loadMode, value: full}
    properties:
      - {name: id, description: The key., logicalType: string, physicalType: VARCHAR, primaryKey: true, primaryKeyPosition: 1}
`
