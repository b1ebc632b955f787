package grafana

import "fmt"

// provisioning renders the files for a Grafana that mounts its configuration:
// the data sources, and where the dashboards lie.
func provisioning() []File {
	return []File{
		{"provisioning/datasources/owabi.yaml", []byte(dataSourcesYAML())},
		{"provisioning/dashboards/owabi.yaml", []byte(dashboardsYAML())},
	}
}

// dataSourcesYAML takes addresses and secrets from the environment of the Grafana
// server. host is what plugin 4 reads, server what plugin 3 reads.
func dataSourcesYAML() string {
	return fmt.Sprintf(`# Written by owabi dashboards render. The values come from the environment of the
# Grafana server: OWABI_GRAFANA_CLICKHOUSE_HOST, _PORT, _PROTOCOL (http or native),
# _SECURE (true with TLS), _USER, _PASSWORD, and OWABI_GRAFANA_PROMETHEUS_URL.
# The user needs no more than SELECT, with readonly = 2.
apiVersion: 1
datasources:
  - name: %[1]s
    uid: %[1]s
    type: %[2]s
    access: proxy
    jsonData:
      host: $OWABI_GRAFANA_CLICKHOUSE_HOST
      server: $OWABI_GRAFANA_CLICKHOUSE_HOST
      port: $OWABI_GRAFANA_CLICKHOUSE_PORT
      protocol: $OWABI_GRAFANA_CLICKHOUSE_PROTOCOL
      secure: $OWABI_GRAFANA_CLICKHOUSE_SECURE
      username: $OWABI_GRAFANA_CLICKHOUSE_USER
      defaultDatabase: owabi
    secureJsonData:
      password: $OWABI_GRAFANA_CLICKHOUSE_PASSWORD
  - name: %[3]s
    uid: %[3]s
    type: %[4]s
    access: proxy
    url: $OWABI_GRAFANA_PROMETHEUS_URL
`, clickHouseUID, clickHouseType, prometheusUID, prometheusType)
}

// folderUID and folderTitle are of the folder that holds a language's dashboards.
// The code of the language is in the title because Grafana 9 compares titles
// without their Japanese, and refuses a dashboard that is called like its folder.
func folderUID(lang Language) string { return "owabi-" + string(lang) }

func folderTitle(lang Language) string {
	if lang == Japanese {
		return "owabi 日本語 (ja)"
	}
	return "owabi English (en)"
}

func dashboardsYAML() string {
	text := `# Written by owabi dashboards render. Mount this folder's ja and en where path says.
apiVersion: 1
providers:
`
	for _, lang := range Languages() {
		text += fmt.Sprintf(`  - name: owabi-%[1]s
    folder: %[2]s
    folderUid: %[3]s
    type: file
    disableDeletion: false
    allowUiUpdates: false
    updateIntervalSeconds: 60
    options:
      path: /var/lib/grafana/dashboards/owabi/%[1]s
`, lang, folderTitle(lang), folderUID(lang))
	}
	return text
}
