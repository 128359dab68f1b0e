package synth

import (
	"fmt"
	"strings"
)

// mess is what is wrong with one file. A faulty row is a copy of a sound one
// with a key of its own and one thing wrong, and no other row refers to it, so
// that each is refused for one rule and takes no other with it.
type mess struct {
	key      string // gives a copied row a key of its own, as REPLACE list; %d is a number
	where    string // which rows may be copied and repaired; empty: all
	faults   []fault
	repairs  []repair
	lines    []string // lines with too few or too many fields
	dress    string   // how rows are written, as SELECT list; empty: *
	format   string   // COPY options, if not those of the file's name
	encoding charset
	mapping  string // mapping file to put beside the file; empty: none
}

// fault is a number of rows that a load must refuse.
type fault struct {
	rule string
	rows int
	set  string // what is wrong, as REPLACE list
}

// repair is a number of rows that a load must put right.
type repair struct {
	kind string
	rows int
	set  string
}

// The rules that are not a matter of one value.
const (
	ruleDuplicateRow = "duplicate_row" // an exact copy; the copy is refused
	ruleDuplicateKey = "duplicate_key" // the same key twice with different content; both are refused
	ruleStructure    = "structure"     // a line with too few or too many fields
)

// The kinds of repair.
const (
	repairBlanks = "surrounding_blanks"
	repairCase   = "letter_case"
)

// rows returns the query of the messy file. The sound rows are ordered; the
// first of them are written in need of repair, and each fault copies others.
func (m *mess) rows(view string) string {
	pool := "(FROM " + view + ")"
	var parts []string
	if m.where != "" {
		pool = fmt.Sprintf("(FROM %s WHERE %s)", view, m.where)
		parts = append(parts, fmt.Sprintf("(FROM %s WHERE NOT (%s))", view, m.where))
	}
	next := 0
	take := func(rows int, replace string) {
		list := "*"
		if replace != "" {
			list = fmt.Sprintf("* REPLACE (%s)", replace)
		}
		parts = append(parts, fmt.Sprintf("(SELECT %s FROM %s LIMIT %d OFFSET %d)", list, pool, rows, next))
	}
	for _, r := range m.repairs {
		take(r.rows, r.set)
		next += r.rows
	}
	parts = append(parts, fmt.Sprintf("(FROM %s OFFSET %d)", pool, next))
	for i, f := range m.faults {
		key := m.key
		if strings.Contains(key, "%d") {
			key = fmt.Sprintf(key, i)
		}
		switch f.rule {
		case ruleDuplicateRow:
			take(f.rows, "")
		case ruleDuplicateKey:
			take(f.rows, key)
			take(f.rows, key+", "+f.set)
		default:
			take(f.rows, key+", "+f.set)
		}
		next += f.rows
	}
	dress := m.dress
	if dress == "" {
		dress = "*"
	}
	return "SELECT " + dress + " FROM (" + strings.Join(parts, " UNION ALL ") + ")"
}

// finish does what the engine's writer cannot: broken lines, encoding, and the
// mapping file that goes with the file.
func (m *mess) finish(target string) error {
	if err := appendLines(target, m.lines); err != nil {
		return err
	}
	if err := m.encoding.rewrite(target); err != nil {
		return err
	}
	if m.mapping == "" {
		return nil
	}
	return writeMapping(target, m.mapping)
}

func (m *mess) quarantined() map[string]int {
	counts := map[string]int{}
	for _, f := range m.faults {
		counts[f.rule] += f.rows
		if f.rule == ruleDuplicateKey {
			counts[f.rule] += f.rows
		}
	}
	if len(m.lines) > 0 {
		counts[ruleStructure] = len(m.lines)
	}
	return counts
}

func (m *mess) repaired() map[string]int {
	counts := map[string]int{}
	for _, r := range m.repairs {
		counts[r.kind] += r.rows
	}
	return counts
}
