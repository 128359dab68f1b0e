package mapping

import (
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
)

// Bound is a mapping applied to the header of one file.
type Bound struct {
	Columns []Input
	Repeat  int // rows that one source record becomes

	mapping *Mapping
	source  []string // the header
	ignored []bool   // by source column
	used    []bool   // by source column
	absent  []string // source columns that the mapping names and the header lacks
}

// Input is an input column of the dataset with the SQL of its text.
type Input struct {
	Name   string
	Format string // strptime format; empty: ISO 8601

	decimal string     // the file's decimal mark; empty: a point, and nothing is rewritten
	texts   []string   // by label
	cells   [][]string // by label, the source cells that belong to it alone
}

// Bind applies the mapping to a header. A header that does not fit is a
// *Misfit, which is for the caller to put in the words of its case.
func (m *Mapping) Bind(c *contract.Contract, head tabular.Head) (*Bound, error) {
	n := len(head.Columns)
	b := &Bound{Repeat: 1, mapping: m, source: head.Columns, ignored: make([]bool, n), used: make([]bool, n)}
	if m.Unpivot != nil {
		b.Repeat = len(m.Unpivot.Labels)
	}
	for _, name := range m.Ignore {
		if i, ok := b.find(name); ok {
			b.ignored[i] = true
		}
	}
	for _, target := range c.InputColumns() { // first what is named: it goes nowhere else
		if in, ok := b.named(c, target); ok {
			b.Columns = append(b.Columns, in)
		}
	}
	for _, target := range c.InputColumns() {
		if in, ok := b.alike(c, target); ok {
			b.Columns = append(b.Columns, in)
		}
	}
	if misfit := b.misfit(c); misfit != nil {
		return nil, misfit
	}
	return b, nil
}

// named binds an input column that the mapping names.
func (b *Bound) named(c *contract.Contract, target string) (Input, bool) {
	u := b.mapping.Unpivot
	if u != nil && u.Into == target {
		in := b.input(c, target)
		for _, l := range u.Labels {
			in.texts, in.cells = append(in.texts, in.literal(string(l.Value))), append(in.cells, nil)
		}
		return in, true
	}
	spec, ok := b.mapping.Columns[target]
	if !ok {
		return Input{}, false
	}
	in := b.input(c, target)
	for label := range b.Repeat {
		text, cells := b.text(&in, spec, label)
		in.texts, in.cells = append(in.texts, text), append(in.cells, cells)
	}
	return in, true
}

// alike binds an input column to the source column of the same name.
func (b *Bound) alike(c *contract.Contract, target string) (Input, bool) {
	if b.offers(target) {
		return Input{}, false
	}
	i, ok := b.find(target)
	if !ok || b.used[i] {
		return Input{}, false
	}
	in := b.input(c, target)
	text, _ := b.text(&in, Column{From: Texts{b.source[i]}}, 0)
	in.texts = slices.Repeat([]string{text}, b.Repeat)
	in.cells = make([][]string, b.Repeat)
	return in, true
}

// find returns the number of a source column, by its very name or else by one
// that is spelled otherwise: startedAt, "Started at" and started_at are alike.
func (b *Bound) find(name string) (int, bool) {
	i := slices.Index(b.source, name)
	if i < 0 {
		i = slices.IndexFunc(b.source, func(s string) bool { return fold(s) == fold(name) })
	}
	return i, i >= 0 && !b.ignored[i]
}

func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("_ -.", r) {
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(name)))
}

func (b *Bound) offers(name string) bool {
	return slices.ContainsFunc(b.Columns, func(in Input) bool { return in.Name == name })
}
