package httpdoor_test

import "testing"

// TestDoor runs what can share a warehouse.
func TestDoor(t *testing.T) {
	t.Parallel()
	d := open(t)
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
		"Snapshots":                            testSnapshots,
		"Whoami":                               testWhoami,
		"Scope":                                testScope,
		"Explain":                              testExplain,
		"MaskedColumnsAreAnnounced":            testMaskedColumnsAreAnnounced,
		"Operations":                           testOperations,
		"WhatIsNotThere":                       testWhatIsNotThere,
		"Headers":                              testHeaders,
		"RequestsThatAreNone":                  testRequestsThatAreNone,
		"ASlowClientIsCutOff":                  testASlowClientIsCutOff,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, d.in(t))
		})
	}
}
