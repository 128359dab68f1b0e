package guard

import "strings"

// cteName keeps a CTE from having the name of a relation of the engine's own
// catalog. Were the guard ever to see a CTE where the engine does not, an
// unqualified name could then reach nothing but the scope.
func cteName(s *statement) *Refusal {
	for _, kind := range []string{"cte", "query:RECURSIVE_CTE_NODE"} {
		for _, n := range s.of(kind) {
			name := n.text("key") + n.text("cte_name")
			for _, prefix := range []string{"duckdb_", "pg_", "pragma_", "sqlite_"} {
				if strings.HasPrefix(fold(name), prefix) {
					return at(n, "give it another name", "a CTE may not be named %q", name)
				}
			}
		}
	}
	return nil
}

// noFile refuses names that a replacement scan would read as a file.
func noFile(s *statement) *Refusal {
	for _, n := range s.of("table:BASE_TABLE") {
		name := n.text("table_name")
		if strings.ContainsAny(name, `./\:*?[]{}$~`) && s.scope.find(n.text("catalog_name"), n.text("schema_name"), name) == nil {
			return at(n, "load the file with weir load", "files cannot be read in a query")
		}
	}
	return nil
}

// knownRelation resolves all names. A relation that exists out of the scope and
// one that does not exist are the same here: the guard knows neither.
func knownRelation(s *statement) *Refusal {
	s.names = resolve(s.roots, s.scope)
	for _, n := range s.names.unknown {
		return at(n, "list what you may read with SELECT * FROM information_schema.tables",
			"relation %q does not exist, or you may not read it", qualified(n))
	}
	return nil
}

// qualified returns a table's name as the client wrote it, without quotes.
func qualified(n *node) string {
	parts := make([]string, 0, 3)
	for _, field := range []string{"catalog_name", "schema_name", "table_name"} {
		parts = append(parts, n.texts(field)...)
	}
	return strings.Join(parts, ".")
}

func catalogApart(s *statement) *Refusal {
	if s.touches() != touchesBoth {
		return nil
	}
	place := s.catalogCall()
	for _, n := range s.of("table:BASE_TABLE") {
		r := s.scope.find(n.text("catalog_name"), n.text("schema_name"), n.text("table_name"))
		if place == nil && r != nil && r.Catalog {
			place = n
		}
	}
	return at(place, "ask in two statements", "a statement may ask the catalog or data, not both")
}

func aggregateOnly(s *statement) *Refusal {
	for _, n := range s.of("table:BASE_TABLE") {
		r := s.scope.find(n.text("catalog_name"), n.text("schema_name"), n.text("table_name"))
		if r != nil && r.MinPeople > 0 && s.names.relations[r] {
			return at(n, "read a metric instead", "relation %q may only be read in aggregates over at least %d people", r, r.MinPeople)
		}
	}
	return nil
}
