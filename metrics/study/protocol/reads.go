package protocol

import "strings"

// Reads lists the columns of each dataset that the study's statements read.
func (p *Protocol) Reads() map[string][]string {
	seen := map[string]map[string]bool{}
	add := func(dataset string, columns ...string) {
		if seen[dataset] == nil {
			seen[dataset] = map[string]bool{}
		}
		for _, c := range columns {
			seen[dataset][c] = true
		}
	}
	conditions := func(dataset string, all []Condition) {
		for _, c := range all {
			if column, ok := strings.CutPrefix(c.Column, programs+"."); ok {
				add(programs, "program_id", column)
				add(dataset, "program_id")
			} else {
				add(dataset, c.Column)
			}
		}
	}
	add("teacher", "teacher_key", "school_id", "effective_from", "effective_to")
	conditions("teacher", p.Population)
	for _, a := range []Arm{p.Treatment, p.Comparison} {
		add(a.Dataset, "teacher_key", datasets[a.Dataset].day)
		conditions(a.Dataset, a.Conditions)
	}
	measures := append(append([]Measure{}, p.Covariates...), p.Later()...)
	for _, m := range measures {
		of := datasets[m.Dataset]
		switch {
		case m.Dataset == "school":
			add(m.Dataset, "school_id")
		case of.students:
			add(m.Dataset, "student_key", "section_id", of.day)
			add("section_teacher", "section_id", "teacher_key", "instruction_share")
		case of.day != "":
			add(m.Dataset, "teacher_key", of.day)
		}
		if m.Column != "" && m.Column != schoolYear {
			add(m.Dataset, m.Column)
		}
		conditions(m.Dataset, m.Conditions)
	}
	out := map[string][]string{}
	for name, columns := range seen {
		out[name] = sortedKeys(columns)
	}
	return out
}
