package dashboards

import "embed"

//go:embed grafana/*.json
var files embed.FS
