package httpdoor

import (
	"compress/gzip"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// compressor compresses a body. Flush sends what it holds back.
type compressor interface {
	io.WriteCloser

	Flush() error
}

// coding is a content coding (RFC 9110, section 8.4.1).
type coding struct {
	name string
	open func(w io.Writer) (compressor, error)
}

// codings lists those that are spoken, the best first.
func codings() []coding {
	return []coding{{"zstd", newZstd}, {"gzip", newGzip}}
}

func newGzip(w io.Writer) (compressor, error) { return gzip.NewWriterLevel(w, gzip.BestSpeed) }

// newZstd keeps to a window that every client must take (RFC 8878, section
// 3.1.1.1.2), and to a few MB for a client that reads slowly.
func newZstd(w io.Writer) (compressor, error) {
	return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
}

// codingFor chooses by the Accept-Encoding header; nil is none.
func codingFor(accept string) *coding {
	var best *coding
	weight := 0.0
	for _, c := range codings() {
		if q := codingWeight(accept, c.name); q > weight {
			best, weight = &c, q
		}
	}
	return best
}

// codingWeight is the weight of a coding. One that is not named is not wanted,
// unless all are.
func codingWeight(accept, name string) float64 {
	weight, named := 0.0, false
	for item := range strings.SplitSeq(accept, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(item), ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		_, q, _ := strings.Cut(params, "q=")
		switch {
		case coding == name:
			weight, named = quality(strings.TrimSpace(q)), true
		case coding == "*" && !named:
			weight = quality(strings.TrimSpace(q))
		}
	}
	return weight
}
