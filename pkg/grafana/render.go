package grafana

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/grafana-tools/sdk"

	"owabi/pkg/notice"
)

// File is one rendered file; Path is relative to the folder of dashboards, with
// slashes.
type File struct {
	Path string
	Data []byte
}

// Render renders every dashboard in both languages to the JSON that Grafana loads,
// and the provisioning files beside it. The same definitions give the same bytes.
func Render() ([]File, error) {
	var files []File
	for _, lang := range Languages() {
		for _, d := range Dashboards() {
			data, err := d.JSON(lang)
			if err != nil {
				return nil, err
			}
			files = append(files, File{path.Join(string(lang), d.UID+".json"), data})
		}
	}
	return append(files, provisioning()...), nil
}

// What the dashboards are called in a Grafana. Data sources are chosen by a
// variable; these are taken when they exist. Name and uid are the same word, for
// Grafana 9 chooses by name and later ones by uid.
const (
	clickHouseType = "grafana-clickhouse-datasource"
	clickHouseUID  = "owabi-clickhouse"
	prometheusType = "prometheus"
	prometheusUID  = "owabi-prometheus"
)

// schemaVersion is Grafana 9.4's; later ones migrate from it.
const schemaVersion = 37

// GrafanaUID is the dashboard's uid in a Grafana.
func (d Dashboard) GrafanaUID(lang Language) string { return "owabi-" + d.UID + "-" + string(lang) }

// grafanaTitle is the title in a Grafana. A Japanese one ends with the UID, because
// Grafana 9 compares titles without their Japanese and takes two that are then the
// same for one dashboard.
func (d Dashboard) grafanaTitle(lang Language) string {
	if lang == Japanese {
		return "owabi " + d.Title.JA + " (" + d.UID + ")"
	}
	return "owabi " + d.Title.EN
}

// JSON renders one dashboard in one language.
func (d Dashboard) JSON(lang Language) ([]byte, error) {
	board, err := d.board(lang)
	if err != nil {
		return nil, fmt.Errorf("dashboard %s: %w", d.UID, err)
	}
	raw, err := json.Marshal(board)
	if err != nil {
		return nil, fmt.Errorf("dashboard %s: %w", d.UID, err)
	}
	// Through a map the keys stand in one order, none stands twice, and what the
	// SDK does not model can be added.
	var fields object
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, fmt.Errorf("dashboard %s: %w", d.UID, err)
	}
	fields["description"] = lang.Of(d.Description)
	fit(fields)
	if !d.overTime() {
		fields["timepicker"].(object)["hidden"] = true
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(fields); err != nil {
		return nil, fmt.Errorf("dashboard %s: %w", d.UID, err)
	}
	return out.Bytes(), nil
}

// overTime says whether the time range changes what some panel shows.
func (d Dashboard) overTime() bool {
	return slices.ContainsFunc(d.Panels, func(p Panel) bool { return ranged.MatchString(p.SQL) || len(p.Metrics) > 0 })
}

var ranged = regexp.MustCompile(`\{(filters|day|since|moment|interval)\b`)

// object is JSON that the SDK has no type for.
type object = map[string]any

func (d Dashboard) board(lang Language) (*sdk.Board, error) {
	// Not NewBoard: it counts its boards.
	board := &sdk.Board{
		UID: d.GrafanaUID(lang), Title: d.grafanaTitle(lang), Tags: []string{"owabi"},
		Style: "dark", Editable: true, SchemaVersion: schemaVersion, GraphTooltip: 1,
		// A day of publication reaches Grafana as its midnight in UTC, which in Japan is
		// nine in the morning of the same day.
		Timezone: zone,
		Time:     sdk.Time{From: d.from(), To: "now"},
		Panels:   []*sdk.Panel{}, Rows: []*sdk.Row{}, Links: d.menu(lang),
		Timepicker: sdk.Timepicker{RefreshIntervals: []string{"1m", "5m", "15m", "1h"}, TimeOptions: []string{}},
	}
	board.Annotations.List = []sdk.Annotation{}
	if !d.Hidden {
		board.Tags = append(board.Tags, menuTag(lang))
	}
	board.Templating.List = d.templating(lang)
	for _, v := range d.Variables {
		rendered, err := d.templateVariable(v, lang)
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", v.Name, err)
		}
		board.Templating.List = append(board.Templating.List, rendered)
	}
	for _, p := range d.Panels {
		rendered, err := d.panel(p, lang)
		if err != nil {
			return nil, fmt.Errorf("panel %d: %w", p.ID, err)
		}
		board.Panels = append(board.Panels, rendered)
	}
	return board, nil
}

// from is Grafana's way to write Begin.
func (d Dashboard) from() string {
	if d.Years > 0 {
		return fmt.Sprintf("now-%dy", d.Years)
	}
	return fmt.Sprintf("now-%dd", d.Days)
}

// menuTag marks the dashboards that the menu of a language lists.
func menuTag(lang Language) string { return "owabi-" + string(lang) }

// menu leads to the other dashboards, and to the same in the other language.
func (d Dashboard) menu(lang Language) []sdk.Link {
	yes := true
	links := []sdk.Link{{Title: lang.Of(notice.Label{JA: "ダッシュボード", EN: "Dashboards"}), Type: "dashboards", Tags: []string{menuTag(lang)}, AsDropdown: &yes, IncludeVars: true, KeepTime: &yes}}
	for _, other := range Languages() {
		if other == lang {
			continue
		}
		address, icon := "/d/"+d.GrafanaUID(other), "doc"
		links = append(links, sdk.Link{
			Title: other.Of(notice.Label{JA: "日本語", EN: "English"}), Type: "link", Icon: &icon, URL: &address, IncludeVars: true, KeepTime: &yes,
		})
	}
	return links
}

// templating begins with the choice of data sources.
func (d Dashboard) templating(lang Language) []sdk.TemplateVar {
	choose := func(name, kind, uid string, label notice.Label) sdk.TemplateVar {
		v := templateVar(name, "datasource", lang.Of(label))
		v.Query, v.Refresh = kind, refresh(1)
		v.Current = sdk.Current{Text: words(uid), Value: uid}
		return v
	}
	list := []sdk.TemplateVar{choose("datasource", clickHouseType, clickHouseUID, notice.Label{JA: "データソース", EN: "Data source"})}
	if slices.ContainsFunc(d.Panels, func(p Panel) bool { return len(p.Metrics) > 0 }) {
		list = append(list, choose("prometheus", prometheusType, prometheusUID, notice.Label{JA: "Prometheus", EN: "Prometheus"}))
	}
	return list
}

func templateVar(name, kind, label string) sdk.TemplateVar {
	return sdk.TemplateVar{Name: name, Type: kind, Label: label, Options: []sdk.Option{}, Refresh: refresh(0)}
}

// refresh is when Grafana asks again: 0 never, 1 when a dashboard is loaded, 2
// when the time range changes.
func refresh(when int64) sdk.BoolInt { return sdk.BoolInt{Value: &when} }

func words(text ...string) *sdk.StringSliceString {
	return &sdk.StringSliceString{Value: text, Valid: true}
}

// all is Grafana's name for every value.
const all = "$__all"

func (d Dashboard) templateVariable(v Variable, lang Language) (sdk.TemplateVar, error) {
	kinds := map[VariableKind]string{Choices: "custom", Choice: "custom", Lookup: "query", Text: "textbox"}
	t := templateVar(v.Name, kinds[v.Kind], lang.Of(v.Label))
	t.Multi, t.IncludeAll = v.many(), v.many()
	if v.many() {
		t.Current = sdk.Current{Text: words("All"), Value: []string{all}}
		t.Options = append(t.Options, sdk.Option{Text: "All", Value: all, Selected: true})
	}
	switch v.Kind {
	case Lookup:
		sql, err := d.expand(v.SQL, lang, macros{}, v.Name)
		if err != nil {
			return t, err
		}
		t.Datasource, t.Query, t.Refresh = reference(clickHouseType, "datasource"), sql, refresh(2)
		t.Options = []sdk.Option{}
	case Text:
		t.Query, t.Current = v.Default, sdk.Current{Text: words(v.Default), Value: v.Default}
		t.Options = append(t.Options, sdk.Option{Text: v.Default, Value: v.Default, Selected: true})
	default:
		var list []string
		for _, o := range v.Options {
			text := lang.Of(o.Label)
			list = append(list, strings.ReplaceAll(text, ",", `\,`)+" : "+o.Value)
			chosen := !v.many() && o.Value == v.Default
			if chosen {
				t.Current = sdk.Current{Text: words(text), Value: o.Value}
			}
			t.Options = append(t.Options, sdk.Option{Text: text, Value: o.Value, Selected: chosen})
		}
		t.Query = strings.Join(list, ",")
	}
	return t, nil
}

// fit makes of what the SDK writes, which is Grafana 8's, the form that
// @grafana/schema has for 10 to 13: without fields that none of them knows, and with
// those of links that they all want.
func fit(board object) {
	drop := func(from any, names ...string) {
		for _, name := range names {
			delete(from.(object), name)
		}
	}
	drop(board, "hideControls", "originalTitle", "rows", "sharedCrosshair", "slug", "style")
	drop(board["timepicker"], "time_options")
	for _, p := range board["panels"].([]any) {
		drop(p, "editable", "error", "isNew", "span")
	}
	for _, v := range board["templating"].(object)["list"].([]any) {
		drop(v, "allFormat", "multiFormat")
		if v.(object)["allValue"] == "" {
			drop(v, "allValue")
		}
	}
	links := board["links"].([]any)
	for i, l := range links {
		link := object{"asDropdown": false, "icon": "", "tags": []string{}, "targetBlank": false, "tooltip": "", "url": ""}
		maps.Copy(link, l.(object))
		links[i] = link
	}
}

// reference names the data source that a variable chooses.
func reference(kind, variable string) object {
	return object{"type": kind, "uid": "${" + variable + "}"}
}

func (d Dashboard) panel(p Panel, lang Language) (*sdk.Panel, error) {
	description := lang.Of(p.Description)
	rendered := &sdk.Panel{CommonPanel: sdk.CommonPanel{
		OfType: sdk.CustomType, Type: p.Kind.panelType(), ID: uint(p.ID), Title: lang.Of(p.Title), Description: &description,
		Datasource: reference(clickHouseType, "datasource"), Editable: true,
	}}
	grid := p.Grid
	rendered.GridPos.X, rendered.GridPos.Y, rendered.GridPos.W, rendered.GridPos.H = &grid.X, &grid.Y, &grid.W, &grid.H
	targets, err := d.targets(p, lang)
	if err != nil {
		return nil, err
	}
	if len(p.Metrics) > 0 {
		rendered.Datasource = reference(prometheusType, "prometheus")
	}
	rendered.CustomPanel = &sdk.CustomPanel{
		"targets": targets, "options": p.options(), "fieldConfig": object{"defaults": d.defaults(p, lang), "overrides": d.overrides(p, lang)},
	}
	return rendered, nil
}

func (d Dashboard) targets(p Panel, lang Language) ([]object, error) {
	if p.SQL == "" {
		var targets []object
		for i, m := range p.Metrics {
			targets = append(targets, object{
				"refId": string(rune('A' + i)), "datasource": reference(prometheusType, "prometheus"),
				"expr": m.Expression, "legendFormat": lang.Of(m.Legend), "range": true, "editorMode": "code",
			})
		}
		return targets, nil
	}
	sql, err := d.expand(p.SQL, lang, macros{}, "")
	if err != nil {
		return nil, err
	}
	const timeSeries, table = 0, 1
	target := object{
		"refId": "A", "datasource": reference(clickHouseType, "datasource"), "rawSql": sql,
		"editorType": "sql", "pluginVersion": "4.0.0", "format": table, "queryType": "table",
	}
	if p.overTime() {
		target["format"], target["queryType"] = timeSeries, "timeseries"
	}
	target["selectedFormat"] = target["format"] // plugin 3 asks for it
	return []object{target}, nil
}

func (p Panel) overTime() bool { return p.Kind == Stacked || p.Kind == Lines }

// macros is the dialect of Grafana and its ClickHouse plugin.
type macros struct{}

// The plugin's $__dateFilter takes the days of the plugin's own zone, so it is not for us.
func (m macros) day(column string) string {
	return m.since(column) + " AND " + column + " <= toDate32($__toTime, '" + zone + "')"
}

func (macros) since(column string) string {
	return column + " >= toDate32($__fromTime, '" + zone + "')"
}

func (macros) moment(column string) string {
	return column + " >= $__fromTime AND " + column + " <= $__toTime"
}

// $__timeInterval cuts days at midnight of UTC.
func (macros) interval(column string) string { return cut(column, "$__interval_s") }

// A link writes the month of a bar as the browser's own zone has it, which at noon of
// UTC is the same month nearly everywhere. A DateTime holds 1970 to 2106 alone.
func (macros) month() string { return "addHours(toDateTime64(assumeNotNull(month), 0, 'UTC'), 12)" }

func (macros) value(v Variable) string { return "${" + v.Name + ":singlequote}" }

func (macros) values(v Variable) string { return "[${" + v.Name + ":singlequote}]" }

func (macros) unlessAll(condition string, v Variable) string {
	return "$__conditionalAll(" + condition + ", $" + v.Name + ")"
}

// address is where a link leads from a row of the panel.
func (d Dashboard) address(p Panel, l Link, lang Language) string {
	target, err := Find(l.To)
	if err != nil {
		return "" // a test looks at every link
	}
	set := map[string]string{}
	for _, a := range l.Set {
		switch {
		case a.Column == "time":
			set[a.Variable] = "${__value.time:date:YYYY-MM}"
		case p.Kind == Stacked:
			set[a.Variable] = "${__field.labels." + a.Column + ":percentencode}"
		default:
			set[a.Variable] = "${__data.fields." + a.Column + ":percentencode}"
		}
	}
	parts := []string{"${datasource:queryparam}"}
	if !l.AnyTime {
		parts = append(parts, "${__url_time_range}")
	}
	for _, v := range target.Variables {
		if value, ok := set[v.Name]; ok {
			parts = append(parts, "var-"+url.QueryEscape(v.Name)+"="+value)
		} else if _, ok := d.Variable(v.Name); ok {
			parts = append(parts, "${"+v.Name+":queryparam}")
		}
	}
	return "/d/" + target.GrafanaUID(lang) + "?" + strings.Join(parts, "&")
}

func (d Dashboard) links(p Panel, lang Language) []object {
	list := []object{}
	for _, l := range p.Links {
		list = append(list, object{"title": lang.Of(l.Title), "url": d.address(p, l, lang)})
	}
	return list
}
