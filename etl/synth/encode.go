package synth

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// charset is the encoding of a text file; empty is UTF-8 without a mark.
type charset string

const (
	utf8WithMark charset = "utf-8 with byte order mark"
	utf16        charset = "utf-16le"
	windows1252  charset = "windows-1252"
)

func (c charset) encoder() transform.Transformer {
	switch c {
	case utf8WithMark:
		return unicode.UTF8BOM.NewEncoder()
	case utf16:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	case windows1252:
		return charmap.Windows1252.NewEncoder()
	default:
		return nil
	}
}

// rewrite encodes a UTF-8 file anew.
func (c charset) rewrite(name string) (err error) {
	encoder := c.encoder()
	if encoder == nil {
		return nil
	}
	in, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("encode as %s: %w", c, err)
	}
	defer in.Close() //nolint:errcheck // it was only read
	encoded := name + ".encoded"
	out, err := os.Create(encoded)
	if err != nil {
		return fmt.Errorf("encode as %s: %w", c, err)
	}
	if _, err := io.Copy(out, transform.NewReader(in, encoder)); err != nil {
		return fmt.Errorf("encode as %s: %w", c, errors.Join(err, out.Close()))
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("encode as %s: %w", c, err)
	}
	return os.Rename(encoded, name)
}

// appendLines adds lines as they are.
func appendLines(name string, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	out, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("append lines: %w", err)
	}
	if _, err := io.WriteString(out, strings.Join(lines, "\n")+"\n"); err != nil {
		return fmt.Errorf("append lines: %w", errors.Join(err, out.Close()))
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("append lines: %w", err)
	}
	return nil
}

// writeMapping writes the mapping file of a file of another make, beside it.
func writeMapping(name, text string) error {
	stem, _, _ := strings.Cut(filepath.Base(name), ".")
	beside := filepath.Join(filepath.Dir(name), stem+".mapping.yaml")
	if err := os.WriteFile(beside, []byte(text), 0o644); err != nil { //nolint:gosec // made-up data, to be looked at
		return fmt.Errorf("write mapping file: %w", err)
	}
	return nil
}
