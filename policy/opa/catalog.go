package opa

import (
	"maps"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// facts returns the catalogue as rules see it, under data.catalog.datasets. A
// dataset has its own tags and those of all its columns.
func facts(catalog []policy.Dataset, periods map[string]policy.Period) map[string]any {
	datasets := map[string]any{}
	for _, d := range catalog {
		columns, tags, people := map[string]any{}, marks(d.Tags), []string{}
		for _, c := range d.Columns {
			columns[c.Name] = map[string]any{"type": c.Type, "person": c.Person, "tags": marks(c.Tags)}
			maps.Copy(tags, marks(c.Tags))
			if c.Person != "" {
				people = append(people, c.Person)
			}
		}
		slices.Sort(people)
		datasets[d.Name] = map[string]any{
			"compartment": d.Compartment,
			"tags":        tags,
			"derived":     d.Derived,
			"dated":       periods[d.Name].From != "",
			"people":      list(slices.Compact(people)),
			"columns":     columns,
		}
	}
	return map[string]any{"datasets": datasets}
}

// marks returns words as an object, in which rules find one at once.
func marks(words []string) map[string]any {
	out := map[string]any{}
	for _, w := range words {
		out[w] = true
	}
	return out
}

// list returns strings as OPA's store wants them.
func list(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// input returns a request as rules see it. What is not known is absent, so
// that no rule can compare it with a null in a row.
func input(r policy.Request) map[string]any {
	principal := map[string]any{
		"id":        r.Principal.ID,
		"roles":     words(r.Principal.Roles),
		"schools":   list(r.Principal.Schools),
		"districts": list(r.Principal.Districts),
	}
	set(principal, "staff_key", r.Principal.StaffKey)
	set(principal, "valid_from", string(r.Principal.ValidFrom))
	set(principal, "valid_to", string(r.Principal.ValidTo))
	in := map[string]any{
		"principal": principal,
		"purpose":   string(r.Purpose),
		"door":      string(r.Door),
		"on":        string(r.On),
	}
	if a := r.Agreement; a != nil {
		agreement := map[string]any{
			"id":           a.ID,
			"purpose":      string(a.Purpose),
			"members":      list(a.Members),
			"minimum_cell": a.MinimumCell,
		}
		set(agreement, "from", string(a.From))
		set(agreement, "to", string(a.To))
		set(agreement, "destroy_by", string(a.DestroyBy))
		datasets := map[string]any{}
		for name, columns := range a.Datasets {
			datasets[name] = list(columns)
		}
		agreement["datasets"] = datasets
		in["agreement"] = agreement
	}
	if s := r.Study; s != nil {
		windows := make([]any, len(s.Windows))
		for i, w := range s.Windows {
			windows[i] = map[string]any{"from": string(w.From), "to": string(w.To)}
		}
		in["study"] = map[string]any{
			"id":         s.ID,
			"phase":      string(s.Phase),
			"outcomes":   list(s.Outcomes),
			"windows":    windows,
			"registered": s.Registered,
		}
	}
	return in
}

// set sets a key unless the value is empty.
func set(object map[string]any, key, value string) {
	if value != "" {
		object[key] = value
	}
}

// words returns roles as OPA wants them.
func words(roles []policy.Role) []any {
	out := make([]any, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}
