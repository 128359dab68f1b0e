package guard

import (
	"maps"
	"slices"
)

// touches says which kind of relation the statement names.
func (s *statement) touches() Touch {
	touch := TouchesNothing
	for r := range s.names.relations {
		kind := TouchesData
		if r.Catalog {
			kind = TouchesCatalog
		}
		if touch != TouchesNothing && touch != kind {
			return touchesBoth
		}
		touch = kind
	}
	return touch
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
