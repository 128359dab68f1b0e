package httpdoor

import (
	"io"
	"mime"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// answer is what all formats are told before the first row.
type answer struct {
	ID     string // of the decision
	Schema *arrow.Schema
	Notes  []string
}

// encoder writes an answer in one format.
type encoder interface {
	write(batch arrow.RecordBatch) error
	end(rows int64) error
	// fail writes what an answer that breaks off says at its end, if the
	// format has a place for it. The body is then cut off.
	fail(p problem) error
}

// format is a form that an answer can have.
type format struct {
	media   string
	header  string // Content-Type, if it says more than media
	packed  bool   // compressed in itself
	encoder func(w io.Writer, a answer) (encoder, error)
}

// formats lists them; the first is for whoever does not mind.
func formats() []format {
	return []format{
		{media: "application/json", encoder: newDocument},
		{media: "application/x-ndjson", encoder: newLines},
		{media: "text/csv", header: "text/csv; charset=utf-8; header=present", encoder: newTable},
		{media: "application/vnd.apache.arrow.stream", encoder: newStream},
		{media: "application/vnd.apache.parquet", packed: true, encoder: newParquet},
	}
}

// formatFor chooses by the Accept header (RFC 9110, section 12.5.1): the one
// with the greatest weight, of equals the first of formats.
func formatFor(accept string) (format, bool) {
	best, weight := format{}, 0.0
	for _, f := range formats() {
		if q := acceptance(accept, f.media); q > weight {
			best, weight = f, q
		}
	}
	return best, weight > 0
}

// acceptance is the weight that an Accept header gives a media type: that of
// its most specific range.
func acceptance(accept, media string) float64 {
	if accept == "" {
		return 1
	}
	family, _, _ := strings.Cut(media, "/")
	weight, specific := 0.0, -1
	for item := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		rank := -1
		switch name {
		case media:
			rank = 2
		case family + "/*":
			rank = 1
		case "*/*":
			rank = 0
		}
		if rank > specific {
			weight, specific = quality(params["q"]), rank
		}
	}
	return weight
}

// quality reads a weight (RFC 9110, section 12.4.2). One that is none counts as
// zero.
func quality(text string) float64 {
	if text == "" {
		return 1
	}
	q, err := strconv.ParseFloat(text, 64)
	if err != nil || !(q >= 0 && q <= 1) { // so written, it refuses NaN as well
		return 0
	}
	return q
}

// stream is the Arrow IPC streaming format. Its end-of-stream marker comes
// only after the last batch.
type stream struct{ *ipc.Writer }

func newStream(w io.Writer, a answer) (encoder, error) {
	return stream{ipc.NewWriter(w, ipc.WithSchema(a.Schema))}, nil
}

func (s stream) write(batch arrow.RecordBatch) error { return s.Write(batch) }
func (s stream) end(int64) error                     { return s.Close() }
func (s stream) fail(problem) error                  { return nil }
