package contract

// The part of ODCS v3.1 that Weir reads, and, as ignored, the parts that it
// knows and leaves to other tools. What is in neither is refused.

type document struct {
	At           position         `yaml:"-"`
	APIVersion   string           `yaml:"apiVersion,omitempty"`
	Kind         string           `yaml:"kind,omitempty"`
	ID           string           `yaml:"id,omitempty"`
	Name         string           `yaml:"name,omitempty"`
	Version      string           `yaml:"version,omitempty"`
	Status       string           `yaml:"status,omitempty"`
	Tags         []string         `yaml:"tags,omitempty"`
	Schema       []object         `yaml:"schema,omitempty"`
	SLA          []sla            `yaml:"slaProperties,omitempty"`
	Custom       []customProperty `yaml:"customProperties,omitempty"`
	Description  ignored          `yaml:"description,omitempty"`
	Domain       ignored          `yaml:"domain,omitempty"`
	Tenant       ignored          `yaml:"tenant,omitempty"`
	DataProduct  ignored          `yaml:"dataProduct,omitempty"`
	Team         ignored          `yaml:"team,omitempty"`
	Roles        ignored          `yaml:"roles,omitempty"`
	Support      ignored          `yaml:"support,omitempty"`
	Price        ignored          `yaml:"price,omitempty"`
	Servers      ignored          `yaml:"servers,omitempty"`
	Definitions  ignored          `yaml:"authoritativeDefinitions,omitempty"`
	CreatedAt    ignored          `yaml:"contractCreatedTs,omitempty"`
	SLADefaultOn ignored          `yaml:"slaDefaultElement,omitempty"`
}

type object struct {
	At           position         `yaml:"-"`
	ID           ignored          `yaml:"id,omitempty"`
	Name         string           `yaml:"name,omitempty"`
	LogicalType  string           `yaml:"logicalType,omitempty"`
	PhysicalType string           `yaml:"physicalType,omitempty"`
	BusinessName string           `yaml:"businessName,omitempty"`
	Description  string           `yaml:"description,omitempty"`
	Granularity  string           `yaml:"dataGranularityDescription,omitempty"`
	Tags         []string         `yaml:"tags,omitempty"`
	Properties   []property       `yaml:"properties,omitempty"`
	Quality      []quality        `yaml:"quality,omitempty"`
	Custom       []customProperty `yaml:"customProperties,omitempty"`
	Definitions  ignored          `yaml:"authoritativeDefinitions,omitempty"`
}

type property struct {
	At             position         `yaml:"-"`
	ID             ignored          `yaml:"id,omitempty"`
	Name           string           `yaml:"name,omitempty"`
	BusinessName   string           `yaml:"businessName,omitempty"`
	Description    string           `yaml:"description,omitempty"`
	LogicalType    string           `yaml:"logicalType,omitempty"`
	PhysicalType   string           `yaml:"physicalType,omitempty"`
	Options        *typeOptions     `yaml:"logicalTypeOptions,omitempty"`
	PrimaryKey     bool             `yaml:"primaryKey,omitempty"`
	KeyPosition    int              `yaml:"primaryKeyPosition,omitempty"`
	Required       bool             `yaml:"required,omitempty"`
	Unique         bool             `yaml:"unique,omitempty"`
	Tags           []string         `yaml:"tags,omitempty"`
	Examples       []literal        `yaml:"examples,omitempty"`
	Definitions    []definition     `yaml:"authoritativeDefinitions,omitempty"`
	Relationships  []relationship   `yaml:"relationships,omitempty"`
	Quality        []quality        `yaml:"quality,omitempty"`
	Custom         []customProperty `yaml:"customProperties,omitempty"`
	Classification ignored          `yaml:"classification,omitempty"`
	Critical       ignored          `yaml:"criticalDataElement,omitempty"`
}

type typeOptions struct {
	At        position `yaml:"-"`
	Minimum   literal  `yaml:"minimum,omitempty"`
	Maximum   literal  `yaml:"maximum,omitempty"`
	Pattern   string   `yaml:"pattern,omitempty"`
	MaxLength int      `yaml:"maxLength,omitempty"`
	Format    ignored  `yaml:"format,omitempty"`
}

type definition struct {
	At          position `yaml:"-"`
	ID          ignored  `yaml:"id,omitempty"`
	URL         string   `yaml:"url,omitempty"`
	Type        string   `yaml:"type,omitempty"`
	Description string   `yaml:"description,omitempty"`
}

type relationship struct {
	At   position `yaml:"-"`
	Type string   `yaml:"type,omitempty"`
	To   string   `yaml:"to,omitempty"`
}

// quality is an enum (metric invalidValues, on a property) or a row check or
// overlap check of Weir's own (type custom, on the object).
type quality struct {
	At             position        `yaml:"-"`
	ID             ignored         `yaml:"id,omitempty"`
	Name           string          `yaml:"name,omitempty"`
	Description    string          `yaml:"description,omitempty"`
	Type           string          `yaml:"type,omitempty"`
	Metric         string          `yaml:"metric,omitempty"`
	Arguments      *arguments      `yaml:"arguments,omitempty"`
	MustBe         literal         `yaml:"mustBe,omitempty"`
	Engine         string          `yaml:"engine,omitempty"`
	Implementation *implementation `yaml:"implementation,omitempty"`
	Dimension      ignored         `yaml:"dimension,omitempty"`
	Severity       ignored         `yaml:"severity,omitempty"`
	BusinessImpact ignored         `yaml:"businessImpact,omitempty"`
}

type arguments struct {
	At          position `yaml:"-"`
	ValidValues []string `yaml:"validValues,omitempty"`
}

type implementation struct {
	At      position    `yaml:"-"`
	Check   string      `yaml:"check,omitempty"`
	Columns []string    `yaml:"columns,omitempty"`
	Overlap *overlapDoc `yaml:"overlap,omitempty"`
}

type overlapDoc struct {
	At   position `yaml:"-"`
	Key  []string `yaml:"key,omitempty"`
	From string   `yaml:"from,omitempty"`
	To   string   `yaml:"to,omitempty"`
}

type sla struct {
	At          position `yaml:"-"`
	ID          ignored  `yaml:"id,omitempty"`
	Property    string   `yaml:"property,omitempty"`
	Value       literal  `yaml:"value,omitempty"`
	Unit        string   `yaml:"unit,omitempty"`
	Element     string   `yaml:"element,omitempty"`
	Description ignored  `yaml:"description,omitempty"`
	Driver      ignored  `yaml:"driver,omitempty"`
	ValueExt    ignored  `yaml:"valueExt,omitempty"`
	Scheduler   ignored  `yaml:"scheduler,omitempty"`
	Schedule    ignored  `yaml:"schedule,omitempty"`
}

type customProperty struct {
	At          position `yaml:"-"`
	ID          ignored  `yaml:"id,omitempty"`
	Property    string   `yaml:"property,omitempty"`
	Value       custom   `yaml:"value,omitempty"`
	Description ignored  `yaml:"description,omitempty"`
}
