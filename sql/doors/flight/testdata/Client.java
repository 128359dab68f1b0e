import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Reads the small warehouse through the Flight SQL door with Arrow's JDBC driver. Called with the door's
 * address, a researcher's token and an evaluator's.
 */
public final class Client {
  public static void main(String[] args) throws Exception {
    String url = "jdbc:arrow-flight-sql://" + args[0] + "/?useEncryption=false";
    try (Connection c = DriverManager.getConnection(url + "&token=" + args[1] + "&purpose=research")) {
      try (Statement s = c.createStatement();
          ResultSet r = s.executeQuery("SELECT survey, relevance, answered_on FROM survey_response ORDER BY relevance")) {
        List<String> rows = new ArrayList<>();
        while (r.next()) {
          rows.add(r.getString(1) + " " + r.getInt("relevance") + " " + r.getDate(3));
        }
        same(rows.toString(), "[spring 3 2025-11-01, spring 4 2025-11-01]");
      }
      try (PreparedStatement p = c.prepareStatement("SELECT relevance FROM survey_response WHERE relevance > ? AND survey = ?")) {
        same(p.getMetaData().getColumnName(1), "relevance");
        same(p.getParameterMetaData().getParameterCount(), 2);
        p.setInt(1, 3);
        p.setString(2, "spring");
        try (ResultSet r = p.executeQuery()) {
          r.next();
          same(r.getInt(1), 4);
          same(r.next(), false);
        }
      }
      DatabaseMetaData m = c.getMetaData();
      same(m.getDatabaseProductName(), "Weir");
      same(m.isReadOnly(), true);
      same(m.getIdentifierQuoteString(), "\"");
      same(m.nullsAreSortedAtEnd(), true);
      same(m.supportsTransactions(), false);
      same(m.getDefaultTransactionIsolation(), Connection.TRANSACTION_NONE);
      same(m.supportsLimitedOuterJoins(), true);
      same(m.supportsGroupByUnrelated(), true);
      same(m.supportsUnionAll(), true);
      same(m.supportsSubqueriesInExists(), true);
      same(m.supportsANSI92EntryLevelSQL(), true);
      same(m.supportsCoreSQLGrammar(), false);
      same(m.supportsSchemasInProcedureCalls(), false);
      same(m.supportsResultSetType(ResultSet.TYPE_FORWARD_ONLY), true);
      same(m.getMaxStatementLength(), 256 * 1024);
      same(m.getMaxColumnsInSelect(), 0);
      same(m.getSearchStringEscape(), "\\");
      same(m.getCatalogTerm(), "database");
      same(m.getSQLKeywords().contains("QUALIFY"), true);
      same(m.getNumericFunctions().contains("floor"), true);
      same(names(m.getCatalogs(), "TABLE_CAT").toString(), "[memory]");
      same(names(m.getTables(null, null, "survey%", null), "TABLE_NAME").toString(), "[survey_response]");
      same(names(m.getColumns(null, null, "survey_response", "relevance"), "COLUMN_NAME").toString(), "[relevance]");
      same(names(m.getPrimaryKeys(null, "main", "survey_response"), "COLUMN_NAME").toString(), "[response_id]");
    }
    Properties who = new Properties();
    who.put("user", "evaluator");
    who.put("password", args[2]);
    try (Connection c = DriverManager.getConnection(url, who); Statement s = c.createStatement()) {
      DatabaseMetaData m = c.getMetaData();
      same(names(m.getImportedKeys(null, "main", "teacher"), "PKTABLE_NAME").toString(), "[school]");
      same(names(m.getExportedKeys(null, "main", "school"), "FKTABLE_NAME").contains("teacher"), true);
      same(names(m.getCrossReference(null, "main", "school", null, "main", "teacher"), "FKCOLUMN_NAME").toString(), "[school_id]");
      try {
        s.executeQuery("SELECT * FROM coaching_session");
        throw new AssertionError("an evaluator reads coaching");
      } catch (SQLException refusal) {
        same(refusal.getMessage().contains("does not exist, or you may not read it"), true);
      }
      try {
        s.executeUpdate("DELETE FROM observation");
        throw new AssertionError("something was deleted");
      } catch (SQLException refusal) {
        same(refusal.getMessage().contains("only SELECT statements may run"), true);
      }
    }
  }

  private static List<String> names(ResultSet r, String column) throws SQLException {
    List<String> out = new ArrayList<>();
    while (r.next()) {
      out.add(r.getString(column));
    }
    r.close();
    return out;
  }

  private static void same(Object got, Object want) {
    if (!got.equals(want)) {
      throw new AssertionError("got " + got + ", want " + want);
    }
  }
}
