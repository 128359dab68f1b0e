package contract

import (
	"slices"
	"strings"
)

// people checks the columns that stand for people: named <role>_key, stored as
// a random pseudonym, tagged so. Their identifiers are for the vault alone.
func (p *parsed) people() {
	c := p.contract
	for i := range c.Columns {
		p.person(p.object.Properties[i], &c.Columns[i])
	}
	people := c.PersonColumns()
	if c.Mints && len(people) != 1 {
		p.Add(p.object.At.Field("customProperties"), "keep mints for the dataset that lists people, one a row",
			"a dataset that mints people has one person column, not %d", len(people))
	}
	if c.Compartment == Vault {
		return
	}
	for _, person := range people {
		for i, d := range p.object.Properties {
			if slices.Contains(person.IdentifierColumns(), c.Columns[i].Name) {
				p.Add(d.At.Field("name"), "remove it: source files may have it, and it becomes "+person.Name,
					"an identifier of a person is stored in the vault only")
			}
		}
	}
}

func (p *parsed) person(d property, column *Column) {
	named, tagged := strings.HasSuffix(column.Name, "_key"), slices.Contains(column.Tags, tagPseudonym)
	if column.Person == "" {
		if named || tagged {
			p.Add(string(d.At), "add custom property person: staff or student, or rename the column",
				"names ending in _key and the tag pseudonym are for columns that stand for people")
		}
		return
	}
	if column.Person != Staff && column.Person != Student {
		p.Add(d.At.Field("customProperties"), "write staff or student", "kind of person %q is unknown", column.Person)
	}
	if !named || !tagged || column.Type != typeUUID {
		p.Add(string(d.At), "name it <role>_key, with physicalType: UUID and tags: [pseudonym]",
			"a column that stands for people holds pseudonyms")
	}
	if column.Reference != nil || column.Enum != nil || column.Minimum+column.Maximum+column.Pattern != "" {
		p.Add(string(d.At), "remove bounds, pattern, valid values and relationships",
			"pseudonyms are random and checked against the vault")
	}
}

// PersonColumns lists the columns that stand for people.
func (c *Contract) PersonColumns() []Column {
	return slices.DeleteFunc(slices.Clone(c.Columns), func(column Column) bool { return column.Person == "" })
}

// IdentifierColumns lists the columns by which a source file may name the
// person of this column: teacher_number, teacher_email and teacher_sourced_id
// for teacher_key. It is empty for a column that does not stand for a person.
func (c *Column) IdentifierColumns() []string {
	if c.Person == "" {
		return nil
	}
	base := strings.TrimSuffix(c.Name, "key")
	var names []string
	for _, scheme := range c.Person.Schemes() {
		names = append(names, base+scheme)
	}
	return names
}

// InputColumns lists the columns that a source file may have: those of the
// dataset, with the identifiers of a person in place of the pseudonym.
func (c *Contract) InputColumns() []string {
	var names []string
	for _, column := range c.Columns {
		inputs := column.IdentifierColumns()
		if inputs == nil {
			inputs = []string{column.Name}
		}
		for _, name := range inputs {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Column finds a column by its name.
func (c *Contract) Column(name string) (*Column, bool) {
	i := slices.IndexFunc(c.Columns, func(column Column) bool { return column.Name == name })
	if i < 0 {
		return nil, false
	}
	return &c.Columns[i], true
}
