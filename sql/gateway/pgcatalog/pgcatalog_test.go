package pgcatalog_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway/pgcatalog"
)

// filled is a connection to an instance with the catalogue of some relations.
func filled(t *testing.T, relations ...pgcatalog.Relation) *duck.Conn {
	t.Helper()
	i, err := duck.OpenInstance(duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Close)
	c, err := i.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	statements, err := pgcatalog.Statements(relations)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if err := c.Exec(context.Background(), s); err != nil {
			t.Fatalf("%s\n%v", s, err)
		}
	}
	return c
}

func rows(t *testing.T, c *duck.Conn, text string) (out []string) {
	t.Helper()
	s, err := c.Query(context.Background(), text)
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	defer s.Close()
	for {
		batch, err := s.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		for i := range int(batch.NumRows()) {
			var cells []string
			for _, col := range batch.Columns() {
				cells = append(cells, strings.Clone(col.ValueStr(i)))
			}
			out = append(out, strings.Join(cells, "|"))
		}
		batch.Release()
	}
}

// TestTypes asserts as which types of PostgreSQL the engine's types show.
func TestTypes(t *testing.T) {
	t.Parallel()
	want := []string{
		"BIGINT|bigint", "BIT|bit varying", "BLOB|bytea", "BOOLEAN|boolean", "DATE|date", "DECIMAL(38,10)|numeric(38,10)", "DECIMAL(4,1)|numeric(4,1)",
		"DECIMAL(4,1)[]|numeric[]", "DOUBLE|double precision", "ENUM('a', 'b')|text", "FLOAT|real", "HUGEINT|numeric", "INTEGER|integer",
		"INTEGER[3]|integer[]", "INTEGER[]|integer[]", "INTERVAL|interval", "JSON|json", "MAP(VARCHAR, INTEGER)|json", "STRUCT(a INTEGER)[]|json",
		"STRUCT(a INTEGER[])|json", "TIME WITH TIME ZONE|time with time zone", "TIME|time without time zone",
		"TIMESTAMP WITH TIME ZONE|timestamp with time zone", "TIMESTAMP_NS|timestamp without time zone", "TIMESTAMP|timestamp without time zone",
		"UBIGINT|numeric", "UINTEGER|bigint", "UNION(a INTEGER)|text", "USMALLINT|integer", "UTINYINT|smallint", "UUID|uuid", "VARCHAR[][]|json", "VARCHAR|text",
	}
	r := pgcatalog.Relation{Schema: pgcatalog.Main, Name: "kinds"}
	for _, w := range want {
		kind, _, _ := strings.Cut(w, "|")
		r.Columns = append(r.Columns, pgcatalog.Column{Name: kind, Type: kind})
	}
	got := rows(t, filled(t, r), "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestMacrosCaptureNothing asserts that arguments which are named as what a
// function's body reads still mean what they meant to the client.
func TestMacrosCaptureNothing(t *testing.T) {
	t.Parallel()
	c := filled(t,
		pgcatalog.Relation{Schema: pgcatalog.Main, Name: "Odd name", Description: "first", Columns: []pgcatalog.Column{
			{Name: "k", Type: "UUID", Description: "a key"}, {Name: "User", Type: "DATE"}}, Key: []string{"User", "k"}},
		pgcatalog.Relation{Schema: "audit", Name: "decisions", Description: "it's second", Columns: []pgcatalog.Column{{Name: "n", Type: "BIGINT"}}})
	for text, want := range map[string]string{
		"SELECT oid, pg_regclass(oid), pg_table_is_visible(oid), obj_description(oid, 'pg_class') FROM pg_class WHERE relkind = 'r' AND relnamespace <> 11": `20000|"Odd name"|true|first` + "\n20004|audit.decisions|false|it's second",
		"SELECT c.oid, pg_regclass(c.oid) FROM pg_class AS c WHERE c.oid = pg_regclass_oid('audit.decisions')":                                              "20004|audit.decisions",
		`SELECT pg_regclass_oid('"Odd name"'), pg_regclass_oid('nothing'), pg_regclass_oid('main."Odd name"'), pg_regclass_oid('pg_class')`:                 "20000|(null)|20000|1259",
		"SELECT k.conname, pg_get_constraintdef(k.oid), pg_get_indexdef(conindid, 1, true) FROM pg_constraint AS k":                                         `Odd name_pkey|PRIMARY KEY ("User", k)|"User"`,
		"SELECT attname, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 20000 AND attnum = 1":                                         "k|a key",
		"SELECT typname FROM pg_type AS t WHERE oid = pg_regtype_oid('double precision') OR format_type(oid, NULL) = 'integer[]' ORDER BY 1":                "_int4\nfloat8",
		"SELECT (_pg_expandarray(indkey)).n, (_pg_expandarray(indkey)).x FROM pg_index":                                                                     "1|2\n2|1",
		`SELECT 'a_b' LIKE 'a\_b', 'axb' LIKE 'a\_b', 'axb' NOT LIKE 'a\_b', 'A_B' ILIKE 'a\_%', 'axb' LIKE 'a_b'`:                                          "true|false|true|true|true",
		"SELECT 'xay' ~ 'a', 'xay' !~ 'a', 'xAy' ~* 'a', current_setting('timezone'), current_setting('none', true)":                                        "true|false|true|UTC|(null)",
	} {
		if got := strings.Join(rows(t, c, text), "\n"); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestNamesAreWhatIsMade asserts that each relation that clients may name is
// there, and that none of them shows the schema it is made from.
func TestNamesAreWhatIsMade(t *testing.T) {
	t.Parallel()
	relations, functions, err := pgcatalog.Names()
	if err != nil || len(relations) < 60 || len(functions) < 80 {
		t.Fatalf("%d relations, %d functions, %v", len(relations), len(functions), err)
	}
	c := filled(t)
	for _, r := range relations {
		if r[0] == "scope" {
			t.Errorf("%s can be named", r)
		}
		_ = rows(t, c, "SELECT * FROM "+duck.Ident(r[0])+"."+duck.Ident(r[1]))
	}
}
