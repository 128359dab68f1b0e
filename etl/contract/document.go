package contract

import "github.com/weir-warehouse/weir/etl/document"

// The part of ODCS v3.1 that Weir reads, and, as ignored, the parts that it
// knows and leaves to other tools. What is in neither is refused.

type contractDocument struct {
	At           document.Position `yaml:"-"`
	APIVersion   string            `yaml:"apiVersion,omitempty"`
	Kind         string            `yaml:"kind,omitempty"`
	ID           string            `yaml:"id,omitempty"`
	Name         string            `yaml:"name,omitempty"`
	Version      string            `yaml:"version,omitempty"`
	Status       string            `yaml:"status,omitempty"`
	Tags         []string          `yaml:"tags,omitempty"`
	Schema       []object          `yaml:"schema,omitempty"`
	SLA          []sla             `yaml:"slaProperties,omitempty"`
	Custom       []customProperty  `yaml:"customProperties,omitempty"`
	Description  document.Ignored  `yaml:"description,omitempty"`
	Domain       document.Ignored  `yaml:"domain,omitempty"`
	Tenant       document.Ignored  `yaml:"tenant,omitempty"`
	DataProduct  document.Ignored  `yaml:"dataProduct,omitempty"`
	Team         document.Ignored  `yaml:"team,omitempty"`
	Roles        document.Ignored  `yaml:"roles,omitempty"`
	Support      document.Ignored  `yaml:"support,omitempty"`
	Price        document.Ignored  `yaml:"price,omitempty"`
	Servers      document.Ignored  `yaml:"servers,omitempty"`
	Definitions  document.Ignored  `yaml:"authoritativeDefinitions,omitempty"`
	CreatedAt    document.Ignored  `yaml:"contractCreatedTs,omitempty"`
	SLADefaultOn document.Ignored  `yaml:"slaDefaultElement,omitempty"`
}

type object struct {
	At           document.Position `yaml:"-"`
	ID           document.Ignored  `yaml:"id,omitempty"`
	Name         string            `yaml:"name,omitempty"`
	LogicalType  string            `yaml:"logicalType,omitempty"`
	PhysicalType string            `yaml:"physicalType,omitempty"`
	BusinessName string            `yaml:"businessName,omitempty"`
	Description  string            `yaml:"description,omitempty"`
	Granularity  string            `yaml:"dataGranularityDescription,omitempty"`
	Tags         []string          `yaml:"tags,omitempty"`
	Properties   []property        `yaml:"properties,omitempty"`
	Quality      []quality         `yaml:"quality,omitempty"`
	Custom       []customProperty  `yaml:"customProperties,omitempty"`
	Definitions  document.Ignored  `yaml:"authoritativeDefinitions,omitempty"`
}

type property struct {
	At             document.Position  `yaml:"-"`
	ID             document.Ignored   `yaml:"id,omitempty"`
	Name           string             `yaml:"name,omitempty"`
	BusinessName   string             `yaml:"businessName,omitempty"`
	Description    string             `yaml:"description,omitempty"`
	LogicalType    string             `yaml:"logicalType,omitempty"`
	PhysicalType   string             `yaml:"physicalType,omitempty"`
	Options        *typeOptions       `yaml:"logicalTypeOptions,omitempty"`
	PrimaryKey     bool               `yaml:"primaryKey,omitempty"`
	KeyPosition    int                `yaml:"primaryKeyPosition,omitempty"`
	Required       bool               `yaml:"required,omitempty"`
	Unique         bool               `yaml:"unique,omitempty"`
	Tags           []string           `yaml:"tags,omitempty"`
	Examples       []document.Literal `yaml:"examples,omitempty"`
	Definitions    []definition       `yaml:"authoritativeDefinitions,omitempty"`
	Relationships  []relationship     `yaml:"relationships,omitempty"`
	Quality        []quality          `yaml:"quality,omitempty"`
	Custom         []customProperty   `yaml:"customProperties,omitempty"`
	Classification document.Ignored   `yaml:"classification,omitempty"`
	Critical       document.Ignored   `yaml:"criticalDataElement,omitempty"`
}

type typeOptions struct {
	At        document.Position `yaml:"-"`
	Minimum   document.Literal  `yaml:"minimum,omitempty"`
	Maximum   document.Literal  `yaml:"maximum,omitempty"`
	Pattern   string            `yaml:"pattern,omitempty"`
	MaxLength int               `yaml:"maxLength,omitempty"`
	Format    document.Ignored  `yaml:"format,omitempty"`
}

type definition struct {
	At          document.Position `yaml:"-"`
	ID          document.Ignored  `yaml:"id,omitempty"`
	URL         string            `yaml:"url,omitempty"`
	Type        string            `yaml:"type,omitempty"`
	Description string            `yaml:"description,omitempty"`
}

type relationship struct {
	At   document.Position `yaml:"-"`
	Type string            `yaml:"type,omitempty"`
	To   string            `yaml:"to,omitempty"`
}

// quality is an enum (metric invalidValues, on a property) or a row check or
// overlap check of Weir's own (type custom, on the object).
type quality struct {
	At             document.Position `yaml:"-"`
	ID             document.Ignored  `yaml:"id,omitempty"`
	Name           string            `yaml:"name,omitempty"`
	Description    string            `yaml:"description,omitempty"`
	Type           string            `yaml:"type,omitempty"`
	Metric         string            `yaml:"metric,omitempty"`
	Arguments      *arguments        `yaml:"arguments,omitempty"`
	MustBe         document.Literal  `yaml:"mustBe,omitempty"`
	Engine         string            `yaml:"engine,omitempty"`
	Implementation *implementation   `yaml:"implementation,omitempty"`
	Dimension      document.Ignored  `yaml:"dimension,omitempty"`
	Severity       document.Ignored  `yaml:"severity,omitempty"`
	BusinessImpact document.Ignored  `yaml:"businessImpact,omitempty"`
}

type arguments struct {
	At          document.Position `yaml:"-"`
	ValidValues []string          `yaml:"validValues,omitempty"`
}

type implementation struct {
	At      document.Position `yaml:"-"`
	Check   string            `yaml:"check,omitempty"`
	Columns []string          `yaml:"columns,omitempty"`
	Overlap *overlapDoc       `yaml:"overlap,omitempty"`
}

type overlapDoc struct {
	At   document.Position `yaml:"-"`
	Key  []string          `yaml:"key,omitempty"`
	From string            `yaml:"from,omitempty"`
	To   string            `yaml:"to,omitempty"`
}

type sla struct {
	At          document.Position `yaml:"-"`
	ID          document.Ignored  `yaml:"id,omitempty"`
	Property    string            `yaml:"property,omitempty"`
	Value       document.Literal  `yaml:"value,omitempty"`
	Unit        string            `yaml:"unit,omitempty"`
	Element     string            `yaml:"element,omitempty"`
	Description document.Ignored  `yaml:"description,omitempty"`
	Driver      document.Ignored  `yaml:"driver,omitempty"`
	ValueExt    document.Ignored  `yaml:"valueExt,omitempty"`
	Scheduler   document.Ignored  `yaml:"scheduler,omitempty"`
	Schedule    document.Ignored  `yaml:"schedule,omitempty"`
}

type customProperty struct {
	At          document.Position `yaml:"-"`
	ID          document.Ignored  `yaml:"id,omitempty"`
	Property    string            `yaml:"property,omitempty"`
	Value       document.Custom   `yaml:"value,omitempty"`
	Description document.Ignored  `yaml:"description,omitempty"`
}
