package guard

import (
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Rules returns the rules in the order in which they are applied. The first
// that refuses decides.
func Rules() []Rule {
	all := slices.Concat(textRules(), treeRules())
	rules := make([]Rule, len(all))
	for i, r := range all {
		rules[i] = r.Rule
	}
	return rules
}

// textRules need only the text.
func textRules() []rule {
	return []rule{
		{Rule{"text-size", "the text is at most 256 KiB"}, policy.Usage, textSize},
		{Rule{"text-encoding", "the text is valid UTF-8 without NUL"}, policy.Usage, textEncoding},
		{Rule{"comments", "at most 100 comments: parsing deeply nested ones takes quadratic time"}, policy.Usage, comments},
	}
}

// treeRules need the tree.
func treeRules() []rule {
	return []rule{
		{Rule{"syntax", "the engine's parser accepts the text"}, policy.Usage, syntax},
		{Rule{"select-only", "the statement is a SELECT, and no PIVOT that runs in two steps"}, policy.Denied, selectOnly},
		{Rule{"size", "the tree is at most 50,000 objects large and 400 deep"}, policy.Usage, size},
		{Rule{"known-syntax", "each node and field of the tree is in the grammar"}, policy.Denied, knownSyntax},
		{Rule{"single-statement", "there is exactly one statement"}, policy.Usage, singleStatement},
		{Rule{"no-show", "no SHOW, DESCRIBE or SUMMARIZE, also as a table"}, policy.Denied, noShow},
		{Rule{"no-sample", "no TABLESAMPLE or USING SAMPLE: it draws rows at random"}, policy.Denied, noSample},
		{Rule{"no-time-travel", "no AT clause on a table"}, policy.Denied, noTimeTravel},
		{Rule{"static-pivot", "PIVOT lists its values, and no enum type"}, policy.Denied, staticPivot},
		{Rule{"known-type", "a cast names a built-in type"}, policy.Denied, knownType},
		{Rule{"known-collation", "COLLATE names a built-in collation"}, policy.Denied, knownCollation},
		{Rule{"known-function", "each function and operator is on the list"}, policy.Denied, knownFunction},
		{Rule{"known-table-function", "each function in FROM is on the list of those"}, policy.Denied, knownTableFunction},
		{Rule{"literal-argument", "a length to pad to, and an aggregate's name, is a literal"}, policy.Denied, literalArgument},
		{Rule{"no-session-value", "no current_user and the like, which need no parentheses"}, policy.Denied, noSessionValue},
		{Rule{"cte-name", "no CTE has the name of a relation of the engine's catalog"}, policy.Denied, cteName},
		{Rule{"no-file", "no table name is a path, a URL or a file"}, policy.Denied, noFile},
		{Rule{"known-relation", "each table is a CTE that is visible there, or a relation of the scope"}, policy.NotFound, knownRelation},
		{Rule{"catalog-apart", "catalog relations and functions do not meet data in one statement"}, policy.Denied, catalogApart},
		{Rule{"aggregate-only", "no relation that may only be aggregated: no rule can prove that yet"}, policy.Denied, aggregateOnly},
	}
}
