package method

import (
	"cmp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// tally is what to count in each cell.
type tally struct {
	size   int                         // of a cluster's vector of sums
	add    func(into []sum, row int32) // adds a row to it
	apart  bool                        // each person is a cluster, in cells of several schools too
	people []int                       // sums that must be positive for a person to count: the fewest people of any; empty: all count
	tell   *Counted                    // told who is counted; may be nil
}

// tally counts the unit rows in the cells of all lists of dimensions, some lists on
// each processor, and has the figures of each cell stated. The units are free then, and
// a cell's clusters when it is stated.
func (in Input) tally(u *units, t tally, state func(c cell) []figure) []figure {
	defer u.free()
	out := make([][]figure, len(in.Dimensions))
	person, _, _ := strings.Cut(in.Person, "_")
	if person == "" {
		person = "row"
	}
	t.tell.settle()
	tell := t.tell != nil && in.Person != "" && len(t.people) == 0
	schools := ranks(u.columns[school].names)
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var running sync.WaitGroup
	for i, list := range in.Dimensions {
		running.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			c := newCounter(u, t, list)
			defer c.free()
			c.count()
			out[i] = c.figures(person, schools, state)
			if tell {
				t.tell.note(in.Person, list, c, nil)
			}
		})
	}
	running.Wait()
	return slices.Concat(out...)
}

// ranks are the places of names in their order.
func ranks(names []string) []int {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(names[a], names[b]) })
	out := make([]int, len(names))
	for rank, i := range order {
		out[i] = rank
	}
	return out
}

// counted is a cell while it is counted.
type counted struct {
	first    int32 // a row of it
	every    bool  // its rows count in other cells, see Every
	units    int64 // rows
	n        int64 // people
	people   digest16
	school   int32 // of the row before
	cluster  int32 // its cluster
	clusters []int32
}

// slot counts people.
type slot struct {
	last int32
	n    int64
	who  []int32 // in ascending order, if they are to count in other cells
}

// counter counts the rows of one list.
type counter struct {
	*units
	tally

	needs      []int  // sums that must be positive, none for none
	school     column // of clusters; empty if units have no school
	dimensions []string
	of         []column // by dimension, as what follows
	every      []int32  // the code of Every, none where no row has it
	joins      bool     // any has it
	strides    []uint64
	found      codes // cells, by the codes of their dimensions
	known      []counted
	slots      []slot    // by cell, then need
	cellOf     []int32   // by row, none where a dimension is NULL
	hosts      [][]int32 // by cell, those in which its rows count too
	schools    codes     // clusters, by the cell's codes and school
	labels     []int32   // by cluster, its school or person
	sums       []sum     // of clusters, one vector after the other
}

func newCounter(u *units, t tally, list []string) *counter {
	c := &counter{units: u, tally: t, needs: t.people, school: u.columns[school], dimensions: Columns(list), cellOf: u.memory.codes.take(u.n)[:u.n]}
	if len(c.needs) == 0 {
		c.needs = []int{none}
	}
	size := uint64(1)
	for _, name := range c.dimensions {
		of := u.columns[name]
		every := int32(slices.Index(of.names, Every)) //nolint:gosec // rows are counted in 32 bits
		c.joins = c.joins || every != none
		c.of, c.strides, c.every = append(c.of, of), append(c.strides, size), append(c.every, every)
		size *= uint64(len(of.names) + 1)
	}
	c.found, c.schools = newCodes(size), newCodes(size*uint64(len(c.school.names)+1))
	return c
}

func (c *counter) free() { c.memory.codes.put(c.cellOf) }

// cell returns the cell of a row, new or known; none if a dimension is NULL, which
// the order of a category may be. Every category has no order.
func (c *counter) cell(row int32) int32 {
	key, every, inOrder := uint64(0), false, true
	for i, of := range c.of {
		code := of.codes[row]
		switch {
		case c.dimensions[i] == Breakdown[2]:
			if !inOrder {
				continue
			}
		case code == none:
			return none
		case code == c.every[i]:
			every, inOrder = true, inOrder && c.dimensions[i] != Breakdown[1]
		}
		key += uint64(code+1) * c.strides[i] //nolint:gosec // at least 0
	}
	at, known := c.found.of(key)
	if !known {
		c.known = append(c.known, counted{first: row, every: every, school: -2})
		for range c.needs {
			c.slots = append(c.slots, slot{last: none})
		}
	}
	return at
}

// count puts each row into its cell, and there into the cluster of its school.
func (c *counter) count() {
	for row := range int32(c.n) { //nolint:gosec // rows are counted in 32 bits
		at := c.cell(row)
		c.cellOf[row] = at
		if at == none {
			continue
		}
		k := &c.known[at]
		k.units++
		c.person(k, c.slotsOf(at), row)
		school := int32(none)
		if c.school.codes != nil {
			school = c.school.codes[row]
		}
		if school != k.school {
			k.school, k.cluster = school, c.cluster(k, at, school)
		}
		c.add(c.vector(k.cluster), row)
	}
	if c.joins {
		c.join()
	}
	for at := range c.known {
		slots := c.slotsOf(int32(at))
		c.known[at].n = slots[0].n
		for _, s := range slots {
			c.known[at].n = min(c.known[at].n, s.n)
		}
	}
}

func (c *counter) slotsOf(at int32) []slot {
	from := int(at) * len(c.needs)
	return c.slots[from : from+len(c.needs)]
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
	cluster, known := c.schools.of(c.found.keys[at][0]*uint64(len(c.school.names)+1) + uint64(school+1)) //nolint:gosec // both at least 0
	if !known {
		c.open(school)
		k.clusters = append(k.clusters, cluster)
	}
	return cluster
}

// person counts the person of a row, once: rows of a person come together.
func (c *counter) person(k *counted, slots []slot, row int32) {
	who := row
	if c.who != nil {
		if who = c.who[row]; who == none {
			return
		}
	}
	for i, need := range c.needs {
		if s := &slots[i]; s.last != who && (need == none || c.units.sums[need][row] > 0) {
			s.last = who
			s.n++
			if c.joins {
				s.who = append(s.who, who)
			}
			if need == none {
				k.people.flip(c.digest(who))
			}
		}
	}
}

// flip adds a digest, or takes it away.
func (d *digest16) flip(o digest16) {
	d[0] ^= o[0]
	d[1] ^= o[1]
}

func (c *counter) digest(who int32) digest16 {
	if c.met == nil {
		return digest16{}
	}
	return c.met.ranked[who]
}

// alone says whether a cell's clusters are people.
func (c *counter) alone(at int32) bool {
	return !c.known[at].every && (c.apart || len(c.known[at].clusters) == 1)
}

// eachAlone calls f with the rows of cells whose clusters are people, by person.
func (c *counter) eachAlone(f func(at, row int32)) {
	for row, at := range c.cellOf {
		if at == none {
			continue
		}
		if c.alone(at) {
			f(at, int32(row))
		}
		if c.joins {
			for _, host := range c.hosts[at] {
				if c.alone(host) {
					f(host, int32(row))
				}
			}
		}
	}
}

// ofAlone returns the rows of cells whose clusters are people, those of a cell
// together, with the end of each cell's.
func (c *counter) ofAlone() (rows, ends []int32) {
	ends = make([]int32, len(c.known)+1)
	c.eachAlone(func(at, _ int32) { ends[at+1]++ })
	for at := range c.known {
		ends[at+1] += ends[at]
	}
	n := int(ends[len(c.known)])
	rows = c.memory.codes.take(n)[:n]
	c.eachAlone(func(at, row int32) {
		rows[ends[at]] = row
		ends[at]++
	})
	return rows, ends
}

// split makes clusters of a person each.
func (c *counter) split(rows []int32) (clusters []int32) {
	for i, row := range rows {
		if i == 0 || c.who == nil || c.who[row] != c.who[rows[i-1]] {
			clusters = append(clusters, c.open(none))
		}
		c.add(c.vector(clusters[len(clusters)-1]), row)
	}
	return clusters
}

// figures has the figures of each cell stated. Schools come in the order of their
// names, which ranks has, people in that of their keys, and rows about nobody in that
// of their sums, so that doubles are added in one order.
func (c *counter) figures(person string, ranks []int, state func(c cell) []figure) (out []figure) {
	rows, ends := c.ofAlone()
	defer c.memory.codes.put(rows)
	rank := func(cluster int32) int {
		if code := c.labels[cluster]; code != none {
			return ranks[code]
		}
		return none
	}
	whole, from := len(c.labels), int32(0)
	for at := range c.known {
		own := rows[from:ends[at]]
		from = ends[at]
		k := &c.known[at]
		if k.every {
			continue
		}
		o := cell{keys: c.keys(k), n: k.n, units: k.units, by: bySchool}
		for _, cluster := range k.clusters {
			if c.labels[cluster] != none {
				o.schools++
			}
		}
		clusters := k.clusters
		if c.alone(int32(at)) {
			o.by, clusters = person, c.split(own)
			if c.who == nil {
				slices.SortFunc(clusters, c.bySums)
			}
		} else {
			slices.SortFunc(clusters, func(a, b int32) int { return cmp.Compare(rank(a), rank(b)) })
		}
		c.fill(&o, clusters)
		for _, f := range state(o) {
			f.clusters, f.total = nil, nil
			out = append(out, f)
		}
		c.labels, c.sums = c.labels[:whole], c.sums[:whole*c.size] // people's
	}
	return out
}

func (c *counter) bySums(a, b int32) int {
	return slices.CompareFunc(c.vector(a), c.vector(b), func(x, y sum) int { return cmp.Or(cmp.Compare(x.hi, y.hi), cmp.Compare(x.lo, y.lo)) })
}

// fill writes a cell's clusters and their totals.
func (c *counter) fill(o *cell, clusters []int32) {
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

// keys are the values of all dimensions and the breakdown of a cell.
func (c *counter) keys(k *counted) []any {
	out := make([]any, len(Dimensions)+len(Breakdown))
	all := slices.Concat(Dimensions, Breakdown)
	for i, name := range c.dimensions {
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
