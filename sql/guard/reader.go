package guard

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// reader reads the JSON that the engine writes. It differs from encoding/json
// in two ways that matter here: it takes the bare words Infinity and NaN, which
// the engine writes for such literals, and it reads names and offsets without
// building a value for everything else. Its first error sticks.
type reader struct {
	data []byte
	pos  int
	bad  bool
}

// peek returns the next byte that is not white space, or 0 at the end or after
// an error.
func (r *reader) peek() byte {
	for ; !r.bad && r.pos < len(r.data); r.pos++ {
		switch r.data[r.pos] {
		case ' ', '\t', '\r', '\n':
		default:
			return r.data[r.pos]
		}
	}
	return 0
}

// take reads c, if it is next.
func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.pos++
	return true
}

// need reads c, which must be next.
func (r *reader) need(c byte) {
	if !r.take(c) {
		r.bad = true
	}
}

// each reads the elements between two brackets; read reads one.
func (r *reader) each(open, end byte, read func()) {
	r.need(open)
	if r.take(end) {
		return
	}
	for !r.bad {
		read()
		if r.take(end) {
			return
		}
		r.need(',')
	}
}

// key reads a field's name and the colon after it.
func (r *reader) key() []byte {
	k := r.raw()
	r.need(':')
	return k
}

// text reads a string.
func (r *reader) text() string { return string(r.raw()) }

// raw reads a string and returns its bytes, which are the reader's own.
func (r *reader) raw() []byte {
	r.need('"')
	start, escaped := r.pos, false
	for ; !r.bad && r.pos < len(r.data); r.pos++ {
		switch c := r.data[r.pos]; {
		case c == '"':
			r.pos++
			return r.unquote(start, escaped)
		case c == '\\':
			escaped = true
			r.pos++
		case c < ' ':
			r.bad = true
		}
	}
	r.bad = true
	return nil
}

// unquote returns the string that starts after the quote before start and ends
// at the quote before r.pos.
func (r *reader) unquote(start int, escaped bool) []byte {
	raw := r.data[start : r.pos-1]
	if !utf8.Valid(raw) {
		r.bad = true
		return nil
	}
	if !escaped {
		return raw
	}
	var s string
	if err := json.Unmarshal(r.data[start-1:r.pos], &s); err != nil {
		r.bad = true
	}
	return []byte(s)
}

// word reads a number, true, false, null, Infinity or NaN, and returns it as
// written.
func (r *reader) word() []byte {
	r.peek()
	start := r.pos
	for r.pos < len(r.data) && isWord(r.data[r.pos]) {
		r.pos++
	}
	if start == r.pos {
		r.bad = true
	}
	return r.data[start:r.pos]
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.'
}

// offset reads a byte offset in a text of the given length; -1 stands for the
// engine's "none".
func (r *reader) offset(length int) int {
	n, err := strconv.Atoi(string(r.word()))
	if err != nil || n < 0 || n > length {
		return -1
	}
	return n
}

// skip reads any value, at most depth objects and lists deep, and reports
// whether it is null, false, "", or empty.
func (r *reader) skip(depth int) bool {
	if depth == 0 {
		r.bad = true
		return false
	}
	empty := true
	switch r.peek() {
	case '{':
		r.each('{', '}', func() {
			r.key()
			r.skip(depth - 1)
			empty = false
		})
	case '[':
		r.each('[', ']', func() {
			r.skip(depth - 1)
			empty = false
		})
	case '"':
		empty = len(r.raw()) == 0
	default:
		w := string(r.word())
		empty = w == "null" || w == "false"
	}
	return empty
}
