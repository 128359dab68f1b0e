package contract

import (
	"slices"
	"strings"
)

// The tags that any compartment may hold, and the one that two may.
const (
	tagPseudonym       = "pseudonym"
	tagQuasiIdentifier = "quasi_identifier"
	tagStudentRecord   = "student_record"
)

// tagRule says which tags a compartment may hold and which it must: a dataset
// needs at least one of required, unless that is empty.
type tagRule struct{ allowed, required []string }

// tagRules is default deny: what a compartment does not list is refused there,
// so coaching never stands beside evaluation. Assignments of coaches are in
// core because rosters are; policy hides them by their tag.
func tagRules() map[Compartment]tagRule {
	formative := []string{"coaching", "governance", "pd_engagement", "skill_assessment"}
	return map[Compartment]tagRule{
		Vault:      {allowed: []string{"direct_identifier"}, required: []string{"direct_identifier"}},
		Core:       {allowed: []string{"coaching", "cost", "governance", "roster", tagStudentRecord}},
		Formative:  {allowed: formative, required: formative},
		Evaluative: {allowed: []string{"evaluation"}, required: []string{"evaluation"}},
		Students:   {allowed: []string{tagStudentRecord}, required: []string{tagStudentRecord}},
	}
}

// Tags lists the classification tags that policy knows. A district's own begin
// with x_.
func Tags() []string {
	tags := []string{tagPseudonym, tagQuasiIdentifier}
	for _, rule := range tagRules() {
		tags = append(tags, rule.allowed...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// personal reports whether a tag is for data about people. A district's own tags
// say nothing about that.
func personal(tag string) bool {
	return !strings.HasPrefix(tag, "x_") && !slices.Contains([]string{"cost", "governance", "roster"}, tag)
}

// tags checks the tags of the dataset and gives them to its columns.
func (p *parsed) tags() {
	c, o := p.contract, p.object
	c.Tags = union(p.doc.Tags, o.Tags)
	rule, ok := tagRules()[c.Compartment]
	if !ok {
		return
	}
	p.checkTags("tags", p.doc.Tags, rule)
	p.checkTags(o.At.Field("tags"), o.Tags, rule)
	for i := range c.Columns {
		column := &c.Columns[i]
		p.checkTags(o.Properties[i].At.Field("tags"), column.Tags, rule)
		column.Tags = union(c.Tags, column.Tags)
		if column.Person == Student && c.Compartment != Vault && !slices.Contains(column.Tags, tagStudentRecord) {
			p.Add(string(o.Properties[i].At), "tag the dataset student_record, in core or students",
				"what is keyed by students is a student record")
		}
	}
	if len(rule.required) > 0 && !slices.ContainsFunc(rule.required, func(t string) bool { return slices.Contains(c.Tags, t) }) {
		p.Add(o.At.Field("tags"), "tag it "+strings.Join(rule.required, " or "),
			"policy cannot tell what a dataset in %s without a tag is", c.Compartment)
	}
}

func (p *parsed) checkTags(path string, tags []string, rule tagRule) {
	for _, tag := range tags {
		switch {
		case strings.HasPrefix(tag, "x_"), slices.Contains(rule.allowed, tag), tag == tagQuasiIdentifier, tag == tagPseudonym:
		case slices.Contains(Tags(), tag):
			p.Add(path, "move the dataset to the compartment that holds such data",
				"data tagged %s must not be in %s", tag, p.contract.Compartment)
		default:
			p.Add(path, "use "+strings.Join(Tags(), ", ")+", or a name beginning with x_", "tag %q is unknown", tag)
		}
	}
}

// union appends to a what of b is not in it.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
