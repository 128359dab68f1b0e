package pgwire_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weir-warehouse/weir/policy"
)

const modes = 3

func modesOf() [modes]string {
	return [modes]string{"", "&default_query_exec_mode=simple_protocol", "&default_query_exec_mode=exec"}
}

// TestSelect asks in each of pgx's ways.
func TestSelect(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, mode := range modesOf() {
		c := d.connect(t, policy.DataSteward, mode)
		rows, err := c.Query(context.Background(), "SELECT school_id, name FROM school WHERE school_id <> $1 ORDER BY 1", "s9")
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ ID, Name string }])
		if err != nil || len(got) != 2 || got[0].Name != "Elm" || got[1].ID != "s2" {
			t.Errorf("%s: %v, %v", mode, got, err)
		}
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// TestErrors asserts PostgreSQL's codes.
func TestErrors(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, mode := range modesOf() {
		c := d.connect(t, policy.DataSteward, mode)
		for text, want := range map[string]string{
			"SELEC":                                "42601",
			"SELECT * FROM nope":                   "42P01",
			"SELECT nope FROM school":              "42703",
			"SELECT nope(1)":                       "42883",
			"INSERT INTO school VALUES (1)":        "42501",
			"CREATE TABLE x (a INT)":               "42501",
			"COPY school FROM STDIN":               "42501",
			"COPY school TO '/tmp/x'":              "42501",
			"SELECT CAST(name AS INT) FROM school": "42000",
			"SELECT * FROM 'file.csv'":             "42501",
			"SHOW nope":                            "42704",
			"SET server_version = 1":               "55P02",
			"SET DateStyle = german":               "22023",
			"FETCH 1 FROM nope":                    "34000",
			"DEALLOCATE nope":                      "26000",
			"SAVEPOINT x":                          "25P01",
			"DECLARE c CURSOR FOR SELECT 1":        "25P01",
			"BEGIN nonsense":                       "42601",
		} {
			_, err := c.Exec(context.Background(), text)
			if got := codeOf(err); got != want {
				t.Errorf("%s%s: %s (%v), want %s", text, mode, got, err, want)
			}
		}
	}
}

// TestPosition asserts where an error points: to a character of all that was
// sent, also where the statement is a part of another.
func TestPosition(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "")
	for text, want := range map[string]int32{
		"SELECT * FROM nope":                        15,
		"SELECT 'é'; SELECT 'é' FROM nope":          29,
		"DECLARE c CURSOR WITH HOLD FOR TABLE nope": 38,
		"COPY (SELECT * FROM nope) TO STDOUT":       21,
		"COPY nope TO STDOUT":                       0,
		"BEGIN nonsense":                            7,
		"SELECT 1; SET":                             14,
		"/* ; */ SELECT 'a;b', $$;$$, nope(1)":      30,
	} {
		_, err := c.PgConn().Exec(context.Background(), text).ReadAll()
		e, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || e.Position != want {
			t.Errorf("%s: %v at %+v, want %d", text, err, e, want)
		}
	}
}
