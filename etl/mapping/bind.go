package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// blanks are the characters that are trimmed around every value: space, tab,
// carriage return and no-break space.
const blanks = "' ' || chr(9) || chr(13) || chr(160)"

// padded is the condition that a text has blanks at an end, or nothing else.
// It is far cheaper than to trim and compare.
func padded(text string) string {
	return fmt.Sprintf("(ascii(%s) <= 32 OR ascii(%[1]s) = 160 OR ends_with(%[1]s, ' ') OR ends_with(%[1]s, chr(9)) OR ends_with(%[1]s, chr(13)) OR ends_with(%[1]s, chr(160)))", text)
}

// Bound is a mapping applied to the header of one file.
type Bound struct {
	Columns []Input
	Repeat  int // rows that one source record becomes
	source  []string
	mapping *Mapping
	used    map[string]int // source column, in lower case, to its number
}

// Input is an input column of the dataset with the SQL of its text.
type Input struct {
	Name   string
	Format string // strptime format; empty: ISO 8601
	texts  []string
}

// Problem is a way in which a header does not fit a dataset.
type Problem struct {
	Unknown []string // header names that mean nothing to the dataset
	Missing []string // required input columns that nothing fills
}

// Bind applies the mapping to a header. The error tells which columns the
// dataset does not know and which it misses; it is a *Misfit.
func (m *Mapping) Bind(c *contract.Contract, head tabular.Head) (*Bound, error) {
	b := &Bound{Repeat: 1, mapping: m, source: head.Columns, used: map[string]int{}}
	if m.Unpivot != nil {
		b.Repeat = len(m.Unpivot.Labels)
	}
	var problem Problem
	for _, target := range c.InputColumns() {
		in, missing := b.input(target, head)
		problem.Missing = append(problem.Missing, missing...)
		if in != nil {
			in.Format = m.dateFormat(c, target)
			b.Columns = append(b.Columns, *in)
		}
	}
	for _, name := range head.Columns {
		if _, ok := b.used[fold(name)]; !ok && !m.ignores(name) {
			problem.Unknown = append(problem.Unknown, name)
		}
	}
	problem.Missing = append(problem.Missing, b.unfilled(c)...)
	if len(problem.Unknown) > 0 || len(problem.Missing) > 0 {
		return nil, &Misfit{Dataset: c.Name, Problem: problem}
	}
	return b, nil
}

// Misfit says why a header does not fit a dataset.
type Misfit struct {
	Dataset string
	Problem
}

// Error describes the misfit in one line.
func (e *Misfit) Error() string {
	var parts []string
	if len(e.Missing) > 0 {
		parts = append(parts, "lacks "+strings.Join(e.Missing, ", "))
	}
	if len(e.Unknown) > 0 {
		parts = append(parts, "has unknown columns "+strings.Join(e.Unknown, ", "))
	}
	return fmt.Sprintf("as %s it %s", e.Dataset, strings.Join(parts, " and "))
}

// Unwrap gives the misfit its error code.
func (e *Misfit) Unwrap() error { return policy.Errorf(policy.DataRefused, "%s", e.Error()) }

// input finds where a target column comes from; nil when from nowhere.
func (b *Bound) input(target string, head tabular.Head) (*Input, []string) {
	m := b.mapping
	if m.Unpivot != nil {
		if target == m.Unpivot.Into {
			return &Input{Name: target, texts: mapLabels(m.Unpivot, func(l Label) string { return duck.Literal(l.Value) })}, nil
		}
		if pattern, ok := m.Unpivot.Columns[target]; ok {
			return b.unpivoted(target, pattern)
		}
	}
	spec, ok := m.Columns[target]
	if !ok {
		source, ok := b.lookup(target, head)
		if !ok {
			return nil, nil
		}
		spec = Column{From: Names{source}}
	}
	var missing []string
	for _, from := range spec.From {
		if _, ok := b.lookup(from, head); !ok {
			missing = append(missing, from)
		}
	}
	if len(missing) > 0 {
		return nil, missing
	}
	text := b.text(spec)
	return &Input{Name: target, texts: slices.Repeat([]string{text}, b.Repeat)}, nil
}

func (b *Bound) unpivoted(target, pattern string) (*Input, []string) {
	var missing []string
	texts := mapLabels(b.mapping.Unpivot, func(l Label) string {
		name := strings.ReplaceAll(pattern, "{}", l.Part)
		if !slices.ContainsFunc(b.source, func(s string) bool { return fold(s) == fold(name) }) {
			missing = append(missing, name)
		}
		return b.text(Column{From: Names{name}, Values: b.mapping.Columns[target].Values})
	})
	return &Input{Name: target, texts: texts}, missing
}

func mapLabels(u *Unpivot, f func(Label) string) []string {
	out := make([]string, len(u.Labels))
	for i, l := range u.Labels {
		out[i] = f(l)
	}
	return out
}

// lookup finds a source column by name, spelling aside: startedAt, "Started
// at" and started_at are one name.
func (b *Bound) lookup(name string, head tabular.Head) (string, bool) {
	i := slices.IndexFunc(head.Columns, func(c string) bool { return fold(c) == fold(name) })
	if i < 0 || b.mapping.ignores(head.Columns[i]) {
		return "", false
	}
	return head.Columns[i], true
}

func (b *Bound) text(spec Column) string {
	if spec.Constant != nil {
		return duck.Literal(*spec.Constant)
	}
	parts := make([]string, len(spec.From))
	for i, from := range spec.From {
		parts[i] = b.cell(from)
	}
	text := parts[0]
	if len(parts) > 1 {
		join := spec.Join
		if join == "" {
			join = " "
		}
		text = "nullif(concat_ws(" + duck.Literal(join) + ", " + strings.Join(parts, ", ") + "), '')"
	}
	if s := spec.Split; s != nil {
		text = fmt.Sprintf("nullif(trim(split_part(%s, %s, %d)), '')", text, duck.Literal(s.On), s.Part)
	}
	if len(spec.Values) == 0 {
		return text
	}
	var when strings.Builder
	for _, from := range slices.Sorted(maps.Keys(spec.Values)) {
		fmt.Fprintf(&when, " WHEN %s THEN %s", duck.Literal(from), duck.Literal(spec.Values[from]))
	}
	return fmt.Sprintf("CASE %s%s ELSE %[1]s END", text, when.String())
}

// cell names the trimmed text of a source column in the inner query.
func (b *Bound) cell(source string) string {
	key := fold(source)
	if _, ok := b.used[key]; !ok {
		b.used[key] = len(b.used)
	}
	return fmt.Sprintf("s%d", b.used[key])
}

// unfilled lists the required columns of the dataset that no input fills.
func (b *Bound) unfilled(c *contract.Contract) []string {
	var missing []string
	for _, col := range c.Columns {
		if !col.Required {
			continue
		}
		accepted := []string{col.Name}
		if col.Person != "" {
			accepted = col.IdentifierColumns()
		}
		if !slices.ContainsFunc(accepted, b.offers) {
			missing = append(missing, strings.Join(accepted, " or "))
		}
	}
	return missing
}

func (b *Bound) offers(name string) bool {
	return slices.ContainsFunc(b.Columns, func(in Input) bool { return in.Name == name })
}

func (m *Mapping) ignores(source string) bool {
	return slices.ContainsFunc(m.Ignore, func(i string) bool { return fold(i) == fold(source) })
}

func (m *Mapping) dateFormat(c *contract.Contract, target string) string {
	col, ok := c.Column(target)
	if !ok {
		return ""
	}
	spec := m.Columns[target]
	switch {
	case spec.Date != "":
		return spec.Date
	case col.LogicalType == "date":
		return m.Format.Date
	case col.LogicalType == "timestamp":
		return m.Format.Timestamp
	}
	return ""
}

func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == ' ' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(name)))
}

// Query returns a SELECT of the input columns as text, with two more:
// _repaired, whether blanks were trimmed, and _empty, whether an unpivoted
// group holds nothing. Rows come in file order, Repeat for each record.
func (b *Bound) Query(c *contract.Contract, relation string) string {
	cells, blank := b.cells()
	inner := fmt.Sprintf("SELECT %s, %s AS _blank FROM %s", strings.Join(cells, ", "), blank, relation)
	groups := make([]string, b.Repeat)
	for i := range groups {
		groups[i] = b.group(c, i)
	}
	if b.Repeat == 1 {
		return "SELECT " + groups[0] + " FROM (" + inner + ")"
	}
	for i, g := range groups {
		groups[i] = "(SELECT g FROM (SELECT " + g + ") g)"
	}
	return "SELECT unnest([" + strings.Join(groups, ", ") + "], max_depth := 2) FROM (" + inner + ")"
}

func (b *Bound) cells() (cells []string, blank string) {
	cells = make([]string, len(b.used))
	var changed []string
	for _, name := range b.source {
		if i, ok := b.used[fold(name)]; ok {
			text := duck.Ident(name) + "::VARCHAR"
			cells[i] = fmt.Sprintf("CASE WHEN %s THEN nullif(trim(%s, %s), '') ELSE %[2]s END AS s%[4]d", padded(text), text, blanks, i)
			changed = append(changed, "coalesce("+padded(text)+", false)")
		}
	}
	return cells, "(" + strings.Join(changed, " OR ") + ")"
}

// group lists the input columns for one label, as aliased expressions.
func (b *Bound) group(c *contract.Contract, label int) string {
	parts := make([]string, 0, len(b.Columns)+2)
	var filled []string
	for _, in := range b.Columns {
		text := b.normal(c, in.Name, in.texts[label])
		parts = append(parts, text+" AS "+duck.Ident(in.Name))
		if b.mapping.Unpivot != nil && b.mapping.Unpivot.Columns[in.Name] != "" {
			filled = append(filled, in.texts[label]+" IS NOT NULL")
		}
	}
	empty := "false"
	if len(filled) > 0 {
		empty = "NOT (" + strings.Join(filled, " OR ") + ")"
	}
	return strings.Join(append(parts, "_blank AS _repaired", empty+" AS _empty"), ", ")
}

// normal rewrites null texts and decimal commas to what SQL casts understand.
func (b *Bound) normal(c *contract.Contract, target, text string) string {
	f := b.mapping.Format
	if len(f.Null) > 0 {
		nulls := make([]string, len(f.Null))
		for i, n := range f.Null {
			nulls[i] = duck.Literal(n)
		}
		text = fmt.Sprintf("CASE WHEN %s IN (%s) THEN NULL ELSE %[1]s END", text, strings.Join(nulls, ", "))
	}
	col, ok := c.Column(target)
	if ok && f.Decimal == "," && (col.LogicalType == "number" || col.LogicalType == "integer") {
		text = "replace(replace(" + text + ", '.', ''), ',', '.')"
	}
	return text
}
