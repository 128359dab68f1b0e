package opa

import "github.com/weir-warehouse/weir/policy"

// sessions lists a request for every subset of roles, every purpose, with and
// without an agreement: one that grants everything, so that what holds under
// it holds under any. Those for research also come from a study, in each phase.
func sessions(catalog []policy.Dataset) []policy.Request {
	roles := policy.Roles()
	var out []policy.Request
	for set := range 1 << len(roles) {
		p := witness()
		for i, role := range roles {
			if set&(1<<i) != 0 {
				p.Roles = append(p.Roles, role)
			}
		}
		for _, purpose := range policy.Purposes() {
			r := policy.Request{Principal: p, Purpose: purpose, Door: policy.Command, On: "2025-01-01"}
			out = append(out, r)
			r.Agreement = everything(catalog, purpose)
			out = append(out, r)
			if purpose == policy.Research {
				out = append(out, studies(r, catalog)...)
			}
		}
	}
	return out
}

// studies lists a request as a study makes it: one that designs, and one that
// estimates without being registered, whose outcomes may lie in any dataset.
func studies(r policy.Request, catalog []policy.Dataset) []policy.Request {
	var names []string
	for _, d := range catalog {
		names = append(names, d.Name)
	}
	design, early := r, r
	design.Study = &policy.Study{
		ID: "witness", Phase: policy.Design, Outcomes: names,
		Windows: []policy.Window{{From: "2001-01-01", To: "2001-02-01"}, {From: "2002-01-01", To: "2002-02-01"}},
	}
	early.Study = &policy.Study{ID: "witness", Phase: policy.Estimate, Outcomes: names, Windows: design.Study.Windows}
	return []policy.Request{design, early}
}

// witness is a principal that every row rule has something to say about.
func witness() policy.Principal {
	return policy.Principal{
		ID:        "witness",
		StaffKey:  "00000000-0000-4000-8000-000000000000",
		Schools:   []string{"school"},
		Districts: []string{"district"},
	}
}

// everything is an agreement over all columns of all datasets.
func everything(catalog []policy.Dataset, purpose policy.Purpose) *policy.Agreement {
	a := &policy.Agreement{
		ID: "everything", Purpose: purpose, Datasets: map[string][]string{},
		From: "1900-01-01", To: "2100-01-01", DestroyBy: "2100-01-01", Members: []string{"witness"},
	}
	for _, d := range catalog {
		for _, c := range d.Columns {
			a.Datasets[d.Name] = append(a.Datasets[d.Name], c.Name)
		}
	}
	return a
}

// testimony is a session's scope as invariants see it.
func testimony(r policy.Request, s *policy.Scope) map[string]any {
	granted := map[string]any{}
	for name, g := range s.Grants {
		if !g.Allow {
			continue
		}
		columns := map[string]any{}
		for _, c := range g.Columns {
			if c.Mask.Kind != policy.Hide {
				columns[c.Name] = string(c.Mask.Kind)
			}
		}
		granted[name] = map[string]any{
			"columns":      columns,
			"rows":         g.Rows.Extent(),
			"figures":      g.Aggregate != nil,
			"minimum_cell": g.MinimumCell,
			"bounds":       list(bounds(g.Rows)),
		}
	}
	study := map[string]any{}
	if r.Study != nil {
		study = input(r)["study"].(map[string]any) //nolint:errcheck,forcetypeassert // input makes an object
	}
	return map[string]any{
		"study":        study,
		"roles":        words(r.Principal.Roles),
		"acting":       words(s.Acting),
		"purpose":      string(r.Purpose),
		"agreement":    r.Agreement != nil,
		"granted":      granted,
		"commands":     list(s.Commands),
		"compartments": list(s.Compartments),
	}
}

// bounds lists the values with which a row condition compares.
func bounds(r policy.Rows) []string {
	if where, ok := r.(policy.RowsWhere); ok {
		return where.Args
	}
	return nil
}
