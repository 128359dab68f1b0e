package opa

import (
	"fmt"
	"io"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Write writes the explanation in words.
func (x *Explanation) Write(w io.Writer) error {
	var b strings.Builder
	subject := x.Dataset
	if x.Column != "" {
		subject += "." + x.Column
	}
	verdict := "may not see"
	if x.Allow {
		verdict = "may see"
	}
	fmt.Fprintf(&b, "%s, asking for %s, %s %s.\n", x.Principal, x.Purpose, verdict, subject)
	if x.Refusal != nil {
		fmt.Fprintf(&b, "The session as a whole is refused: %s. Possible purposes: %v.\n", x.Refusal.Text, x.Refusal.Allowed)
	}
	reasons(&b, "Because", x.Reasons)
	if x.Extent != "" {
		x.rows(&b)
		x.columns(&b)
	}
	fmt.Fprintf(&b, "Policy %s.\n", x.Revision)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the explanation of %s: %w", subject, err)
	}
	return nil
}

// rows says which rows are shown.
func (x *Explanation) rows(b *strings.Builder) {
	switch x.Extent {
	case policy.AllRows{}.Extent():
		b.WriteString("Rows: all.\n")
	case policy.NoRows{}.Extent():
		b.WriteString("Rows: none; the row rules hold for no row.\n")
	default:
		b.WriteString("Rows: those for which a row rule holds.\n")
	}
	reasons(b, "Row rule", x.RowRules)
	for i, rego := range x.Rego {
		joint := "Filter"
		if i > 0 {
			joint = "or"
		}
		fmt.Fprintf(b, "  %s, in Rego: %s\n", joint, rego)
	}
	if len(x.Rego) > 0 {
		fmt.Fprintf(b, "  Filter, in SQL: %s\n", x.SQL)
	}
}

// columns says how columns are shown.
func (x *Explanation) columns(b *strings.Builder) {
	if a := x.Aggregate; a != nil {
		fmt.Fprintf(b, "Only figures: means of %s by %s, over at least %d people.\n",
			strings.Join(a.Means, ", "), strings.Join(a.By, ", "), a.Minimum)
		return
	}
	b.WriteString("Columns:\n")
	for _, c := range x.Columns {
		fmt.Fprintf(b, "  %s: %s\n", c.Name, describe(c.Mask))
		for _, r := range c.Reasons {
			fmt.Fprintf(b, "    %s (%s:%d)\n", r.Rule, r.File, r.Line)
		}
	}
}

// reasons lists rules with where they are written.
func reasons(b *strings.Builder, label string, list []policy.Reason) {
	for _, r := range list {
		fmt.Fprintf(b, "%s: %s.", label, r.Rule)
		if r.File != "" {
			fmt.Fprintf(b, " (%s:%d)", r.File, r.Line)
		}
		if r.Words != "" {
			fmt.Fprintf(b, "\n  %s", r.Words)
		}
		b.WriteString("\n")
	}
}

// describe says in words what a mask does.
func describe(m policy.Mask) string {
	switch m.Kind {
	case policy.Show:
		return "shown as it is"
	case policy.Hide:
		return "hidden; it cannot be told from a column that does not exist"
	case policy.Null:
		return "shown empty"
	case policy.Hash:
		return "shown as a pseudonym of this agreement"
	case policy.Truncate:
		return "shown by the " + m.Unit
	case policy.Band:
		labels := make([]string, len(m.Bands))
		for i, band := range m.Bands {
			labels[i] = band.Label
		}
		return "shown in bands: " + strings.Join(labels, ", ")
	case policy.Generalise:
		if m.Population == nil {
			break
		}
		return fmt.Sprintf("shown, but %q where it has fewer than %d people of %s", m.Other, m.Population.Minimum, m.Population.Dataset)
	}
	return string(m.Kind)
}
