package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

const (
	tableWidth = 100  // characters that a line keeps to, by wrapping the widest columns between words
	columnGap  = "  " // between columns
	minWrap    = 24   // characters below which a column is not wrapped further
)

// renderTable lays out a slice of structs with a header and a row each, or a
// struct with a line for each field.
func renderTable(v reflect.Value) string {
	if v.Kind() != reflect.Slice {
		return renderFields(v)
	}
	fields := columns(v.Type().Elem())
	header := make([]string, len(fields))
	for i, f := range fields {
		header[i] = strings.ToUpper(strings.ReplaceAll(columnName(f), "_", " "))
	}
	rows := [][]string{header}
	for _, row := range v.Seq2() {
		rows = append(rows, cells(row, fields))
	}
	return layOut(rows, func(column int) bool { return isNumber(fields[column].Type) })
}

func renderFields(v reflect.Value) string {
	fields := columns(v.Type())
	rows := make([][]string, len(fields))
	for i, value := range cells(v, fields) {
		rows[i] = []string{strings.ReplaceAll(columnName(fields[i]), "_", " "), value}
	}
	return layOut(rows, func(int) bool { return false })
}

// layOut aligns rows in columns, to the right those for which right holds.
func layOut(rows [][]string, right func(column int) bool) string {
	t := table.NewWriter()
	t.SetStyle(table.Style{Box: table.BoxStyle{PaddingRight: columnGap}})
	t.SuppressTrailingSpaces()
	for _, row := range rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			cells[i] = cell
		}
		t.AppendRow(cells)
	}
	configs := fit(rows)
	for i := range configs {
		if right(i) {
			configs[i].Align = text.AlignRight
		}
	}
	t.SetColumnConfigs(configs)
	return t.Render()
}

// fit returns the columns' settings, the widest ones narrowed until a line
// fits tableWidth. Words stay whole, since somebody may copy an identifier.
func fit(rows [][]string) []table.ColumnConfig {
	widths, least := make([]int, len(rows[0])), make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], text.LongestLineLen(cell))
			for word := range strings.FieldsSeq(cell) {
				least[i] = max(least[i], minWrap, text.StringWidth(word))
			}
		}
	}
	total := len(columnGap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; total > tableWidth; total-- {
		widest := -1
		for i, w := range widths {
			if w > least[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	configs := make([]table.ColumnConfig, len(widths))
	for i, w := range widths {
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: w, WidthMaxEnforcer: text.WrapSoft}
	}
	return configs
}

// columns returns the fields of a row that are shown.
func columns(row reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(row), func(f reflect.StructField) bool {
		return !f.IsExported() || f.Anonymous || columnName(f) == "-"
	})
}

func columnName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func isNumber(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64
}

func cells(row reflect.Value, fields []reflect.StructField) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = cell(row.FieldByIndex(f.Index))
	}
	return out
}

// cell spells one value: times in UTC to the second, floats without exponent,
// lists separated by commas, maps as key=value in order of the keys, and
// nothing for a nil pointer or a zero time.
func cell(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case time.Time:
		if value.IsZero() {
			return ""
		}
		return value.UTC().Format(time.RFC3339)
	case fmt.Stringer:
		return value.String()
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return cell(v.Elem())
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits())
	case reflect.Slice, reflect.Array:
		return list(v)
	case reflect.Map:
		return pairs(v)
	default:
		return fmt.Sprint(v.Interface())
	}
}

func list(v reflect.Value) string {
	parts := make([]string, v.Len())
	for i := range parts {
		parts[i] = cell(v.Index(i))
	}
	return strings.Join(parts, ", ")
}

func pairs(v reflect.Value) string {
	parts := make([]string, 0, v.Len())
	for key, value := range v.Seq2() {
		parts = append(parts, cell(key)+"="+cell(value))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
