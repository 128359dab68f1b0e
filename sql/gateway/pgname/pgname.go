// Package pgname names the columns of a result as PostgreSQL does. It reads the
// statement's syntax tree, and changes nothing of what runs.
package pgname

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Names are the names that PostgreSQL gives the columns of a statement's result
// where the statement names none: count, where the engine says count_star(). An
// empty one stays the engine's.
type Names struct {
	head, tail []string
	open       bool // any number of columns stands between head and tail
}

// Of finds the names of the columns in a statement's syntax tree.
func Of(tree []byte) Names {
	var document struct {
		Statements []nested `json:"statements"`
	}
	if err := json.Unmarshal(tree, &document); err != nil || len(document.Statements) != 1 {
		return Names{open: true}
	}
	return document.Statements[0].Node.names(nil)
}

// For returns the names of columns that the engine names as given.
func (n Names) For(engine []string) []string {
	between := len(engine) - len(n.head) - len(n.tail)
	if between < 0 || between > 0 && !n.open {
		return engine
	}
	names := slices.Concat(n.head, engine[len(n.head):len(n.head)+between], n.tail)
	for i, name := range names {
		if name == "" {
			names[i] = engine[i]
		}
	}
	if between == 1 && strings.HasPrefix(engine[len(n.head)], "unnest(") { // of a list
		names[len(n.head)] = "unnest"
	}
	return names
}

// and appends names. Of several gaps, all from the first to the last is one.
func (n Names) and(more Names) Names {
	switch {
	case n.open && more.open:
		n.tail = more.tail
	case n.open:
		n.tail = slices.Concat(n.tail, more.head)
	default:
		n = Names{slices.Concat(n.head, more.head), more.tail, more.open}
	}
	return n
}

// nested is a query within the tree.
type nested struct {
	Node *query `json:"node"`
}

type query struct {
	Type  string            `json:"type"`
	Items []json.RawMessage `json:"select_list"`
	From  source            `json:"from_table"`
	Left  *query            `json:"left"` // of a set operation
	With  struct {
		Map []struct {
			Key   string `json:"key"`
			Value struct {
				Aliases []string `json:"aliases"`
				Query   nested   `json:"query"`
			} `json:"value"`
		} `json:"map"`
	} `json:"cte_map"`
}

// source is what follows FROM.
type source struct {
	Type    string              `json:"type"`
	Schema  string              `json:"schema_name"`
	Table   string              `json:"table_name"`
	Aliases []string            `json:"column_name_alias"`
	Query   nested              `json:"subquery"`
	Values  [][]json.RawMessage `json:"values"`
}

// names finds the names of a query's columns; with has those of the CTEs that
// it may read.
func (q *query) names(with map[string]Names) Names {
	if q == nil {
		return Names{open: true}
	}
	known := map[string]Names{}
	maps.Copy(known, with)
	for _, c := range q.With.Map {
		name := strings.ToLower(c.Key)
		if known[name] = (Names{open: true}); len(c.Value.Aliases) == 0 {
			known[name] = c.Value.Query.Node.names(known)
		}
	}
	switch q.Type {
	case "SET_OPERATION_NODE":
		return q.Left.names(known)
	case "SELECT_NODE":
		var all Names
		for _, item := range q.Items {
			all = all.and(q.item(item, known))
		}
		return all
	}
	return Names{open: true}
}

// item finds the names of an item of the select list.
func (q *query) item(raw json.RawMessage, with map[string]Names) Names {
	e := read(raw)
	switch {
	case e.isPlainStar():
		return q.From.names(with)
	case strings.Contains(string(raw), `"class":"STAR"`), e.Function == "unnest":
		return Names{open: true}
	case e.Alias != "", e.Class == "COLUMN_REF":
		return Names{head: []string{""}}
	}
	return Names{head: []string{e.figure()}}
}

// names finds the names of a source's columns.
func (s source) names(with map[string]Names) Names {
	cte, ok := with[strings.ToLower(s.Table)]
	switch {
	case len(s.Aliases) > 0:
	case s.Type == "SUBQUERY":
		return s.Query.Node.names(with)
	case s.Type == "BASE_TABLE" && s.Schema == "" && ok:
		return cte
	case s.Type == "EXPRESSION_LIST" && len(s.Values) > 0:
		var out Names
		for i := range s.Values[0] {
			out.head = append(out.head, "column"+strconv.Itoa(i+1))
		}
		return out
	}
	return Names{open: true}
}
