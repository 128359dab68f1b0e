package opa

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/weir-warehouse/weir/metrics/disclosure"
)

// Thresholds returns what disclosure control turns on under this policy.
func (e *Engine) Thresholds() disclosure.Thresholds { return e.thresholds }

// Declassified returns, by the name of a mart's relation, the people that must be
// behind each of its figures since policy declassified it.
func (e *Engine) Declassified() (map[string]int64, error) {
	var entries map[string]struct {
		K int64 `json:"k"`
	}
	const path = "weir.config.marts.declassified"
	text, err := json.Marshal(dig(e.bundle.data, "weir", "config", "marts", "declassified"))
	if err == nil {
		err = json.Unmarshal(text, &entries)
	}
	if err != nil {
		return nil, fmt.Errorf("policy bundle %s: data.%s: %w", e.bundle.Origin, path, err)
	}
	out := map[string]int64{}
	for name, entry := range entries {
		out[name] = entry.K
	}
	return out, nil
}

// dig returns what stands at a path of data; nil if nothing does.
func dig(data any, path ...string) any {
	for _, key := range path {
		object, ok := data.(map[string]any)
		if !ok {
			return nil
		}
		data = object[key]
	}
	return data
}

// Thresholds reads them from the bundle's data weir.config.thresholds. A threshold that
// is left out is an error, as is one that makes no sense: no rule is switched
// off unseen.
func (b *Bundle) Thresholds() (t disclosure.Thresholds, err error) {
	const path = "weir.config.thresholds"
	var general struct {
		People int64          `json:"minimum_cell"`
		School int64          `json:"small_school"`
		Given  map[string]any `json:"disclosure"`
	}
	if err := b.decode(path, &general); err != nil {
		return t, err
	}
	if _, ok := general.Given["people"]; ok || general.Given == nil {
		return t, fmt.Errorf("policy bundle %s: data.%s: want minimum_cell, and under disclosure the other thresholds", b.Origin, path)
	}
	if err := b.decode(path+".disclosure", &t); err != nil {
		return t, err
	}
	t.People = general.People
	all := map[string]any{}
	text, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return t, fmt.Errorf("policy bundle %s: data.%s: %w", b.Origin, path, err)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if _, ok := general.Given[name]; !ok && name != "people" {
			return t, fmt.Errorf("policy bundle %s: data.%s.disclosure: %s is missing", b.Origin, path, name)
		}
	}
	if err := t.Validate(); err != nil {
		return t, fmt.Errorf("policy bundle %s: data.%s: %w", b.Origin, path, err)
	}
	return t, nil
}
