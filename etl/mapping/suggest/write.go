package suggest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/mapping"
	"github.com/weir-warehouse/weir/etl/tabular"
)

// text is a mapping that is being written, with remarks in a margin.
type text struct {
	strings.Builder

	sm *sample
	candidate
}

// write writes the mapping for the first of the candidates.
func write(sm *sample, candidates []candidate) string {
	t := &text{sm: sm, candidate: candidates[0]}
	stem := tabular.Stem(sm.file.Name)
	t.linef("# A first mapping for %s, from its header and %d of its rows.", comment(sm.file.Name), sm.rows)
	t.linef("# Read every line, and settle what says \"check\". Saved as %s%s", comment(stem), mapping.Suffix)
	t.linef("# beside the file, it is found by itself; elsewhere, name it with --mapping.")
	t.linef("")
	rivals := slices.DeleteFunc(slices.Clone(candidates[1:]), func(c candidate) bool { return c.score < t.score-rival })
	t.remarked("dataset: "+t.contract.Name, len(rivals) > 0, "also like %s", strings.Join(names(rivals), ", "))
	t.format()
	t.columns()
	t.rest()
	return t.String()
}

func (t *text) linef(format string, args ...any) { fmt.Fprintf(&t.Builder, format+"\n", args...) }

// remarked writes a line with what to check about it.
func (t *text) remarked(line string, doubtful bool, remark string, args ...any) {
	if doubtful {
		line = fmt.Sprintf("%s  # check: %s", line, fmt.Sprintf(remark, args...))
	}
	t.linef("%s", line)
}

// columns writes where each input column comes from.
func (t *text) columns() {
	t.linef("columns:")
	for _, p := range t.pairs {
		entry := fmt.Sprintf("  %s: {from: %s", p.input, quote(p.source.name))
		if p.verdict.format != t.common(p) {
			entry += ", date: " + quote(p.verdict.format)
		}
		if len(p.verdict.values) > 0 {
			entry += ", values: {" + pairs(p.verdict.values) + "}"
		}
		remarks := t.remarks(p)
		t.remarked(entry+"}", len(remarks) > 0, "%s", strings.Join(remarks, "; "))
		if p.source.codes() && len(p.verdict.open) > 0 {
			t.linef("    # to be added to its values, as one of %s: %s", strings.Join(codes(t.contract, p.input), ", "), quotes(p.verdict.open))
		}
	}
	if missing := t.unfilled(); len(missing) > 0 {
		t.linef("  # Required, and no column of the file is like them. Name one; join several that")
		t.linef("  # together identify a row, as in {from: [A, B], join: \"-\"}; or give a value for all")
		t.linef("  # rows, as in {constant: X}.")
		for _, need := range missing {
			t.remarked("  # "+need[0]+": {from: ...}", true, "%s", strings.Join(append([]string{"missing"}, need[1:]...), ", or "))
		}
	}
}

// remarks says what is uncertain about a pair.
func (t *text) remarks(p pair) []string {
	var remarks []string
	add := func(when bool, format string, args ...any) {
		if when {
			remarks = append(remarks, fmt.Sprintf(format, args...))
		}
	}
	v, column := p.verdict, p.source
	add(p.doubtful(), "is it this column? The names differ")
	add(column.filled == 0, "it has no value")
	add(v.other != "", "no value tells day and month apart; it could be %s", v.other)
	add(v.fit < 1 && !v.free, "%s of the values do not fit %s and would go to quarantine", percent(1-v.fit), p.input)
	add(len(v.open) > 0 && !column.codes(), "its values are too many to be codes")
	required := slices.Contains(slices.Concat(requirements(t.contract)...), p.input) && !slices.ContainsFunc(t.contract.PersonColumns(), func(c contract.Column) bool {
		return slices.Contains(c.IdentifierColumns(), p.input)
	})
	add(required && column.empty() && column.filled > 0, "required, and %s of the rows have no value", percent(1-float64(column.filled)/float64(column.rows)))
	return remarks
}

// rest lists what is not loaded, switched off, so that the load asks.
func (t *text) rest() {
	var left []*profile
	for _, column := range t.sm.columns {
		if !slices.ContainsFunc(t.pairs, func(p pair) bool { return p.source == column }) {
			left = append(left, column)
		}
	}
	if len(left) == 0 {
		return
	}
	t.linef("")
	t.linef("# Columns that fit nothing. The file is refused until each is used above or listed")
	t.linef("# here as one that is not loaded: remove the #.")
	t.linef("# ignore:")
	for _, column := range left {
		t.linef("#   - %s", quote(column.name))
	}
}

func codes(c *contract.Contract, input string) []string {
	if col, ok := c.Column(input); ok && len(col.Enum) > 0 {
		return col.Enum
	}
	return []string{"true", "false"}
}

func percent(share float64) string {
	if share < 0.01 {
		return "less than 1 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

func pairs(values mapping.Values) string {
	var list []string
	for _, from := range slices.Sorted(maps.Keys(values)) {
		list = append(list, quote(from)+": "+quote(values[from]))
	}
	return strings.Join(list, ", ")
}

func quotes(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = quote(t)
	}
	return strings.Join(quoted, ", ")
}

// harmless is a text that YAML reads as itself without quotes, everywhere.
var harmless = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_ ()/.?-]*[A-Za-z0-9_)?]$`)

// quote writes a text as a YAML scalar. JSON strings are YAML.
func quote(text string) string {
	if harmless.MatchString(text) && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off"}, strings.ToLower(text)) {
		return text
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return `""` // strings always marshal
	}
	return string(quoted)
}

// comment keeps a file's name on its line.
func comment(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, name)
}
