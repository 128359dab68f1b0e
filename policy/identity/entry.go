package identity

import (
	"regexp"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Schemes of staff identifiers, as the vault names them.
const (
	schemeNumber = "number"
	schemeEmail  = "email"
)

// Entry is a principal as principals.yaml lists it.
type Entry struct {
	ID          string
	Name        string
	Roles       []policy.Role
	StaffNumber string // who the person is in the source systems: this,
	Email       string // or this, or neither
	Schools     []string
	Districts   []string
	ValidFrom   policy.Date
	ValidTo     policy.Date // last day

	at record
}

// Staff returns the identifier by which the vault knows the person; ok is
// false when the entry gives none.
func (e *Entry) Staff() (scheme, value string, ok bool) {
	switch {
	case e.StaffNumber != "":
		return schemeNumber, e.StaffNumber, true
	case e.Email != "":
		return schemeEmail, e.Email, true
	}
	return "", "", false
}

func entryFields() []string {
	return []string{"id", "name", "roles", "staff_number", "email", "schools", "districts", "valid_from", "valid_to"}
}

// idForm is what clients can send as a user name, with a purpose behind a
// slash: PostgreSQL cuts longer names.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$`)

func checkID(r record, id string) {
	if !idForm.MatchString(id) {
		r.add("id", id, "is no id; use letters, digits and . _ @ -, at most 63")
	}
}

// readEntry reads a principal and notes what is wrong with it alone.
func readEntry(r record) Entry {
	e := Entry{
		ID: r.text("id"), Name: r.text("name"), StaffNumber: r.text("staff_number"), Email: strings.ToLower(r.text("email")),
		Schools: r.texts("schools"), Districts: r.texts("districts"),
		ValidFrom: r.date("valid_from"), ValidTo: r.date("valid_to"), at: r,
	}
	checkID(r, e.ID)
	roles := r.texts("roles")
	for _, role := range roles {
		if !slices.Contains(policy.Roles(), policy.Role(role)) {
			r.add("roles", role, "is no role; use some of %s", words(policy.Roles()))
			continue
		}
		e.Roles = append(e.Roles, policy.Role(role))
	}
	if len(roles) == 0 {
		r.add("roles", "", "is missing; give at least one of %s", words(policy.Roles()))
	}
	if e.StaffNumber != "" && e.Email != "" {
		r.add("email", "", "stands beside a staff_number; keep the number, which is never given to another person")
	}
	if e.ValidTo != "" && e.ValidTo < e.ValidFrom {
		r.add("valid_to", string(e.ValidTo), "is before valid_from")
	}
	e.checkRoles()
	return e
}

// checkRoles refuses roles that no row rule can make safe together.
func (e *Entry) checkRoles() {
	if len(e.Roles) > 1 && slices.Contains(e.Roles, policy.DataSteward) {
		e.at.add("roles", words(e.Roles), "cannot be one person's: a data steward can read the files that the gateway protects, "+
			"so no rule keeps from them what the other roles must not see; give the stewardship to someone else")
	}
}

// checkOneEach refuses a second principal with the same id, or of the same
// person, who under two names would evade what each role is refused.
func checkOneEach(entries []Entry) {
	ids, people := map[string]string{}, map[string]string{}
	for i := range entries {
		e := &entries[i]
		key := strings.ToLower(e.ID) // clients may fold the case of user names
		if _, ok := ids[key]; ok && key != "" {
			e.at.add("id", e.ID, "stands there twice, upper and lower case being alike")
		}
		ids[key] = e.ID
		scheme, value, ok := e.Staff()
		if !ok {
			continue
		}
		person := scheme + ":" + value
		if other, ok := people[person]; ok {
			e.at.samePerson(scheme, other)
		}
		people[person] = e.ID
	}
}

// samePerson notes that two principals are one person.
func (r record) samePerson(scheme, other string) {
	r.add(schemeField(scheme), "", "is also the person of principal %q; list a person once, with all roles, "+
		"so that what one role is refused stays refused", other)
}

// schemeField is the field that holds an identifier of a scheme.
func schemeField(scheme string) string {
	if scheme == schemeNumber {
		return "staff_number"
	}
	return schemeEmail
}

// words joins names by commas.
func words[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
