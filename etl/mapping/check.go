package mapping

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
)

// check finds what can be told to be wrong before a file is seen.
func (m *Mapping) check(c *contract.Contract) error {
	for _, pattern := range m.Files {
		if _, err := path.Match(pattern, ""); err != nil {
			return m.fault("files", "%q is not a file name pattern; write a name, with * for any part of it", pattern)
		}
	}
	if m.Mode != "" && m.Mode != contract.Full && m.Mode != contract.Delta {
		return m.fault("mode", "%q is neither full nor delta", m.Mode)
	}
	if err := m.checkFormat(); err != nil {
		return err
	}
	for _, target := range slices.Sorted(maps.Keys(m.Columns)) {
		if err := m.checkTarget("columns."+target, target, c); err != nil {
			return err
		}
		if err := m.checkColumn("columns."+target, target, c); err != nil {
			return err
		}
	}
	return m.checkUnpivot(c)
}

func (m *Mapping) checkTarget(field, target string, c *contract.Contract) error {
	if inputs := c.InputColumns(); !slices.Contains(inputs, target) {
		return m.fault(field, "files of %s have no column %q; use one of %s", c.Name, target, strings.Join(inputs, ", "))
	}
	return nil
}

func (m *Mapping) checkFormat() error {
	f := m.Format
	switch {
	case f.Encoding != "" && !slices.Contains(tabular.Encodings(), f.Encoding):
		return m.fault("format.encoding", "%q is unknown; use one of %v", f.Encoding, tabular.Encodings())
	case f.Delimiter != "" && (len(f.Delimiter) != 1 || !slices.Contains(tabular.Delimiters(), f.Delimiter[0])):
		return m.fault("format.delimiter", `%q separates no columns; write ",", ";", "\t" or "|", in double quotes`, f.Delimiter)
	case f.Skip < 0:
		return m.fault("format.skip", "%d is negative; count the lines before the header", f.Skip)
	case f.Decimal != "" && f.Decimal != "." && f.Decimal != ",":
		return m.fault("format.decimal", `%q is neither "." nor ","`, f.Decimal)
	}
	if err := m.checkDate("format.date", f.Date); err != nil {
		return err
	}
	return m.checkDate("format.timestamp", f.Timestamp)
}

// specifier is a part of a strptime format, as the engine knows it.
var specifier = regexp.MustCompile(`%(-?[dmyHIjMS]|[YbBaApfgnz%])|%.?`)

// checkDate refuses a format that the engine does not know, or that does not
// say which day it is.
func (m *Mapping) checkDate(field, format string) error {
	if format == "" {
		return nil
	}
	var parts []string
	for _, part := range specifier.FindAllStringSubmatch(format, -1) {
		if part[1] == "" {
			return m.fault(field, "%q in %q is unknown; use %%Y %%y %%m %%b %%B %%d %%j %%H %%I %%p %%M %%S %%f %%z", part[0], format)
		}
		parts = append(parts, strings.TrimPrefix(part[1], "-"))
	}
	has := strings.Join(parts, "")
	if !strings.ContainsAny(has, "Yy") || !strings.Contains(has, "j") && (!strings.ContainsAny(has, "mbB") || !strings.Contains(has, "d")) {
		return m.fault(field, "%q lacks a year, month or day; write a format such as %%m/%%d/%%Y", format)
	}
	return nil
}

func (m *Mapping) checkColumn(field, target string, c *contract.Contract) error {
	col, spec := m.Columns[target], (*contract.Column)(nil)
	if k, ok := c.Column(target); ok {
		spec = k
	}
	switch {
	case (len(col.From) == 0) == (col.Constant == nil):
		return m.fault(field, "give either from, with a column of the file, or constant")
	case col.Constant != nil && (col.Split != nil || col.Join != nil || col.Values != nil || col.Date != ""):
		return m.fault(field, "a constant is loaded as it is; remove join, split, values and date")
	case len(col.From) > 0 && !slices.ContainsFunc(col.From, isColumn):
		return m.fault(field+".from", "names no column of the file; use constant")
	case col.Join != nil && len(col.From) < 2:
		return m.fault(field+".join", "there is nothing to join; list the columns, as in from: [A, B]")
	case col.Split != nil && (col.Split.On == "" || col.Split.Part < 1):
		return m.fault(field+".split", "give the separator as on, and as part the number of the part, from 1")
	case col.Date != "" && (spec == nil || spec.LogicalType != "date" && spec.LogicalType != "timestamp"):
		return m.fault(field+".date", "%s holds no dates; remove it", target)
	}
	for _, from := range col.From {
		if slices.Contains(m.Ignore, from) {
			return m.fault(field+".from", "%q is also under ignore; remove it from one of them", from)
		}
	}
	if err := m.checkDate(field+".date", col.Date); err != nil {
		return err
	}
	if col.Constant != nil {
		return m.checkLiteral(field+".constant", spec, string(*col.Constant))
	}
	return m.checkValues(field+".values", col.Values, spec)
}

func (m *Mapping) checkValues(field string, values Values, spec *contract.Column) error {
	if _, ok := values[""]; ok {
		return m.fault(field, "an empty text is no value and cannot be mapped; remove it")
	}
	for _, from := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(m.Format.Missing, from) {
			return m.fault(field, "%q is also under format.missing, where it means no value; remove it from one of them", from)
		}
		if err := m.checkLiteral(field, spec, values[from]); err != nil {
			return err
		}
	}
	return nil
}

// checkLiteral refuses a text of the mapping that would fail in every row.
func (m *Mapping) checkLiteral(field string, spec *contract.Column, text string) error {
	if spec == nil || text == "" || len(spec.Enum) == 0 {
		return nil
	}
	if !slices.ContainsFunc(spec.Enum, func(e string) bool { return strings.EqualFold(e, text) }) {
		return m.fault(field, "%q is no value of %s; use one of %s", text, spec.Name, strings.Join(spec.Enum, ", "))
	}
	return nil
}

func (m *Mapping) checkUnpivot(c *contract.Contract) error {
	u := m.Unpivot
	if u == nil {
		return nil
	}
	if err := m.checkTarget("unpivot.into", u.Into, c); err != nil {
		return err
	}
	if _, ok := m.Columns[u.Into]; ok {
		return m.fault("unpivot.into", "%s is also under columns; remove it from one of them", u.Into)
	}
	if len(u.Labels) == 0 {
		return m.fault("unpivot.labels", "list one label a group, as in {part: k, value: KG}")
	}
	spec, _ := c.Column(u.Into)
	seen := map[Text]bool{}
	for _, l := range u.Labels {
		if seen[l.Part] {
			return m.fault("unpivot.labels", "part %q is given twice", l.Part)
		}
		seen[l.Part] = true
		if err := m.checkLiteral("unpivot.labels", spec, string(l.Value)); err != nil {
			return err
		}
	}
	for _, col := range m.Columns {
		if col.repeated() {
			return nil
		}
	}
	return m.fault("unpivot", "no column repeats; write %s in the from of those that do, as in from: score%[1]s", Repeated)
}

func (c Column) repeated() bool {
	return slices.ContainsFunc(c.From, func(from string) bool { return isColumn(from) && strings.Contains(from, Repeated) })
}

func isColumn(from string) bool { return !strings.HasPrefix(from, Literally) }
