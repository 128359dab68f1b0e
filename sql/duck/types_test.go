package duck_test

import (
	"context"
	"testing"

	"github.com/weir-warehouse/weir/sql/duck"
)

// TestTypesAreNamedAsTheEngineDoes compares the name in a column's metadata, and
// that of a parameter cast to the type, with what typeof says.
func TestTypesAreNamedAsTheEngineDoes(t *testing.T) {
	t.Parallel()
	i, err := duck.OpenInstance(duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	c, err := i.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, kind := range []string{
		"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
		"FLOAT", "DOUBLE", "DECIMAL(5,2)", "DECIMAL(38,10)", "VARCHAR", "BLOB", "BIT", "UUID", "JSON", "DATE", "TIME", "TIME WITH TIME ZONE",
		"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "INTERVAL", "BIGNUM",
		"INTEGER[]", "DECIMAL(4,1)[][]", "INTEGER[3]", "MAP(VARCHAR, BIGINT)", `STRUCT("a" INTEGER, "b c" VARCHAR[])`, `UNION("n" INTEGER, "s" VARCHAR)`,
	} {
		p, err := c.Prepare("SELECT CAST($1 AS " + kind + ") AS x")
		if err != nil {
			t.Fatal(err)
		}
		if got := p.ParameterType(1); got != kind && kind != "JSON" {
			t.Errorf("a parameter of %s is %q", kind, got)
		}
		schema, err := p.Schema()
		if err != nil || schema == nil {
			t.Fatalf("%s: %v, %v", kind, schema, err)
		}
		if got, _ := schema.Field(0).Metadata.GetValue(duck.TypeKey); got != kind {
			t.Errorf("%s is described as %q", kind, got)
		}
		p.Close()
		s, err := c.Query(context.Background(), "SELECT CAST(NULL AS "+kind+") AS x")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Schema().Field(0).Metadata.GetValue(duck.TypeKey); got != kind {
			t.Errorf("%s comes as %q", kind, got)
		}
		s.Close()
	}
	p, err := c.Prepare("SELECT $1 + 1")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if schema, err := p.Schema(); schema != nil || err != nil || p.ParameterType(1) != "" {
		t.Errorf("%v, %v, %q for what the engine does not know", schema, err, p.ParameterType(1))
	}
}
