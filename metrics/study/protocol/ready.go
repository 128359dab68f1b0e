package protocol

import (
	"embed"
	"path"
	"reflect"
	"regexp"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

//go:embed ready/*.yaml
var files embed.FS

//go:embed template.yaml
var template []byte

// Template is a commented protocol to start from.
func Template() []byte { return template }

// Ready lists the protocols that come with Weir, by id.
func Ready() ([]*Protocol, error) {
	entries, err := files.ReadDir("ready")
	if err != nil {
		return nil, err
	}
	var out []*Protocol
	for _, e := range entries {
		data, err := files.ReadFile(path.Join("ready", e.Name()))
		if err != nil {
			return nil, err
		}
		p, err := Parse(e.Name(), data)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Find returns the ready protocol of an id.
func Find(id string) (*Protocol, error) {
	ready, err := Ready()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range ready {
		if p.ID == id {
			return p, nil
		}
		ids = append(ids, p.ID)
	}
	return nil, policy.Errorf(policy.NotFound, "no protocol %q comes with Weir; there are %s", id, strings.Join(ids, ", "))
}

var agreementLine = regexp.MustCompile(`(?m)^agreement: .*$`)

// Under returns the protocol under another agreement.
func (p *Protocol) Under(agreement string) (*Protocol, error) {
	return Parse(p.ID, agreementLine.ReplaceAllLiteral(p.text, []byte("agreement: "+agreement)))
}

// Differs lists the fields in which two protocols differ.
func (p *Protocol) Differs(o *Protocol) []string {
	a, b := reflect.ValueOf(*p), reflect.ValueOf(*o)
	var fields []string
	for i := range a.NumField() {
		name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("yaml"), ",")
		if name != "" && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			fields = append(fields, name)
		}
	}
	return fields
}
