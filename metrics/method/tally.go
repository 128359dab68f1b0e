package method

import (
	"cmp"
	"crypto/md5" //nolint:gosec // identifies, and protects nothing
	"encoding/binary"
	"math/bits"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// sum is a sum of integers that cannot overflow, so that it repeats whatever the
// order of rows.
type sum struct {
	hi int64
	lo uint64
}

func (s *sum) add(v int64) {
	lo, carry := bits.Add64(s.lo, uint64(v), 0) //nolint:gosec // two's complement
	s.lo, s.hi = lo, s.hi+v>>63+int64(carry)    //nolint:gosec // 0 or 1
}

// product adds the product of two numbers.
func (s *sum) product(x, y int64) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))                         //nolint:gosec // two's complement
	s.plus(sum{hi: int64(hi) - (x >> 63 & y) - (y >> 63 & x), lo: lo}) //nolint:gosec // as above
}

// millionths is the sum in units.
func (s *sum) millionths() float64 {
	if s.hi >= 0 {
		return (float64(s.hi)*(1<<64) + float64(s.lo)) / 1e6
	}
	lo, carry := bits.Add64(^s.lo, 1, 0)
	return -(float64(^s.hi+int64(carry))*(1<<64) + float64(lo)) / 1e6 //nolint:gosec // as above
}

// tally is what to count in each cell.
type tally struct {
	size   int                         // of a cluster's vector of sums
	add    func(into []sum, row int32) // adds a row to it
	apart  bool                        // each person is a cluster, in cells of several schools too
	people []int                       // sums that must be positive for a person to count: the fewest people of any; empty: all count
	tell   *Counted                    // told who is counted; may be nil
}

// cells counts the unit rows in the cells of all lists of dimensions, some lists on
// each processor.
func (in Input) tally(u *units, t tally) []cell {
	out := make([][]cell, len(in.Dimensions))
	person, _, _ := strings.Cut(in.Person, "_")
	if person == "" {
		person = "row"
	}
	var digests []digest16
	if t.tell != nil {
		t.tell.told = true
		if in.Person != "" && len(t.people) == 0 {
			digests = digestsOf(u.who.names)
		}
	}
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var running sync.WaitGroup
	for i, list := range in.Dimensions {
		running.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			c := newCounter(u, t, list, digests)
			c.count()
			out[i] = c.cells(person)
			if digests != nil {
				t.tell.note(in.Person, list, c, nil)
			}
		})
	}
	running.Wait()
	return slices.Concat(out...)
}

type digest16 [2]uint64

func digestsOf(names []string) []digest16 {
	out := make([]digest16, len(names))
	for i, n := range names {
		d := md5.Sum([]byte(n)) //nolint:gosec // as above
		out[i] = digest16{binary.BigEndian.Uint64(d[:8]), binary.BigEndian.Uint64(d[8:])}
	}
	return out
}

// counted is a cell while it is counted.
type counted struct {
	first    int32 // a row of it
	last     int32 // the person counted last
	n, units int64 // people, rows
	people   digest16
	slots    []slot // by sum that a person must have
	school   int32  // of the row before
	cluster  int32  // its cluster
	clusters []int32
}

// slot counts the people with a positive sum.
type slot struct {
	last int32
	n    int64
}

// counter counts the rows of one list.
type counter struct {
	*units
	tally

	columns []string
	of      []column
	digests []digest16
	found   map[uint64]int32
	dense   []int32 // the same, where there are few
	strides []uint64
	known   []counted
	cellOf  []int32 // by row, none where a dimension is NULL
	schools map[uint64]int32
	labels  []int32 // by cluster, its school or person
	sums    []sum   // of clusters, one vector after the other
}

// few is up to how many possible cells a table of all is kept.
const few = 1 << 20

func newCounter(u *units, t tally, list []string, digests []digest16) *counter {
	c := &counter{units: u, tally: t, columns: Columns(list), digests: digests, schools: map[uint64]int32{}, cellOf: make([]int32, u.n)}
	size := uint64(1)
	for _, name := range c.columns {
		of := u.used[name]
		c.of, c.strides = append(c.of, of), append(c.strides, size)
		size *= uint64(len(of.names) + 1)
	}
	if size <= few {
		c.dense = make([]int32, size)
		for i := range c.dense {
			c.dense[i] = none
		}
	} else {
		c.found = map[uint64]int32{}
	}
	return c
}

// cell returns the cell of a row, new or known; none if a dimension is NULL, which
// the order of a category may be.
func (c *counter) cell(row int32) int32 {
	key := uint64(0)
	for i, of := range c.of {
		code := of.codes[row]
		if code == none && c.columns[i] != Breakdown[2] {
			return none
		}
		key += uint64(code+1) * c.strides[i] //nolint:gosec // at least 0
	}
	at := int32(none)
	if c.dense != nil {
		at = c.dense[key]
	} else if k, ok := c.found[key]; ok {
		at = k
	}
	if at != none {
		return at
	}
	at = int32(len(c.known)) //nolint:gosec // rows are counted in 32 bits
	c.known = append(c.known, counted{first: row, last: none, school: -2})
	if n := len(c.people); n > 0 {
		c.known[at].slots = make([]slot, n)
		for k := range c.known[at].slots {
			c.known[at].slots[k].last = none
		}
	}
	if c.dense != nil {
		c.dense[key] = at
	} else {
		c.found[key] = at
	}
	return at
}

// count puts each row into its cell, and there into the cluster of its school.
func (c *counter) count() {
	for _, row := range c.order {
		at := c.cell(row)
		c.cellOf[row] = at
		if at == none {
			continue
		}
		k := &c.known[at]
		k.units++
		c.person(k, row)
		school := int32(none)
		if c.school.codes != nil {
			school = c.school.codes[row]
		}
		if school != k.school {
			k.school, k.cluster = school, c.cluster(k, at, school)
		}
		c.add(c.vector(k.cluster), row)
	}
}

func (c *counter) vector(cluster int32) []sum {
	from := int(cluster) * c.size
	return c.sums[from : from+c.size]
}

// open makes a new cluster.
func (c *counter) open(school int32) int32 {
	cluster := int32(len(c.labels)) //nolint:gosec // as above
	c.labels = append(c.labels, school)
	c.sums = append(c.sums, make([]sum, c.size)...)
	return cluster
}

// cluster returns the cluster of a school in a cell.
func (c *counter) cluster(k *counted, at, school int32) int32 {
	key := uint64(at)<<32 | uint64(school+1) //nolint:gosec // both at least 0
	cluster, ok := c.schools[key]
	if !ok {
		cluster = c.open(school)
		c.schools[key] = cluster
		k.clusters = append(k.clusters, cluster)
	}
	return cluster
}

// person counts the person of a row, once: rows of a person come together.
func (c *counter) person(k *counted, row int32) {
	who := row
	if c.who.codes != nil {
		if who = c.who.codes[row]; who == none {
			return
		}
	}
	for i, need := range c.people {
		if s := &k.slots[i]; s.last != who && c.units.sums[need][row] > 0 {
			s.last = who
			s.n++
		}
	}
	if k.last != who {
		k.last = who
		k.n++
		if c.digests != nil {
			d := c.digests[who]
			k.people[0] ^= d[0]
			k.people[1] ^= d[1]
		}
	}
}

// alone says whether a cell's clusters are people.
func (c *counter) alone(at int) bool { return c.apart || len(c.known[at].clusters) == 1 }

// split parts the cells of one school into clusters of a person each.
func (c *counter) split() [][]int32 {
	apart := make([][]int32, len(c.known))
	last := make([]int32, len(c.known))
	alone := false
	for at := range c.known {
		last[at] = -2
		alone = alone || c.alone(at)
	}
	if !alone {
		return apart
	}
	for _, row := range c.order {
		at := c.cellOf[row]
		if at == none || !c.alone(int(at)) {
			continue
		}
		who := row
		if c.who.codes != nil {
			who = c.who.codes[row]
		}
		if last[at] != who {
			last[at] = who
			apart[at] = append(apart[at], c.open(who))
		}
		c.add(c.vector(apart[at][len(apart[at])-1]), row)
	}
	return apart
}

// cells returns what was counted. Schools come in the order of their names, and
// people in that of their sums, so that doubles are added in one order.
func (c *counter) cells(person string) []cell {
	apart := c.split()
	out := make([]cell, len(c.known))
	for at := range c.known {
		k := &c.known[at]
		o := &out[at]
		o.keys, o.n, o.units, o.by = c.keys(k), k.n, k.units, bySchool
		for i, s := range k.slots {
			if i == 0 || s.n < o.n {
				o.n = s.n
			}
		}
		for _, cluster := range k.clusters {
			if c.labels[cluster] != none {
				o.schools++
			}
		}
		clusters, names := k.clusters, c.school.names
		if c.alone(at) {
			o.by, clusters, names = person, apart[at], nil
		}
		c.fill(o, clusters, names)
	}
	return out
}

// fill writes a cell's clusters and their totals.
func (c *counter) fill(o *cell, clusters []int32, names []string) {
	bySums := func(a, b int32) int {
		return slices.CompareFunc(c.vector(a), c.vector(b), func(x, y sum) int { return cmp.Or(cmp.Compare(x.hi, y.hi), cmp.Compare(x.lo, y.lo)) })
	}
	if names == nil {
		slices.SortFunc(clusters, bySums)
	} else {
		name := func(cluster int32) string {
			if code := c.labels[cluster]; code != none {
				return names[code]
			}
			return ""
		}
		slices.SortFunc(clusters, func(a, b int32) int { return cmp.Compare(name(a), name(b)) })
	}
	flat := make([]float64, len(clusters)*c.size)
	o.clusters = make([][]float64, len(clusters))
	total := make([]sum, c.size)
	for g, cluster := range clusters {
		o.clusters[g] = flat[g*c.size : (g+1)*c.size]
		for i, s := range c.vector(cluster) {
			o.clusters[g][i] = s.millionths()
			total[i].plus(s)
		}
	}
	o.total = make([]float64, c.size)
	for i, s := range total {
		o.total[i] = s.millionths()
	}
}

func (s *sum) plus(o sum) {
	lo, carry := bits.Add64(s.lo, o.lo, 0)
	s.lo, s.hi = lo, s.hi+o.hi+int64(carry) //nolint:gosec // 0 or 1
}

// keys are the values of all dimensions and the breakdown of a cell.
func (c *counter) keys(k *counted) []any {
	out := make([]any, len(Dimensions)+len(Breakdown))
	all := slices.Concat(Dimensions, Breakdown)
	for i, name := range c.columns {
		code := c.of[i].codes[k.first]
		if code == none {
			continue
		}
		at := slices.Index(all, name)
		out[at] = c.of[i].names[code]
		if name == Breakdown[2] {
			order, err := strconv.ParseFloat(c.of[i].names[code], 64)
			if err != nil {
				continue // the engine wrote it
			}
			out[at] = order
		}
	}
	return out
}
