package httpdoor_test

import (
	"testing"

	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
)

// TestDoor runs what can share a warehouse.
func TestDoor(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *httpdoor.Config) { c.Definitions = definitions })
	turns := make(chan struct{}, 2) // a principal may have four statements at once
	for name, test := range map[string]func(*testing.T, *door){
		"Query":                                testQuery,
		"WhatIsRefused":                        testWhatIsRefused,
		"Values":                               testValues,
		"EachFormatIsReadByItsReader":          testEachFormatIsReadByItsReader,
		"ParquetHoldsEveryType":                testParquetHoldsEveryType,
		"ColumnsOfOneName":                     testColumnsOfOneName,
		"Accept":                               testAccept,
		"Parameters":                           testParameters,
		"BodiesThatAreNoQuery":                 testBodiesThatAreNoQuery,
		"AnAnswerThatBreaksOff":                testAnAnswerThatBreaksOff,
		"Compression":                          testCompression,
		"AClientThatLeavesCancelsItsStatement": testAClientThatLeavesCancelsItsStatement,
		"AStatementThatComputesIsCancelled":    testAStatementThatComputesIsCancelled,
		"Catalog":                              testCatalog,
		"RequestIDsAreAuditIDs":                testRequestIDsAreAuditIDs,
		"Metrics":                              testMetrics,
		"Snapshots":                            testSnapshots,
		"Whoami":                               testWhoami,
		"Scope":                                testScope,
		"Explain":                              testExplain,
		"MaskedColumnsAreAnnounced":            testMaskedColumnsAreAnnounced,
		"Operations":                           testOperations,
		"WhatIsNotThere":                       testWhatIsNotThere,
		"Headers":                              testHeaders,
		"RequestsThatAreNone":                  testRequestsThatAreNone,
		"HTTP10GetsNoAnswer":                   testHTTP10GetsNoAnswer,
		"ASlowClientIsCutOff":                  testASlowClientIsCutOff,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turns <- struct{}{}
			defer func() { <-turns }()
			test(t, d.in(t))
		})
	}
}
