package invariants

# METADATA
# title: Who acts in no role is granted nothing
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	count(input.acting) == 0
	some name, _ in input.granted
}

# METADATA
# title: Who acts in no role commands nothing
broken contains {"invariant": rego.metadata.rule().title, "dataset": "", "column": ""} if {
	count(input.acting) == 0
	count(input.commands) > 0
}

# METADATA
# title: Nobody acts in a role that they do not have
broken contains {"invariant": rego.metadata.rule().title, "dataset": "", "column": ""} if {
	some role in input.acting
	not role in input.roles
}
