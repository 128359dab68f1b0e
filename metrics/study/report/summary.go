package report

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/weir-warehouse/weir/metrics/study/protocol"
)

// Summary writes the report's results for a terminal.
func (r *Report) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n%s\n\nTreated: %s.\nComparison: %s.\nMatch: %s.\n\n", r.Title, r.Phase, r.Question, r.Treatment, r.Comparison, r.Match)
	for _, line := range r.Headline() {
		fmt.Fprintf(&b, "%s\n", line)
	}
	for _, line := range r.deviationLines() {
		fmt.Fprintf(&b, "deviation: %s\n", line)
	}
	for _, g := range r.grids() {
		fmt.Fprintf(&b, "\n%s\n", g.Title)
		g.text(&b)
	}
	if len(r.Warnings)+len(r.Hidden) > 0 {
		b.WriteString("\n")
	}
	for _, line := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", line)
	}
	for _, line := range r.Hidden {
		fmt.Fprintf(&b, "not shown: %s\n", line)
	}
	return b.String()
}

// text aligns the table's columns.
func (g grid) text(b *strings.Builder) {
	widths := make([]int, len(g.Head))
	rows := append([][]string{g.Head}, g.Rows...)
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < g.Words {
				line.WriteString(cell + pad + "  ")
			} else {
				line.WriteString(pad + cell + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// MaxSMD returns the greatest standardized differences of the covariates that
// are shown, before and after matching.
func (r *Report) MaxSMD() (before, after Number) {
	for _, b := range r.Balance {
		if b.Hidden == "" && b.Name != scoreName {
			before, after = max(before, abs(b.SMDBefore)), max(after, abs(b.SMD))
		}
	}
	return before, after
}

func abs(n Number) Number { return Number(math.Abs(float64(n))) }

// BalanceSummary is the balance in a sentence.
func (r *Report) BalanceSummary() string {
	before, after := r.MaxSMD()
	return fmt.Sprintf("Greatest standardized difference %.2f, before matching %.2f.", float64(after), float64(before))
}

// Rating is the suggested rating of the primary outcome.
func (r *Report) Rating() Evidence {
	for _, e := range r.Effects {
		if !e.Main || e.Role != string(protocol.Primary) {
			continue
		}
		for _, rating := range r.Evidence {
			if rating.Outcome == e.Outcome {
				return rating
			}
		}
	}
	return Evidence{}
}
