// Package guard decides whether a client's SQL text may run against a scope.
//
// It reads the syntax tree that DuckDB's own parser gave for the text
// (json_serialize_sql with the text as a prepared parameter), so there is no
// second parser to disagree with. It is an ordered list of small named rules
// over that tree, and default-deny: a node, a field, an operator, a function or
// a type that grammar.json and functions.json do not list is refused.
//
// The guard is pure. It never calls the engine, changes no text, answers no
// SET, SHOW or BEGIN, and knows nothing of what exists outside the scope: so a
// forbidden name and a name that does not exist cannot get different answers.
//
// Invariants, asserted on every golden case and in fuzzing:
//
//  1. Check never panics, whatever text and tree it is given.
//  2. What it accepts touches no name outside the scope: every table and every
//     column in the engine's own plan for an accepted text is in the verdict,
//     and what is in the verdict is in the scope.
//  3. An accepted text gives the same rows, or the same error, whatever else
//     the instance holds.
//  4. Replacing a name outside the scope by another one changes the refusal in
//     nothing but that name.
//  5. Every word of a fingerprint is a keyword, a known function, a name in the
//     scope or a numbered stand-in: no literal and no comment survives.
package guard

import "github.com/weir-warehouse/weir/policy"

// Limits on a text and its tree. They hold the guard's own stack and time, and
// those of the engine's parser, which is quadratic in the depth of comments.
const (
	MaxText     = 256 << 10 // bytes of SQL
	MaxComments = 100       // "/*" in the text
	MaxTree     = 16 << 20  // bytes of JSON
	MaxNodes    = 50_000    // objects in the tree
	MaxDepth    = 400       // objects within objects
)

// Rule is a rule's name, which refusals carry, and what it is for.
type Rule struct {
	Name string
	Doc  string
}

// rule is a Rule with its check. A check returns nil, or why it refuses; Check
// fills in the rule's name and code.
type rule struct {
	Rule

	code  policy.Code
	check func(*statement) *Refusal
}

// statement is what rules look at. The tree and the facts are filled in by the
// rules that read them, "syntax" and "known-relation".
type statement struct {
	guard   *Guard
	text    string
	tree    []byte
	scope   *Scope
	nodes   map[string][]*node
	roots   []*node
	problem *problem
	names   *resolver
}

// of returns the statement's nodes of a kind, in the order of the tree.
func (s *statement) of(kind string) []*node { return s.nodes[kind] }

// Guard holds the tables that the rules consult. It is immutable and safe for
// use by several goroutines.
type Guard struct {
	grammar   grammar
	functions functions
	keywords  map[string]bool
}

// New reads the embedded tables.
func New() (*Guard, error) {
	grammar, err := readGrammar()
	if err != nil {
		return nil, err
	}
	functions, err := readFunctions()
	if err != nil {
		return nil, err
	}
	return &Guard{grammar: grammar, functions: functions, keywords: readKeywords()}, nil
}

// CheckText applies the rules that need no tree. The engine must not be given a
// text to parse that fails them. It returns nil when there is nothing against
// the text.
func (g *Guard) CheckText(text string) *Refusal {
	return refuse(&statement{guard: g, text: text}, textRules())
}

// Check decides whether text may run in scope. tree is what the engine's
// json_serialize_sql gave for text.
func (g *Guard) Check(text string, tree []byte, scope *Scope) Verdict {
	s := &statement{guard: g, text: text, tree: tree, scope: scope}
	if refusal := refuse(s, textRules()); refusal != nil {
		return Verdict{Refusal: refusal}
	}
	verdict := Verdict{Refusal: refuse(s, treeRules())}
	if verdict.Refusal == nil {
		verdict.Facts = s.facts()
	} else {
		verdict.Refusal.Position = original(text, verdict.Refusal.Position)
	}
	verdict.Fingerprint, verdict.Hash = g.fingerprint(text, scope)
	return verdict
}

// refuse returns the first rule's refusal, or nil.
func refuse(s *statement, rules []rule) *Refusal {
	for _, r := range rules {
		if refusal := r.check(s); refusal != nil {
			refusal.Rule, refusal.Code = r.Name, r.code
			return refusal
		}
	}
	return nil
}
