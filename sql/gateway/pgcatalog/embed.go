package pgcatalog

import "embed"

//go:embed sql/*.sql
var files embed.FS
