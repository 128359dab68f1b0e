package gateway_test

import (
	"context"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// TestColumnsAreNamedAsPostgresDoes asserts the names that a client of
// PostgreSQL is told, described and answered alike. They are PostgreSQL 15's.
func TestColumnsAreNamedAsPostgresDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), throughPostgres(w.Person("S", policy.Operations, policy.DataSteward)))
	w.must(err)
	for text, want := range map[string]string{
		"SELECT count(*), SUM(1), max(name), name, school.name, count(*) AS n FROM school GROUP BY name":                            "count|sum|max|name|name|n",
		"SELECT 1, 'x', NULL, 1 + 1, -1, name || 'x', name LIKE 'x', name IN ('x'), name IS NULL, NOT true FROM school":             strings.Repeat("|?column?", 10)[1:],
		"SELECT true, '1'::int, '1'::bigint, CAST('1' AS DECIMAL(4,1)), DATE '2026-01-01', '1'::text, '{}'::json, INTERVAL '1 day'": "bool|int4|int8|numeric|date|text|json|interval",
		"SELECT '2026-01-01'::timestamptz, 1::float, 1::double, '1'::boolean":                                                       "timestamptz|float4|float8|bool",
		"SELECT name::text, CAST(lower(name) AS text), (name || 'x')::text FROM school":                                             "name|lower|text",
		"SELECT CASE WHEN true THEN 1 END, CASE WHEN true THEN 'x' ELSE name::text END FROM school":                                 "case|name",
		"SELECT coalesce(name, 'x'), nullif(name, 'x'), greatest(1, 2), [1], ARRAY[1, 2], [1, 2][1] FROM school":                    "coalesce|nullif|greatest|array|array|array",
		"SELECT EXISTS (SELECT 1), (SELECT max(name) FROM school), (SELECT 1 AS one), 1 = ANY([1])":                                 "exists|max|one|?column?",
		"SELECT row_number() OVER (), sum(1) OVER (), count(*) FILTER (WHERE true) FROM school GROUP BY ALL":                        "row_number|sum|count",
		"SELECT *, 1, count(*) OVER () FROM (SELECT name FROM school)":                                                              "name|?column?|count",
		"SELECT count(*), s.*, 2 FROM (SELECT DISTINCT name FROM school) s GROUP BY ALL":                                            "count|name|?column?",
		"SELECT * FROM (SELECT count(*), 1 FROM school)":                                                                            "count|?column?",
		"WITH c AS (SELECT count(*) FROM school) SELECT * FROM c":                                                                   "count",
		"WITH c(n) AS (SELECT count(*) FROM school) SELECT * FROM c":                                                                "n",
		"SELECT * FROM (SELECT count(*) FROM school) AS x(n)":                                                                       "n",
		"SELECT count(*) FROM school UNION ALL SELECT 1":                                                                            "count",
		"VALUES (1, 'x')":                                      "column1|column2",
		"SELECT * FROM (VALUES (1, 2)) AS v(a, b)":             "a|b",
		"SELECT unnest([1, 2])":                                "unnest",
		`SELECT count(*) AS "count_star()" FROM school`:        "count_star()",
		`SELECT * FROM (SELECT 1 AS "sum(x)")`:                 "sum(x)",
		"SELECT trim(name), substring(name, 1, 2) FROM school": "btrim|substring",
		"SELECT name COLLATE NOCASE FROM school":               "name",
	} {
		prepared, err := s.Prepare(context.Background(), text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		r, err := s.Query(context.Background(), text)
		w.must(err)
		var described, given []string
		for i, f := range r.Schema().Fields() {
			given, described = append(given, f.Name), append(described, prepared.Schema.Field(i).Name)
		}
		r.Close()
		if got := strings.Join(given, "|"); got != want || strings.Join(described, "|") != want {
			t.Errorf("%s\n     got %s\ndescribed %s\n    want %s", text, got, strings.Join(described, "|"), want)
		}
	}
}
