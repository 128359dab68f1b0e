package guard

import (
	"maps"
	"slices"
)

// touches says which kind of relation the statement names. Calling a function
// of the catalog counts as naming a relation of it.
func (s *statement) touches() Touch {
	data, catalog := false, s.catalogCall() != nil
	for r := range s.names.relations {
		data, catalog = data || !r.Catalog, catalog || r.Catalog
	}
	switch {
	case data && catalog:
		return touchesBoth
	case data:
		return TouchesData
	case catalog:
		return TouchesCatalog
	}
	return TouchesNothing
}

// catalogCall returns a call of a function that is for the catalog only, or nil.
func (s *statement) catalogCall() *node {
	for _, n := range s.of("expr:FUNCTION") {
		name := fold(n.text("function_name"))
		if f := s.guard.functions.called[name]; s.scope.macros[name] || f != nil && f.Verdict == catalogOnly {
			return n
		}
	}
	for _, n := range s.of("expr:COLUMN_REF") {
		if name := sessionValue(n); name != "" && s.scope.macros[name] {
			return n
		}
	}
	return nil
}

func (s *statement) facts() Facts {
	facts := Facts{Touches: s.touches(), Aggregates: s.aggregates()}
	for r := range s.names.relations {
		facts.Relations = append(facts.Relations, r.String())
		for column := range s.names.columns[r] {
			facts.Columns = append(facts.Columns, r.String()+"."+column)
		}
	}
	called := make(map[string]bool)
	for _, kind := range []string{"expr:FUNCTION", "expr:WINDOW"} {
		for _, n := range s.of(kind) {
			called[fold(n.text("function_name"))] = true
		}
	}
	facts.Functions = slices.Sorted(maps.Keys(called))
	slices.Sort(facts.Relations)
	slices.Sort(facts.Columns)
	return facts
}

func (s *statement) aggregates() bool {
	for _, n := range s.of("query:SELECT_NODE") {
		if len(n.list("group_expressions")) > 0 || n.text("aggregate_handling") == "FORCE_AGGREGATES" {
			return true
		}
	}
	return slices.ContainsFunc(s.of("expr:FUNCTION"), func(n *node) bool {
		return s.guard.functions.aggregates[fold(n.text("function_name"))]
	})
}
