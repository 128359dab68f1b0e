package suggest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/tabular"
)

// format writes how the file writes text, numbers and dates.
func (t *text) format() {
	head := t.sm.head.Dialect
	var lines text
	if t.sm.encoding != "" {
		lines.remarked("  encoding: "+string(t.sm.encoding), true, "a guess, since the file is not UTF-8; look at names with accents after the load")
	}
	if t.sm.file.Format == tabular.Delimited {
		lines.linef("  delimiter: %s", quote(string(head.Delimiter)))
	}
	if head.Skip > 0 {
		lines.remarked(fmt.Sprintf("  skip: %d", head.Skip), true, "the header seems to be line %d", head.Skip+1)
	}
	t.decimal(&lines)
	for _, kind := range []string{"date", "timestamp"} {
		if format := t.shared(kind); format != "" {
			lines.linef("  %s: %s", kind, quote(format))
		}
	}
	t.missing(&lines)
	if lines.Len() > 0 {
		t.linef("format:")
		t.WriteString(lines.String())
	}
}

// decimal writes the decimal mark that columns need.
func (t *text) decimal(lines *text) {
	marks := map[string]bool{}
	for _, p := range t.pairs {
		if p.verdict.decimal != "" {
			marks[p.verdict.decimal] = true
		}
	}
	if used := slices.Sorted(maps.Keys(marks)); len(used) > 0 {
		lines.remarked("  decimal: "+quote(used[0]), len(used) > 1, "some columns have a decimal comma, others a point; the file must have one")
	}
}

// kind is date or timestamp for an input column of that type, else empty.
func (t *text) kind(input string) string {
	if col, ok := t.contract.Column(input); ok && (col.LogicalType == "date" || col.LogicalType == "timestamp") {
		return col.LogicalType
	}
	return ""
}

// shared is the format that most columns of a kind have; none when some are
// after ISO 8601, which a column cannot ask for.
func (t *text) shared(kind string) string {
	counts, best := map[string]int{}, ""
	for _, p := range t.pairs {
		if t.kind(p.input) == kind && p.source.filled > 0 {
			counts[p.verdict.format]++
		}
	}
	if counts[""] > 0 {
		return ""
	}
	for _, format := range slices.Sorted(maps.Keys(counts)) {
		if counts[format] > counts[best] {
			best = format
		}
	}
	return best
}

// common is the format that a column has without one of its own.
func (t *text) common(p pair) string {
	kind := t.kind(p.input)
	if kind == "" || p.source.filled == 0 {
		return p.verdict.format
	}
	return t.shared(kind)
}

// missing writes the texts that mean: no value. One that is a code of some
// column is left to a person.
func (t *text) missing(lines *text) {
	found := map[string]bool{}
	for _, p := range t.pairs {
		for text := range p.source.missing {
			found[text] = true
		}
	}
	var clash []string
	for _, p := range t.pairs {
		col, ok := t.contract.Column(p.input)
		for text := range found {
			if ok && slices.ContainsFunc(col.Enum, func(e string) bool { return strings.EqualFold(e, text) }) {
				delete(found, text)
				clash = append(clash, text)
			}
		}
	}
	if len(found) > 0 {
		lines.remarked("  missing: ["+quotes(slices.Sorted(maps.Keys(found)))+"]", len(clash) > 0, "%s is a code of a column, and stands in others", quotes(clash))
	}
}
