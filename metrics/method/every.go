package method

import "slices"

// Every as a dimension or category of a unit row says that it counts in every one
// that other rows have beside the same other dimensions: as do those with whom
// each kind of program is compared.
const Every = "*"

// join adds the cells whose rows count in every one to those that have each
// dimension by name.
func (c *counter) join() {
	c.hosts = make([][]int32, len(c.known))
	for at := range c.known {
		k := &c.known[at]
		if k.every {
			continue
		}
		keys := []uint64{c.found.keys[at][0]}
		for i, every := range c.every {
			if every == none {
				continue
			}
			far := c.far(k.first, i, every)
			if c.dimensions[i] == Breakdown[1] { // its order goes with it
				far += c.far(k.first, i+1, none)
			}
			for _, key := range keys {
				keys = append(keys, key+far)
			}
		}
		for _, key := range keys[1:] {
			if other := c.found.find(key); other != none {
				c.hosts[other] = append(c.hosts[other], int32(at))
				c.take(int32(at), other)
			}
		}
	}
}

// far is how far a row's key is from that with another code in a column.
func (c *counter) far(row int32, column int, code int32) uint64 {
	return uint64(code-c.of[column].codes[row]) * c.strides[column] //nolint:gosec // what overflows comes back when it is added
}

// take adds another cell's rows to a cell.
func (c *counter) take(at, other int32) {
	k := &c.known[at]
	k.units += c.known[other].units
	for _, from := range c.known[other].clusters {
		into := c.vector(c.cluster(k, at, c.labels[from]))
		for i, s := range c.vector(from) {
			into[i].plus(s)
		}
	}
	others := c.slotsOf(other)
	for i := range c.needs {
		s := &c.slotsOf(at)[i]
		s.who = slices.Concat(s.who, others[i].who)
		slices.Sort(s.who)
		s.who = slices.Compact(s.who)
		s.n = int64(len(s.who))
	}
	if c.needs[0] == none {
		k.people = digest16{}
		for _, who := range c.slotsOf(at)[0].who {
			k.people.flip(c.digest(who))
		}
	}
}
