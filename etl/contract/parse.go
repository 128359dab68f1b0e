package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Suffix ends the name of every contract file: <dataset>.odcs.yaml.
const Suffix = ".odcs.yaml"

// Parse reads one contract. The file name appears in problems and gives the
// dataset's name; nothing is opened. The error is a Problems with all faults
// that the file has by itself; references to other datasets are checked when a
// catalog is made.
func Parse(file string, data []byte) (*Contract, error) {
	p := parse(file, data)
	if err := p.err(); err != nil {
		return nil, err
	}
	return p.contract, nil
}

// parsed is a contract with the report of its file, so that what is wrong
// between contracts can be reported on the line where it stands.
type parsed struct {
	*report

	contract *Contract
	doc      document
	object   object
}

func parse(file string, data []byte) *parsed {
	sum := sha256.Sum256(data)
	p := &parsed{
		report:   newReport(file),
		contract: &Contract{Origin: file, Source: string(data), Digest: hex.EncodeToString(sum[:])},
	}
	if !decode(data, &p.doc, p.report) {
		return p
	}
	p.envelope()
	if len(p.doc.Schema) != 1 {
		p.add("schema", "describe one dataset a file", "file has %d schema objects, not one", len(p.doc.Schema))
		return p
	}
	p.object = p.doc.Schema[0]
	p.dataset()
	p.columns()
	p.tags()
	p.checks()
	p.retention()
	return p
}

// envelope checks the fields that ODCS asks of every contract.
func (p *parsed) envelope() {
	if p.doc.APIVersion != "v3.1.0" {
		p.add("apiVersion", "write apiVersion: v3.1.0", "%q is not the supported ODCS version", p.doc.APIVersion)
	}
	if p.doc.Kind != "DataContract" {
		p.add("kind", "write kind: DataContract", "%q is not a contract", p.doc.Kind)
	}
	p.require("id", p.doc.ID, "give the contract a unique id")
	p.require("status", p.doc.Status, "write status: active, or another ODCS status")
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(p.doc.Version) {
		p.add("version", "write a semantic version, such as 1.0.0", "%q is not a version", p.doc.Version)
	}
	for _, property := range p.doc.Custom {
		p.customOf(property, nil)
	}
	p.contract.Version = p.doc.Version
}

func (p *parsed) dataset() {
	o, c := p.object, p.contract
	p.checkName(o.At.field("name"), o.Name)
	if want := strings.TrimSuffix(filepath.Base(p.file), Suffix); o.Name != want {
		p.add(o.At.field("name"), "name the file "+o.Name+Suffix, "dataset %q does not bear the file's name", o.Name)
	}
	if p.doc.Name != "" && p.doc.Name != o.Name {
		p.add("name", "write name: "+o.Name, "contract %q and dataset %q differ in name", p.doc.Name, o.Name)
	}
	if o.LogicalType != "" && o.LogicalType != "object" {
		p.add(o.At.field("logicalType"), "write logicalType: object", "%q is not a dataset's type", o.LogicalType)
	}
	if o.PhysicalType != "" && o.PhysicalType != "table" {
		p.add(o.At.field("physicalType"), "write physicalType: table", "%q cannot be loaded", o.PhysicalType)
	}
	p.require(o.At.field("description"), o.Description, "say in a sentence what the dataset holds")
	p.require(o.At.field("dataGranularityDescription"), o.Granularity, "say what one row is")
	c.Name, c.Title, c.Description, c.Granularity = o.Name, o.BusinessName, o.Description, o.Granularity
	p.datasetProperties()
}

func (p *parsed) datasetProperties() {
	c := p.contract
	var mints string
	for _, property := range p.object.Custom {
		p.customOf(property, map[string]*string{
			"compartment": (*string)(&c.Compartment), "loadMode": (*string)(&c.LoadMode), "mints": &mints,
		})
	}
	at := p.object.At.field("customProperties")
	if !slices.Contains(Compartments(), c.Compartment) {
		p.add(at, "give property compartment: core, formative, evaluative, students or vault",
			"compartment %q is unknown", c.Compartment)
	}
	if c.LoadMode != Full && c.LoadMode != Delta {
		p.add(at, "give property loadMode: full (a file lists every row) or delta (new and changed rows)",
			"load mode %q is unknown", c.LoadMode)
	}
	if mints != "" && mints != yes && mints != no {
		p.add(at, "write true or false", "mints is %q", mints)
	}
	c.Mints = mints == yes
}

// customOf stores a custom property in the field that known gives for it.
// Names that begin with x_ belong to other tools.
func (p *parsed) customOf(property customProperty, known map[string]*string) {
	field, ok := known[property.Property]
	switch {
	case ok && property.Value == "":
		p.add(property.At.field("value"), "give one plain value", "property %s has no value", property.Property)
	case ok:
		*field = string(property.Value)
	case !strings.HasPrefix(property.Property, "x_"):
		advice := "name it x_" + property.Property + " if it is for another tool"
		if len(known) > 0 {
			advice = "use " + strings.Join(slices.Sorted(maps.Keys(known)), ", ") + ", or " + advice
		}
		p.add(property.At.field("property"), advice, "custom property %q is unknown here", property.Property)
	}
}

func (p *parsed) require(path, value, advice string) {
	if strings.TrimSpace(value) == "" {
		p.add(path, advice, "value is missing")
	}
}

// retention reads the one service level that Weir enforces; other tools may
// read the rest.
func (p *parsed) retention() {
	for _, level := range p.doc.SLA {
		if level.Property != "retention" {
			continue
		}
		if p.contract.Retention.Months != 0 {
			p.add(level.At.field("property"), "keep one of them", "retention is given twice")
			continue
		}
		p.contract.Retention = p.retentionOf(level)
	}
}

func (p *parsed) retentionOf(level sla) Retention {
	months, ok := months(string(level.Value), level.Unit)
	if !ok {
		p.add(level.At.field("value"), "write a whole number of at most 1200 months, and unit: month or year",
			"%q %q is not a period", level.Value, level.Unit)
	}
	dataset, name, _ := strings.Cut(level.Element, ".")
	column, ok := p.contract.Column(name)
	if dataset != p.contract.Name || !ok || (column.LogicalType != logicalDate && column.LogicalType != logicalTimestamp) {
		p.add(level.At.field("element"), "write "+p.contract.Name+".<a date or timestamp column>",
			"%q is no date of this dataset", level.Element)
	}
	return Retention{Months: months, Column: name}
}
