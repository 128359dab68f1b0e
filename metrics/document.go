package metrics

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Write describes one metric in words.
func (m *Metric) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", m.ID, m.Title)
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s%s\n", name, text)
		}
	}
	line("question", m.Question)
	line("definition", m.Definition)
	line("family", m.Family)
	line("unit", m.Unit)
	line("direction", strings.ReplaceAll(string(m.Direction), "_", " "))
	line("counts", m.counts())
	line("method", m.how())
	line("dimensions", strings.Join(m.lists(), "; "))
	if m.MinimumN > 0 {
		line("minimum n", itoa(m.MinimumN))
	}
	line("claim", m.Source.Claim)
	line("source", m.Source.Citation)
	line("compare", m.Comparison)
	line("reads", strings.Join(m.Datasets, ", "))
	line("through", strings.Join(m.Relations, ", "))
	line("tags", strings.Join(m.Tags, ", "))
	line("mart", m.Mart)
	line("from", m.Origin)
	_, err := fmt.Fprintf(w, "%s\n%s\n", b.String(), strings.TrimSpace(m.SQL))
	return err
}

func (m *Metric) counts() string {
	switch m.Person {
	case "":
		return ""
	case NoPerson:
		return "no people"
	default:
		return "distinct " + string(m.Person) + "s"
	}
}

// how is the method with its options.
func (m *Metric) how() string {
	var options []string
	for name, value := range m.Options {
		options = append(options, name+": "+string(value))
	}
	slices.Sort(options)
	if len(options) == 0 {
		return m.Method
	}
	return m.Method + " (" + strings.Join(options, ", ") + ")"
}

// lists are the lists of dimensions, as metric.yaml has them.
func (m *Metric) lists() []string {
	out := make([]string, len(m.Dimensions))
	for i, list := range m.Dimensions {
		words := make([]string, len(list))
		for j, c := range list {
			words[j] = strings.TrimSuffix(c, "_id")
		}
		out[i] = strings.Join(words, " × ")
	}
	return out
}

//go:generate env WEIR_UPDATE=1 go test -run TestDocument .

// Document writes the catalogue as Markdown, by family.
func (r *Registry) Document(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Metrics\n\n<!-- Written by `weir metrics docs`; do not edit. -->\n\n" +
		"Every value is in the relation `metric_value`, and beside the others of its family in a relation named as the family.\n" +
		"What is shown has gone through disclosure control (see [disclosure.md](disclosure.md)). A *descriptive* metric compares groups\n" +
		"that may differ in more than the programme, and claims no cause.\n")
	for _, f := range r.Families() {
		fmt.Fprintf(&b, "\n## %s\n\nIn `%s`, with the tags %s.\n", f.Name, f.Mart, code(f.Tags))
		for _, m := range f.Metrics {
			m.document(&b)
		}
	}
	b.WriteString("\n## Relations that metrics read\n\nThey are not published.\n\n| relation | what | made from |\n|---|---|---|\n")
	for _, m := range r.sorted() {
		if m.Kind == KindRelation {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.ID, cell(m.Definition), code(slices.Concat(m.Relations, m.Datasets)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (m *Metric) document(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n*%s* %s\n\n%s\n\n| | |\n|---|---|\n", m.ID, m.Title+".", cell(m.Question), cell(m.Definition))
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(b, "| %s | %s |\n", name, cell(text))
		}
	}
	row("unit", m.Unit)
	row("good is", strings.ReplaceAll(strings.TrimSuffix(string(m.Direction), "_is_better"), "_", " "))
	row("counts", m.counts())
	row("method", m.how())
	row("dimensions", strings.Join(m.lists(), "; "))
	if m.MinimumN > 0 {
		row("minimum n", itoa(m.MinimumN))
	}
	if m.Descriptive {
		row("kind", "descriptive")
	}
	if m.Comparison != "" {
		row("matched comparison", "study `"+m.Comparison+"`")
	}
	row("idea", strings.TrimSuffix(m.Source.Claim+"; "+m.Source.Citation, "; "))
	row("made from", code(m.Datasets))
	for _, d := range m.Declassified {
		row("may be declassified", strings.Join(d.Tags, ", ")+": "+d.Why)
	}
}

// sorted lists everything by id.
func (r *Registry) sorted() []*Metric {
	out := slices.Clone(r.order)
	slices.SortFunc(out, func(a, b *Metric) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// cell is text in one line, as a table's cell holds it.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", "\\|")
}

func code(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return "`" + strings.Join(words, "`, `") + "`"
}
