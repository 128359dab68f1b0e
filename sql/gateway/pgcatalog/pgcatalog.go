// Package pgcatalog describes relations as PostgreSQL's catalogue does, for
// clients that ask it: psql, JDBC, ODBC, R, SQLAlchemy, Grafana, DBeaver,
// Metabase. It is SQL that fills an empty instance with pg_catalog's and
// information_schema's relations and functions over a list of relations, and a
// rewriting of what PostgreSQL's dialect writes otherwise than DuckDB's.
//
// It reads no data and knows nothing but what it is given; it opens no instance,
// and decides nothing: what it rewrites is guarded like any other text.
package pgcatalog

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Relation is what clients may see of a relation.
type Relation struct {
	Schema      string
	Name        string
	Description string
	Columns     []Column
	Key         []string // columns of the primary key, in order; none: it has none
	References  []Reference
}

// Reference says that the values of a column are those of another relation's
// primary key, which is the one column Key.
type Reference struct{ Column, Schema, Relation, Key string }

// Column is a column of a relation. Its type is the engine's name of it.
type Column struct {
	Name        string
	Type        string
	Description string
}

// Schemas of the instance. Weir's relations lie in Main unless they say
// otherwise; clients write information_schema for Information.
const (
	Main        = "main"
	Information = "information"
)

// Object identifiers. Those of the catalogue itself are PostgreSQL's own; those
// of the scope follow its relations in their order.
const (
	catalogSchema     = 11
	informationSchema = 13_183
	publicSchema      = 2200
	firstSchema       = 16_400
	firstRelation     = 20_000
	perRelation       = 4 // the relation, its key's index, the constraint
	firstReference    = 1_000_000
)

// Statements fill an empty instance with the catalogue of relations.
func Statements(relations []Relation) ([]string, error) {
	out := []string{
		"CREATE SCHEMA scope", "CREATE SCHEMA " + Information,
		"CREATE TABLE scope.namespace(oid INTEGER, name VARCHAR)",
		"CREATE TABLE scope.relation(oid INTEGER, name VARCHAR, namespace INTEGER, kind VARCHAR, columns INTEGER, keyed BOOLEAN, description VARCHAR)",
		"CREATE TABLE scope.attribute(relation INTEGER, number INTEGER, name VARCHAR, type INTEGER, modifier INTEGER, required BOOLEAN, description VARCHAR)",
		"CREATE TABLE scope.key(oid INTEGER, name VARCHAR, namespace INTEGER, relation INTEGER, columns SMALLINT[])",
		"CREATE TABLE scope.reference(oid INTEGER, name VARCHAR, namespace INTEGER, relation INTEGER, columns SMALLINT[], target INTEGER, keys SMALLINT[])",
	}
	f := filler{rows: map[string][]string{}, schemas: map[string]int{
		"pg_catalog": catalogSchema, "information_schema": informationSchema, Main: publicSchema,
	}}
	for i, r := range relations {
		f.relation(firstRelation+i*perRelation, r)
	}
	f.references(relations)
	for _, name := range slices.Sorted(maps.Keys(f.schemas)) {
		f.row("namespace", strconv.Itoa(f.schemas[name]), literal(name))
	}
	for _, table := range slices.Sorted(maps.Keys(f.rows)) {
		out = append(out, "INSERT INTO scope."+table+" VALUES "+strings.Join(f.rows[table], ", "))
	}
	made, err := made()
	return append(out, made...), err
}

// made are the statements of the embedded files, in the order of their names.
func made() ([]string, error) {
	names, err := fs.Glob(files, "sql/*.sql")
	if err != nil {
		return nil, fmt.Errorf("read the embedded catalogue: %w", err)
	}
	var out []string
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the embedded catalogue: %w", err)
		}
		for statement := range strings.SplitSeq(string(text), ";\n") {
			if statement = strings.TrimSpace(statement); statement != "" {
				out = append(out, statement)
			}
		}
	}
	return out, nil
}

// known are the engine's own operators that mean something else here. The guard
// knows them, and they may be used on data too.
var known = []string{"regexp_full_match", "~~", "!~~", "~~*", "!~~*"}

// Names lists what clients may name: the relations as schema and name, and the
// functions that are not the engine's own.
func Names() (relations [][2]string, functions []string, err error) {
	statements, err := made()
	for _, s := range statements {
		words := strings.FieldsFunc(s[max(strings.Index("\n"+s, "\nCREATE "), 0):], func(r rune) bool { return r == ' ' || r == '(' })
		switch name := strings.Trim(words[2], `"`); {
		case words[0] != "CREATE", strings.HasPrefix(name, "scope."), slices.Contains(known, name):
		case words[1] == "MACRO":
			functions = append(functions, name)
		default:
			schema, relation, ok := strings.Cut(name, ".")
			if !ok {
				schema, relation = Main, name
			}
			relations = append(relations, [2]string{schema, relation})
		}
	}
	return relations, functions, err
}

// filler writes the rows of schema scope.
type filler struct {
	schemas map[string]int
	rows    map[string][]string // by table
}

func (f *filler) row(table string, values ...string) {
	f.rows[table] = append(f.rows[table], "("+strings.Join(values, ", ")+")")
}

func (f *filler) relation(oid int, r Relation) {
	if _, ok := f.schemas[r.Schema]; !ok {
		f.schemas[r.Schema] = firstSchema + len(f.schemas)
	}
	namespace := strconv.Itoa(f.schemas[r.Schema])
	var key []string
	for _, name := range r.Key {
		key = append(key, strconv.Itoa(place(r, name)))
	}
	keyed := len(key) > 0
	f.row("relation", strconv.Itoa(oid), literal(r.Name), namespace, "'r'", strconv.Itoa(len(r.Columns)), strconv.FormatBool(keyed), literal(r.Description))
	for i, c := range r.Columns {
		f.column(oid, i+1, c, slices.Contains(r.Key, c.Name))
	}
	if keyed {
		index := strconv.Itoa(oid + 1)
		f.row("relation", index, literal(r.Name+"_pkey"), namespace, "'i'", strconv.Itoa(len(key)), "false", "''")
		f.row("key", index, literal(r.Name+"_pkey"), namespace, strconv.Itoa(oid), "["+strings.Join(key, ", ")+"]")
		for i, name := range r.Key {
			f.column(oid+1, i+1, Column{Name: name, Type: r.Columns[place(r, name)-1].Type}, false)
		}
	}
}

// references writes the foreign keys, which name relations that are all there.
func (f *filler) references(relations []Relation) {
	for i, r := range relations {
		for _, ref := range r.References {
			to := slices.IndexFunc(relations, func(o Relation) bool { return o.Schema == ref.Schema && o.Name == ref.Relation })
			f.row("reference", strconv.Itoa(firstReference+len(f.rows["reference"])), literal(r.Name+"_"+ref.Column+"_fkey"), strconv.Itoa(f.schemas[r.Schema]),
				strconv.Itoa(firstRelation+i*perRelation), "["+strconv.Itoa(place(r, ref.Column))+"]", strconv.Itoa(firstRelation+to*perRelation), "["+strconv.Itoa(place(relations[to], ref.Key))+"]")
		}
	}
}

// place is the number of a column in its relation.
func place(r Relation, column string) int {
	return 1 + slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == column })
}

func (f *filler) column(relation, number int, c Column, required bool) {
	oid, modifier := typeOf(c.Type)
	f.row("attribute", strconv.Itoa(relation), strconv.Itoa(number), literal(c.Name), strconv.Itoa(oid), strconv.Itoa(modifier), strconv.FormatBool(required), literal(c.Description))
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
