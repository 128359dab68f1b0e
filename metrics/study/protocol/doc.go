// Package protocol is a study's plan as a file: what is asked of whom, who was
// treated, with whom they are compared, which outcomes are measured when, and
// how units are matched. It reads protocols strictly, comes with ready ones,
// and writes the statements that gather a study's units and outcomes.
//
// The package runs nothing and sees no data. What a study may read is policy's
// to decide; a statement that asks for more is refused by the gateway.
package protocol
