package guard

import "slices"

// level is what a query node adds to the names that are visible in it: the CTEs
// that it defines and the sources of its FROM. The levels around it follow.
type level struct {
	outer   *level
	ctes    []cte
	sources []source
}

// cte is a name that WITH defines. In the recursive half of a recursive CTE it
// is recurring, and may also be written recurring.name.
type cte struct {
	name      string
	recurring bool
}

// source is an item of a FROM: a relation of the scope under an alias, or, with
// no relation, something whose columns are reported where it is defined.
type source struct {
	alias    string
	relation *Relation
	renamed  bool // by a list of column aliases
}

// resolver resolves the names of a statement as DuckDB 1.5.5 does, which differs
// from PostgreSQL: a CTE sees only those before it, even under WITH RECURSIVE,
// and the first half of a recursive CTE does not see the CTE itself. A name that
// no visible CTE has is a relation's.
type resolver struct {
	scope     *Scope
	relations map[*Relation]bool
	columns   map[*Relation]map[string]bool
	whole     map[*Relation]bool // those of which all columns are reported
	stars     int                // calls of readAll so far
	unknown   []*node            // tables that are neither
}

func resolve(roots []*node, scope *Scope) *resolver {
	r := &resolver{
		scope: scope, relations: make(map[*Relation]bool), columns: make(map[*Relation]map[string]bool),
		whole: make(map[*Relation]bool),
	}
	for _, root := range roots {
		r.walk(root, nil)
	}
	return r
}

// walk resolves the names in a node. around is the innermost level, or nil.
func (r *resolver) walk(n *node, around *level) {
	switch n.kind {
	case "query:SELECT_NODE", "query:SET_OPERATION_NODE", "query:RECURSIVE_CTE_NODE":
		r.query(n, around)
		return
	case "expr:COLUMN_REF":
		r.column(around, foldAll(n.texts("column_names")))
	case "expr:FUNCTION", "expr:WINDOW":
		if column := methodOf(n); column != nil {
			r.column(around, column)
		}
	case "expr:POSITIONAL_REFERENCE":
		r.star(around, "", nil)
	case "expr:STAR":
		r.star(around, fold(n.text("relation_name")), foldAll(n.texts("exclude_list")))
	case "order":
		if e := n.one("expression"); e != nil && e.kind == "expr:STAR" && e.one("expr") == nil {
			return // ORDER BY ALL: the select list, which is walked already
		}
	}
	r.walkFields(n, around)
}

func (r *resolver) walkFields(n *node, around *level, except ...string) {
	for _, f := range n.sets {
		if slices.Contains(except, f.name) {
			continue
		}
		for _, kid := range f.kids {
			r.walk(kid, around)
		}
	}
}

// query resolves a query node: its CTEs one after the other, then its FROM, and
// then all that sees both.
func (r *resolver) query(n *node, around *level) {
	l := &level{outer: around}
	if ctes := n.one("cte_map"); ctes != nil {
		for _, c := range ctes.list("map") {
			r.walk(c, l)
			l.ctes = append(l.ctes, cte{name: fold(c.text("key"))})
		}
	}
	if from := n.one("from_table"); from != nil {
		var rest []*node
		r.from(from, l, &rest)
		for _, e := range rest {
			r.walk(e, l)
		}
	}
	if n.kind == "query:RECURSIVE_CTE_NODE" {
		inner := &level{outer: l, ctes: []cte{{name: fold(n.text("cte_name")), recurring: true}}}
		r.walkFields(n, l, "cte_map", "right")
		for _, right := range n.list("right") {
			r.walk(right, inner)
		}
		return
	}
	r.walkFields(n, l, "cte_map", "from_table")
}

// from adds the sources of a FROM to a level, and appends to rest what may
// refer to them.
func (r *resolver) from(n *node, l *level, rest *[]*node) {
	first := len(l.sources)
	switch n.kind {
	case "table:BASE_TABLE":
		r.table(n, l)
	case "table:JOIN", "table:PIVOT":
		for _, f := range n.sets {
			for _, kid := range f.kids {
				if f.name == "left" || f.name == "right" || f.name == "source" {
					r.from(kid, l, rest)
				} else {
					*rest = append(*rest, kid)
				}
			}
		}
	default:
		for _, f := range n.sets {
			*rest = append(*rest, f.kids...)
		}
		l.sources = append(l.sources, source{alias: fold(n.text("alias"))})
	}
	r.joined(n, l.sources[first:])
}

// joined reports the columns that a join or pivot reads without naming them one
// by one in an expression.
func (r *resolver) joined(n *node, sources []source) {
	for _, s := range sources {
		if n.kind == "table:PIVOT" || n.text("ref_type") == "NATURAL" {
			r.readAll(s.relation, nil)
		}
		for _, column := range foldAll(n.texts("using_columns")) {
			r.match(s, []string{column})
		}
	}
}

// table resolves a table reference and adds it to a level.
func (r *resolver) table(n *node, l *level) {
	catalog, schema, name := n.text("catalog_name"), n.text("schema_name"), n.text("table_name")
	s := source{alias: fold(n.text("alias")), renamed: len(n.texts("column_name_alias")) > 0}
	if s.alias == "" {
		s.alias = fold(name)
	}
	if catalog != "" || !l.hasCTE(fold(schema), fold(name)) {
		s.relation = r.scope.find(catalog, schema, name)
		if s.relation == nil {
			r.unknown = append(r.unknown, n)
		} else {
			r.relations[s.relation] = true
		}
	}
	l.sources = append(l.sources, s)
	r.walkFields(n, l)
}

// hasCTE reports whether a folded name means a CTE here.
func (l *level) hasCTE(schema, name string) bool {
	if schema != "" && schema != "recurring" {
		return false
	}
	for ; l != nil; l = l.outer {
		for _, c := range l.ctes {
			if c.name == name && (schema == "" || c.recurring) {
				return true
			}
		}
	}
	return false
}

func foldAll(names []string) []string {
	folded := make([]string, len(names))
	for i, n := range names {
		folded[i] = fold(n)
	}
	return folded
}
