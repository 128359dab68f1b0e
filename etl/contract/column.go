package contract

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/document"
)

// columns reads the properties of the schema object.
func (p *parsed) columns() {
	o, c := p.object, p.contract
	if len(o.Properties) == 0 {
		p.Add(o.At.Field("properties"), "list the columns", "dataset has no columns")
	}
	for _, property := range o.Properties {
		column := p.column(property)
		if _, ok := c.Column(column.Name); ok {
			p.Add(property.At.Field("name"), "remove one of them", "column %q is given twice", column.Name)
		}
		c.Columns = append(c.Columns, column)
	}
	p.primaryKey()
	p.people()
}

func (p *parsed) column(d property) Column {
	p.CheckName(d.At.Field("name"), d.Name)
	p.require(d.At.Field("description"), d.Description, "say in a sentence what the column means")
	column := Column{
		Name: d.Name, Title: d.BusinessName, Description: d.Description,
		LogicalType: d.LogicalType, Type: d.PhysicalType,
		Required: d.Required || d.PrimaryKey, Unique: d.Unique, Tags: d.Tags,
	}
	p.checkType(d)
	for _, property := range d.Custom {
		p.customOf(property, map[string]*string{"person": (*string)(&column.Person), "unit": &column.Unit})
	}
	p.options(d, &column)
	p.enum(d, &column)
	p.reference(d, &column)
	p.sourceElements(d, &column)
	p.examples(d, &column)
	return column
}

// options reads the bounds and the pattern of a column.
func (p *parsed) options(d property, column *Column) {
	if d.Options == nil {
		return
	}
	o := *d.Options
	column.Minimum, column.Maximum = string(o.Minimum), string(o.Maximum)
	p.checkBounds(d, column)
	if (o.Pattern != "" || o.MaxLength != 0) && column.Type != typeText {
		p.Add(string(o.At), "remove it", "pattern and maxLength are for text, the column is %s", column.Type)
		return
	}
	switch {
	case o.Pattern != "" && o.MaxLength != 0:
		p.Add(o.At.Field("maxLength"), "state the length in the pattern", "pattern and maxLength exclude each other")
	case o.MaxLength < 0 || o.MaxLength > 1000:
		p.Add(o.At.Field("maxLength"), "write 1 to 1000, or leave it out", "length %d cannot be checked", o.MaxLength)
	case o.MaxLength > 0:
		column.Pattern = "^(?s:.{0," + strconv.Itoa(o.MaxLength) + "})$"
	case o.Pattern != "":
		p.checkPattern(o, column)
	}
}

// checkPattern asks for both anchors, so that the pattern means the same to
// tools that look for it anywhere in the value.
func (p *parsed) checkPattern(o typeOptions, column *Column) {
	if _, err := regexp.Compile(o.Pattern); err != nil {
		p.Add(o.At.Field("pattern"), "write an RE2 expression", "pattern does not compile: %v", err)
	}
	if !strings.HasPrefix(o.Pattern, "^") || !strings.HasSuffix(o.Pattern, "$") {
		p.Add(o.At.Field("pattern"), "begin it with ^ and end it with $", "pattern does not cover the whole value")
	}
	column.Pattern = o.Pattern
}

// enum reads a closed list of values: an ODCS quality rule with the metric
// invalidValues that must be 0.
func (p *parsed) enum(d property, column *Column) {
	for _, rule := range d.Quality {
		if rule.Metric != "invalidValues" || rule.MustBe != "0" || rule.Arguments == nil ||
			(rule.Type != "" && rule.Type != "library") || len(rule.Arguments.ValidValues) == 0 {
			p.Add(string(rule.At), "write metric: invalidValues, arguments: {validValues: […]}, mustBe: 0",
				"a column's quality rule is a list of valid values and nothing else")
			continue
		}
		if column.Type != typeText {
			p.Add(string(rule.At), "use logicalTypeOptions.minimum and maximum",
				"a list of values is for text, the column is %s", column.Type)
		}
		if column.Enum != nil {
			p.Add(string(rule.At), "keep one of them", "valid values are given twice")
		}
		column.Enum = rule.Arguments.ValidValues
		for i, value := range column.Enum {
			if strings.TrimSpace(value) != value || value == "" || slices.Contains(column.Enum[:i], value) {
				p.Add(rule.At.Field("arguments.validValues["+strconv.Itoa(i)+"]"), "list each value once, without outer spaces",
					"value %q cannot be matched", value)
			}
		}
	}
}

func (p *parsed) reference(d property, column *Column) {
	for i, relation := range d.Relationships {
		dataset, name, ok := strings.Cut(relation.To, ".")
		if i > 0 || !ok || (relation.Type != "" && relation.Type != "foreignKey") {
			p.Add(string(relation.At), "write one relationship with type: foreignKey and to: dataset.column",
				"%q is not a reference to a column", relation.To)
			continue
		}
		column.Reference = &Reference{Dataset: dataset, Column: name}
	}
}

// sourceElements reads links of the type businessDefinition; other links are
// for human readers.
func (p *parsed) sourceElements(d property, column *Column) {
	for _, link := range d.Definitions {
		p.require(link.At.Field("url"), link.URL, "give the address of the definition")
		p.require(link.At.Field("type"), link.Type, "write type: businessDefinition, or another ODCS type")
		if link.Type != "businessDefinition" {
			continue
		}
		standard, element, ok := strings.Cut(link.Description, ": ")
		if !ok {
			p.Add(link.At.Field("description"), `write "standard: element", such as "CEDS: Sex"`,
				"%q does not name the element", link.Description)
		}
		column.SourceElements = append(column.SourceElements, SourceElement{Standard: standard, Element: element})
	}
}

// examples must themselves meet the contract, or they mislead.
func (p *parsed) examples(d property, column *Column) {
	for i, example := range d.Examples {
		if fault := column.fault(string(example)); fault != "" {
			p.Add(d.At.Field("examples["+strconv.Itoa(i)+"]"), "give a value that would load", "example %q %s", example, fault)
		}
		column.Examples = append(column.Examples, string(example))
	}
}

// fault says why a value does not meet the contract; empty: it does.
func (c *Column) fault(value string) string {
	switch {
	case c.Person != "":
		return "would be a person's key"
	case len(c.Enum) > 0 && !slices.Contains(c.Enum, value):
		return "is not among the valid values"
	case c.Type == typeBoolean && value != document.Yes && value != document.No:
		return "is not a boolean"
	case c.Pattern != "" && !matches(c.Pattern, value):
		return "does not match the pattern"
	case c.LogicalType == logicalString || c.Type == typeBoolean:
		return ""
	}
	number, err := ordinal(c.Type, value)
	if err != nil {
		return err.Error()
	}
	low, _ := ordinal(c.Type, c.Minimum)  //nolint:errcheck // nil without a bound
	high, _ := ordinal(c.Type, c.Maximum) //nolint:errcheck // nil without a bound
	if (low != nil && number.Cmp(low) < 0) || (high != nil && number.Cmp(high) > 0) {
		return "is out of range"
	}
	return ""
}

// matches is true for a pattern that does not compile: that is another problem.
func matches(pattern, value string) bool {
	re, err := regexp.Compile(pattern)
	return err != nil || re.MatchString(value)
}
