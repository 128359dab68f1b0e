package contract

import "github.com/weir-warehouse/weir/policy"

// Policy describes the datasets in the terms that policy decides in.
func (c *Catalog) Policy() []policy.Dataset {
	var out []policy.Dataset
	for _, k := range c.All() {
		d := policy.Dataset{Name: k.Name, Compartment: string(k.Compartment), Reference: c.reference(k), Tags: k.Tags}
		for _, col := range k.Columns {
			d.Columns = append(d.Columns, policy.Column{
				Name: col.Name, Type: col.Type, Required: col.Required, Person: string(col.Person), Tags: col.Tags,
			})
		}
		out = append(out, d)
	}
	return out
}

// Key returns the primary key of a dataset; nil for what the catalog does not
// have.
func (c *Catalog) Key(dataset string) []string {
	k, ok := c.Get(dataset)
	if !ok {
		return nil
	}
	return k.PrimaryKey
}

// Reference returns the dataset, and its column, to which a column refers; empty
// if it refers to none.
func (c *Catalog) Reference(dataset, column string) (to, key string) {
	k, ok := c.Get(dataset)
	if !ok {
		return "", ""
	}
	if col, ok := k.Column(column); ok && col.Reference != nil {
		return col.Reference.Dataset, col.Reference.Column
	}
	return "", ""
}

// Describe returns the description of a dataset, or of one of its columns with
// its unit; empty for what the catalog does not have.
func (c *Catalog) Describe(dataset, column string) string {
	k, ok := c.Get(dataset)
	if !ok || column == "" {
		if ok {
			return k.Description
		}
		return ""
	}
	col, ok := k.Column(column)
	if !ok {
		return ""
	}
	if col.Unit != "" {
		return col.Description + " Unit: " + col.Unit + "."
	}
	return col.Description
}
