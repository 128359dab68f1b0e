package tabular

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/weir-warehouse/weir/policy"
)

// Encoding is the character encoding of a text file.
type Encoding string

// The encodings. UTF-8 and UTF-16 are recognised by their byte order mark or
// their validity; Windows-1252 cannot be told from other single-byte
// encodings and must be named.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// Encodings lists the names that a mapping may use.
func Encodings() []Encoding { return []Encoding{UTF8, UTF16LE, UTF16BE, Windows1252} }

// charset returns the decoder, or nil for UTF-8.
func (e Encoding) charset() encoding.Encoding {
	switch e {
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case Windows1252:
		return charmap.Windows1252
	default:
		return nil
	}
}

// mark returns the encoding that a byte order mark declares, or "".
func mark(head []byte) Encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return UTF16LE
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return UTF16BE
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return UTF8
	}
	return ""
}

// reader is a file's text as UTF-8, decompressed.
type reader struct {
	io.Reader
	packed *countingReader
	file   *os.File
	zstd   *zstd.Decoder
}

// decode opens the file. Encoding "" means: by its byte order mark, else
// UTF-8.
func (f File) decode(declared Encoding) (*reader, Encoding, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, "", err
	}
	r := &reader{file: file, packed: &countingReader{r: file}}
	if r.Reader, err = r.unpack(f.Compression); err != nil {
		return nil, "", errors.Join(f.unreadable(err), file.Close())
	}
	buffered := bufio.NewReaderSize(r.Reader, 1<<20)
	head, _ := buffered.Peek(4) //nolint:errcheck // a fault shows again when the text is read
	found := mark(head)
	if declared != "" && found != "" && declared != found {
		err := policy.Errorf(policy.DataRefused, "%s: the mapping says encoding %s, the byte order mark says %s", f.Name, declared, found)
		return nil, "", errors.Join(err, r.Close())
	}
	enc := declared
	switch {
	case found != "":
		enc = found
	case enc == "":
		enc = UTF8
	}
	r.Reader = buffered
	if set := enc.charset(); set != nil {
		r.Reader = transform.NewReader(r.Reader, set.NewDecoder())
	}
	return r, enc, nil
}

func (r *reader) unpack(c Compression) (io.Reader, error) {
	switch c {
	case Gzip:
		return gzip.NewReader(r.packed)
	case Zstd:
		z, err := zstd.NewReader(r.packed, zstd.WithDecoderMaxMemory(256<<20))
		r.zstd = z
		return z, err
	default:
		return r.packed, nil
	}
}

// Close releases the decoder and the file.
func (r *reader) Close() error {
	if r.zstd != nil {
		r.zstd.Close()
	}
	return r.file.Close()
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (f File) unreadable(err error) error {
	return policy.Errorf(policy.DataRefused, "%s: cannot be unpacked (%w); it may be cut off or damaged: fetch it again", f.Name, err)
}
