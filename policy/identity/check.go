package identity

import (
	"context"
	"maps"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Check returns what [Load] cannot see in the files alone: principals whose
// roles have nothing to go by or whom the vault does not know, two principals
// who are one person, agreements that name unknown members, datasets or
// columns. Without a vault (nil) it does not look for people.
func (d *Directory) Check(ctx context.Context, catalog []policy.Dataset, vault Resolver) (Problems, error) {
	found := &document{file: PrincipalsFile}
	for i := range d.entries {
		d.entries[i].checkBinding(found)
	}
	if vault != nil {
		if err := d.checkPeople(ctx, vault, found); err != nil {
			return nil, err
		}
	}
	terms := &document{file: AgreementsFile}
	for _, a := range d.agreements {
		d.checkMembers(a, terms)
		a.checkDatasets(catalog, terms)
	}
	return slices.Concat(found.inOrder(), terms.inOrder()), nil
}

// in returns the record with another list of problems to add to.
func (r record) in(d *document) record {
	r.doc = d
	return r
}

// checkBinding asks for what the row rules of a role compare rows with.
func (e *Entry) checkBinding(found *document) {
	at := e.at.in(found)
	_, _, staff := e.Staff()
	for _, role := range e.Roles {
		switch role {
		case policy.Teacher, policy.Coach, policy.Evaluator:
			if !staff {
				at.add("staff_number", "", "is missing; a %s sees rows by it, or by email, and none without", role)
			}
		case policy.SchoolLeader:
			if len(e.Schools) == 0 {
				at.add("schools", "", "is missing; a school_leader sees the figures of the schools listed")
			}
		case policy.DistrictLeader:
			if len(e.Districts) == 0 {
				at.add("districts", "", "is missing; a district_leader sees the figures of the districts listed")
			}
		case policy.Researcher, policy.PrivacyOfficer, policy.DataSteward:
		}
	}
}

func (d *Directory) checkPeople(ctx context.Context, vault Resolver, found *document) error {
	people := map[string]string{} // ids by staff key
	for i := range d.entries {
		e := &d.entries[i]
		scheme, value, ok := e.Staff()
		if !ok {
			continue
		}
		key, ok, err := vault.StaffKey(ctx, scheme, value)
		if err != nil {
			return err
		}
		at := e.at.in(found)
		other, twice := people[key]
		switch {
		case !ok:
			at.add(schemeField(scheme), "", "is nobody's in the current snapshot; correct it, or load the staff file and publish")
		case twice:
			at.samePerson(scheme, other)
		default:
			people[key] = e.ID
		}
	}
	return nil
}

func (d *Directory) checkMembers(a agreement, terms *document) {
	for _, member := range a.Members {
		if !slices.ContainsFunc(d.entries, func(e Entry) bool { return e.ID == member }) {
			a.at.in(terms).add("members", member, "is no principal of %s", PrincipalsFile)
		}
	}
}

func (a agreement) checkDatasets(catalog []policy.Dataset, terms *document) {
	at := a.at.in(terms)
	for _, name := range slices.Sorted(maps.Keys(a.Datasets)) {
		i := slices.IndexFunc(catalog, func(d policy.Dataset) bool { return d.Name == name })
		if i < 0 {
			at.add("datasets", name, "is no dataset; 'weir contracts list' lists them")
			continue
		}
		if len(a.Datasets[name]) == 0 {
			at.add("datasets", name, "has no columns; list those that are agreed on")
		}
		for _, column := range a.Datasets[name] {
			if _, ok := catalog[i].Column(column); !ok {
				at.add("datasets", name+"."+column, "is no column; 'weir contracts show %s' lists them", name)
			}
		}
	}
}
