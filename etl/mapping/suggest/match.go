package suggest

import (
	"cmp"
	"slices"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/etl/tabular"
)

// Likeness of names from which two columns are taken for the same, and from
// which there is no doubt.
const (
	likely = 0.6
	sure   = 0.85
)

// pair is a source column with the input column that it may fill.
type pair struct {
	source  *profile
	input   string
	name    float64 // likeness of the names, 0 to 1
	verdict verdict
}

func (p pair) value() float64 { return 0.75*p.name + 0.25*p.verdict.fit }

func (p pair) doubtful() bool { return p.name < sure }

// candidate is a dataset with the best pairs for its input columns.
type candidate struct {
	contract *contract.Contract
	pairs    []pair // in the order of input columns
	score    float64
}

// match pairs the source columns with the input columns of a dataset.
func (s *synonyms) match(c *contract.Contract, sm *sample) candidate {
	var all []pair
	for _, input := range c.InputColumns() {
		aliases, temporal := s.aliases(c, input), false
		if col, ok := c.Column(input); ok {
			temporal = col.LogicalType == "date" || col.LogicalType == "timestamp"
		}
		for _, p := range sm.columns {
			name := s.nameScore(p.name, aliases, temporal)
			if name < likely/2 {
				continue
			}
			if v := s.judge(p, c, input); accepted(name, v) {
				all = append(all, pair{p, input, name, v})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return cmp.Compare(b.value(), a.value()) })
	found := candidate{contract: c}
	sources, inputs := map[string]bool{}, map[string]bool{}
	for _, p := range all {
		if !sources[p.source.name] && !inputs[p.input] {
			sources[p.source.name], inputs[p.input] = true, true
			found.pairs = append(found.pairs, p)
		}
	}
	order := c.InputColumns()
	slices.SortFunc(found.pairs, func(a, b pair) int {
		return cmp.Compare(slices.Index(order, a.input), slices.Index(order, b.input))
	})
	found.settleDates()
	found.score = found.rate(len(sm.columns)) + 0.1*s.similarity(s.words(tabular.Stem(sm.file.Name)), s.words(c.Name))
	return found
}

// settleDates reads dates whose day and month cannot be told apart as other
// columns of the file are written, if those tell.
func (c *candidate) settleDates() {
	told := map[string]bool{}
	for _, p := range c.pairs {
		told[p.verdict.format] = told[p.verdict.format] || p.verdict.other == ""
	}
	for i := range c.pairs {
		v := &c.pairs[i].verdict
		switch {
		case v.other != "" && told[v.other] && !told[v.format]:
			v.format, v.other = v.other, ""
		case v.other != "" && told[v.format] && !told[v.other]:
			v.other = ""
		}
	}
}

// accepted takes names that are alike and values of which half fit or can be
// mapped, or names that are somewhat alike and values of which most are codes
// of a closed list.
func accepted(name float64, v verdict) bool {
	if name >= likely {
		return v.fit >= 0.5 || len(v.values) > 0 || len(v.open) > 0 && name >= sure
	}
	return v.fit >= 0.6 && v.values != nil
}

// rate is high when the pairs account for most source columns and for the
// required columns of the dataset, 0 to 1.
func (c *candidate) rate(sources int) float64 {
	var covered, filled, required float64
	for _, p := range c.pairs {
		covered += p.value()
	}
	for _, need := range requirements(c.contract) {
		required++
		best := 0.0
		for _, p := range c.pairs {
			if slices.Contains(need, p.input) {
				best = max(best, p.value())
			}
		}
		filled += best
	}
	return 0.5*covered/float64(max(sources, 1)) + 0.5*filled/max(required, 1)
}

// requirements lists the required columns of a dataset, each with the input
// columns of which one suffices.
func requirements(c *contract.Contract) [][]string {
	var needs [][]string
	for _, col := range c.Columns {
		switch {
		case !col.Required:
		case col.Person != "":
			needs = append(needs, col.IdentifierColumns())
		default:
			needs = append(needs, []string{col.Name})
		}
	}
	return needs
}

// unfilled lists the required columns that no pair fills, as requirements does.
func (c *candidate) unfilled() [][]string {
	var missing [][]string
	for _, need := range requirements(c.contract) {
		if !slices.ContainsFunc(c.pairs, func(p pair) bool { return slices.Contains(need, p.input) }) {
			missing = append(missing, need)
		}
	}
	return missing
}
