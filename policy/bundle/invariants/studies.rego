package invariants

# METADATA
# title: Only research has studies
broken contains {"invariant": rego.metadata.rule().title, "dataset": "", "column": ""} if {
	count(input.study) > 0
	input.purpose != "research"
}

# METADATA
# title: A study that is not registered estimates nothing
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	"researcher" in input.acting
	input.study.phase != "design"
	not input.study.registered
	some name, _ in input.granted
}

# METADATA
# title: A study in design sees no row of an outcome window
# description: The row condition names both ends of each window, and there is no condition without dates.
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	"researcher" in input.acting
	input.study.phase == "design"
	some name, granted in input.granted
	holds_outcomes(name)
	granted.rows != "none"
	not bounded(granted)
}

# METADATA
# title: A study in design sees no outcome beside the treatment
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	"researcher" in input.acting
	input.study.phase == "design"
	some name in input.study.outcomes
	some column, _ in input.granted[name].columns
	column in outcome_columns[name]
}

# METADATA
# title: Whether all rows of a dataset are outcomes
holds_outcomes(name) if data.catalog.datasets[name].compartment == "evaluative"

holds_outcomes(name) if data.catalog.datasets[name].derived

holds_outcomes(name) if name in {"attendance", "coaching_feedback", "skill_assessment", "student_feedback", "student_outcome", "survey_response"}

# METADATA
# title: Whether a condition leaves out the outcome windows
bounded(granted) if {
	count(input.study.windows) > 0
	every window in input.study.windows {
		window.from in granted.bounds
		window.to in granted.bounds
	}
}

# METADATA
# title: Columns that are outcomes in datasets that tell who was treated
outcome_columns := {
	"coaching_session": {"minutes", "usefulness_rating"},
	"micro_credential": {"awarded_on", "status"},
	"pd_engagement": {"completed", "ended_at", "minutes", "relevance_rating", "satisfaction_rating"},
	"plc_activity": {"minutes"},
	"practice_change": {"first_applied_on", "in_use_at_3_months"},
}
