// Package tabular reads the table files that districts have: delimited text,
// Parquet and newline-delimited JSON, plain or compressed. It finds out what a
// file is, decodes it to something DuckDB reads as it is, and finds the lines
// of given rows again. It knows no dataset and checks no value; what it cannot
// read as a whole it refuses.
package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Format is how the rows of a file are written.
type Format string

// The formats.
const (
	Delimited Format = "delimited" // CSV, TSV and their kin
	Parquet   Format = "parquet"
	NDJSON    Format = "ndjson"
)

// Compression is how the bytes of a file are packed.
type Compression string

// The compressions.
const (
	Plain Compression = "none"
	Gzip  Compression = "gzip"
	Zstd  Compression = "zstd"
)

// File is a table file as found, before it is decoded.
type File struct {
	Path        string
	Name        string // base name, for messages and the ledger
	Format      Format
	Compression Compression
}

var suffixes = map[string]Format{
	".csv": Delimited, ".tsv": Delimited, ".txt": Delimited, ".psv": Delimited,
	".parquet": Parquet,
	".ndjson":  NDJSON, ".jsonl": NDJSON,
}

// Supported reports whether the name looks like a table file.
func Supported(name string) bool {
	_, _, ok := byName(name)
	return ok
}

// Stem returns the base name without its table and compression suffixes.
func Stem(name string) string {
	stem := trimCompression(filepath.Base(name))
	if _, ok := suffixes[strings.ToLower(filepath.Ext(stem))]; ok {
		stem = stem[:len(stem)-len(filepath.Ext(stem))]
	}
	return stem
}

func trimCompression(name string) string {
	for _, ext := range []string{".gz", ".zst"} {
		if strings.HasSuffix(strings.ToLower(name), ext) {
			return name[:len(name)-len(ext)]
		}
	}
	return name
}

func byName(name string) (Format, Compression, bool) {
	bare := trimCompression(name)
	compression := Plain
	switch suffix := strings.ToLower(name[len(bare):]); suffix {
	case ".gz":
		compression = Gzip
	case ".zst":
		compression = Zstd
	}
	format, ok := suffixes[strings.ToLower(filepath.Ext(bare))]
	return format, compression, ok
}

// Open looks at a file's name and first bytes. A file whose bytes contradict
// its name is refused.
func Open(path string) (File, error) {
	name := filepath.Base(path)
	format, named, ok := byName(name)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xlsx", ".xls", ".xlsm", ".ods":
		return File{}, policy.Errorf(policy.DataRefused, "%s: not a table file by its name, but a spreadsheet; save each sheet as CSV (UTF-8)", name)
	case ".json":
		return File{}, policy.Errorf(policy.DataRefused, "%s: not a table file by its name, but JSON; write one object a line, as .ndjson", name)
	}
	if !ok {
		return File{}, policy.Errorf(policy.DataRefused,
			"%s: not a table file by its name; expected .csv, .tsv, .txt, .psv, .parquet, .ndjson or .jsonl, as it is or with .gz or .zst", name)
	}
	head, err := firstBytes(path)
	if err != nil {
		return File{}, fmt.Errorf("look at %s: %w", name, err)
	}
	compression := packing(head)
	switch {
	case compression != named:
		return File{}, policy.Errorf(policy.DataRefused, "%s: its name says compression %q, its first bytes say %q; rename it or pack it again", name, named, compression)
	case format == Parquet && compression != Plain:
		return File{}, policy.Errorf(policy.DataRefused, "%s: a Parquet file is compressed inside; unpack it first", name)
	case format != Parquet && foreign(head) != "":
		return File{}, policy.Errorf(policy.DataRefused, "%s: is %s", name, foreign(head))
	}
	return File{Path: path, Name: name, Format: format, Compression: compression}, nil
}

func firstBytes(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

func packing(head []byte) Compression {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return Gzip
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return Zstd
	}
	return Plain
}

// foreign says what a file is that has a table's name and another's bytes, as
// downloads and renamed exports do.
func foreign(head []byte) string {
	text := strings.ToLower(strings.TrimSpace(string(head)))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "a zip archive or a spreadsheet by its first bytes; rename it to .zip, or save the sheet as CSV (UTF-8)"
	case bytes.HasPrefix(head, []byte("PAR1")):
		return "Parquet by its first bytes; rename it to .parquet"
	case strings.HasPrefix(text, "<!doctype") || strings.HasPrefix(text, "<html"):
		return "a web page, perhaps one that asks to log in; fetch the file again"
	}
	return ""
}
