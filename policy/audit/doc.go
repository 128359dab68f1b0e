// Package audit keeps the record of every decision in an append-only Merkle
// log, and proves that nobody has changed it.
//
// The log is a directory in the C2SP formats (tlog-tiles, tlog-checkpoint,
// signed-note, tlog-proof; see https://c2sp.org), so public tools can read and
// check it. [Init] makes one, [Open] appends to it, [NewReader] reads it,
// [Reader.Verify] checks all of it and [VerifyProof] checks one entry with
// nothing but the verifier key.
//
// [Log.Append] returns when the entry is durable. Within [Options.Publish] the
// entry is also in the tree, under a signed checkpoint, where readers see it.
//
// The package refuses to lose an entry that it acknowledged, to sign a tree
// that does not extend the one it signed before, to go on after a failed write,
// and to take a statement's text: an [Entry] has no field for one.
package audit
