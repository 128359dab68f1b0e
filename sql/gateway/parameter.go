package gateway

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/guard"
)

// Param is a value for a parameter: a text in the form that the engine's CAST
// takes, or NULL. Type, if the client told one, is the engine's name of its type.
type Param struct {
	Value string
	Null  bool
	Type  string
}

const (
	maxParameters = 65_535 // as PostgreSQL's protocol has it
	maxUntyped    = 64     // occurrences whose type is searched for; the others are text
	untyped       = "VARCHAR"
)

// occurrence is a place in a text where a parameter stands.
type occurrence struct {
	guard.Token

	index int         // of the parameter, from zero
	any   guard.Token // the word ANY, SOME or ALL before it, if it is a list to compare with
	kind  string      // type that the value is cast to there
}

// occurrences finds the parameters of a text, and how many values it takes.
// Numbers are kept; "?" and names are numbered as they appear.
func occurrences(text string) (all []occurrence, values int) {
	tokens := guard.Tokens(text)
	names := map[string]int{}
	for i, token := range tokens {
		if token.Kind != guard.TokenParameter {
			continue
		}
		o := occurrence{Token: token}
		name := text[token.Start+1 : token.End]
		if n, err := strconv.Atoi(name); err == nil {
			if o.index = n - 1; n < 1 {
				o.index = maxParameters
			}
		} else {
			if name == "" {
				name = strconv.Itoa(len(names))
			}
			if _, ok := names[strings.ToLower(name)]; !ok {
				names[strings.ToLower(name)] = len(names)
			}
			o.index = names[strings.ToLower(name)]
		}
		if i >= 2 && tokens[i-1].Text == "(" && i+1 < len(tokens) && tokens[i+1].Text == ")" && quantifies(tokens[i-2]) {
			o.any = tokens[i-2]
		}
		values = max(values, o.index+1)
		all = append(all, o)
	}
	return all, values
}

func quantifies(t guard.Token) bool {
	return t.Kind == guard.TokenWord && slices.Contains([]string{"any", "some", "all"}, strings.ToLower(t.Text))
}

// rewrite writes a text with something else in place of each parameter.
func rewrite(text string, all []occurrence, instead func(i int) string) string {
	var b strings.Builder
	done := 0
	for i, o := range all {
		b.WriteString(text[done:o.Start])
		b.WriteString(instead(i))
		done = o.End
	}
	b.WriteString(text[done:])
	return b.String()
}

// cast writes a text with each parameter cast to its type where it stands. The
// engine's numbers have no gaps, so parameters are numbered by their place in
// bound.
func cast(text string, all []occurrence, bound []int) string {
	return rewrite(text, all, func(i int) string {
		n, _ := slices.BinarySearch(bound, all[i].index)
		return fmt.Sprintf("CAST($%d AS %s)", n+1, all[i].kind)
	})
}

// inferrer finds the types that parameters have where they stand. DuckDB tells
// none as soon as it does not know one, nor where a parameter has two types, so
// each occurrence is asked for by itself.
type inferrer struct {
	conn *duck.Conn
	text string
	all  []occurrence
}

// infer fills in the types of the occurrences that have none.
func (f inferrer) infer() {
	searched := 0
	for i := range f.all {
		if f.all[i].kind != "" {
			continue
		}
		if searched++; searched > maxUntyped {
			f.all[i].kind = untyped
			continue
		}
		f.all[i].kind = cmp.Or(castable(f.told(i)), f.tried(i), untyped)
	}
}

// told is the type that the engine tells for an occurrence, or "". It tells that
// of a value compared with a list more readily than that of the list.
func (f inferrer) told(i int) string {
	kind := ""
	text, o := f.text, f.all[i]
	if o.any.End > 0 {
		text = text[:o.any.Start] + strings.Repeat(" ", o.any.End-o.any.Start) + text[o.any.End:]
	}
	f.prepare(text, i, "$1", func(s *duck.Statement) { kind = s.ParameterType(1) })
	if kind != "" && o.any.End > 0 {
		kind += "[]"
	}
	return kind
}

// tried is the first type with which the engine takes an occurrence, or "".
// Text comes first since a text fits no number; DOUBLE before INTEGER, which
// would round what a client sends.
func (f inferrer) tried(i int) string {
	for _, kind := range []string{untyped, "DOUBLE", "INTEGER", "TIMESTAMP", "INTERVAL", "DATE", "BOOLEAN", "VARCHAR[]"} {
		fits := false
		f.prepare(f.text, i, "CAST(NULL AS "+kind+")", func(*duck.Statement) { fits = true })
		if fits {
			return kind
		}
	}
	return ""
}

// prepare plans a text with something in place of one occurrence, the typed
// others cast, and NULL for those without a type, and shows the plan to look.
func (f inferrer) prepare(text string, i int, instead string, look func(*duck.Statement)) {
	s, err := f.conn.Prepare(rewrite(text, f.all, func(k int) string {
		switch {
		case k == i:
			return instead
		case f.all[k].kind != "":
			return "CAST(NULL AS " + f.all[k].kind + ")"
		}
		return "NULL"
	}))
	if err != nil {
		return
	}
	defer s.Close()
	look(s)
}

// castable returns the type to cast a text to where the engine wants a type. An
// enum's values do not stand in its name, and members of a struct need not suit
// the guard. A decimal is taken wide: what is compared with a column may have
// more digits than the column.
func castable(kind string) string {
	for _, part := range []string{"ENUM", "STRUCT", "UNION", "MAP", "NULL", "VARIANT", "GEOMETRY"} {
		if strings.Contains(kind, part) {
			return untyped
		}
	}
	var width, scale int
	if _, err := fmt.Sscanf(kind, "DECIMAL(%d,%d)", &width, &scale); err == nil {
		return fmt.Sprintf("DECIMAL(38,%d)", max(scale, 10)) + strings.TrimLeft(kind, "DECIMAL(0123456789,)")
	}
	return kind
}
