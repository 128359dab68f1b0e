package identity

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// Directory is who may ask, and under which agreements. It is immutable.
type Directory struct {
	entries    []Entry
	agreements []agreement
}

// Resolver finds the pseudonym of a member of staff by an identifier of the
// source systems, whose scheme is number or email.
type Resolver interface {
	StaffKey(ctx context.Context, scheme, value string) (key string, ok bool, err error)
}

// Load reads principals.yaml and agreements.yaml of a home; either may be
// absent. The error of files with a fault holds [Problems].
func Load(home string) (*Directory, error) {
	people, deals := &document{file: PrincipalsFile}, &document{file: AgreementsFile}
	entries, err := people.read(filepath.Join(home, PrincipalsFile), "principals", entryFields())
	if err != nil {
		return nil, err
	}
	agreements, err := deals.read(filepath.Join(home, AgreementsFile), "agreements", agreementFields())
	if err != nil {
		return nil, err
	}
	d := &Directory{}
	for _, r := range entries {
		d.entries = append(d.entries, readEntry(r))
	}
	for _, r := range agreements {
		d.agreements = append(d.agreements, readAgreement(r))
	}
	checkOneEach(d.entries)
	checkAgreementIDs(d.agreements)
	if problems := slices.Concat(people.inOrder(), deals.inOrder()); len(problems) > 0 {
		return nil, policy.Errorf(policy.Usage, "principals and agreements are refused:\n%w", problems)
	}
	return d, nil
}

// Principals lists the principals in the file's order.
func (d *Directory) Principals() []Entry { return slices.Clone(d.entries) }

// Agreements lists the agreements in the file's order.
func (d *Directory) Agreements() []policy.Agreement {
	out := make([]policy.Agreement, len(d.agreements))
	for i, a := range d.agreements {
		out[i] = a.Agreement
	}
	return out
}

// Principal returns a principal who is valid on a day. That there is none, or
// one who is not valid, is the same error, with code [policy.Denied].
func (d *Directory) Principal(id string, on policy.Date) (Entry, error) {
	i := slices.IndexFunc(d.entries, func(e Entry) bool { return e.ID == id })
	if i < 0 || !on.Within(d.entries[i].ValidFrom, d.entries[i].ValidTo) {
		return Entry{}, policy.Errorf(policy.Denied, "principal %q is not known, or not valid today", id)
	}
	return d.entries[i], nil
}

// Agreement returns an agreement of which a principal is a member. That there
// is none, or one of others, is the same error, with code [policy.Denied].
// Whether it has run out is for policy to say.
func (d *Directory) Agreement(id, member string) (*policy.Agreement, error) {
	i := slices.IndexFunc(d.agreements, func(a agreement) bool { return a.ID == id })
	if i < 0 || !slices.Contains(d.agreements[i].Members, member) {
		return nil, policy.Errorf(policy.Denied, "agreement %q is not known, or principal %q is no member of it", id, member)
	}
	a := d.agreements[i].Agreement
	return &a, nil
}

// Request returns what a principal asks policy, on the day of now in its own
// zone. An empty agreement is none. The vault is asked only for a principal
// with a staff identifier, and one that it does not know is refused: without
// their key it cannot be told which rows are theirs.
func (d *Directory) Request(ctx context.Context, vault Resolver, id string, purpose policy.Purpose, agreement string,
	door policy.Door, now time.Time,
) (policy.Request, error) {
	r := policy.Request{Purpose: purpose, Door: door, On: policy.DateOf(now)}
	entry, err := d.Principal(id, r.On)
	if err != nil {
		return r, err
	}
	if agreement != "" {
		if r.Agreement, err = d.Agreement(agreement, id); err != nil {
			return r, err
		}
	}
	r.Principal = policy.Principal{
		ID: entry.ID, Name: entry.Name, Roles: entry.Roles, Schools: entry.Schools, Districts: entry.Districts,
		ValidFrom: entry.ValidFrom, ValidTo: entry.ValidTo,
	}
	scheme, value, ok := entry.Staff()
	if !ok {
		return r, nil
	}
	r.Principal.StaffKey, ok, err = vault.StaffKey(ctx, scheme, value)
	if err != nil {
		return r, fmt.Errorf("find principal %q in the vault: %w", id, err)
	}
	if !ok {
		return r, policy.Errorf(policy.Denied, "principal %q is nobody whom the snapshot knows; see 'weir principal check'", id)
	}
	return r, nil
}
