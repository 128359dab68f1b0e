package builder

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/dashboards"
)

// Colours that readers with any colour vision tell apart (Okabe and Ito,
// https://jfly.uni-koeln.de/color/). Blue is as it should be, vermilion is not.
const (
	blue      = "#0072B2"
	orange    = "#E69F00"
	vermilion = "#D55E00"
	green     = "#009E73"
	sky       = "#56B4E9"
	purple    = "#CC79A7"
	yellow    = "#F0E442"
	grey      = "#8A8A8A"
)

// palette is the order in which named series take colours.
func palette() []string { return []string{blue, orange, green, purple, sky, vermilion, grey, yellow} }

const (
	gridWidth = 24
	rowHeight = 1

	// optionsOf is the version of Grafana whose options panels have. Grafana takes
	// those of a panel without one for those of its earliest, and rewrites them.
	optionsOf = "11.1.0"
)

// board builds a dashboard, with panels from left to right and from top to
// bottom in the order in which they are added.
type board struct {
	dashboards.Dashboard

	source  dashboards.Source
	x, y, h int // where the next panel goes, and the height of the line
}

// newBoard begins an audience's dashboard. A day's range is from, such as
// now-7d; refresh is how often it is asked again.
func newBoard(a dashboards.Audience, uid, title, description, from, refresh string) *board {
	return &board{source: a.Source(), Dashboard: dashboards.Dashboard{
		UID: "weir-" + uid, Title: title, Description: description, Tags: []string{"weir", a.Tag()},
		SchemaVersion: dashboards.SchemaVersion, GraphTooltip: 1, Timezone: "browser", Time: dashboards.TimeRange{From: from, To: "now"}, Refresh: refresh,
		Links:       []dashboards.Link{{Type: "dashboards", Title: "Weir", Tags: []string{"weir"}, IncludeVars: true, KeepTime: true, AsDropdown: true, Icon: "external link"}},
		Templating:  dashboards.Templating{List: []dashboards.Variable{}},
		Annotations: dashboards.Marks{List: []dashboards.Mark{}},
	}}
}

// choose adds a variable of many values, all of them at first.
func (b *board) choose(name, label, description, sql string) {
	b.Templating.List = append(b.Templating.List, dashboards.Variable{
		Name: name, Label: label, Description: description, Type: "query", Datasource: b.source, Query: sql, Definition: sql,
		Multi: true, IncludeAll: true, Current: &dashboards.Selected{Text: []string{"All"}, Value: []string{"$__all"}}, Refresh: 2, Sort: 1,
	})
}

// markEvents marks the changes of who sees data, which provisioning notes in
// Grafana.
func (b *board) markEvents() {
	b.Annotations.List = append(b.Annotations.List, dashboards.Mark{
		Name: "Changes of access", Datasource: dashboards.Source{Type: "grafana", UID: "-- Grafana --"}, Enable: true, IconColor: vermilion,
		Target: dashboards.MarkTarget{Type: "tags", Tags: dashboards.EventTags(), Limit: 100},
	})
}

func (b *board) target(ref, format, sql string) dashboards.Target {
	return dashboards.Target{RefID: ref, Datasource: b.source, EditorMode: "code", Format: format, RawQuery: true, RawSQL: sql}
}

// heading begins a new line with a heading.
func (b *board) heading(title string) {
	b.newLine()
	b.Panels = append(b.Panels, dashboards.Panel{ID: len(b.Panels) + 1, Type: "row", Title: title, GridPos: dashboards.GridPos{Y: b.y, W: gridWidth, H: rowHeight}, Panels: []dashboards.Panel{}})
	b.y += rowHeight
}

func (b *board) newLine() { b.x, b.y, b.h = 0, b.y+b.h, 0 }

// chart is what a panel says and shows.
type chart struct {
	title  string
	means  string // definition of what is shown
	source string // where it comes from
	empty  string // what an answer without rows means
	w, h   int
	sql    string

	unit      string
	steps     []dashboards.Step
	mappings  []dashboards.Mapping
	overrides []dashboards.Override
	series    []string // names of series, for their colours
	min, max  *float64
	decimals  *int
}

func (b *board) add(kind, format string, c chart, custom, options map[string]any) {
	if b.x+c.w > gridWidth {
		b.newLine()
	}
	defaults := dashboards.FieldDefaults{Unit: c.unit, Decimals: c.decimals, Min: c.min, Max: c.max, NoValue: c.empty, Mappings: c.mappings, Custom: custom,
		Color: map[string]any{"mode": "fixed", "fixedColor": blue}}
	if len(c.steps) > 0 {
		defaults.Color = map[string]any{"mode": "thresholds"}
		defaults.Thresholds = &dashboards.Thresholds{Mode: "absolute", Steps: c.steps}
	}
	overrides := append([]dashboards.Override{}, c.overrides...)
	for i, name := range c.series {
		overrides = append(overrides, named(name, painted(palette()[i%len(palette())])))
	}
	b.Panels = append(b.Panels, dashboards.Panel{
		ID: len(b.Panels) + 1, Type: kind, Title: c.title, Description: fmt.Sprintf("%s\n\nSource: %s", c.means, c.source),
		GridPos: dashboards.GridPos{X: b.x, Y: b.y, W: c.w, H: c.h}, Datasource: &b.source, Targets: []dashboards.Target{b.target("A", format, strings.TrimSpace(c.sql))},
		FieldConfig: &dashboards.FieldConfig{Defaults: defaults, Overrides: overrides}, Options: options, Version: optionsOf,
	})
	b.x, b.h = b.x+c.w, max(b.h, c.h)
}

// stat shows the last number of each field, or the first word.
func (b *board) stat(c chart) {
	b.add("stat", "table", c, nil, map[string]any{
		"colorMode": "value", "graphMode": "none", "justifyMode": "auto", "textMode": "value", "wideLayout": true,
		"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "/.*/", "values": false},
	})
}

// stats shows a number for each row, named by the row's words.
func (b *board) stats(c chart) {
	b.add("stat", "table", c, nil, map[string]any{
		"colorMode": "value", "graphMode": "none", "justifyMode": "auto", "textMode": "value_and_name", "wideLayout": true,
		"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": true},
	})
}

// table shows rows as they are. A cell without a value is a dash: what the chart
// says of no rows would be wrong of it.
func (b *board) table(c chart) {
	c.steps = nil
	for _, kind := range []string{"string", "number", "time"} {
		none := dashboards.Override{Matcher: dashboards.Matcher{ID: "byType", Options: kind}, Properties: []dashboards.Property{{ID: "noValue", Value: "–"}}}
		switch kind {
		case "number":
			none.Properties = append(none.Properties, dashboards.Property{ID: "custom.width", Value: 100})
		case "time":
			none.Properties = append(none.Properties, onOneLine("", 190).Properties...)
		}
		c.overrides = append([]dashboards.Override{none}, c.overrides...)
	}
	b.add("table", "table", c, map[string]any{
		"align": "auto", "filterable": true, "inspect": true, "minWidth": 165, "wrapHeaderText": true, "cellOptions": map[string]any{"type": "auto", "wrapText": true},
	}, map[string]any{"showHeader": true, "cellHeight": "sm", "footer": map[string]any{"show": false}})
}

// textColoured colours the text of a column's cells, not their ground.
func textColoured() dashboards.Property {
	return dashboards.Property{ID: "custom.cellOptions", Value: map[string]any{"type": "color-text", "wrapText": true}}
}

// lines shows series over time.
func (b *board) lines(c chart) {
	b.add("timeseries", "time_series", c, map[string]any{
		"drawStyle": "line", "lineWidth": 2, "fillOpacity": 5, "showPoints": "auto", "pointSize": 6, "spanNulls": false,
	}, seriesOptions())
}

// curve shows numbers along another, the first column.
func (b *board) curve(c chart, along string) {
	options := seriesOptions()
	options["xField"] = along
	b.add("trend", "table", c, map[string]any{"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "showPoints": "always", "pointSize": 7}, options)
}

// columns shows series over time as stacked columns.
func (b *board) columns(c chart) {
	b.add("timeseries", "time_series", c, map[string]any{
		"drawStyle": "bars", "lineWidth": 1, "fillOpacity": 70, "showPoints": "never", "stacking": map[string]any{"mode": "normal", "group": "A"},
	}, seriesOptions())
}

func seriesOptions() map[string]any {
	return map[string]any{
		"legend":  map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": true},
		"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
	}
}

// bars shows a bar for each row: the first column names it, the others are
// numbers.
func (b *board) bars(c chart) {
	options := seriesOptions()
	options["orientation"], options["showValue"], options["groupWidth"], options["barWidth"] = "horizontal", "auto", 0.7, 0.9
	options["xTickLabelMaxLength"], options["text"] = 24, map[string]any{"valueSize": 12}
	b.add("barchart", "table", c, map[string]any{"fillOpacity": 85, "lineWidth": 0}, options)
}

// plane shows a point for each row, x against y. If the chart names series, rows
// are of the series whose name is in their text in column label; else all are of
// one, called label.
func (b *board) plane(c chart, x, y, label string) {
	field := func(name string) map[string]any {
		return map[string]any{"matcher": map[string]any{"id": "byName", "options": name}}
	}
	options := seriesOptions()
	series := map[string]any{"x": field(x), "y": field(y)}
	options["series"] = []any{series}
	var parted []dashboards.Transformation
	if len(c.series) == 0 {
		options["mapping"], series["name"] = "manual", map[string]any{"fixed": label}
		series["frame"] = map[string]any{"matcher": map[string]any{"id": "byIndex", "options": 0}}
	} else {
		options["mapping"] = "auto"
		parted = []dashboards.Transformation{{ID: "partitionByValues", Options: map[string]any{
			"fields": []string{label}, "keepFields": false, "naming": map[string]any{"asLabels": true},
		}}}
		for i, name := range c.series {
			c.overrides = append(c.overrides, dashboards.Override{
				Matcher: dashboards.Matcher{ID: "byRegexp", Options: "/\\b" + name + "/"}, Properties: []dashboards.Property{painted(palette()[i%len(palette())])},
			})
		}
		c.series = nil
	}
	b.add("xychart", "table", c, map[string]any{"show": "points", "pointSize": map[string]any{"fixed": 9}}, options)
	b.Panels[len(b.Panels)-1].Transformations = parted
}

// painted gives a series or a field a colour.
func painted(colour string) dashboards.Property {
	return dashboards.Property{ID: "color", Value: map[string]any{"mode": "fixed", "fixedColor": colour}}
}

// named overrides the field of that name.
func named(name string, properties ...dashboards.Property) dashboards.Override {
	return dashboards.Override{Matcher: dashboards.Matcher{ID: "byName", Options: name}, Properties: properties}
}

// unit gives the field of that name a unit.
func unit(name, u string) dashboards.Override {
	return named(name, dashboards.Property{ID: "unit", Value: u})
}

// width gives the column of that name a width.
func width(name string, pixels int) dashboards.Override {
	return named(name, dashboards.Property{ID: "custom.width", Value: pixels})
}

// stepped colours a column's numbers by steps.
func stepped(name string, steps []dashboards.Step, more ...dashboards.Property) dashboards.Override {
	return named(name, append(more, dashboards.Property{ID: "color", Value: map[string]any{"mode": "thresholds"}},
		dashboards.Property{ID: "thresholds", Value: dashboards.Thresholds{Mode: "absolute", Steps: steps}}, textColoured())...)
}

// onOneLine keeps a column of long texts on one line; a click shows all of one.
func onOneLine(name string, pixels int) dashboards.Override {
	return named(name, dashboards.Property{ID: "custom.width", Value: pixels}, dashboards.Property{ID: "custom.cellOptions", Value: map[string]any{"type": "auto", "wrapText": false}})
}

// coloured colours a column's cells by its words.
func coloured(name string, words ...dashboards.Mapping) dashboards.Override {
	return named(name, dashboards.Property{ID: "mappings", Value: words}, textColoured())
}

// word colours a word.
func word(color string, texts ...string) dashboards.Mapping {
	m := dashboards.Mapping{Type: "value", Options: map[string]dashboards.MappingResult{}}
	for i, t := range texts {
		m.Options[t] = dashboards.MappingResult{Color: color, Index: i}
	}
	return m
}

// rising are steps that get worse with size: blue, then orange from warn on,
// vermilion from bad on.
func rising(warn, bad float64) []dashboards.Step {
	return []dashboards.Step{{Color: blue}, {Color: orange, Value: &warn}, {Color: vermilion, Value: &bad}}
}

// falling are steps that get worse with smallness.
func falling(bad, warn float64) []dashboards.Step {
	return []dashboards.Step{{Color: vermilion}, {Color: orange, Value: &bad}, {Color: blue, Value: &warn}}
}
