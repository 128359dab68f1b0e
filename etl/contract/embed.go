package contract

import "embed"

//go:embed contracts/*.odcs.yaml
var builtIn embed.FS
