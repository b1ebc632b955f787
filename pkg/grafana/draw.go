package grafana

// How each kind of panel is drawn by Grafana: the panel type, its options, and
// the configuration of its fields. Field names are Grafana's.

func (k Kind) panelType() string {
	switch k {
	case Stacked, Lines:
		return "timeseries"
	case Bars:
		return "barchart"
	default:
		return string(k) // stat, table
	}
}

func (p Panel) options() object {
	legend := object{"showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": []string{}}
	switch p.Kind {
	case Stat:
		return object{
			"colorMode": "value", "graphMode": "none", "justifyMode": "center", "orientation": "vertical", "textMode": "value_and_name",
			"showPercentChange": false, "percentChangeColorMode": "standard", "wideLayout": true, // of 10 and later
			"reduceOptions": object{"values": false, "calcs": []string{"lastNotNull"}, "fields": ""},
		}
	case Stacked:
		legend["placement"] = "right"
		return object{"legend": legend, "tooltip": object{"mode": "multi", "sort": "desc"}}
	case Lines:
		return object{"legend": legend, "tooltip": object{"mode": "multi", "sort": "none"}}
	case Bars:
		legend["showLegend"] = len(p.figures()) > 1
		return object{
			"orientation": "horizontal", "xField": p.Columns[0].Name, "showValue": "auto", "stacking": "none", "groupWidth": 0.8, "barWidth": 0.9, "fullHighlight": false,
			"text": object{"valueSize": 12}, "xTickLabelRotation": 0, "xTickLabelMaxLength": 0, "xTickLabelSpacing": 0, "legend": legend, "tooltip": object{"mode": "single", "sort": "none"},
		}
	default:
		return object{"showHeader": true, "cellHeight": "sm", "frameIndex": 0}
	}
}

// figures are the columns that are drawn as numbers.
func (p Panel) figures() []Column {
	var all []Column
	for i, c := range p.Columns {
		if !c.Hidden && !(i == 0 && (p.Kind == Bars || p.Kind == Lines)) {
			all = append(all, c)
		}
	}
	return all
}

// defaults configure the fields that no override names.
func (d Dashboard) defaults(p Panel, lang Language) object {
	unit := p.Unit.info()
	fields := object{
		"unit": unit.format, "color": object{"mode": "palette-classic"}, "mappings": []object{},
		"thresholds": object{"mode": "absolute", "steps": []object{{"color": "blue", "value": nil}}},
	}
	if unit.decimals >= 0 {
		fields["decimals"] = unit.decimals
	}
	if p.Kind != Table {
		fields["links"] = d.links(p, lang)
	}
	switch p.Kind {
	case Stat:
		fields["color"] = object{"mode": "thresholds"}
		fields["noValue"] = "–"
	case Stacked:
		fields["displayName"] = "${__field.labels.series}"
		fields["custom"] = axis(p.Unit, lang, object{
			"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0, "barAlignment": 1, "showPoints": "never",
			"stacking": object{"mode": "normal", "group": "A"},
		})
	case Lines:
		fields["custom"] = axis(p.Unit, lang, object{"drawStyle": "line", "lineWidth": 2, "fillOpacity": 10, "showPoints": "auto", "spanNulls": false})
	case Bars:
		fields["custom"] = axis(p.Unit, lang, object{"fillOpacity": 80, "lineWidth": 0})
	default:
		fields["color"] = object{"mode": "thresholds"}
		fields["custom"] = object{"align": "auto", "filterable": false, "minWidth": 60}
	}
	return fields
}

func axis(unit Unit, lang Language, custom object) object {
	custom["axisLabel"] = lang.Of(unit.Label())
	custom["axisPlacement"] = "auto"
	custom["axisSoftMin"] = 0
	return custom
}

// overrides name the columns and give them their units.
func (d Dashboard) overrides(p Panel, lang Language) []object {
	list := []object{}
	linked := p.linkedColumn()
	for _, c := range p.Columns {
		properties := []object{}
		set := func(id string, value any) { properties = append(properties, object{"id": id, "value": value}) }
		if c.Hidden {
			if p.Kind == Table {
				set("custom.hidden", true)
			} else {
				set("custom.hideFrom", object{"viz": true, "legend": true, "tooltip": true})
			}
		} else {
			if label := lang.Of(c.Label); label != "" {
				set("displayName", label)
			}
			if c.Unit != "" && c.Unit != p.Unit {
				unit := c.Unit.info()
				set("unit", unit.format)
				if unit.decimals >= 0 {
					set("decimals", unit.decimals)
				}
				if p.Kind == Lines && c.Unit != Month && c.Unit != Moment {
					set("custom.axisPlacement", "right")
					set("custom.axisLabel", lang.Of(unit.label))
					set("custom.fillOpacity", 0)
					if c.Unit == Share {
						set("min", 0)
						set("max", 1)
					}
				}
			}
			if p.Kind == Table && c.Name == linked {
				set("links", d.links(p, lang))
			}
			if width := c.width(lang); p.Kind == Table && width > 0 {
				if c.Name == linked && len(p.Links) > 0 {
					set("custom.minWidth", width) // and what the others leave
				} else {
					set("custom.width", width)
				}
			}
		}
		if len(properties) > 0 {
			list = append(list, object{"matcher": object{"id": "byName", "options": c.Name}, "properties": properties})
		}
	}
	return list
}

// linkedColumn is the column of a table whose cells are links: the first of words.
func (p Panel) linkedColumn() string {
	for _, c := range p.Columns {
		if !c.Hidden && c.Unit == Words {
			return c.Name
		}
	}
	return ""
}

// width of a table's column: figures take as much as their heading, and leave the
// rest to words.
func (c Column) width(lang Language) int {
	if c.Width > 0 || c.Unit == Words {
		return c.Width
	}
	const padding = 24
	least := 84
	switch c.Unit {
	case Day:
		least = 108
	case Moment:
		least = 172
	case Persons:
		least = 100
	case Yen:
		least = 150
	}
	cells := 0
	for _, r := range lang.Of(c.Label) {
		cells++
		if r > 0x2fff {
			cells++ // Japanese is twice as wide
		}
	}
	return max(padding+cells*15/2, least)
}
