package document

import (
	"regexp"
	"strings"
)

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// CheckName holds names to what every SQL dialect takes without quotes, so
// that a client of any door can type them.
func (r *Report) CheckName(path, name string) {
	switch {
	case !nameForm.MatchString(name):
		r.Add(path, "use lower-case letters, digits and _, beginning with a letter, at most 63 characters",
			"name %q is not plain", name)
	case Reserved(name):
		r.Add(path, "choose another name", "%q is a word of SQL", name)
	}
}

// Reserved reports whether DuckDB keeps the word for itself in any position
// of a query.
func Reserved(word string) bool {
	const words = ` all analyse analyze and anti any array as asc asof asymmetric at authorization
 between bigint binary bit boolean both by case cast char character check coalesce collate collation
 column columns concurrently constraint create cross dec decimal default deferrable desc describe
 distinct do else end except exists extract false fetch float for foreign freeze from full generated
 glob group grouping grouping_id having ilike in initially inner inout int integer intersect
 interval into is isnull join lambda lateral leading left like limit map national natural nchar none
 not notnull null nullif numeric offset on only or order out outer overlaps overlay pivot pivot_longer
 pivot_wider placing position positional precision primary qualify real references returning right row
 select semi setof show similar smallint some struct substring summarize symmetric table tablesample
 then time timestamp to trailing treat trim true try_cast union unique unpack unpivot using values
 varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists
 xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable `
	return strings.Contains(strings.ReplaceAll(words, "\n", ""), " "+word+" ")
}
