package suggest

import (
	"regexp"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
)

// verdict is how the values of a source column fit an input column.
type verdict struct {
	fit     float64           // share of the values that would load, 0 to 1
	free    bool              // any text would load, and fit is neutral
	format  string            // strptime format; empty: ISO 8601
	other   string            // another format in which the same values could be read
	decimal string            // decimal mark; empty: a point, without grouped thousands
	values  map[string]string // value map that it takes
	open    []string          // values for which the map has no entry
}

// neutral is the fit of values that nothing is known about.
const neutral = 0.7

// judge tells how the values fit the input column of a dataset. A column
// without values fits anything.
func (s *synonyms) judge(p *profile, c *contract.Contract, input string) verdict {
	col, ok := c.Column(input)
	switch {
	case p.filled == 0:
		return verdict{fit: neutral, free: true}
	case !ok || c.Compartment == contract.Vault:
		return verdict{fit: identifierFit(p, input)}
	case len(col.Enum) > 0:
		return s.judgeEnum(p, col.Enum)
	case col.LogicalType == "boolean":
		return s.judgeBoolean(p)
	case col.LogicalType == "date":
		return judgeDate(p, dateForms())
	case col.LogicalType == "timestamp":
		return judgeDate(p, timestampForms())
	case col.LogicalType == "integer" || col.LogicalType == "number":
		return judgeNumber(p, col)
	}
	return judgeText(p, c, col)
}

// identifierFit knows what numbers, addresses and names of people look like.
func identifierFit(p *profile, input string) float64 {
	address := func(v string) bool { return strings.Contains(v, "@") }
	switch {
	case strings.HasSuffix(input, "_email"):
		return p.share(address)
	case strings.HasSuffix(input, "_name"):
		return 1 - p.share(func(v string) bool { return strings.ContainsAny(v, "0123456789@") })
	case strings.HasSuffix(input, "_date"):
		return judgeDate(p, dateForms()).fit
	}
	return 1 - p.share(func(v string) bool { return address(v) || strings.Contains(v, " ") })
}

func judgeText(p *profile, c *contract.Contract, col *contract.Column) verdict {
	if col.Pattern != "" {
		pattern, err := regexp.Compile(col.Pattern)
		if err != nil {
			return verdict{} // a catalog's patterns compile
		}
		return verdict{fit: p.share(pattern.MatchString)}
	}
	if len(c.PrimaryKey) == 1 && c.PrimaryKey[0] == col.Name {
		return verdict{fit: float64(len(p.values)) / float64(p.filled)}
	}
	return verdict{fit: neutral, free: true}
}

func (s *synonyms) judgeEnum(p *profile, enum []string) verdict {
	return s.judgeCodes(p, enum, func(v string) string {
		for _, e := range enum {
			if strings.EqualFold(e, v) {
				return e
			}
		}
		return ""
	})
}

func (s *synonyms) judgeBoolean(p *profile) verdict {
	booleans := map[string]string{"true": "true", "t": "true", "yes": "true", "y": "true", "1": "true", "false": "false", "f": "false", "no": "false", "n": "false", "0": "false"}
	return s.judgeCodes(p, []string{"true", "false"}, func(v string) string { return booleans[strings.ToLower(v)] })
}

// judgeCodes fits values to a closed list: those that load as they are, those
// that a value map can translate, and those that a person must decide on.
func (s *synonyms) judgeCodes(p *profile, enum []string, direct func(string) string) verdict {
	v := verdict{values: map[string]string{}}
	var fits float64
	for _, text := range p.sorted() {
		code := s.code(text, enum)
		switch {
		case direct(text) != "":
			fits += float64(p.values[text])
		case code != "":
			fits += float64(p.values[text])
			v.values[text] = code
		default:
			v.open = append(v.open, text)
		}
	}
	v.fit = fits / float64(p.filled)
	return v
}

// code finds the code that a text spells otherwise: "Self-Paced" for
// self_paced, or a synonym of it.
func (s *synonyms) code(text string, enum []string) string {
	plain := func(t string) string {
		return strings.Join(strings.FieldsFunc(strings.ToLower(t), func(r rune) bool { return strings.ContainsRune(" _-/&.,()", r) }), " ")
	}
	for _, e := range enum {
		if plain(text) == plain(e) {
			return e
		}
	}
	for _, e := range enum {
		for _, synonym := range s.Values[e] {
			if plain(text) == plain(synonym) {
				return e
			}
		}
	}
	return ""
}
