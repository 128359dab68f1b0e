package disclosure

// primary hides every figure that is sensitive in itself and sets its level.
func (a *assembly) primary() {
	hidden := map[int]Rule{}
	for _, l := range a.layouts {
		for k, c := range l.table.Cells {
			s := l.spots[k]
			own := a.thresholds
			own.People = a.least(s.people) // what any linked table asks for
			why := own.Primary(l.table.Measure, c)
			if s.value < 0 && why != TooFewPeople && why != TooFewGroups { // what is in no sum is judged by itself
				why = None
			}
			switch why {
			case None:
			case TooFewPeople, TooFewGroups:
				a.hide(s.people, why)
				hidden[s.people] = why
				if s.value >= 0 {
					hidden[s.value] = why
				}
			default:
				a.hide(s.value, why)
				if _, ok := hidden[s.value]; !ok {
					hidden[s.value] = why
				}
			}
		}
	}
	for q, why := range hidden { // after all is hidden: what one tells bounds the other
		a.figures[q].level = a.required(q, why)
	}
}

// levels are the protection levels of all figures that are sensitive in
// themselves, or were in an earlier release.
func (a *assembly) levels() map[int]Level {
	out := map[int]Level{}
	for q, f := range a.figures {
		if f.owed > 0 && (f.state != None || f.latent) {
			f.level.Width = max(f.level.Width, f.owed)
		}
		if f.level.needed() {
			out[q] = f.level
		}
	}
	return out
}
