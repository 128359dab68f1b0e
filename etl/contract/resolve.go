package contract

import (
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/etl/document"
)

// references checks each foreign key against the dataset that it names.
func (p *parsed) references(c *Catalog) {
	for i := range p.contract.Columns {
		column := &p.contract.Columns[i]
		if column.Reference == nil {
			continue
		}
		at := p.object.Properties[i].Relationships[0].At.Field("to")
		to := *column.Reference
		target, ok := c.Get(to.Dataset)
		if !ok {
			p.Add(at, "add its contract or correct the name", "dataset %q does not exist", to.Dataset)
			continue
		}
		key, ok := target.Column(to.Column)
		switch {
		case !ok:
			p.Add(at, "name a column of "+to.Dataset, "column %q does not exist", to.Column)
		case !key.Unique && !slices.Equal(target.PrimaryKey, []string{to.Column}):
			p.Add(at, "refer to its primary key or to a unique column", "%s.%s does not identify a row", to.Dataset, to.Column)
		case key.Type != column.Type:
			p.Add(at, "give both the same physicalType", "%s.%s is %s, the column is %s", to.Dataset, to.Column, key.Type, column.Type)
		case !mayRefer(p.contract.Compartment, target.Compartment):
			p.Add(at, "refer to the same compartment or to core",
				"a check of %s against %s would carry data from one to the other", p.contract.Compartment, target.Compartment)
		}
	}
}

// mayRefer: whether a row loads must not tell what a stricter compartment holds.
func mayRefer(from, to Compartment) bool {
	return from == to || (to == Core && from != Vault)
}

// override checks that a contract which replaces a built-in one keeps what
// policy and metrics rest on.
func (p *parsed) override(base *Contract) {
	c := p.contract
	if c.Compartment != base.Compartment {
		p.Add(p.object.At.Field("customProperties"), "keep compartment "+string(base.Compartment),
			"the built-in contract protects this dataset in %s", base.Compartment)
	}
	if !slices.Equal(c.PrimaryKey, base.PrimaryKey) {
		p.Add(p.object.At.Field("properties"), "keep the primary key "+strings.Join(base.PrimaryKey, ", "),
			"other datasets and metrics count on what one row is")
	}
	p.keepTags(p.object.At.Field("tags"), base.Tags, c.Tags)
	for i := range base.Columns {
		want := &base.Columns[i]
		column, ok := c.Column(want.Name)
		if !ok {
			p.Add(p.object.At.Field("properties"), "keep the column; it may stay empty unless it is required",
				"column %s of the built-in contract is missing", want.Name)
			continue
		}
		at := p.propertyAt(want.Name)
		if column.Type != want.Type || column.Person != want.Person {
			p.Add(string(at), "keep physicalType: "+want.Type+" and who the column stands for",
				"built-in metrics read %s as %s", want.Name, want.Type)
		}
		ownTags := slices.DeleteFunc(slices.Clone(want.Tags), func(tag string) bool { return slices.Contains(base.Tags, tag) })
		p.keepTags(at.Field("tags"), ownTags, column.Tags)
	}
}

func (p *parsed) keepTags(path string, base, own []string) {
	for _, tag := range base {
		if !slices.Contains(own, tag) {
			p.Add(path, "keep the tag", "policy protects this by tag %s of the built-in contract", tag)
		}
	}
}

func (p *parsed) propertyAt(name string) document.Position {
	i := slices.IndexFunc(p.object.Properties, func(d property) bool { return d.Name == name })
	return p.object.Properties[i].At
}

// order sorts the contracts so that each follows what it depends on, and
// otherwise by compartment and name.
func (c *Catalog) order() ([]*Contract, error) {
	var sorted []*Contract
	waiting := c.All()
	slices.SortStableFunc(waiting, func(a, b *Contract) int {
		return slices.Index(Compartments(), a.Compartment) - slices.Index(Compartments(), b.Compartment)
	})
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(d *Contract) bool {
			return !slices.ContainsFunc(waiting, d.dependsOn)
		})
		if i < 0 {
			return nil, cycle(waiting)
		}
		sorted = append(sorted, waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
	return sorted, nil
}

// dependsOn reports whether rows of other must be loaded before those of c.
func (c *Contract) dependsOn(other *Contract) bool {
	if c == other {
		return false
	}
	if other.Compartment == Vault && c.Compartment != Vault {
		return true
	}
	for _, column := range c.Columns {
		if column.Reference != nil && column.Reference.Dataset == other.Name {
			return true
		}
		if column.Person != "" && !c.Mints && other.Mints && other.PersonColumns()[0].Person == column.Person {
			return true
		}
	}
	return false
}

// cycle tells, for each contract that cannot be ordered, what it waits for.
func cycle(waiting []*Contract) document.Problems {
	problems := make(document.Problems, len(waiting))
	for i, d := range waiting {
		var names []string
		for _, other := range waiting {
			if d.dependsOn(other) {
				names = append(names, other.Name)
			}
		}
		problems[i] = document.Problem{
			File: d.Origin, Reason: "rows cannot be loaded before those of " + strings.Join(names, ", ") + ", which wait in turn",
			Advice: "remove a reference, or a person column, that closes the circle",
		}
	}
	return problems
}
