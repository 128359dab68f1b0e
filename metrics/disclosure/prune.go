package disclosure

import (
	"cmp"
	"slices"
)

// prune shows complementary suppressions again, the heaviest first, as long as
// every target can be proven without them. A proof stands until a figure that
// it changes is shown.
func (s *suppressor) prune() {
	order := slices.DeleteFunc(slices.Clone(s.added), func(c int) bool { return s.figures[c].state != Complementary })
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(s.figures[y].weight, s.figures[x].weight) })
	s.users = map[int][]int{}
	for _, q := range s.targets {
		s.enlist(q)
	}
	s.walk.draws, s.walk.looks = 8, 0
	for _, c := range order {
		if s.walk.looks > enough {
			return
		}
		if s.figures[c].state == Complementary {
			s.spare(c)
		}
	}
}

// spare shows a figure, or hides it again if some target then lacks a proof.
func (s *suppressor) spare(c int) {
	changed := append([]int{c}, s.figures[c].follows...)
	hidden := slices.DeleteFunc(slices.Clone(changed), func(q int) bool { return s.figures[q].state != Complementary })
	s.show(c)
	found := map[int]proof{}
	for _, q := range s.affected(changed) {
		p := s.walk.prove(q, s.levels[q])
		if !s.levels[q].met(p.inner(q, s.truth[q]), s.truth[q], true) {
			for _, k := range hidden {
				s.hide(k, Complementary)
			}
			return
		}
		found[q] = p
	}
	for q, p := range found {
		s.proofs[q] = p
		s.enlist(q)
	}
}

// enlist notes a target with the figures that its proof changes.
func (s *suppressor) enlist(q int) {
	for _, table := range s.proofs[q] {
		for c := range table {
			s.users[c] = append(s.users[c], q)
		}
	}
}

// affected returns the targets whose proofs change one of the figures.
func (s *suppressor) affected(changed []int) []int {
	var out []int
	for _, c := range changed {
		for _, q := range s.users[c] {
			if s.proofs[q].changes(c) {
				out = append(out, q)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// enough is how many changes pruning considers before it leaves things as they
// are: safe, if with more suppressed than need be.
const enough = 10_000_000
