package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Blanks are the characters that are trimmed around every value: space, tab,
// carriage return and no-break space.
const Blanks = " \t\r\u00a0"

// padded is the condition that a text has blanks at an end, or nothing else.
// It is far cheaper than to trim and compare.
func padded(text string) string {
	return fmt.Sprintf("(ascii(%s) <= 32 OR ascii(%[1]s) = 160 OR ends_with(%[1]s, ' ') OR ends_with(%[1]s, chr(9)) OR ends_with(%[1]s, chr(13)) OR ends_with(%[1]s, chr(160)))", text)
}

// Query returns a SELECT of the input columns as text, with two more:
// _repaired, whether blanks were trimmed, and _empty, whether an unpivoted
// group holds nothing. Rows come in file order, Repeat for each record.
func (b *Bound) Query(relation string) string {
	if b.Repeat == 1 {
		return fmt.Sprintf("SELECT %s FROM (%s)", b.group(0, "%s AS %s", duck.Ident), b.records(relation))
	}
	groups := make([]string, b.Repeat)
	for label := range groups {
		groups[label] = "{" + b.group(label, "%[2]s: %[1]s", duck.Literal) + "}"
	}
	return fmt.Sprintf("SELECT unnest([%s], max_depth := 2) FROM (%s)", strings.Join(groups, ", "), b.records(relation))
}

// group lists the values of one label's row, each written as format says with
// its quoted name.
func (b *Bound) group(label int, format string, quote func(string) string) string {
	var fields, cells []string
	for _, in := range b.Columns {
		fields = append(fields, fmt.Sprintf(format, in.texts[label], quote(in.Name)))
		cells = append(cells, in.cells[label]...)
	}
	empty := "false"
	if len(cells) > 0 {
		empty = "coalesce(" + strings.Join(cells, ", ") + ") IS NULL"
	}
	fields = append(fields, fmt.Sprintf(format, "_blank", quote("_repaired")), fmt.Sprintf(format, empty, quote("_empty")))
	return strings.Join(fields, ", ")
}

// records selects the trimmed cells of the used source columns, and whether
// any was trimmed.
func (b *Bound) records(relation string) string {
	var cells, changed, given []string
	for i, name := range b.source {
		if !b.used[i] {
			continue
		}
		text := duck.Ident(name) + "::VARCHAR"
		cells = append(cells, fmt.Sprintf("CASE WHEN %s THEN nullif(trim(%s, %s), '') ELSE %[2]s END AS %[4]s", padded(text), text, duck.Literal(Blanks), cell(i)))
		changed = append(changed, "coalesce("+padded(text)+", false)")
		given = append(given, fmt.Sprintf("CASE WHEN %s IN (%s) THEN NULL ELSE %[1]s END AS %[1]s", cell(i), literals(b.mapping.Format.Missing)))
	}
	records := fmt.Sprintf("SELECT %s, %s AS _blank FROM %s", strings.Join(cells, ", "), strings.Join(changed, " OR "), relation)
	if len(b.mapping.Format.Missing) == 0 {
		return records
	}
	return fmt.Sprintf("SELECT %s, _blank FROM (%s)", strings.Join(given, ", "), records)
}

func cell(source int) string { return fmt.Sprintf("s%d", source) }

func literals(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = duck.Literal(t)
	}
	return strings.Join(quoted, ", ")
}

// input prepares an input column.
func (b *Bound) input(c *contract.Contract, target string) Input {
	in := Input{Name: target}
	col, ok := c.Column(target)
	if !ok {
		return in
	}
	switch f := b.mapping.Format; {
	case b.mapping.Columns[target].Date != "":
		in.Format = b.mapping.Columns[target].Date
	case col.LogicalType == "date":
		in.Format = f.Date
	case col.LogicalType == "timestamp":
		in.Format = f.Timestamp
	case col.LogicalType == "number" || col.LogicalType == "integer":
		in.decimal = f.Decimal
	}
	return in
}

// text is the SQL of an input column's text in the row of one label, and the
// source cells in it that belong to that label alone.
func (b *Bound) text(in *Input, spec Column, label int) (text string, cells []string) {
	if spec.Constant != nil {
		return in.literal(string(*spec.Constant)), nil
	}
	parts, all := make([]string, len(spec.From)), []string{}
	for i, from := range spec.From {
		name := from
		if b.mapping.Unpivot != nil {
			name = strings.ReplaceAll(from, Repeated, string(b.mapping.Unpivot.Labels[label].Part))
		}
		if literal, ok := strings.CutPrefix(name, Literally); ok {
			parts[i] = duck.Literal(literal)
			continue
		}
		parts[i] = b.read(name)
		all = append(all, parts[i])
		if name != from {
			cells = append(cells, parts[i])
		}
	}
	text = parts[0]
	if len(parts) > 1 {
		join := " "
		if spec.Join != nil {
			join = string(*spec.Join)
		}
		text = fmt.Sprintf("CASE WHEN coalesce(%s) IS NOT NULL THEN concat_ws(%s, %s) END", strings.Join(append(all, "NULL"), ", "), duck.Literal(join), strings.Join(parts, ", "))
	}
	if s := spec.Split; s != nil {
		text = fmt.Sprintf("nullif(trim(split_part(%s, %s, %d), %s), '')", text, duck.Literal(string(s.On)), s.Part, duck.Literal(Blanks))
	}
	return in.valued(spec.Values, text), cells
}

// read marks a source column as used and returns its cell.
func (b *Bound) read(name string) string {
	i, ok := b.find(name)
	if !ok {
		if !slices.Contains(b.absent, name) {
			b.absent = append(b.absent, name)
		}
		return "NULL"
	}
	b.used[i] = true
	return cell(i)
}
