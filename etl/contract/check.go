package contract

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/document"
)

// checks reads the row and overlap checks of the dataset: ODCS quality rules
// of the type custom with the engine weir.
func (p *parsed) checks() {
	var names []string
	for _, rule := range p.object.Quality {
		if rule.Type != "custom" || rule.Engine != "weir" || rule.Implementation == nil {
			p.Add(string(rule.At), "write type: custom, engine: weir and an implementation",
				"only Weir's own checks are enforced on a dataset")
			continue
		}
		p.CheckName(rule.At.Field("name"), rule.Name)
		p.require(rule.At.Field("description"), rule.Description, "say what the check asks of a row")
		if slices.Contains(names, rule.Name) {
			p.Add(rule.At.Field("name"), "choose another name", "check %q is given twice", rule.Name)
		}
		names = append(names, rule.Name)
		switch i := *rule.Implementation; {
		case i.Overlap != nil && i.Check == "" && i.Columns == nil:
			p.overlap(rule, *i.Overlap)
		case i.Overlap == nil:
			p.rowCheck(rule, i)
		default:
			p.Add(string(i.At), "write check and columns, or overlap", "a rule has one kind of check")
		}
	}
}

func (p *parsed) rowCheck(rule quality, i implementation) {
	p.require(i.At.Field("check"), i.Check, "write a condition over columns of the row")
	p.checkColumns(i.At, "columns", i.Columns)
	p.expression(i.At.Field("check"), i.Check, i.Columns)
	p.contract.RowChecks = append(p.contract.RowChecks, RowCheck{
		Name: rule.Name, Description: rule.Description, Expression: i.Check, Columns: i.Columns,
	})
}

func (p *parsed) overlap(rule quality, o overlapDoc) {
	p.checkColumns(o.At, "key", o.Key)
	p.checkColumns(o.At, "from", []string{o.From})
	p.checkColumns(o.At, "to", []string{o.To})
	for _, name := range []string{o.From, o.To} {
		if column, ok := p.contract.Column(name); ok && column.LogicalType != logicalDate {
			p.Add(string(o.At), "name date columns in from and to", "%s is not a date", name)
		}
	}
	p.contract.Overlaps = append(p.contract.Overlaps, Overlap{
		Name: rule.Name, Description: rule.Description, Key: o.Key, From: o.From, To: o.To,
	})
}

func (p *parsed) checkColumns(at document.Position, field string, names []string) {
	if len(names) == 0 {
		p.Add(at.Field(field), "list the columns that the check reads", "no column is named")
	}
	for i, name := range names {
		if _, ok := p.contract.Column(name); !ok {
			path := at.Field(field)
			if field == "columns" || field == "key" {
				path += "[" + strconv.Itoa(i) + "]"
			}
			p.Add(path, "name a column of this dataset", "column %q does not exist", name)
		}
	}
}

// vocabulary lists the words that a row check may use besides its columns.
// It is closed: a check that reads its own row and nothing else needs no more.
func vocabulary() []string {
	return strings.Fields(`and or not is null true false in between like case when then else end distinct from
		abs coalesce contains date_diff date_trunc day ends_with floor ceil greatest hour least length lower
		month nullif regexp_full_match round starts_with trim upper year`)
}

// expression checks the words of a row check. Whether it binds and is boolean
// is for the engine to say (see BindChecks).
func (p *parsed) expression(path, text string, columns []string) {
	words, err := words(text)
	if err != nil {
		p.Add(path, "write one boolean expression", "%v", err)
		return
	}
	var foreign []string
	for i, word := range words {
		fromTable := word == "from" && (i == 0 || words[i-1] != "distinct")
		if fromTable || (!slices.Contains(columns, word) && !slices.Contains(vocabulary(), word)) {
			foreign = append(foreign, word)
		}
	}
	if len(foreign) > 0 {
		p.Add(path, "list columns of the row under columns; docs/contracts-authoring.md has the other words",
			"a check may not use %s here", strings.Join(foreign, ", "))
	}
	for _, column := range columns {
		if !slices.Contains(words, column) {
			p.Add(path, "remove it from columns", "the check does not use %s", column)
		}
	}
}
