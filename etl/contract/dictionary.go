package contract

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

//go:generate env WEIR_UPDATE=1 go test -run TestDictionary .

// Dictionary writes the data dictionary as Markdown: every dataset and column
// with its meaning, rules and source elements, by compartment.
func (c *Catalog) Dictionary(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`# Data dictionary

Made from the data contracts by ` + "`weir contracts docs`" + `; do not edit. How to add or change a dataset is in
[contracts-authoring.md](contracts-authoring.md).

People appear under pseudonyms, in columns that end in ` + "`_key`" + `. A source file never has these; it has identifiers, such as
` + "`teacher_number`" + ` or ` + "`teacher_email`" + `, which stay in the vault. Periods of retention are defaults.

`)
	for _, compartment := range Compartments() {
		datasets := c.In(compartment)
		links := make([]string, len(datasets))
		for i, d := range datasets {
			links[i] = fmt.Sprintf("[%s](#%s)", d.Name, d.Name)
		}
		fmt.Fprintf(&b, "- **%s**: %s\n", compartment, strings.Join(links, ", "))
	}
	for _, compartment := range Compartments() {
		fmt.Fprintf(&b, "\n## Compartment %s\n", compartment)
		for _, d := range c.In(compartment) {
			d.describe(&b)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write data dictionary: %w", err)
	}
	return nil
}

func (c *Contract) describe(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n", c.Name, c.Description)
	fmt.Fprintf(b, "- One row is %s; key: %s.\n", c.Granularity, codes(c.PrimaryKey))
	fmt.Fprintf(b, "- Files are %s.\n", map[LoadMode]string{
		Full: "full: a row that a file omits has ended", Delta: "deltas: they list new and changed rows",
	}[c.LoadMode])
	if c.Mints {
		b.WriteString("- A person whom the vault does not know is added to it.\n")
	}
	if len(c.Tags) > 0 {
		fmt.Fprintf(b, "- Tags: %s.\n", codes(c.Tags))
	}
	if c.Retention.Months > 0 {
		fmt.Fprintf(b, "- Kept for %d months after `%s`.\n", c.Retention.Months, c.Retention.Column)
	}
	for _, check := range c.RowChecks {
		fmt.Fprintf(b, "- Rule `%s`: %s\n", check.Name, check.Description)
	}
	for _, overlap := range c.Overlaps {
		fmt.Fprintf(b, "- Rule `%s`: %s\n", overlap.Name, overlap.Description)
	}
	b.WriteString("\n| column | type | meaning | rules | source elements |\n|---|---|---|---|---|\n")
	for i := range c.Columns {
		column := &c.Columns[i]
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", column.Name, column.Type,
			cell(column.meaning()), cell(strings.Join(column.rules(c.Tags), "; ")), cell(column.sources()))
	}
}

// meaning is the description with unit and example.
func (c *Column) meaning() string {
	text := c.Description
	if c.Unit != "" {
		text += " Unit: " + c.Unit + "."
	}
	if len(c.Examples) > 0 {
		text += " Example: " + codes(c.Examples) + "."
	}
	return text
}

// rules lists what a value must meet, and the tags that are the column's own.
func (c *Column) rules(datasetTags []string) []string {
	var rules []string
	add := func(holds bool, format string, args ...any) {
		if holds {
			rules = append(rules, fmt.Sprintf(format, args...))
		}
	}
	add(c.Required, "required")
	add(c.Unique, "unique")
	add(c.Person != "", "pseudonym of %s; in files: %s", c.Person, codes(c.IdentifierColumns()))
	add(c.Minimum != "" && c.Maximum != "", "%s to %s", c.Minimum, c.Maximum)
	add(c.Minimum != "" && c.Maximum == "", "at least %s", c.Minimum)
	add(c.Minimum == "" && c.Maximum != "", "at most %s", c.Maximum)
	add(c.Pattern != "", "matches `%s`", c.Pattern)
	add(len(c.Enum) > 0, "one of %s", codes(c.Enum))
	if c.Reference != nil {
		add(true, "refers to [%s](#%s).%s", c.Reference.Dataset, c.Reference.Dataset, c.Reference.Column)
	}
	for _, tag := range c.Tags {
		add(tag != tagPseudonym && !slices.Contains(datasetTags, tag), "tagged `%s`", tag)
	}
	return rules
}

func (c *Column) sources() string {
	texts := make([]string, len(c.SourceElements))
	for i, source := range c.SourceElements {
		texts[i] = source.Standard + " " + source.Element
	}
	return strings.Join(texts, "; ")
}

func codes(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// cell keeps a text within one cell of a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}
