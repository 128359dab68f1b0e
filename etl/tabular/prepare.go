package tabular

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weir-warehouse/weir/policy"
)

// Limits bound what a packed file may unpack to, so that a decompression bomb
// ends early. A zero value means no limit.
type Limits struct {
	Bytes int64 // unpacked size at most
	Ratio int64 // unpacked to packed size at most, once past a megabyte
}

// DefaultLimits allow a terabyte, and a thousandfold packing, which real
// tables stay far below.
func DefaultLimits() Limits { return Limits{Bytes: 1 << 40, Ratio: 1000} }

// Prepared is a file whose text is valid UTF-8.
type Prepared struct {
	File
	Data      string // path of the decoded data; the file itself if that is UTF-8 already
	SHA256    string // of the decoded content, hex
	Bytes     int64  // of the decoded content
	Encoding  Encoding
	Malformed int64 // records without the header's shape; known after Read

	lines  int64  // physical lines
	quotes bool   // whether a quote stands anywhere
	blanks bool   // whether a line is empty
	copied string // path of a copy of the well-formed records; empty when the data itself is read
}

// Prepare decodes the file into dir if it must be, checks that its text is
// valid, and computes its content hash. The same content in another
// compression or encoding has the same hash.
func (f File) Prepare(ctx context.Context, dir string, declared Encoding, limits Limits) (p *Prepared, err error) {
	if f.Format == Parquet {
		return f.hashOnly(ctx)
	}
	r, enc, err := f.decode(declared)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	p = &Prepared{File: f, Data: f.Path, Encoding: enc}
	check := &textCheck{name: f.Name, sum: sha256.New(), limits: limits, packed: r.packed, ratio: f.Compression != Plain}
	var sink io.Writer = check
	if f.Compression != Plain || enc != UTF8 {
		out, fault := os.CreateTemp(dir, "decoded-*"+plainSuffix(f.Format))
		if fault != nil {
			return nil, fmt.Errorf("decode %s: %w", f.Name, fault)
		}
		p.Data = out.Name()
		defer func() {
			if err = errors.Join(err, out.Close()); err != nil {
				err = errors.Join(err, os.Remove(out.Name()))
			}
		}()
		sink = io.MultiWriter(check, out)
	}
	if _, err := io.CopyBuffer(sink, contextReader{ctx, r}, make([]byte, 1<<20)); err != nil {
		return nil, f.readError(err)
	}
	if err := check.end(); err != nil {
		return nil, err
	}
	p.SHA256, p.Bytes = hex.EncodeToString(check.sum.Sum(nil)), check.n
	p.lines, p.quotes, p.blanks = check.lines, check.quotes, check.blanks
	if check.last != '\n' {
		p.lines++
	}
	return p, nil
}

// Remove deletes the copies that were made.
func (p *Prepared) Remove() error {
	var err error
	if p.Data != p.Path {
		err = os.Remove(p.Data)
	}
	if p.copied != "" {
		err = errors.Join(err, os.Remove(p.copied))
	}
	return err
}

func (f File) hashOnly(ctx context.Context) (*Prepared, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // read only
	sum := sha256.New()
	n, err := io.CopyBuffer(sum, contextReader{ctx, file}, make([]byte, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	return &Prepared{File: f, Data: f.Path, SHA256: hex.EncodeToString(sum.Sum(nil)), Bytes: n}, nil
}

func (f File) readError(err error) error {
	if _, ok := errors.AsType[*policy.Error](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	if f.Compression == Plain {
		return fmt.Errorf("read %s: %w", f.Name, err)
	}
	return f.unreadable(err)
}

func plainSuffix(f Format) string {
	if f == NDJSON {
		return ".ndjson"
	}
	return ".csv"
}

// textCheck refuses text that is not UTF-8, holds NUL or outgrows its limits,
// and hashes the rest.
type textCheck struct {
	name   string
	sum    hash.Hash
	limits Limits
	packed *countingReader
	ratio  bool
	n      int64
	lines  int64
	quotes bool
	blanks bool
	last   byte
	tail   []byte // a code point that the next chunk completes
}

func (c *textCheck) Write(p []byte) (int, error) {
	c.sum.Write(p)
	c.n += int64(len(p))
	if err := c.bomb(); err != nil {
		return 0, err
	}
	text := p
	if len(c.tail) > 0 {
		text = slices.Concat(c.tail, p)
	}
	text, c.tail = splitPartialRune(text)
	if !validText(text) {
		return 0, c.invalid(text)
	}
	c.lines += int64(bytes.Count(text, []byte{'\n'}))
	c.look(p)
	return len(p), nil
}

func validText(text []byte) bool { return utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 }

// look notes whether there are quotes and empty lines.
func (c *textCheck) look(p []byte) {
	if len(p) == 0 {
		return
	}
	c.quotes = c.quotes || bytes.IndexByte(p, '"') >= 0
	first := bytes.TrimPrefix(p[:min(len(p), 2)], []byte{'\r'})
	c.blanks = c.blanks || bytes.Contains(p, []byte("\n\n")) || bytes.Contains(p, []byte("\n\r\n")) ||
		c.last == '\n' && bytes.HasPrefix(first, []byte{'\n'})
	c.last = p[len(p)-1]
}

func (c *textCheck) bomb() error {
	tooLong := c.limits.Bytes > 0 && c.n > c.limits.Bytes
	tooDense := c.ratio && c.limits.Ratio > 0 && c.n > 1<<20 && c.n > c.limits.Ratio*max(c.packed.n, 1)
	if tooLong || tooDense {
		return policy.Errorf(policy.DataRefused, "%s: unpacks to more than %d bytes from %d; it looks like a decompression bomb: unpack and inspect it first", c.name, c.n, c.packed.n)
	}
	return nil
}

func (c *textCheck) end() error {
	if len(c.tail) > 0 {
		return c.invalid(c.tail)
	}
	return nil
}

// invalid names the first line with a byte that cannot be UTF-8 text.
func (c *textCheck) invalid(text []byte) error {
	line, what := c.lines+1, "is not UTF-8"
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size <= 1 {
			break
		}
		if r == 0 {
			what = "holds a NUL byte"
			break
		}
		if r == '\n' {
			line++
		}
		text = text[size:]
	}
	names := make([]string, 0, len(Encodings()))
	for _, e := range Encodings() {
		names = append(names, string(e))
	}
	return policy.Errorf(policy.DataRefused, "%s: line %d %s; name the file's encoding in a mapping (format: encoding: one of %s)",
		c.name, line, what, strings.Join(names, ", "))
}

// splitPartialRune cuts an incomplete code point off the end.
func splitPartialRune(p []byte) (whole, rest []byte) {
	for back := 1; back <= min(len(p), utf8.UTFMax-1); back++ {
		b := p[len(p)-back]
		if utf8.RuneStart(b) {
			if !utf8.FullRune(p[len(p)-back:]) {
				return p[:len(p)-back], bytes.Clone(p[len(p)-back:])
			}
			break
		}
	}
	return p, nil
}

type contextReader struct {
	ctx context.Context //nolint:containedctx // lives for one copy
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
