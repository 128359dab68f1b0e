package audit

import (
	"encoding/binary"
	"fmt"
)

// appendEntry adds an entry of at most MaxEntry bytes to an entry bundle: a
// sequence of entries, each after its length in 16 bits, big-endian (C2SP
// tlog-tiles, "Log entries").
func appendEntry(bundle, entry []byte) []byte {
	bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(entry))) //nolint:gosec // encode bounds it
	return append(bundle, entry...)
}

// nextEntry splits the first entry off a bundle.
func nextEntry(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, fmt.Errorf("entry bundle: %d bytes where a length of 2 belongs", len(bundle))
	}
	n := int(binary.BigEndian.Uint16(bundle)) + 2
	if len(bundle) < n {
		return nil, nil, fmt.Errorf("entry bundle: %d bytes left of an entry of %d", len(bundle)-2, n-2)
	}
	return bundle[2:n], bundle[n:], nil
}

// splitBundle returns the entries of a bundle. With an error it returns those
// before the fault.
func splitBundle(bundle []byte) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) > 0 {
		entry, rest, err := nextEntry(bundle)
		if err != nil {
			return entries, err
		}
		entries = append(entries, entry)
		bundle = rest
	}
	return entries, nil
}
