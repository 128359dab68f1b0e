package synth

import "embed"

// statements holds the model in name order, one query a source file, and the
// planted quantities.
//
//go:embed sql
var statements embed.FS
