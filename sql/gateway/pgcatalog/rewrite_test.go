package pgcatalog_test

import (
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/sql/gateway/pgcatalog"
)

func TestRewrite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// Left alone: nothing of the catalogue is named.
		"SELECT x ~ 'a', y::name FROM t WHERE u.user = '{1}' COLLATE \"default\"":    "",
		"SELECT 'pg_catalog.pg_class', \"pg_x\", $$ current_user $$ -- pg_class":     "",
		"SELECT a.user, \"user\", user.name FROM t AS user, generate_series(1, 2) s": "",
		"": "",
		// Qualifications.
		"SELECT pg_catalog.lower(relname) FROM pg_catalog.pg_class":                            "SELECT lower(relname) FROM pg_class",
		`SELECT 1 FROM "pg_catalog"."pg_class" c`:                                              `SELECT 1 FROM "pg_class" c`,
		"SELECT * FROM information_schema.tables":                                              "SELECT * FROM information.tables",
		"SELECT (information_schema._pg_expandarray(k)).n FROM pg_index":                       "SELECT (_pg_expandarray(k)).n FROM pg_index",
		"SELECT 'information_schema' FROM pg_class":                                            "SELECT 'information_schema' FROM pg_class",
		"SELECT relname OPERATOR(pg_catalog.~) '^a$' COLLATE pg_catalog.default FROM pg_class": "SELECT relname ~ '^a$'  FROM pg_class",
		"SELECT relname OPERATOR ( pg_catalog . !~* ) 'a' FROM pg_class":                       "SELECT relname !~* 'a' FROM pg_class",
		// Objects.
		"SELECT c.oid::regclass FROM pg_class c":                        "SELECT pg_regclass(c.oid) FROM pg_class c",
		"SELECT c.oid :: pg_catalog . regclass::text FROM pg_class c":   "SELECT pg_regclass(c.oid )::text FROM pg_class c",
		"SELECT 'pg_class'::regclass":                                   "SELECT pg_regclass_oid('pg_class')",
		"SELECT ('a' || 'b')::regclass, $1::regtype":                    "SELECT pg_regclass_oid(('a' || 'b')), pg_regtype_oid($1)",
		"SELECT f(a, (b))::regclass::oid, x.y[1]::regtype":              "SELECT pg_regclass_oid(f(a, (b)))::oid, pg_regtype(x.y[1])",
		"SELECT 1 FROM pg_class WHERE oid = x::text::regclass":          "SELECT 1 FROM pg_class WHERE oid = pg_regclass_oid(x::text)",
		"SELECT CAST(CAST(n AS TEXT) AS REGCLASS) FROM pg_class":        "SELECT pg_regclass(CAST(n AS TEXT) ) FROM pg_class",
		"SELECT CAST(CAST(n AS pg_catalog.regclass) AS oid)":            "SELECT CAST(pg_regclass_oid(n ) AS oid)",
		"SELECT typinput = 'pg_catalog.array_in'::regproc FROM pg_type": "SELECT typinput = pg_regproc('pg_catalog.array_in') FROM pg_type",
		"SELECT x IN (1)::regclass":                                     "SELECT x IN pg_regclass_oid((1))",
		"SELECT c.oid::regclass::text::regtype FROM c":                  "SELECT pg_regtype(pg_regclass(c.oid)::text) FROM c",
		// Types and lists.
		"SELECT a::name, b::\"char\", CAST(c AS pg_catalog.name), d::pg_catalog.int2[] FROM pg_type": "SELECT a::VARCHAR, b::VARCHAR, CAST(c AS VARCHAR), d::int2[] FROM pg_type",
		"SELECT 1 FROM pg_policy WHERE polroles <> '{0}' AND x <> ALL ('{a,b}'::text[])":             "SELECT 1 FROM pg_policy WHERE polroles <> '[0]' AND x <> ALL ('[a,b]'::text[])",
		"SELECT 1 FROM pg_index i WHERE a.n = ANY(i.indkey) AND b = ANY (SELECT 1)":                  "SELECT 1 FROM pg_index i WHERE a.n IN i.indkey AND b = ANY (SELECT 1)",
		// Functions as sources.
		"SELECT s[i], pg_backend_pid() FROM generate_series(1, f(2)) AS i, string_to_array(x, ',') s": "SELECT s[i], pg_backend_pid() FROM generate_series(1, f(2)) AS i(i), (SELECT string_to_array(x, ',')) s(s)",
		"SELECT string_to_array(x, ',') s FROM pg_catalog.generate_series(1, 32) pos(n)":              "SELECT string_to_array(x, ',') s FROM generate_series(1, 32) pos(n)",
		"SELECT format('%I', a), json_build_object('a', 1) FROM pg_class":                             "SELECT pg_format('%I', a), json_object('a', 1) FROM pg_class",
		// Who is asking.
		"SELECT current_user, SESSION_USER, user AS user, x.user":          `SELECT 'O''N' AS "current_user", 'O''N' AS "session_user", 'O''N' AS user, x.user`,
		"SELECT f(current_user), a FROM t WHERE b = user ORDER BY a, user": "SELECT f('O''N'), a FROM t WHERE b = 'O''N' ORDER BY a, 'O''N'",
		// Broken text stays broken, and harms nobody.
		"SELECT ::regclass":                "pg_regclass(SELECT )",
		"SELECT pg_class ) ]::regclass (":  "pg_regclass(SELECT pg_class ) ]) (",
		"SELECT CAST(pg_class AS regclass": "SELECT CAST(pg_class AS regclass",
		"SELECT operator(pg_catalog.":      "",
	} {
		if want == "" {
			want = text
		}
		if got := pgcatalog.Rewrite(text, "O'N"); got.Text != want {
			t.Errorf("%s\n got %s\nwant %s", text, got.Text, want)
		}
	}
}

// TestOriginal asserts that the place of each word that is kept is found again.
func TestOriginal(t *testing.T) {
	t.Parallel()
	text := "SELECT current_user, pg_catalog.one(x), c.oid::pg_catalog.regclass, two FROM pg_catalog.pg_class, three"
	r := pgcatalog.Rewrite(text, "somebody with a long name")
	for _, word := range []string{"SELECT", "one", "c.oid", "two", "pg_class", "three"} {
		if got, want := r.Original(strings.Index(r.Text, word)), strings.Index(text, word); got != want {
			t.Errorf("%s is found at %d, and stands at %d", word, got, want)
		}
	}
}

// FuzzRewrite asserts that no text makes the rewriting panic or lose its place.
func FuzzRewrite(f *testing.F) {
	for _, text := range []string{
		"SELECT c.oid::pg_catalog.regclass FROM pg_class c WHERE x = ANY(c.y) AND z = '{1}'",
		"SELECT CAST(x AS regclass), (((::regclass)]::regtype FROM generate_series(1) s, pg_x",
		"SELECT current_user COLLATE pg_catalog.", "operator(pg_catalog.~)", "'{", "$1::regclass[1]::oid",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := pgcatalog.Rewrite(text, "me")
		for at := range len(r.Text) + 1 {
			if place := r.Original(at); place < 0 || place > len(text) {
				t.Fatalf("%q: %d becomes %d", text, at, place)
			}
		}
	})
}
