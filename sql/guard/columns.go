package guard

import "slices"

// column reports what a column reference can read: the column of that name in
// each source of the innermost level that has one, or, for a name that is a
// source's alias, the whole row.
func (r *resolver) column(l *level, parts []string) {
	for ; l != nil; l = l.outer {
		found := false
		for _, s := range l.sources {
			found = r.match(s, parts) || found
		}
		if found {
			return
		}
	}
}

// match reports the columns of one source that parts can mean, and whether
// there are any. parts are [database.][schema.][alias.]column[.field…].
func (r *resolver) match(s source, parts []string) bool {
	if s.relation == nil || len(parts) == 0 {
		return false
	}
	found := false
	if s.renamed {
		return r.readAll(s.relation, nil)
	}
	if s.relation.folded[parts[0]] {
		r.read(s.relation, parts[0])
		found = true
	}
	for i, part := range parts[:min(len(parts), 3)] {
		switch {
		case part != s.alias:
		case i+1 < len(parts) && s.relation.folded[parts[i+1]]:
			r.read(s.relation, parts[i+1])
			found = true
		default:
			found = r.readAll(s.relation, nil)
		}
	}
	return found
}

// maxStars bounds the work on "* EXCLUDE": past so many, what a star leaves out
// is reported too.
const maxStars = 10_000

// star reports all columns, save those left out, of the innermost level's
// sources, or of the source with an alias.
func (r *resolver) star(l *level, alias string, except []string) {
	for ; l != nil; l = l.outer {
		found := false
		for _, s := range l.sources {
			if alias == "" || alias == s.alias {
				found = true
				r.readAll(s.relation, except)
			}
		}
		if found {
			return
		}
	}
}

// readAll reports all columns of a relation save those left out, and returns
// whether there is a relation.
func (r *resolver) readAll(relation *Relation, except []string) bool {
	if relation == nil || r.whole[relation] {
		return relation != nil
	}
	if r.stars++; len(except) == 0 || r.stars > maxStars {
		r.whole[relation], except = true, nil
	}
	for column := range relation.folded {
		if !slices.Contains(except, column) {
			r.read(relation, column)
		}
	}
	return true
}

func (r *resolver) read(relation *Relation, column string) {
	if r.columns[relation] == nil {
		r.columns[relation] = make(map[string]bool)
	}
	r.columns[relation][column] = true
}

// methodOf returns the column that a function is called on in the form
// column.function(), which the tree holds as the function's schema, or nil.
func methodOf(n *node) []string {
	catalog, schema := fold(n.text("catalog")), fold(n.text("schema"))
	switch {
	case schema == "" || isEngineSchema(catalog, schema):
		return nil
	case catalog == "":
		return []string{schema}
	}
	return []string{catalog, schema}
}

// isEngineSchema reports whether a qualifier of a function is a schema in which
// the engine keeps its own functions.
func isEngineSchema(catalog, schema string) bool {
	return (catalog == "" || catalog == "system") && (schema == "main" || schema == "pg_catalog")
}
