package suggest

import (
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"github.com/weir-warehouse/weir/etl/contract"
)

// words splits the name of a column into words in the singular: "PD Minutes"
// is minute, startedAt is started and at.
func (s *synonyms) words(name string) []string {
	var b strings.Builder
	previous := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(previous) {
			b.WriteByte(' ')
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '#' {
			b.WriteRune(unicode.ToLower(r))
		} else {
			b.WriteByte(' ')
		}
		previous = r
	}
	all := strings.Fields(b.String())
	words := slices.DeleteFunc(slices.Clone(all), func(w string) bool {
		return slices.Contains(s.Noise, w) || strings.Trim(w, "0123456789") == ""
	})
	if len(words) == 0 {
		words = all
	}
	for i, w := range words {
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
			words[i] = w[:len(w)-1]
		}
	}
	return words
}

// weight is how much a word says of which column it is.
func weight(word string) float64 {
	if slices.Contains([]string{"id", "number", "name", "date", "code", "time", "type"}, word) {
		return 0.5
	}
	return 1
}

// similarity is Dice's coefficient of two names over weighted words, where
// words that mean or look the same count somewhat less than equal ones.
func (s *synonyms) similarity(a, b []string) float64 {
	var total, shared float64
	rest := slices.Clone(b)
	for _, w := range b {
		total += weight(w)
	}
	for _, w := range a {
		total += weight(w)
		best, at := 0.0, -1
		for i, other := range rest {
			if c := s.closeness(w, other) * (weight(w) + weight(other)); c > best {
				best, at = c, i
			}
		}
		if at >= 0 {
			shared += best
			rest = slices.Delete(rest, at, at+1)
		}
	}
	if total == 0 {
		return 0
	}
	return shared / total
}

func (s *synonyms) closeness(a, b string) float64 {
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	switch {
	case a == b:
		return 1
	case s.alike(a, b):
		return 0.9
	case len(short) >= 4 && strings.HasPrefix(long, short) && 10*len(short) >= 6*len(long):
		return 0.9
	case len(short) >= 5 && levenshtein.ComputeDistance(a, b) == 1:
		return 0.9
	}
	return 0
}

// aliases lists the names by which districts may know an input column of a
// dataset, as words.
func (s *synonyms) aliases(c *contract.Contract, input string) [][]string {
	names := append([]string{input, strings.TrimSuffix(input, "_id"), c.Name + " " + input}, s.Columns[input]...)
	if len(c.PrimaryKey) == 1 && c.PrimaryKey[0] == input {
		names = append(names, "id", "record id", "row id")
	}
	if col, ok := c.Column(input); ok {
		names = append(names, col.Title)
		for _, e := range col.SourceElements {
			names = append(names, e.Element[strings.LastIndexByte(e.Element, '.')+1:])
		}
	}
	for _, col := range c.PersonColumns() {
		if i := slices.Index(col.IdentifierColumns(), input); i >= 0 {
			names = append(names, s.personNames(strings.TrimSuffix(col.Name, "_key"), col.Person.Schemes()[i])...)
		}
	}
	out := make([][]string, len(names))
	for i, n := range names {
		out[i] = slices.Compact(s.words(n))
	}
	return out
}

func (s *synonyms) personNames(role, scheme string) []string {
	roles := s.People[role]
	if len(roles) == 0 {
		roles = []string{role}
	}
	var names []string
	for _, word := range s.Schemes[scheme] {
		for _, r := range roles {
			names = append(names, r+" "+word)
		}
		if scheme != "number" && slices.Contains(roles, "user") {
			names = append(names, word)
		}
	}
	return names
}

// nameScore compares a source column's name with the aliases of an input
// column. That a column holds dates or times its type says already.
func (s *synonyms) nameScore(source string, aliases [][]string, temporal bool) float64 {
	best := 0.0
	words := s.words(source)
	for _, alias := range aliases {
		if temporal {
			best = max(best, s.similarity(untimed(words), untimed(alias)))
		}
		best = max(best, s.similarity(words, alias))
	}
	return best
}

func untimed(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return slices.Contains([]string{"date", "time", "datetime", "timestamp", "day", "dt"}, w)
	})
}
