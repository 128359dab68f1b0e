package pgname

import (
	"encoding/json"
	"strings"
)

// expression is what names an expression of the syntax tree.
type expression struct {
	Class    string            `json:"class"`
	Type     string            `json:"type"`
	Alias    string            `json:"alias"`
	Columns  []string          `json:"column_names"`
	Function string            `json:"function_name"`
	Operator bool              `json:"is_operator"`
	Child    json.RawMessage   `json:"child"`
	Children []json.RawMessage `json:"children"`
	Else     json.RawMessage   `json:"else_expr"`
	Cast     castType          `json:"cast_type"`
	Kind     string            `json:"subquery_type"`
	Subquery nested            `json:"subquery"`
	Constant struct {
		Value any `json:"value"`
	} `json:"value"`

	// Of a star.
	Exclude []json.RawMessage `json:"exclude_list"`
	Replace []json.RawMessage `json:"replace_list"`
	Rename  []json.RawMessage `json:"rename_list"`
	Pattern bool              `json:"columns"`
}

func read(raw json.RawMessage) (e expression) {
	_ = json.Unmarshal(raw, &e) //nolint:errcheck // what is not read has no name
	return e
}

// isPlainStar reports whether an item is all columns of FROM, as they are.
func (e expression) isPlainStar() bool {
	return e.Class == "STAR" && !e.Pattern && len(e.Exclude)+len(e.Replace)+len(e.Rename) == 0
}

// unnamed is PostgreSQL's name of what has none.
const unnamed = "?column?"

// figure is PostgreSQL's name for an expression (FigureColname in
// parse_target.c).
func (e expression) figure() string {
	if name, _ := e.strength(); name != "" {
		return name
	}
	return unnamed
}

// strength is a name, and whether it is better than that of a cast or CASE
// around the expression.
func (e expression) strength() (name string, strong bool) {
	switch e.Class {
	case "COLUMN_REF":
		return e.Columns[len(e.Columns)-1], true
	case "FUNCTION", "WINDOW":
		if e.Operator {
			return "", false
		}
		return functionName(e.Function), true
	case "COLLATE":
		return read(e.Child).strength()
	case "CAST":
		if name, strong := read(e.Child).strength(); strong {
			return name, true
		}
		return e.Cast.name(), false
	case "CASE":
		if name, strong := read(e.Else).strength(); strong {
			return name, true
		}
		return "case", false
	case "OPERATOR":
		return e.operator()
	case "SUBQUERY":
		return e.subquery()
	}
	return "", false
}

func (e expression) operator() (name string, strong bool) {
	switch e.Type {
	case "OPERATOR_COALESCE":
		return "coalesce", true
	case "GROUPING_FUNCTION":
		return "grouping", true
	case "ARRAY_CONSTRUCTOR":
		return "array", true
	case "ARRAY_EXTRACT", "ARRAY_SLICE":
		return read(e.Children[0]).strength()
	case "STRUCT_EXTRACT":
		name, _ := read(e.Children[1]).Constant.Value.(string) //nolint:errcheck // a member of a struct has a name
		return name, true
	}
	return "", false
}

func (e expression) subquery() (name string, strong bool) {
	switch e.Kind {
	case "EXISTS":
		return "exists", true
	case "SCALAR":
		if q := e.Subquery.Node; q.Type == "SELECT_NODE" && len(q.Items) == 1 {
			item := read(q.Items[0])
			if item.Alias != "" {
				return item.Alias, true
			}
			return item.figure(), true
		}
	}
	return "", false
}

// functionName is PostgreSQL's name of a function that the engine's parser
// names differently.
func functionName(engine string) string {
	switch engine {
	case "count_star":
		return "count"
	case "list_value":
		return "array"
	case "trim":
		return "btrim"
	case "quantile_cont":
		return "percentile_cont"
	case "quantile_disc":
		return "percentile_disc"
	}
	return engine
}

// castType is a type that the tree names.
type castType struct {
	ID   string `json:"id"`
	Info struct {
		Child *castType `json:"child_type"`
		Name  string    `json:"name"`
	} `json:"type_info"`
}

// name is that of PostgreSQL's type in pg_type.
func (t castType) name() string {
	if t.Info.Child != nil {
		return t.Info.Child.name()
	}
	id := t.ID
	if id == "UNBOUND" {
		id = strings.ToUpper(t.Info.Name)
	}
	if name, ok := typeNames[id]; ok {
		return name
	}
	return strings.ToLower(id)
}

// typeNames are the names of the types that PostgreSQL calls otherwise.
var typeNames = map[string]string{
	"BOOLEAN": "bool", "TINYINT": "int2", "SMALLINT": "int2", "INTEGER": "int4", "BIGINT": "int8", "HUGEINT": "numeric", "DECIMAL": "numeric",
	"UTINYINT": "int2", "USMALLINT": "int4", "UINTEGER": "int8", "UBIGINT": "numeric", "UHUGEINT": "numeric",
	"FLOAT": "float4", "DOUBLE": "float8", "VARCHAR": "text", "BLOB": "bytea", "BIT": "varbit",
	"TIME WITH TIME ZONE": "timetz", "TIMESTAMP WITH TIME ZONE": "timestamptz",
	"TIMESTAMP_S": "timestamp", "TIMESTAMP_MS": "timestamp", "TIMESTAMP_NS": "timestamp",
}
