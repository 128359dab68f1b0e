package flight

import (
	"context"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"

	"github.com/weir-warehouse/weir/sql/guard"
)

// describe registers what GetSqlInfo tells, in the types that the JDBC driver
// expects: ordinals and masks are int32, lengths and isolation int64.
func (s *server) describe(program string) error {
	for _, facts := range []flightsql.SqlInfoResultMap{serverFacts(program), dialectFacts(), absentFacts()} {
		for id, value := range facts {
			if err := s.RegisterSqlInfo(flightsql.SqlInfo(id), value); err != nil {
				return err
			}
			s.facts[id] = true
		}
	}
	return nil
}

func serverFacts(program string) flightsql.SqlInfoResultMap {
	return flightsql.SqlInfoResultMap{
		uint32(flightsql.SqlInfoFlightSqlServerName):             "Weir",
		uint32(flightsql.SqlInfoFlightSqlServerVersion):          program,
		uint32(flightsql.SqlInfoFlightSqlServerArrowVersion):     arrow.PkgVersion,
		uint32(flightsql.SqlInfoFlightSqlServerReadOnly):         true,
		uint32(flightsql.SqlInfoFlightSqlServerSql):              true,
		uint32(flightsql.SqlInfoFlightSqlServerCancel):           true,
		uint32(flightsql.SqlInfoFlightSqlServerTransaction):      int32(flightsql.SqlTransactionNone),
		uint32(flightsql.SqlInfoFlightSqlServerStatementTimeout): int32(statementLife / time.Millisecond),
		uint32(flightsql.SqlInfoMaxStatementLen):                 int64(guard.MaxText),
		uint32(flightsql.SqlInfoDefaultTransactionIsolation):     int64(pb.SqlTransactionIsolationLevel_SQL_TRANSACTION_NONE),
		uint32(flightsql.SqlInfoSupportedResultSetTypes):         bits(pb.SqlSupportedResultSetType_SQL_RESULT_SET_TYPE_FORWARD_ONLY),
		uint32(flightsql.SqlInfoSupportedConcurrenciesForResultSetForwardOnly): bits(
			pb.SqlSupportedResultSetConcurrency_SQL_RESULT_SET_CONCURRENCY_READ_ONLY),
	}
}

// dialectFacts describe the SELECT that the guard takes: DuckDB's.
func dialectFacts() flightsql.SqlInfoResultMap {
	return flightsql.SqlInfoResultMap{
		uint32(flightsql.SqlInfoIdentifierCase):                int32(flightsql.SqlCaseSensitivityCaseInsensitive),
		uint32(flightsql.SqlInfoQuotedIdentifierCase):          int32(flightsql.SqlCaseSensitivityCaseInsensitive),
		uint32(flightsql.SqlInfoIdentifierQuoteChar):           `"`,
		uint32(flightsql.SqlInfoExtraNameChars):                "$",
		uint32(flightsql.SqlInfoSearchStringEscape):            `\`,
		uint32(flightsql.SqlInfoNullOrdering):                  int32(flightsql.SqlNullOrderingSortAtEnd),
		uint32(flightsql.SqlInfoCatalogTerm):                   "database",
		uint32(flightsql.SqlInfoSchemaTerm):                    "schema",
		uint32(flightsql.SqlInfoCatalogAtStart):                true,
		uint32(flightsql.SqlInfoSupportsColumnAliasing):        true,
		uint32(flightsql.SqlInfoNullPlusNullIsNull):            true,
		uint32(flightsql.SqlInfoSupportsTableCorrelationNames): true,
		uint32(flightsql.SqlInfoSupportsExpressionsInOrderBy):  true,
		uint32(flightsql.SqlInfoSupportsOrderByUnrelated):      true,
		uint32(flightsql.SqlInfoSupportsLikeEscapeClause):      true,
		uint32(flightsql.SqlInfoSupportsNonNullableColumns):    true,
		uint32(flightsql.SqlInfoCorrelatedSubqueriesSupported): true,
		uint32(flightsql.SqlInfoOuterJoinsSupportLevel):        int32(pb.SqlOuterJoinsSupportLevel_SQL_FULL_OUTER_JOINS),
		uint32(flightsql.SqlInfoANSI92SupportedLevel):          bits(pb.SupportedAnsi92SqlGrammarLevel_ANSI92_ENTRY_SQL),
		uint32(flightsql.SqlInfoSupportedGroupBy): bits(
			pb.SqlSupportedGroupBy_SQL_GROUP_BY_UNRELATED, pb.SqlSupportedGroupBy_SQL_GROUP_BY_BEYOND_SELECT),
		uint32(flightsql.SqlInfoSupportedUnions): bits(pb.SqlSupportedUnions_SQL_UNION, pb.SqlSupportedUnions_SQL_UNION_ALL),
		uint32(flightsql.SqlInfoSupportedSubqueries): bits(
			pb.SqlSupportedSubqueries_SQL_SUBQUERIES_IN_COMPARISONS, pb.SqlSupportedSubqueries_SQL_SUBQUERIES_IN_EXISTS,
			pb.SqlSupportedSubqueries_SQL_SUBQUERIES_IN_INS, pb.SqlSupportedSubqueries_SQL_SUBQUERIES_IN_QUANTIFIEDS),
		uint32(flightsql.SqlInfoKeywords):          []string{"ANTI", "ASOF", "EXCLUDE", "ILIKE", "PIVOT", "QUALIFY", "SEMI", "UNPIVOT"}, // beyond SQL:2003
		uint32(flightsql.SqlInfoNumericFunctions):  numericFunctions(),
		uint32(flightsql.SqlInfoStringFunctions):   stringFunctions(),
		uint32(flightsql.SqlInfoDateTimeFunctions): datetimeFunctions(),
	}
}

func numericFunctions() []string {
	return []string{
		"abs", "acos", "asin", "atan", "atan2", "ceiling", "cos", "cot", "degrees", "exp", "floor", "log", "log10", "mod", "pi",
		"power", "radians", "round", "sign", "sin", "sqrt", "tan",
	}
}

func stringFunctions() []string {
	return []string{
		"ascii", "chr", "concat", "lcase", "left", "length", "lower", "ltrim", "repeat", "replace", "right", "rtrim", "substring", "trim",
		"ucase", "upper",
	}
}

func datetimeFunctions() []string {
	return []string{
		"date_diff", "date_part", "date_trunc", "dayname", "dayofmonth", "dayofweek", "dayofyear", "hour", "minute", "month", "monthname",
		"quarter", "second", "week", "year",
	}
}

// absentFacts name what there is not, with the value that says so.
func absentFacts() flightsql.SqlInfoResultMap {
	facts := flightsql.SqlInfoResultMap{
		uint32(flightsql.SqlInfoSchemasSupportedActions):              bits[pb.SqlSupportedElementActions](),
		uint32(flightsql.SqlInfoCatalogsSupportedActions):             bits[pb.SqlSupportedElementActions](),
		uint32(flightsql.SqlInfoSupportedPositionedCommands):          bits[pb.SqlSupportedPositionedCommands](),
		uint32(flightsql.SqlInfoSupportedTransactionsIsolationlevels): bits[pb.SqlTransactionIsolationLevel](),
		uint32(flightsql.SqlInfoSupportedGrammar):                     bits[pb.SupportedSqlGrammar](), // each level asks for INSERT
		uint32(flightsql.SqlInfoSystemFunctions):                      []string{},
	}
	for _, id := range []flightsql.SqlInfo{
		flightsql.SqlInfoFlightSqlServerSubstrait, flightsql.SqlInfoFlightSqlServerBulkIngestion,
		flightsql.SqlInfoFlightSqlServerIngestTransactionsSupported, flightsql.SqlInfoDDLCatalog, flightsql.SqlInfoDDLSchema,
		flightsql.SqlInfoDDLTable, flightsql.SqlInfoAllTablesAreASelectable, // some may only be aggregated
		flightsql.SqlInfoSupportsDifferentTableCorrelationNames, flightsql.SqlInfoSupportsIntegrityEnhancementFacility,
		flightsql.SqlInfoSelectForUpdateSupported, flightsql.SqlInfoStoredProceduresSupported, flightsql.SqlInfoTransactionsSupported,
		flightsql.SqlInfoDataDefinitionCausesTransactionCommit, flightsql.SqlInfoDataDefinitionsInTransactionsIgnored,
		flightsql.SqlInfoBatchUpdatesSupported, flightsql.SqlInfoSavePointsSupported, flightsql.SqlInfoNamedParametersSupported,
		flightsql.SqlInfoLocatorsUpdateCopy, flightsql.SqlInfoStoredFunctionsUsingCallSyntaxSupported,
	} {
		facts[uint32(id)] = false
	}
	for _, id := range []flightsql.SqlInfo{
		flightsql.SqlInfoMaxBinaryLiteralLen, flightsql.SqlInfoMaxCharLiteralLen, flightsql.SqlInfoMaxColumnNameLen,
		flightsql.SqlInfoMaxColumnsInGroupBy, flightsql.SqlInfoMaxColumnsInIndex, flightsql.SqlInfoMaxColumnsInOrderBy,
		flightsql.SqlInfoMaxColumnsInSelect, flightsql.SqlInfoMaxColumnsInTable, flightsql.SqlInfoMaxConnections,
		flightsql.SqlInfoMaxCursorNameLen, flightsql.SqlInfoMaxIndexLen, flightsql.SqlInfoDBSchemaNameLen,
		flightsql.SqlInfoMaxProcedureNameLen, flightsql.SqlInfoMaxCatalogNameLen, flightsql.SqlInfoMaxRowSize,
		flightsql.SqlInfoMaxStatements, flightsql.SqlInfoMaxTableNameLen, flightsql.SqlInfoMaxTablesInSelect, flightsql.SqlInfoMaxUsernameLen,
	} {
		facts[uint32(id)] = int64(0) // no limit
	}
	return facts
}

// bits is the bit mask that Flight SQL makes of enumerated values.
func bits[T ~int32](values ...T) int32 {
	var mask int32
	for _, v := range values {
		mask |= 1 << v
	}
	return mask
}

// asked is a list of facts that a client asks for.
type asked []uint32

func (a asked) GetInfo() []uint32 { return a }

// DoGetSqlInfo tells the facts that a client asks for, or all. What is not
// known is left out, as a client that asks for many wants it.
func (s *server) DoGetSqlInfo(ctx context.Context, q flightsql.GetSqlInfo) (*arrow.Schema, <-chan flight.StreamChunk, error) { //nolint:revive // arrow-go's name
	if len(q.GetInfo()) == 0 {
		return s.BaseServer.DoGetSqlInfo(ctx, q)
	}
	known := asked(slices.DeleteFunc(slices.Clone(q.GetInfo()), func(id uint32) bool { return !s.facts[id] }))
	if len(known) == 0 {
		return one(schema_ref.SqlInfo, nothing(schema_ref.SqlInfo), nil)
	}
	return s.BaseServer.DoGetSqlInfo(ctx, known)
}
