package method

import (
	"context"
	"fmt"
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
// are read once for all lists of dimensions.
type units struct {
	n      int
	who    column            // people; without them each row is somebody
	school column            // none if units have no school
	used   map[string]column // dimensions and breakdown, by name
	sums   [][]int64         // by sum, then row
	order  []int32           // rows, those of a person together
}

// column has one of few texts in each row.
type column struct {
	codes []int32  // by row, places in names; none for NULL
	names []string // in the order in which they first come
}

const none = -1

// micro counts an amount in millionths.
func micro(expression string) string {
	return "CAST(round(CAST(" + expression + " AS DOUBLE) * 1000000) AS BIGINT)"
}

// read reads the unit rows that meet a condition. Sums are expressions of rows
// that are integers. Optional columns may be absent, which then are empty.
func (in Input) read(ctx context.Context, keep string, optional, sums []string) (*units, error) {
	from := in.Units
	for _, c := range optional {
		if !slices.Contains(in.Columns, c) {
			from = fmt.Sprintf("(SELECT *, CAST(NULL AS DOUBLE) AS %s FROM %s)", c, from)
		}
	}
	used := in.used()
	texts := slices.Clone(used)
	if slices.Contains(in.Columns, "school_id") && !slices.Contains(used, "school_id") {
		texts = append(texts, "school_id")
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
	u := &units{used: map[string]column{}, sums: make([][]int64, len(sums))}
	d := newDecoder(len(texts), len(sums))
	err := duck.Columns(ctx, in.DB, fmt.Sprintf("SELECT %s FROM %s WHERE %s", strings.Join(selected, ", "), from, keep), func(b arrow.RecordBatch) {
		u.n += int(b.NumRows())
		d.feed(b)
	})
	if err := d.wait(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("read unit rows: %w", err)
	}
	for i, c := range texts {
		of := column{d.texts[i].codes, d.texts[i].names}
		switch {
		case i < len(used):
			u.used[c] = of
		case c == in.Person:
			u.who = of
		default:
			u.school = of
		}
	}
	if slices.Contains(used, "school_id") {
		u.school = u.used["school_id"]
	}
	for i := range sums {
		u.sums[i] = d.numbers[i].values
	}
	u.sort()
	return u, nil
}

// sort brings the rows of each person together.
func (u *units) sort() {
	u.order = make([]int32, u.n)
	if u.who.codes == nil {
		for i := range u.order {
			u.order[i] = int32(i)
		}
		return
	}
	next := make([]int32, len(u.who.names)+2)
	for _, c := range u.who.codes {
		next[c+2]++ // NULL is first
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	for i, c := range u.who.codes {
		u.order[next[c+1]] = int32(i)
		next[c+1]++
	}
}

// decoder turns batches into columns, some columns on each processor.
type decoder struct {
	texts   []*textColumn
	numbers []*numberColumn
	queues  []chan arrow.RecordBatch
	running sync.WaitGroup
	errs    []error
}

type textColumn struct {
	codes []int32
	names []string
	known map[string]int32
	last  int32 // of UUIDs
	// recent are codes of texts, each one more; 0 is none
	recent [64]int32
}

type numberColumn struct{ values []int64 }

func newDecoder(texts, numbers int) *decoder {
	d := &decoder{texts: make([]*textColumn, texts), numbers: make([]*numberColumn, numbers)}
	for i := range d.texts {
		d.texts[i] = &textColumn{known: map[string]int32{}, last: none}
	}
	for i := range d.numbers {
		d.numbers[i] = &numberColumn{}
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
		return d.texts[i].add(values)
	}
	numbers, ok := values.(*array.Int64)
	if !ok || numbers.NullN() > 0 {
		return policy.Errorf(policy.Failed, "unit rows: a sum is %s, or NULL", values.DataType())
	}
	c := d.numbers[i-len(d.texts)]
	c.values = append(room(c.values, numbers.Len()), numbers.Int64Values()...)
	return nil
}

// add decodes texts, or the bytes of UUIDs.
func (c *textColumn) add(values arrow.Array) error {
	if e, ok := values.(array.ExtensionArray); ok {
		values = e.Storage()
	}
	c.codes = room(c.codes, values.Len())
	switch values := values.(type) {
	case *array.String:
		for i := range values.Len() {
			if values.IsNull(i) {
				c.codes = append(c.codes, none)
				continue
			}
			c.codes = append(c.codes, c.code(values.Value(i)))
		}
	case *array.FixedSizeBinary:
		for i := range values.Len() {
			if values.IsNull(i) {
				c.codes = append(c.codes, none)
				continue
			}
			v := values.Value(i)
			if c.last == none || c.names[c.last] != string(v) {
				code, ok := c.known[string(v)]
				if !ok {
					code = c.name(string(v))
				}
				c.last = code
			}
			c.codes = append(c.codes, c.last)
		}
	default:
		return policy.Errorf(policy.Failed, "unit rows: a text is %s", values.DataType())
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

// room grows a slice to hold n more, twofold where it must grow.
func room[T any](s []T, n int) []T {
	if cap(s)-len(s) < n {
		return slices.Grow(s, max(n, len(s)))
	}
	return s
}

// name gives a new text its number.
func (c *textColumn) name(v string) int32 {
	code := int32(len(c.names)) //nolint:gosec // rows are counted in 32 bits
	c.names, c.known[v] = append(c.names, v), code
	return code
}
