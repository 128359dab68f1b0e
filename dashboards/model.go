package dashboards

// The parts of Grafana's dashboard JSON (schema 41, which Grafana 11, 12 and
// later read) that Weir uses. Fields stand in the order in which files have
// them. https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/

const (
	// SchemaVersion is that of the JSON.
	SchemaVersion = 41

	// SourceType is the type of the data source that reads the PostgreSQL door.
	SourceType = "grafana-postgresql-datasource"
)

// Dashboard is a dashboard as Grafana keeps it.
type Dashboard struct {
	UID           string     `json:"uid"`
	Title         string     `json:"title"`
	Description   string     `json:"description"`
	Tags          []string   `json:"tags"`
	SchemaVersion int        `json:"schemaVersion"`
	Editable      bool       `json:"editable"`
	GraphTooltip  int        `json:"graphTooltip"` // 1: one crosshair in all panels
	Timezone      string     `json:"timezone"`
	Time          TimeRange  `json:"time"`
	Refresh       string     `json:"refresh"`
	Links         []Link     `json:"links"`
	Templating    Templating `json:"templating"`
	Annotations   Marks      `json:"annotations"`
	Panels        []Panel    `json:"panels"`
}

// TimeRange is the range that a dashboard opens with.
type TimeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Link leads to other dashboards, with the variables and the time range.
type Link struct {
	Type        string   `json:"type"`
	Title       string   `json:"title"`
	Tags        []string `json:"tags"`
	AsDropdown  bool     `json:"asDropdown"`
	IncludeVars bool     `json:"includeVars"`
	KeepTime    bool     `json:"keepTime"`
	Icon        string   `json:"icon"`
}

// Templating holds the variables.
type Templating struct {
	List []Variable `json:"list"`
}

// Variable is a choice at the top of a dashboard, filled by a query.
type Variable struct {
	Name        string    `json:"name"`
	Label       string    `json:"label"`
	Description string    `json:"description"`
	Type        string    `json:"type"`
	Datasource  Source    `json:"datasource"`
	Query       string    `json:"query"`
	Definition  string    `json:"definition"`
	Multi       bool      `json:"multi"`
	IncludeAll  bool      `json:"includeAll"`
	Current     *Selected `json:"current,omitempty"`
	Refresh     int       `json:"refresh"` // 2: when the time range changes
	Sort        int       `json:"sort"`
	Hide        int       `json:"hide"`
}

// Selected is what a variable opens with.
type Selected struct {
	Text  []string `json:"text"`
	Value []string `json:"value"`
}

// Marks are annotations: what happened when.
type Marks struct {
	List []Mark `json:"list"`
}

// Mark is one kind of them: those in Grafana that have all of the tags.
type Mark struct {
	Name       string     `json:"name"`
	Datasource Source     `json:"datasource"`
	Enable     bool       `json:"enable"`
	IconColor  string     `json:"iconColor"`
	Target     MarkTarget `json:"target"`
}

// MarkTarget selects annotations by their tags.
type MarkTarget struct {
	Type     string   `json:"type"`
	Tags     []string `json:"tags"`
	MatchAny bool     `json:"matchAny"`
	Limit    int      `json:"limit"`
}

// EventTags are the tags of annotations that mark a change of who sees data.
func EventTags() []string { return []string{"weir", "change of access"} }

// Source refers to a data source.
type Source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Panel is a panel, or, of type row, a heading.
type Panel struct {
	ID          int            `json:"id"`
	Type        string         `json:"type"`
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	GridPos     GridPos        `json:"gridPos"`
	Collapsed   bool           `json:"collapsed,omitempty"`
	Datasource  *Source        `json:"datasource,omitempty"`
	Targets     []Target       `json:"targets,omitempty"`
	FieldConfig *FieldConfig   `json:"fieldConfig,omitempty"`
	Options     map[string]any `json:"options,omitempty"`
	Version     string         `json:"pluginVersion,omitempty"` // of Grafana, whose form the options have
	Panels      []Panel        `json:"panels,omitempty"`        // of a collapsed row

	Transformations []Transformation `json:"transformations,omitempty"`
}

// Transformation changes a panel's rows before it shows them.
type Transformation struct {
	ID      string         `json:"id"`
	Options map[string]any `json:"options"`
}

// GridPos places a panel in the grid, which is 24 wide.
type GridPos struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Target is a query.
type Target struct {
	RefID      string `json:"refId"`
	Datasource Source `json:"datasource"`
	EditorMode string `json:"editorMode"`
	Format     string `json:"format"` // table or time_series
	RawQuery   bool   `json:"rawQuery"`
	RawSQL     string `json:"rawSql"`
}

// FieldConfig says how values look.
type FieldConfig struct {
	Defaults  FieldDefaults `json:"defaults"`
	Overrides []Override    `json:"overrides"`
}

// FieldDefaults hold for all fields of a panel.
type FieldDefaults struct {
	Unit       string         `json:"unit,omitempty"`
	Decimals   *int           `json:"decimals,omitempty"`
	Min        *float64       `json:"min,omitempty"`
	Max        *float64       `json:"max,omitempty"`
	NoValue    string         `json:"noValue"`
	Color      map[string]any `json:"color,omitempty"`
	Thresholds *Thresholds    `json:"thresholds,omitempty"`
	Mappings   []Mapping      `json:"mappings,omitempty"`
	Custom     map[string]any `json:"custom,omitempty"`
}

// Thresholds colour values from a step on.
type Thresholds struct {
	Mode  string `json:"mode"`
	Steps []Step `json:"steps"`
}

// Step begins at Value; nil is from the least on.
type Step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"`
}

// Mapping colours and words values.
type Mapping struct {
	Type    string                   `json:"type"`
	Options map[string]MappingResult `json:"options"`
}

// MappingResult is how a mapped value looks.
type MappingResult struct {
	Color string `json:"color"`
	Text  string `json:"text,omitempty"`
	Index int    `json:"index"`
}

// Override changes the properties of the fields that it matches.
type Override struct {
	Matcher    Matcher    `json:"matcher"`
	Properties []Property `json:"properties"`
}

// Matcher selects fields.
type Matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

// Property is one property that an override sets.
type Property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}
