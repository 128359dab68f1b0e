package document

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Kinds of fields that the decoder treats in their own way.
type (
	// Position is the path of a mapping in its document.
	Position string
	// Literal is the text of any scalar, as the author wrote it.
	Literal string
	// Custom is a scalar, or empty for a list or mapping of another tool.
	Custom string
	// Ignored is a known field that Weir does not read.
	Ignored struct{}
)

// Field is the path of a field of the mapping.
func (p Position) Field(name string) string {
	if p == "" {
		return name
	}
	return string(p) + "." + name
}

// The booleans of YAML.
const (
	Yes = "true"
	No  = "false"
)

// maxFileBytes is far above any document and keeps a wrong file from filling
// memory.
const maxFileBytes = 1 << 20

// Decode reads YAML into doc. Unlike a YAML library's strict mode, it reports
// every unknown field and wrong type, and remembers the line of every field.
// It accepts plain YAML only: no aliases, merges or tags. It reports false if
// the file as a whole is not such a document, which begins with the fields that
// beginning names.
func Decode(data []byte, doc any, r *Report, beginning string) bool {
	if len(data) > maxFileBytes {
		r.Add("", "give one document of fields", "file is larger than %d bytes", maxFileBytes)
		return false
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		r.syntax(err)
		return false
	}
	if len(file.Docs) != 1 {
		r.Add("", "write one document a file", "file holds %d YAML documents, not one", len(file.Docs))
		return false
	}
	root, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		r.Add("", "begin with "+beginning, "file is not a mapping of fields")
		return false
	}
	r.decode("", root, reflect.ValueOf(doc).Elem())
	r.decoded = len(r.Problems)
	return true
}

func (r *Report) decode(path string, n ast.Node, v reflect.Value) {
	if n == nil || n.Type() == ast.NullType || v.Type() == reflect.TypeFor[Ignored]() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.decode(path, n, v.Elem())
	case reflect.Struct:
		r.decodeStruct(path, n, v)
	case reflect.Slice:
		r.decodeSlice(path, n, v)
	case reflect.Map:
		r.decodeMap(path, n, v)
	default:
		r.decodeScalar(path, n, v)
	}
}

func (r *Report) decodeStruct(path string, n ast.Node, v reflect.Value) {
	v.FieldByName("At").SetString(path)
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		r.wrongType(path, n, "fields (name: value)")
		return
	}
	fields := fieldsOf(v)
	for _, entry := range mapping.Values {
		key := entry.Key.GetToken().Value
		at := Position(path).Field(key)
		r.lines[at] = entry.Key.GetToken().Position.Line
		field, ok := fields[key]
		if !ok {
			r.Add(at, "use one of "+strings.Join(slices.Sorted(maps.Keys(fields)), ", "), "unknown field %q", key)
			continue
		}
		r.decode(at, entry.Value, field)
	}
}

func (r *Report) decodeMap(path string, n ast.Node, v reflect.Value) {
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		r.wrongType(path, n, "fields (name: value)")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, entry := range mapping.Values {
		key := entry.Key.GetToken().Value
		at := Position(path).Field(key)
		r.lines[at] = entry.Key.GetToken().Position.Line
		value := reflect.New(v.Type().Elem()).Elem()
		r.decode(at, entry.Value, value)
		v.SetMapIndex(reflect.ValueOf(key), value)
	}
}

func (r *Report) decodeSlice(path string, n ast.Node, v reflect.Value) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		r.wrongType(path, n, "a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(sequence.Values), len(sequence.Values)))
	for i, item := range sequence.Values {
		at := fmt.Sprintf("%s[%d]", path, i)
		if token := item.GetToken(); token != nil {
			r.lines[at] = token.Position.Line
		}
		r.decode(at, item, v.Index(i))
	}
}

func (r *Report) decodeScalar(path string, n ast.Node, v reflect.Value) {
	text, ok := scalarText(n)
	switch {
	case v.Type() == reflect.TypeFor[Custom]() && !ok:
		return
	case !ok:
		r.wrongType(path, n, "one plain value")
	case v.Type() == reflect.TypeFor[Literal](), v.Type() == reflect.TypeFor[Custom]():
		v.SetString(text)
	case v.Kind() == reflect.String:
		if n.Type() != ast.StringType && n.Type() != ast.LiteralType {
			r.Add(path, "put it in quotes", "%s is not text in YAML", text)
			return
		}
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		if n.Type() != ast.BoolType {
			r.Add(path, "write true or false", "%q is not a boolean", text)
			return
		}
		v.SetBool(text == Yes)
	default:
		number, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			r.Add(path, "write a whole number", "%q is not a whole number", text)
			return
		}
		v.SetInt(number)
	}
}

func (r *Report) wrongType(path string, n ast.Node, expected string) {
	r.Add(path, "write "+expected, "found %s where %s should be", strings.ToLower(n.Type().String()), expected)
}

// syntax reports a fault of the YAML itself, without the excerpt of the file
// that the parser adds.
func (r *Report) syntax(err error) {
	problem := Problem{File: r.File, Reason: "file is not YAML", Advice: "correct it"}
	if fault, ok := errors.AsType[yaml.Error](err); ok {
		problem.Line = fault.GetToken().Position.Line
		problem.Reason = "file is not YAML: " + fault.GetMessage()
	}
	r.Problems = append(r.Problems, problem)
}

func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}

func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := make(map[string]reflect.Value, v.NumField())
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if name != "-" {
			fields[name] = v.Field(i)
		}
	}
	return fields
}
