package httpdoor

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// bodyBytes is the longest body of a request. A statement has 256 KiB at most;
// the rest is for parameters.
const bodyBytes = 1 << 20

// query is the body of POST /v1/query.
type query struct {
	Statement  string      `json:"statement"`
	Parameters []parameter `json:"parameters"`
}

// parameter is a value for $1, $2 …: a plain JSON value, or an object with the
// engine's name of its type and a value.
type parameter struct{ gateway.Param }

// readQuery reads a request's body.
func readQuery(w http.ResponseWriter, r *http.Request) (q query, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return q, faultf(http.StatusUnsupportedMediaType, policy.Usage, "the body must be application/json")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return q, faultf(http.StatusRequestEntityTooLarge, policy.Usage, "the body has more than %d bytes", bodyBytes)
	}
	if err != nil {
		return q, faultf(http.StatusRequestTimeout, policy.Canceled, "the body did not arrive whole and in time: %w", err)
	}
	return parseQuery(text)
}

func parseQuery(text []byte) (q query, err error) {
	if !utf8.Valid(text) {
		return q, policy.Errorf(policy.Usage, "the body is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&q); err != nil {
		return q, unreadable(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return q, policy.Errorf(policy.Usage, "the body goes on after its JSON object")
	}
	if q.Statement == "" {
		return q, policy.Errorf(policy.Usage, "statement is missing")
	}
	return q, nil
}

// unreadable says where the JSON is wrong, without what stands there.
func unreadable(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return policy.Errorf(policy.Usage, "the body is no JSON at byte %d", syntax.Offset)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return policy.Errorf(policy.Usage, "the body ends too early: it is a JSON object with a statement")
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return policy.Errorf(policy.Usage, "%s must not be a JSON %s", kind.Field, kind.Value)
	}
	if own, ok := errors.AsType[*policy.Error](err); ok {
		return own
	}
	return policy.Errorf(policy.Usage, `the body is not an object with "statement" and "parameters": %w`, err)
}

// UnmarshalJSON reads a parameter.
func (p *parameter) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return p.plain(text)
	}
	var typed struct {
		Type  string          `json:"type"`
		Value json.RawMessage `json:"value"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&typed); err != nil || typed.Type == "" || typed.Value == nil {
		return policy.Errorf(policy.Usage, `a parameter that is an object has "type" and "value" and nothing else`)
	}
	if err := p.plain(typed.Value); err != nil {
		return err
	}
	p.Type = typed.Type
	return nil
}

// plain reads a value. A number is a BIGINT if it is whole and has at most 18
// digits, otherwise a DOUBLE. A text takes the type that the statement needs,
// and so does a list, as DuckDB spells lists.
func (p *parameter) plain(text []byte) error {
	switch text[0] {
	case 'n':
		p.Null = true
	case 't', 'f':
		p.Value, p.Type = string(text), "BOOLEAN"
	case '"':
		return json.Unmarshal(text, &p.Value)
	case '[':
		p.Value = string(text)
	case '{':
		return policy.Errorf(policy.Usage, "the value of a parameter must not be an object; write it as a text")
	default:
		p.Value, p.Type = string(text), "DOUBLE"
		if digits := bytes.TrimPrefix(text, []byte("-")); len(digits) <= 18 && !bytes.ContainsAny(digits, ".eE") {
			p.Type = "BIGINT"
		}
	}
	return nil
}

// values are the parameters as the gateway takes them.
func (q query) values() []gateway.Param {
	out := make([]gateway.Param, len(q.Parameters))
	for i, p := range q.Parameters {
		out[i] = p.Param
	}
	return out
}
