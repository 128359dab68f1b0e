package guard

import (
	"strconv"
	"strings"
)

// engineError is what json_serialize_sql gives instead of a tree.
type engineError struct {
	kind     string
	message  string
	position int
}

// syntax reads the tree, and refuses if the engine gave none. Its message may
// quote the client's literals, so the refusal has a text of its own.
func syntax(s *statement) *Refusal {
	if len(s.tree) > MaxTree {
		s.problem = &problem{rule: "size", Refusal: &Refusal{Position: -1, Text: "the statement is too large",
			Hint: "split it, or pass long lists as parameters"}}
		return nil
	}
	d := &decoder{reader: reader{data: s.tree}, grammar: s.guard.grammar, blank: &shape{}, length: len(s.text),
		nodes: make(map[string][]*node)}
	failure := d.document(s)
	s.nodes, s.problem = d.nodes, d.problem
	switch {
	case failure != nil && strings.HasPrefix(failure.message, "Only SELECT statements"):
		s.problem = &problem{rule: "select-only", Refusal: &Refusal{Position: failure.position,
			Text: "only SELECT statements may run",
			Hint: "Weir's data is read-only; PIVOT needs the values to pivot on, as in ON column IN ('a', 'b')"}}
	case failure != nil && failure.kind == "serialization":
		s.problem = &problem{rule: "known-syntax", Refusal: &Refusal{Position: failure.position,
			Text: "this syntax is not among what Weir accepts",
			Hint: "write constants in place of expressions in PIVOT lists and type names"}}
	case failure != nil:
		return &Refusal{Position: failure.position, Text: "syntax error",
			Hint: "see what stands at this position, and https://duckdb.org/docs/stable/sql/introduction"}
	case d.bad && d.problem == nil:
		return &Refusal{Position: -1, Text: "the engine's syntax tree cannot be read", Hint: "write the statement in another way"}
	}
	return nil
}

// document reads {"error": …, "statements": […]}, or the engine's error.
func (d *decoder) document(s *statement) *engineError {
	failure := engineError{position: -1}
	failed := true
	d.each('{', '}', func() {
		switch string(d.key()) {
		case "error":
			failed = string(d.word()) != "false"
		case "statements":
			d.each('[', ']', func() { s.roots = append(s.roots, d.node("statement", -1, 1)) })
		case "error_type":
			failure.kind = d.text()
		case "error_message":
			failure.message = d.text()
		case "position":
			if n, err := strconv.Atoi(d.text()); err == nil && 0 <= n && n <= d.length {
				failure.position = n
			}
		default:
			d.skip(MaxDepth)
		}
	})
	if d.peek(); d.pos < len(d.data) {
		d.bad = true
	}
	if failed && !d.bad {
		return &failure
	}
	return nil
}

func selectOnly(s *statement) *Refusal  { return s.problemOf("select-only") }
func size(s *statement) *Refusal        { return s.problemOf("size") }
func knownSyntax(s *statement) *Refusal { return s.problemOf("known-syntax") }

// problemOf returns what was found while the tree was read, if it is a rule's.
func (s *statement) problemOf(rule string) *Refusal {
	if s.problem != nil && s.problem.rule == rule {
		return s.problem.Refusal
	}
	return nil
}

func singleStatement(s *statement) *Refusal {
	if len(s.roots) == 1 {
		return nil
	}
	return &Refusal{Position: -1, Text: "there must be exactly one statement, and there are " + strconv.Itoa(len(s.roots)),
		Hint: "send them one by one"}
}

func noShow(s *statement) *Refusal {
	for _, n := range s.of("table:SHOW_REF") {
		return at(n, "ask information_schema, or the door's own SHOW and DESCRIBE",
			"SHOW, DESCRIBE and SUMMARIZE are not queries here")
	}
	return nil
}

func noSample(s *statement) *Refusal {
	for _, n := range s.of("sample") {
		return at(n, "filter by a hash of a key, as in hash(teacher_key) % 10 = 0, which gives the same rows each time",
			"samples are drawn at random, so that a number could not be reproduced")
	}
	return nil
}

func noTimeTravel(s *statement) *Refusal {
	for _, n := range s.of("at") {
		return at(n, "choose the snapshot when you connect", "tables have no AT clause here")
	}
	return nil
}

func staticPivot(s *statement) *Refusal {
	for _, n := range s.of("pivot") {
		if n.text("pivot_enum") != "" || len(n.list("entries")) == 0 {
			return at(n, "list the values, as in ON column IN ('a', 'b')", "PIVOT must list the values to pivot on")
		}
	}
	return nil
}
