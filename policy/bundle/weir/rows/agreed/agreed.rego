# METADATA
# title: Agreed rows
# description: Rows of the agreement's dates, without teachers who do not consent to research.
package weir.rows.agreed

# METADATA
# title: The row is within the agreement
include if {
	dated
	consented
	not concealed
}

# METADATA
# title: The row holds on a day of the agreement
# description: A dataset without dates is agreed on as a whole. A row without a date is left out.
dated if not data.catalog.datasets[input.dataset].dated

dated if {
	data.catalog.datasets[input.dataset].dated
	input.period.start != null
	input.period.start <= input.agreement.to
	not ended
}

# METADATA
# title: The row no longer holds when the agreement's dates begin
ended if {
	input.period.end != null
	input.period.end < input.agreement.from
}

# METADATA
# title: The row's teacher consents to research
# description: Datasets that are not about teachers need no teacher's consent.
consented if not data.catalog.datasets[input.dataset].columns.teacher_key

consented if {
	data.catalog.datasets[input.dataset].columns.teacher_key
	input.related.consenting == true
}

# METADATA
# title: The row is an outcome that a study in design does not see
# description: Rows of outcome datasets that hold on a day of an outcome window.
concealed if {
	input.study.phase == "design"
	input.dataset in data.weir.config.studies.rows
	some window in input.study.windows
	input.period.start <= window.to
	input.period.end >= window.from
}

concealed if {
	input.study.phase == "design"
	input.dataset in data.weir.config.studies.rows
	some window in input.study.windows
	input.period.start <= window.to
	input.period.end == null
}
