package httpdoor

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// How many items a page has.
const (
	usualItems = 100
	mostItems  = 1000
)

// page is a part of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"` // the value of after for the page that follows; empty: this is the last
}

// pageOf makes a page of up to limit items, of which there may be one more.
func pageOf[T any](items []T, limit int, key func(T) string) page[T] {
	if len(items) <= limit {
		return page[T]{Items: append([]T{}, items...)}
	}
	return page[T]{Items: items[:limit], Next: key(items[limit-1])}
}

// fields reads the query parameters of a request. Those that are not known are
// refused, so that a misspelt filter never gives more than was asked for.
func (c *call) fields(known ...string) (url.Values, error) {
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, policy.Errorf(policy.Usage, "the query of the address cannot be read")
	}
	for name, given := range values {
		if !slices.Contains(known, name) {
			return nil, policy.Errorf(policy.Usage, "query parameter %q is unknown; known are %s", name, strings.Join(known, ", "))
		}
		if len(given) > 1 {
			return nil, policy.Errorf(policy.Usage, "query parameter %q stands there twice", name)
		}
	}
	return values, nil
}

// page reads the query parameters of a list: the filters that it knows, how
// many items a page shall have, and after which one it begins.
func (c *call) page(filters ...string) (values url.Values, limit int, after string, err error) {
	if values, err = c.fields(append(filters, "limit", "after")...); err != nil {
		return nil, 0, "", err
	}
	limit, err = limitOf(values)
	return values, limit, values.Get("after"), err
}

// limitOf is the number of items that a page shall have.
func limitOf(values url.Values) (int, error) {
	text := values.Get("limit")
	if text == "" {
		return usualItems, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > mostItems {
		return 0, policy.Errorf(policy.Usage, "limit = %q is not a number from 1 to %d", text, mostItems)
	}
	return limit, nil
}

// rowsOf reads a statement's rows as JSON objects into values.
func rowsOf[T any](c *call, text string, params ...gateway.Param) (all []T, err error) {
	result, err := c.run(text, params...)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var names [][]byte
	for _, name := range distinctNames(result.Schema()) {
		names = append(names, appendString(nil, name))
	}
	for {
		batch, err := result.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all, err = appendRows(all, names, result.Schema(), batch)
		batch.Release()
		if err != nil {
			return nil, err
		}
	}
}

func appendRows[T any](all []T, names [][]byte, schema *arrow.Schema, batch arrow.RecordBatch) ([]T, error) {
	columns := columnsOf(schema, batch)
	for i := range int(batch.NumRows()) {
		var value T
		if err := json.Unmarshal(appendObject(nil, names, columns, i), &value); err != nil {
			return all, err
		}
		all = append(all, value)
	}
	return all, nil
}

// textParam is a value, or NULL if it is empty.
func textParam(kind, value string) gateway.Param {
	return gateway.Param{Value: value, Null: value == "", Type: kind}
}
