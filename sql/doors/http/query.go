package httpdoor

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// query answers a statement. HTTP/1.0 has no way to tell an answer that broke
// off from a whole one, so it gets none.
func (c *call) query() error {
	if !c.r.ProtoAtLeast(1, 1) {
		return faultf(http.StatusHTTPVersionNotSupported, policy.Usage, "answers need HTTP/1.1 or later, also from a proxy before the server")
	}
	f, ok := formatFor(strings.Join(c.r.Header.Values("Accept"), ","))
	if !ok {
		return faultf(http.StatusNotAcceptable, policy.Usage, "an answer can be %s", strings.Join(mediaTypes(), ", "))
	}
	q, err := readQuery(c.w, c.r)
	if err != nil {
		return err
	}
	result, err := c.run(q.Statement, q.values()...)
	if err != nil {
		return err
	}
	defer result.Close()
	return c.stream(result, f)
}

func mediaTypes() []string {
	var out []string
	for _, f := range formats() {
		out = append(out, f.media)
	}
	return out
}

// stream sends a result. What goes wrong before the answer has begun is
// returned; after that the answer is cut off.
func (c *call) stream(result *gateway.Result, f format) error {
	h := c.w.Header()
	h.Set("Content-Type", f.media)
	if f.header != "" {
		h.Set("Content-Type", f.header)
	}
	h.Set("Trailer", rowsTrailer)
	for _, note := range result.Notes {
		h.Add(noteHeader, note)
	}
	b := c.body(f.packed)
	e, err := f.encoder(b, answer{ID: result.ID(), Schema: result.Schema(), Notes: result.Notes})
	if err != nil {
		return err
	}
	rows, err := pour(result, e)
	if err == nil {
		err = e.end(rows)
	}
	if err == nil {
		h.Set(http.TrailerPrefix+rowsTrailer, strconv.FormatInt(rows, 10))
		err = b.end()
	}
	if err == nil || !b.begun {
		return err
	}
	c.Log.WarnContext(c.r.Context(), "answer broken off", "id", c.id, "rows", rows, "error", err)
	if c.r.Context().Err() == nil {
		_ = e.fail(problemOf(err, c.id)) //nolint:errcheck // it is broken off anyway
	}
	b.cut()
	return nil
}

// pour hands all batches of a result to an encoder.
func pour(result *gateway.Result, e encoder) (rows int64, err error) {
	for {
		batch, err := result.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows += batch.NumRows()
		err = e.write(batch)
		batch.Release()
		if err != nil {
			return rows, err
		}
	}
}
