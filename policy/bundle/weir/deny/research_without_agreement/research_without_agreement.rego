# METADATA
# title: Research without agreement
# description: A written agreement comes before research data (34 CFR 99.31(a)(6)).
package weir.deny.research_without_agreement

# METADATA
# title: Research needs an agreement
# description: Without an agreement for research that names the principal and has not passed its destruction date there is no data.
denied[name] contains rego.metadata.rule().title if {
	"researcher" in data.weir.session.acting
	not data.weir.session.agreement
	some name, _ in data.catalog.datasets
}
