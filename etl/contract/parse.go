package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/etl/document"
)

// Suffix ends the name of every contract file: <dataset>.odcs.yaml.
const Suffix = ".odcs.yaml"

// Parse reads one contract. The file name appears in problems and gives the
// dataset's name; nothing is opened. The error is a Problems with all faults
// that the file has by itself; references to other datasets are checked when a
// catalog is made.
func Parse(file string, data []byte) (*Contract, error) {
	p := parse(file, data)
	if err := p.Err(); err != nil {
		return nil, err
	}
	return p.contract, nil
}

// parsed is a contract with the report of its file, so that what is wrong
// between contracts can be reported on the line where it stands.
type parsed struct {
	*document.Report

	contract *Contract
	doc      contractDocument
	object   object
}

func parse(file string, data []byte) *parsed {
	sum := sha256.Sum256(data)
	p := &parsed{
		Report:   document.NewReport(file),
		contract: &Contract{Origin: file, Source: string(data), Digest: hex.EncodeToString(sum[:])},
	}
	if !document.Decode(data, &p.doc, p.Report, "apiVersion: v3.1.0 and kind: DataContract") {
		return p
	}
	p.envelope()
	if len(p.doc.Schema) != 1 {
		p.Add("schema", "describe one dataset a file", "file has %d schema objects, not one", len(p.doc.Schema))
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
		p.Add("apiVersion", "write apiVersion: v3.1.0", "%q is not the supported ODCS version", p.doc.APIVersion)
	}
	if p.doc.Kind != "DataContract" {
		p.Add("kind", "write kind: DataContract", "%q is not a contract", p.doc.Kind)
	}
	p.require("id", p.doc.ID, "give the contract a unique id")
	p.require("status", p.doc.Status, "write status: active, or another ODCS status")
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(p.doc.Version) {
		p.Add("version", "write a semantic version, such as 1.0.0", "%q is not a version", p.doc.Version)
	}
	for _, property := range p.doc.Custom {
		p.customOf(property, nil)
	}
	p.contract.Version = p.doc.Version
}

func (p *parsed) dataset() {
	o, c := p.object, p.contract
	p.CheckName(o.At.Field("name"), o.Name)
	if want := strings.TrimSuffix(filepath.Base(p.File), Suffix); o.Name != want {
		p.Add(o.At.Field("name"), "name the file "+o.Name+Suffix, "dataset %q does not bear the file's name", o.Name)
	}
	if p.doc.Name != "" && p.doc.Name != o.Name {
		p.Add("name", "write name: "+o.Name, "contract %q and dataset %q differ in name", p.doc.Name, o.Name)
	}
	if o.LogicalType != "" && o.LogicalType != "object" {
		p.Add(o.At.Field("logicalType"), "write logicalType: object", "%q is not a dataset's type", o.LogicalType)
	}
	if o.PhysicalType != "" && o.PhysicalType != "table" {
		p.Add(o.At.Field("physicalType"), "write physicalType: table", "%q cannot be loaded", o.PhysicalType)
	}
	p.require(o.At.Field("description"), o.Description, "say in a sentence what the dataset holds")
	p.require(o.At.Field("dataGranularityDescription"), o.Granularity, "say what one row is")
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
	at := p.object.At.Field("customProperties")
	if !slices.Contains(Compartments(), c.Compartment) {
		p.Add(at, "give property compartment: core, formative, evaluative, students or vault",
			"compartment %q is unknown", c.Compartment)
	}
	if c.LoadMode != Full && c.LoadMode != Delta {
		p.Add(at, "give property loadMode: full (a file lists every row) or delta (new and changed rows)",
			"load mode %q is unknown", c.LoadMode)
	}
	if mints != "" && mints != document.Yes && mints != document.No {
		p.Add(at, "write true or false", "mints is %q", mints)
	}
	c.Mints = mints == document.Yes
}

// customOf stores a custom property in the field that known gives for it.
// Names that begin with x_ belong to other tools.
func (p *parsed) customOf(property customProperty, known map[string]*string) {
	field, ok := known[property.Property]
	switch {
	case ok && property.Value == "":
		p.Add(property.At.Field("value"), "give one plain value", "property %s has no value", property.Property)
	case ok:
		*field = string(property.Value)
	case !strings.HasPrefix(property.Property, "x_"):
		advice := "name it x_" + property.Property + " if it is for another tool"
		if len(known) > 0 {
			advice = "use " + strings.Join(slices.Sorted(maps.Keys(known)), ", ") + ", or " + advice
		}
		p.Add(property.At.Field("property"), advice, "custom property %q is unknown here", property.Property)
	}
}

func (p *parsed) require(path, value, advice string) {
	if strings.TrimSpace(value) == "" {
		p.Add(path, advice, "value is missing")
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
			p.Add(level.At.Field("property"), "keep one of them", "retention is given twice")
			continue
		}
		p.contract.Retention = p.retentionOf(level)
	}
}

func (p *parsed) retentionOf(level sla) Retention {
	months, ok := months(string(level.Value), level.Unit)
	if !ok {
		p.Add(level.At.Field("value"), "write a whole number of at most 1200 months, and unit: month or year",
			"%q %q is not a period", level.Value, level.Unit)
	}
	dataset, name, _ := strings.Cut(level.Element, ".")
	column, ok := p.contract.Column(name)
	if dataset != p.contract.Name || !ok || (column.LogicalType != logicalDate && column.LogicalType != logicalTimestamp) {
		p.Add(level.At.Field("element"), "write "+p.contract.Name+".<a date or timestamp column>",
			"%q is no date of this dataset", level.Element)
	}
	return Retention{Months: months, Column: name}
}

// months converts an ODCS period to months.
func months(value, unit string) (int, bool) {
	n, err := strconv.Atoi(value)
	switch unit {
	case "month", "months":
	case "y", "yr", "year", "years":
		n *= 12
	default:
		return 0, false
	}
	return n, err == nil && n > 0 && n <= 1200
}
