package match

// ranked is what a priority queue holds.
type ranked[T any] interface{ before(other T) bool }

// priority is a binary heap whose first element no other comes before.
type priority[T ranked[T]] []T

func (h *priority[T]) push(x T) {
	*h = append(*h, x)
	s := *h
	i := len(s) - 1
	for i > 0 && x.before(s[(i-1)/2]) {
		s[i] = s[(i-1)/2]
		i = (i - 1) / 2
	}
	s[i] = x
}

func (h *priority[T]) pop() T {
	s := *h
	top, last := s[0], s[len(s)-1]
	*h = s[:len(s)-1]
	if len(*h) > 0 {
		h.replace(last)
	}
	return top
}

// replace puts x in the place of the first element.
func (h *priority[T]) replace(x T) {
	s := *h
	i := 0
	for child := 1; child < len(s); child = 2*i + 1 {
		if child+1 < len(s) && s[child+1].before(s[child]) {
			child++
		}
		if !s[child].before(x) {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = x
}
