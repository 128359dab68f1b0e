# METADATA
# title: Session
# description: Who is asking, in which of their roles, for which purpose, under which agreement.
package weir.session

# METADATA
# title: Exclusive roles
# description: Roles that put out all others of the same principal.
exclusive contains role if {
	some role in input.principal.roles
	data.weir.config.roles[role].exclusive
}

# METADATA
# title: Held roles
# description: The principal's roles, or only the exclusive ones when there are any.
held contains role if {
	count(exclusive) == 0
	some role in input.principal.roles
}

held contains role if some role in exclusive

# METADATA
# title: Purposes
# description: The purposes that the held roles may have.
purposes contains purpose if {
	some role in held
	some purpose in data.weir.config.roles[role].purposes
}

# METADATA
# title: Validity
# description: Whether today is a day on which the principal is valid.
valid if {
	object.get(input.principal, "valid_from", "") <= input.on
	input.on <= object.get(input.principal, "valid_to", "9999-12-31")
}

# METADATA
# title: Acting roles
# description: The held roles that have the purpose. Only these grant anything.
acting contains role if {
	valid
	some role in held
	input.purpose in data.weir.config.roles[role].purposes
}

# METADATA
# title: Refusal
# description: Why the session may see nothing at all; empty when it may.
default refusal := ""

refusal := "the principal is not valid on this day" if not valid

refusal := sprintf("%s is no purpose of %s", [input.purpose, concat(", ", sort(held))]) if {
	valid
	count(held) > 0
	count(acting) == 0
}

refusal := "the principal has no role" if {
	valid
	count(held) == 0
}

# METADATA
# title: Agreement
# description: The agreement, when it is for this purpose, names the principal and has not passed its destruction date.
agreement := input.agreement if {
	input.agreement.purpose == input.purpose
	input.principal.id in input.agreement.members
	input.on <= input.agreement.destroy_by
}
