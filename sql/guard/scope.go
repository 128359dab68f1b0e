package guard

import (
	"fmt"
	"strings"
)

// Relation is a view that a principal may name.
type Relation struct {
	Schema  string
	Name    string
	Columns []string
	// Catalog marks a relation of the shadow catalog. It may not meet data in
	// one statement.
	Catalog bool
	// MinPeople, if above zero, is how many distinct people each row must be an
	// aggregate over. No rule can prove that of a statement yet, so a statement
	// that names such a relation is refused.
	MinPeople int

	folded map[string]bool // the columns, as DuckDB compares names
}

// String returns the relation's qualified name.
func (r *Relation) String() string { return r.Schema + "." + r.Name }

// Scope is the relations that a principal may name. It is immutable.
type Scope struct {
	database  string
	path      []string
	relations map[string]*Relation
	words     map[string]bool
	macros    map[string]bool
}

// NewScope returns a scope. An unqualified name is looked up in the schemas of
// path, in order; a name may also be qualified by its schema, and by database.
// macros are the functions that the shadow catalog defines, beside the engine's
// or in their place; they may be called in a statement that touches no data.
func NewScope(database string, path []string, relations []Relation, macros ...string) (*Scope, error) {
	s := &Scope{
		database:  fold(database),
		path:      make([]string, len(path)),
		relations: make(map[string]*Relation, len(relations)),
		words:     make(map[string]bool),
		macros:    make(map[string]bool, len(macros)),
	}
	for i, schema := range path {
		s.path[i] = fold(schema)
	}
	for _, r := range relations {
		key := fold(r.Schema) + "." + fold(r.Name)
		if _, ok := s.relations[key]; ok || r.Schema == "" || r.Name == "" {
			return nil, fmt.Errorf("scope: relation %q has no full name, or has it twice", key)
		}
		r.folded = make(map[string]bool, len(r.Columns))
		s.relations[key] = &r
		s.words[fold(r.Schema)], s.words[fold(r.Name)] = true, true
		for _, column := range r.Columns {
			s.words[fold(column)], r.folded[fold(column)] = true, true
		}
	}
	for _, m := range macros {
		s.macros[fold(m)] = true
	}
	return s, nil
}

// find returns the relation that a name means, or nil.
func (s *Scope) find(catalog, schema, name string) *Relation {
	catalog, schema, name = fold(catalog), fold(schema), fold(name)
	if catalog != "" && catalog != s.database {
		return nil
	}
	if schema != "" {
		return s.relations[schema+"."+name]
	}
	for _, schema := range s.path {
		if r := s.relations[schema+"."+name]; r != nil {
			return r
		}
	}
	return nil
}

// fold returns a name as DuckDB compares names: ASCII letters without case, all
// others as they are.
func fold(name string) string {
	for i := range len(name) {
		if 'A' <= name[i] && name[i] <= 'Z' {
			return strings.Map(func(r rune) rune {
				if 'A' <= r && r <= 'Z' {
					return r + 'a' - 'A'
				}
				return r
			}, name)
		}
	}
	return name
}
