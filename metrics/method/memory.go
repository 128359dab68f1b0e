package method

import (
	"cmp"
	"crypto/md5" //nolint:gosec // identifies, and protects nothing
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// Memory is what one metric leaves to the next of the same run: the people that
// were met, and space.
type Memory struct {
	people map[string]*people // by the column of their keys
	codes  shelf[int32]
	sums   shelf[int64]
}

// met are the people met so far under a column's keys.
func (m *Memory) met(column string) *people {
	if m.people == nil {
		m.people = map[string]*people{}
	}
	if m.people[column] == nil {
		m.people[column] = &people{}
	}
	return m.people[column]
}

// shelf keeps slices for use again, since to grow new ones takes longer than to
// fill them.
type shelf[T any] struct {
	lock sync.Mutex
	free [][]T
}

// take returns an empty slice with room for n, the smallest there is.
func (s *shelf[T]) take(n int) []T {
	s.lock.Lock()
	defer s.lock.Unlock()
	best := -1
	for i, f := range s.free {
		if cap(f) >= n && (best < 0 || cap(f) < cap(s.free[best])) {
			best = i
		}
	}
	if best < 0 {
		return make([]T, 0, n)
	}
	found := s.free[best]
	s.free = slices.Delete(s.free, best, best+1)
	return found[:0]
}

func (s *shelf[T]) put(free []T) {
	if cap(free) == 0 {
		return
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.free = append(s.free, free)
}

// room returns a slice with the same values that can hold n more: twice as many, at
// least, where it must be another.
func (s *shelf[T]) room(of []T, n int) []T {
	if cap(of)-len(of) >= n {
		return of
	}
	larger := append(s.take(max(len(of)+n, 2*cap(of), 1<<12)), of...)
	s.put(of)
	return larger
}

// people numbers people, in the order in which they are first met.
type people struct {
	index   index
	digests []digest16 // of their keys
	places  []int32    // in the order of keys, of all when they were last ranked
	ranked  []digest16 // by place
}

// digest16 is an MD5 digest.
type digest16 [2]uint64

func digestOf(key []byte) digest16 {
	d := md5.Sum(key) //nolint:gosec // as above
	return digest16{binary.BigEndian.Uint64(d[:8]), binary.BigEndian.Uint64(d[8:])}
}

// uuids adds the numbers of those who have keys of 16 bytes, none for NULL. Keys are
// first looked up many at a time, since what takes long is to wait for memory.
func (p *people) uuids(codes []int32, values *array.FixedSizeBinary) []int32 {
	const block = 64
	var keys [block][2]uint64
	var numbers [block]int32
	for from := 0; from < values.Len(); from += block {
		n := min(block, values.Len()-from)
		for i := range n {
			key := values.Value(from + i)
			keys[i] = [2]uint64{binary.BigEndian.Uint64(key), binary.BigEndian.Uint64(key[8:])}
			numbers[i] = p.index.guess(keys[i])
		}
		for i := range n {
			number := numbers[i]
			switch {
			case values.IsNull(from + i):
				number = none
			case number == none || p.index.keys[number] != keys[i]:
				number = p.number(keys[i], func() digest16 { return digestOf(values.Value(from + i)) })
			}
			codes = append(codes, number)
		}
	}
	return codes
}

// text is the number of who has any other key.
func (p *people) text(key string) int32 {
	d := digestOf([]byte(key))
	return p.number(d, func() digest16 { return d })
}

func (p *people) number(key [2]uint64, digest func() digest16) int32 {
	who, known := p.index.of(key)
	if !known {
		p.digests = append(p.digests, digest())
	}
	return who
}

// rank finds the place of each person in the order of keys, which does not depend
// on who was met first.
func (p *people) rank() {
	if len(p.places) == len(p.digests) {
		return
	}
	order := make([]int32, len(p.digests))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		x, y := &p.index.keys[a], &p.index.keys[b]
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	p.places, p.ranked = make([]int32, len(order)), make([]digest16, len(order))
	for place, who := range order {
		p.places[who], p.ranked[place] = int32(place), p.digests[who]
	}
}

// index numbers keys from 0 in the order in which they first come: a hash table with
// linear probing, a quarter full at most.
type index struct {
	keys  [][2]uint64
	slots []int32 // a key's number and one more; 0: none
}

// few is up to how many possible keys a table of all is quicker than an index.
const few = 1 << 20

// codes is an index of whole numbers below a limit.
type codes struct {
	index

	all []int32 // by key, its number and one more, if they are few
}

func newCodes(limit uint64) codes {
	if limit > few {
		return codes{}
	}
	return codes{all: make([]int32, limit)}
}

func (c *codes) of(key uint64) (number int32, known bool) {
	if c.all == nil {
		return c.index.of([2]uint64{key})
	}
	if number := c.all[key]; number != 0 {
		return number - 1, true
	}
	c.keys = append(c.keys, [2]uint64{key})
	c.all[key] = int32(len(c.keys)) //nolint:gosec // rows are counted in 32 bits
	return c.all[key] - 1, false
}

func (c *codes) find(key uint64) int32 {
	if c.all == nil {
		return c.index.find([2]uint64{key})
	}
	return c.all[key] - 1
}

func (x *index) start(key [2]uint64) int {
	hash := (key[0] ^ bits.RotateLeft64(key[1]*0x9E3779B97F4A7C15, 32)) * 0x9E3779B97F4A7C15
	return int(hash>>32) & (len(x.slots) - 1)
}

// guess returns the number of a key, if it has one and stands in the first slot
// where it may.
func (x *index) guess(key [2]uint64) int32 {
	if len(x.slots) == 0 {
		return none
	}
	return x.slots[x.start(key)] - 1
}

// slot is where a key's number is or would be.
func (x *index) slot(key [2]uint64) int {
	at := x.start(key)
	for x.slots[at] != 0 && x.keys[x.slots[at]-1] != key {
		at = (at + 1) & (len(x.slots) - 1)
	}
	return at
}

// of returns the number of a key, and whether it had one already.
func (x *index) of(key [2]uint64) (number int32, known bool) {
	if len(x.keys)*4 >= len(x.slots) {
		x.grow()
	}
	at := x.slot(key)
	if number := x.slots[at]; number != 0 {
		return number - 1, true
	}
	x.keys = append(x.keys, key)
	x.slots[at] = int32(len(x.keys)) //nolint:gosec // rows are counted in 32 bits
	return x.slots[at] - 1, false
}

// find returns the number of a key, or none.
func (x *index) find(key [2]uint64) int32 {
	if len(x.slots) == 0 {
		return none
	}
	return x.slots[x.slot(key)] - 1
}

func (x *index) grow() {
	x.slots = make([]int32, max(64, 2*len(x.slots)))
	for i, key := range x.keys {
		x.slots[x.slot(key)] = int32(i) + 1
	}
}
