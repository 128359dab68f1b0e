package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
)

//go:embed report.html
var page string

// HTML writes the report as one file that needs no other, and runs no script.
func (r *Report) HTML() ([]byte, error) {
	t, err := template.New("report").Funcs(template.FuncMap{
		"svg":   func(f Figure) template.HTML { return template.HTML(f.SVG) }, //nolint:gosec // drawn by package figure, which escapes its texts
		"words": func(g grid, i int) bool { return i < g.Words },
	}).Parse(page)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"R": r, "Headline": r.Headline(), "Deviations": r.deviationLines(), "Grids": r.grids(), "Provenance": r.provenance(), "Flow": r.flowChart(),
	})
	return b.Bytes(), err
}

// box is a place of the flow chart.
type box struct {
	Label, Treated, Comparison string
	Lost                       bool
}

// flowChart is the flow from top to bottom: who was there, who left and why, and
// who remains.
func (r *Report) flowChart() []box {
	var out []box
	for _, s := range r.Flow {
		if s.Lost && s.Total.N != nil && *s.Total.N == 0 {
			continue
		}
		out = append(out, box{s.Label, s.Treated.brief(), s.Comparison.brief(), s.Lost})
	}
	return out
}

// brief is the count where there is no room for why it is withheld.
func (c Count) brief() string {
	if word, _, found := strings.Cut(c.Shown, " "); found && word == "withheld" {
		return word
	}
	return c.Shown
}
