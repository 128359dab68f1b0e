package pgwire

import (
	"strings"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
)

// copyOptions are the options of a COPY … TO STDOUT.
type copyOptions struct {
	encode.CopyOptions

	delimiter, null, quote, escape string   // as given; "": the format's own
	nullGiven                      bool     // null may be given as ""
	force                          []string // columns; "*": all
}

// listed reads options as (FORMAT csv, HEADER).
func (o *copyOptions) listed(w *words) error {
	for {
		name, err := w.name()
		if err != nil {
			return err
		}
		if err := o.option(name, w); err != nil {
			return err
		}
		if w.is(")") {
			return w.over()
		}
		if !w.is(",") {
			return w.wrong()
		}
	}
}

func (o *copyOptions) option(name string, w *words) (err error) {
	switch name {
	case "format":
		if w.end() {
			return w.wrong()
		}
		format := strings.ToLower(w.peek())
		w.next++
		return o.format(format)
	case "header":
		return o.header(w)
	case "delimiter":
		o.delimiter, err = w.text()
	case "null":
		o.nullGiven = true
		o.null, err = w.text()
	case "quote":
		o.quote, err = w.text()
	case "escape":
		o.escape, err = w.text()
	case "encoding":
		var encoding string
		if encoding, err = w.text(); err == nil && !known["client_encoding"].accepts(encoding) {
			err = fault(codeUnsupported, "COPY writes UTF8 only")
		}
	case "force_quote":
		if w.is("*") {
			o.force = []string{"*"}
			return nil
		}
		if !w.is("(") {
			return w.wrong()
		}
		if err := o.forced(w); err != nil {
			return err
		}
		if !w.is(")") {
			return w.wrong()
		}
	default:
		w.next--
		return w.wrong()
	}
	return err
}

func (o *copyOptions) header(w *words) error {
	value := strings.ToLower(w.peek())
	switch value {
	case "", ",", ")":
		o.Header = true
		return nil
	case "true", "on", "1", "false", "off", "0":
		o.Header = value == "true" || value == "on" || value == "1"
		w.next++
		return nil
	}
	return w.wrong()
}

func (o *copyOptions) format(name string) error {
	switch name {
	case "text":
		o.Format = encode.CopyText
	case "csv":
		o.Format = encode.CopyCSV
	case "binary":
		o.Format = encode.CopyBinary
	default:
		return fault(codeBadSetting, "COPY format %q not recognized", name)
	}
	return nil
}

func (o *copyOptions) forced(w *words) error {
	for {
		name, err := w.name()
		if err != nil {
			return err
		}
		o.force = append(o.force, name)
		if !w.is(",") {
			return nil
		}
	}
}

// legacy reads options as CSV HEADER, PostgreSQL 8's form.
func (o *copyOptions) legacy(w *words) error {
	for !w.end() {
		var err error
		switch {
		case w.is("csv"):
			o.Format = encode.CopyCSV
		case w.is("binary"):
			o.Format = encode.CopyBinary
		case w.is("header"):
			o.Header = true
		case w.is("force", "quote"):
			if w.is("*") {
				o.force = []string{"*"}
			} else {
				err = o.forced(w)
			}
		case w.any("delimiter", "null", "quote", "escape"):
			name := w.Value(w.Tokens[w.next-1])
			w.is("as")
			err = o.option(name, w)
		default:
			err = w.wrong()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle fills in what the format has, and refuses what does not go together.
func (o *copyOptions) settle() error {
	csv := o.Format == encode.CopyCSV
	set := func(to *byte, given, standard string) bool {
		if given == "" {
			given = standard
		}
		*to = given[0]
		return len(given) == 1
	}
	delimiter, null := "\t", `\N`
	if csv {
		delimiter, null = ",", ""
	}
	if o.quote == "" {
		o.quote = `"`
	}
	o.Null = null
	if o.nullGiven {
		o.Null = o.null
	}
	switch {
	case o.Format == encode.CopyBinary && (o.delimiter != "" || o.nullGiven || o.Header):
		return fault(codeSyntax, "COPY in binary has no DELIMITER, NULL or HEADER")
	case !csv && (o.quote != `"` || o.escape != "" || o.force != nil):
		return fault(codeUnsupported, "COPY QUOTE, ESCAPE and FORCE_QUOTE need the format csv")
	case !set(&o.Delimiter, o.delimiter, delimiter), !set(&o.Quote, o.quote, `"`), !set(&o.Escape, o.escape, o.quote):
		return fault(codeUnsupported, "COPY delimiter, quote and escape must each be a single one-byte character")
	case strings.IndexByte("\r\n\\", o.Delimiter) >= 0 && !csv, csv && o.Delimiter == o.Quote:
		return fault(codeBadSetting, "COPY cannot use this delimiter")
	case strings.ContainsAny(o.Null, "\r\n"), strings.IndexByte(o.Null, o.Delimiter) >= 0:
		return fault(codeBadSetting, "COPY cannot use this representation of NULL")
	}
	return nil
}
