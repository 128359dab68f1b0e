package suggest

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// synonyms is what synonyms.yaml holds.
type synonyms struct {
	Words   map[string][]string `yaml:"words"`
	Noise   []string            `yaml:"noise"`
	Columns map[string][]string `yaml:"columns"`
	People  map[string][]string `yaml:"people"`
	Schemes map[string][]string `yaml:"schemes"`
	Values  map[string][]string `yaml:"values"`
	Missing []string            `yaml:"missing"`

	groups map[string]map[string]bool // by word, the entries of Words that it is in
}

func readSynonyms() (*synonyms, error) {
	s := &synonyms{groups: map[string]map[string]bool{}}
	if err := yaml.UnmarshalWithOptions(synonymsYAML, s, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read synonyms: %w", err)
	}
	for word, others := range s.Words {
		for _, member := range append([]string{word}, others...) {
			if s.groups[member] == nil {
				s.groups[member] = map[string]bool{}
			}
			s.groups[member][word] = true
		}
	}
	return s, nil
}

// alike tells whether two words can stand for one another.
func (s *synonyms) alike(a, b string) bool {
	for group := range s.groups[a] {
		if s.groups[b][group] {
			return true
		}
	}
	return false
}
