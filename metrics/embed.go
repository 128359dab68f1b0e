package metrics

import "embed"

//go:embed all:catalog
var builtIn embed.FS
