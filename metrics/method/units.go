package method

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// units are unit rows in columns, with whatever tells them apart as numbers. They
// are read once for all lists of dimensions. Rows of a person come together, and
// people in the order of their keys.
type units struct {
	n       int
	who     []int32           // people's places in the order of keys, by row, none for NULL; without them (nil) each row is somebody
	met     *people           // who they are
	columns map[string]column // dimensions, breakdown and school, by name
	sums    [][]int64         // by sum, then row
	memory  *Memory           // to which their space goes back
}

// column has one of few texts in each row.
type column struct {
	codes []int32  // by row, places in names; none for NULL
	names []string // in the order in which they first come
}

const none = -1

// school is the column of clusters.
const school = "school_id"

// micro counts an amount in millionths.
func micro(expression string) string {
	return "CAST(round(CAST(" + expression + " AS DOUBLE) * 1000000) AS BIGINT)"
}

// read reads the unit rows that meet a condition. Sums are expressions of rows
// that are integers. Optional columns may be absent, which then are empty. The
// caller frees them.
func (in Input) read(ctx context.Context, keep string, optional, sums []string) (*units, error) {
	from := in.Units
	for _, c := range optional {
		if !slices.Contains(in.Columns, c) {
			from = fmt.Sprintf("(SELECT *, CAST(NULL AS DOUBLE) AS %s FROM %s)", c, from)
		}
	}
	texts := in.used()
	if slices.Contains(in.Columns, school) && !slices.Contains(texts, school) {
		texts = append(texts, school)
	}
	var selected []string
	for _, c := range texts {
		selected = append(selected, "CAST("+c+" AS VARCHAR)")
	}
	if in.Person != "" {
		texts, selected = append(texts, in.Person), append(selected, in.Person) // a UUID is quicker than its text
	}
	for _, s := range sums {
		selected = append(selected, "CAST("+s+" AS BIGINT)")
	}
	memory := in.Memory
	if memory == nil {
		memory = &Memory{}
	}
	d := newDecoder(memory, len(texts), len(sums))
	if in.Person != "" {
		d.texts[len(texts)-1].people = memory.met(in.Person)
	}
	err := duck.Columns(ctx, in.DB, fmt.Sprintf("SELECT %s FROM %s WHERE %s", strings.Join(selected, ", "), from, keep), d.feed)
	if err := d.wait(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("read unit rows: %w", err)
	}
	u := &units{n: d.rows, columns: map[string]column{}, sums: d.sums, memory: memory}
	for i, c := range texts {
		if c == in.Person {
			u.who, u.met = d.texts[i].codes, d.texts[i].people
		} else {
			u.columns[c] = column{d.texts[i].codes, d.texts[i].names}
		}
	}
	u.sort()
	return u, nil
}

// free gives the space back, after which nothing of the units may be read.
func (u *units) free() {
	codes := [][]int32{u.who}
	for _, of := range u.columns {
		codes = append(codes, of.codes)
	}
	for _, of := range codes {
		u.memory.codes.put(of)
	}
	for _, of := range u.sums {
		u.memory.sums.put(of)
	}
	*u = units{}
}

// sort brings the rows of each person together.
func (u *units) sort() {
	if u.who == nil {
		return
	}
	u.met.rank()
	next := make([]int32, len(u.met.places)+2)
	for i, who := range u.who {
		if who != none {
			u.who[i] = u.met.places[who]
		}
		next[u.who[i]+2]++ // NULL is first
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	to := u.memory.codes.take(u.n)[:u.n]
	for i, who := range u.who {
		to[i] = next[who+1]
		next[who+1]++
	}
	names := slices.Collect(maps.Keys(u.columns))
	codes := make([][]int32, len(names))
	var running sync.WaitGroup
	for i := range u.sums {
		running.Go(func() { u.sums[i] = scatter(&u.memory.sums, u.sums[i], to) })
	}
	for i, name := range names {
		running.Go(func() { codes[i] = scatter(&u.memory.codes, u.columns[name].codes, to) })
	}
	running.Wait()
	for i, name := range names {
		u.columns[name] = column{codes[i], u.columns[name].names}
	}
	u.who = scatter(&u.memory.codes, u.who, to)
	u.memory.codes.put(to)
}

// scatter moves each value to its place.
func scatter[T any](memory *shelf[T], values []T, to []int32) []T {
	out := memory.take(len(values))[:len(values)]
	for i, at := range to {
		out[at] = values[i]
	}
	memory.put(values)
	return out
}

// decoder turns batches into columns, some columns on each processor.
type decoder struct {
	memory  *Memory
	rows    int
	texts   []textColumn
	sums    [][]int64
	queues  []chan arrow.RecordBatch
	running sync.WaitGroup
	errs    []error
}

// textColumn numbers texts, or people if it is theirs.
type textColumn struct {
	codes  []int32
	names  []string
	known  map[string]int32
	recent [64]int32 // codes of texts, each one more; 0 is none
	people *people
}

func newDecoder(memory *Memory, texts, sums int) *decoder {
	d := &decoder{memory: memory, texts: make([]textColumn, texts), sums: make([][]int64, sums)}
	for i := range d.texts {
		d.texts[i].known = map[string]int32{}
	}
	workers := runtime.GOMAXPROCS(0)
	d.errs = make([]error, workers)
	for w := range workers {
		queue := make(chan arrow.RecordBatch, 64)
		d.queues = append(d.queues, queue)
		d.running.Go(func() {
			for b := range queue {
				for i := w; i < int(b.NumCols()) && d.errs[w] == nil; i += workers {
					d.errs[w] = d.decode(i, b.Column(i))
				}
				b.Release()
			}
		})
	}
	return d
}

func (d *decoder) feed(b arrow.RecordBatch) {
	d.rows += int(b.NumRows())
	for _, q := range d.queues {
		b.Retain()
		q <- b
	}
}

func (d *decoder) wait() error {
	for _, q := range d.queues {
		close(q)
	}
	d.running.Wait()
	for _, err := range d.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) decode(i int, values arrow.Array) error {
	if i < len(d.texts) {
		c := &d.texts[i]
		c.codes = d.memory.codes.room(c.codes, values.Len())
		return c.add(values)
	}
	numbers, ok := values.(*array.Int64)
	if !ok || numbers.NullN() > 0 {
		return policy.Errorf(policy.Failed, "unit rows: a sum is %s, or NULL", values.DataType())
	}
	i -= len(d.texts)
	d.sums[i] = append(d.memory.sums.room(d.sums[i], numbers.Len()), numbers.Int64Values()...)
	return nil
}

// add decodes texts, or the bytes of UUIDs.
func (c *textColumn) add(values arrow.Array) error {
	if e, ok := values.(array.ExtensionArray); ok {
		values = e.Storage()
	}
	if uuids, ok := values.(*array.FixedSizeBinary); ok && c.people != nil && arrow.TypeEqual(uuids.DataType(), &arrow.FixedSizeBinaryType{ByteWidth: 16}) {
		c.codes = c.people.uuids(c.codes, uuids)
		return nil
	}
	texts, ok := values.(*array.String)
	if !ok {
		return policy.Errorf(policy.Failed, "unit rows: a text is %s", values.DataType())
	}
	code := c.code
	if c.people != nil {
		code = c.people.text
	}
	for i := range texts.Len() {
		if texts.IsNull(i) {
			c.codes = append(c.codes, none)
			continue
		}
		c.codes = append(c.codes, code(texts.Value(i)))
	}
	return nil
}

// code is the number of a text. Those that were met last are looked for first,
// where their ends would have put them.
func (c *textColumn) code(v string) int32 {
	at := len(v)
	if at > 0 {
		at += 7*int(v[len(v)-1]) + int(v[len(v)/2])
	}
	recent := &c.recent[at%len(c.recent)]
	if *recent > 0 && c.names[*recent-1] == v {
		return *recent - 1
	}
	code, ok := c.known[v]
	if !ok {
		code = c.name(strings.Clone(v)) // the batch goes
	}
	*recent = code + 1
	return code
}

// name gives a new text its number.
func (c *textColumn) name(v string) int32 {
	code := int32(len(c.names)) //nolint:gosec // rows are counted in 32 bits
	c.names, c.known[v] = append(c.names, v), code
	return code
}
