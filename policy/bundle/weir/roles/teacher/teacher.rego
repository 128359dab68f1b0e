# METADATA
# title: Teacher
# description: A teacher sees their own rows, and figures about the students of their sections.
package weir.roles.teacher

# METADATA
# title: A teacher sees their own rows
# description: The rows about the teacher, of all datasets but the vault's.
grants[name] contains grant if {
	some name, dataset in data.catalog.datasets
	dataset.columns.teacher_key
	grant := {"rows": "own", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: A teacher sees class figures of their sections
# description: Means of student outcomes by section, for the sections that they teach, from the minimum number of students up.
grants.student_outcome contains grant if {
	data.catalog.datasets.student_outcome
	grant := {
		"rows": "taught",
		"columns": (figures.by | figures.means),
		"figures": object.union(figures, {
			"person": "student_key",
			"count": "students",
			"minimum": data.weir.config.thresholds.minimum_cell,
		}),
		"why": rego.metadata.rule().title,
	}
}

# METADATA
# title: Class figures
# description: What the figures are about, and of which columns they are means.
figures := {
	"by": {"section_id", "session_id", "assessment", "subject"},
	"means": {"scale_score", "percentile", "growth"},
}

# METADATA
# title: A teacher sees class feedback of their sections
# description: Feedback on the sections that they teach, where enough students answered.
grants.student_feedback contains grant if {
	dataset := data.catalog.datasets.student_feedback
	grant := {"rows": "class_feedback", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: A teacher sees reference data
# description: The shared datasets on the role's list.
grants[name] contains grant if {
	some name in data.weir.config.roles.teacher.reference
	dataset := data.catalog.datasets[name]
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}
