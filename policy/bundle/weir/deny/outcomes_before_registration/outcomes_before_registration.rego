# METADATA
# title: Outcomes before registration
# description: A study reads outcomes once its protocol and its match are registered.
package weir.deny.outcomes_before_registration

# METADATA
# title: A study estimates what was registered
# description: Without a registration on the audit log there is nothing to estimate from.
denied[name] contains rego.metadata.rule().title if {
	input.study
	not designing
	not registered
	some name, _ in data.catalog.datasets
}

# METADATA
# title: A study in design sees no outcomes that have no date
# description: Their outcome window cannot be told from the rest. Nor does it see marts, which are made from all dates. A study without an outcome window sees no outcomes at all.
denied[name] contains rego.metadata.rule().title if {
	designing
	some name in data.weir.config.studies.rows
	not data.catalog.datasets[name].dated
}

denied[name] contains "A study in design sees no outcomes that have no date" if {
	designing
	some name, dataset in data.catalog.datasets
	dataset.derived
}

denied[name] contains "A study in design sees no outcomes that have no date" if {
	designing
	count(input.study.windows) == 0
	some name in data.weir.config.studies.rows
}

# METADATA
# title: The study is in design
designing if input.study.phase == "design"

# METADATA
# title: The study is registered
registered if {
	input.study.phase == "estimate"
	input.study.registered == true
}
