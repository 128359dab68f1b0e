package suggest

import (
	"maps"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/mapping"
)

// profile is what the sample tells of a source column. Its values never leave
// this package, but for other spellings of a contract's codes, and for what
// stands among such codes if it is little and repeats.
type profile struct {
	name    string
	rows    int            // of the sample
	filled  int            // of these, with a value
	values  map[string]int // trimmed, with how often each stands there
	missing map[string]int // texts that usually mean: no value
}

func newProfile(name string) *profile {
	return &profile{name: name, values: map[string]int{}, missing: map[string]int{}}
}

func (p *profile) add(text string, s *synonyms) {
	p.rows++
	switch text = strings.Trim(text, mapping.Blanks); {
	case text == "":
	case slices.Contains(s.Missing, strings.ToLower(text)):
		p.missing[text]++
	default:
		p.filled++
		p.values[text]++
	}
}

// share is the share of the values for which ok is true; 0 without values.
func (p *profile) share(ok func(string) bool) float64 {
	n := 0
	for v, count := range p.values {
		if ok(v) {
			n += count
		}
	}
	return float64(n) / float64(max(p.filled, 1))
}

// codes tells whether the values are a few codes that repeat, which may be
// printed, rather than something about single people.
func (p *profile) codes() bool { return len(p.values) <= 24 && p.filled >= 2*len(p.values) }

func (p *profile) sorted() []string { return slices.Sorted(maps.Keys(p.values)) }

// empty tells whether rows lack a value.
func (p *profile) empty() bool { return p.filled < p.rows }
