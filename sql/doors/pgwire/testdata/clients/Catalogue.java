import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;

/** Asks for all metadata of a table as tools over JDBC do, and reads rows in portions. */
public class Catalogue {
    public static void main(String[] args) throws Exception {
        try (Connection c = DriverManager.getConnection(args[0], args[1], args[2])) {
            DatabaseMetaData m = c.getMetaData();
            print("tables", m.getTables(null, null, "%", new String[] {"TABLE", "VIEW"}), 2, 3, 4);
            print("columns", m.getColumns(null, null, "teacher", "%"), 4, 6, 7, 9, 12, 18);
            print("key", m.getPrimaryKeys(null, null, "teacher"), 3, 4, 5, 6);
            print("schemas", m.getSchemas(), 1);
            print("catalogues", m.getCatalogs(), 1);
            print("index", m.getIndexInfo(null, null, "teacher", false, false), 3, 4, 6, 8, 9);
            print("imported", m.getImportedKeys(null, null, "teacher"), 3, 4, 7, 8, 12, 13);
            print("exported", m.getExportedKeys(null, null, "school"), 3, 4, 7, 8, 12, 13);
            print("row", m.getBestRowIdentifier(null, null, "teacher", 1, true), 2, 4);
            print("functions", m.getFunctions(null, null, "none%"), 3);
            print("procedures", m.getProcedures(null, null, "%"), 3);
            print("types of users", m.getUDTs(null, null, "%", null), 3);
            System.out.println("type info " + (count(m.getTypeInfo()) > 40));
            System.out.println("keywords " + m.getSQLKeywords().contains("limit"));
            System.out.println(c.getSchema() + " " + c.getCatalog() + " " + m.getMaxColumnsInIndex());
            c.setAutoCommit(false);
            try (PreparedStatement s = c.prepareStatement("SELECT school_id, years_experience FROM teacher WHERE years_experience > ? OR school_id = ? ORDER BY 2")) {
                s.setFetchSize(2);
                s.setInt(1, 20);
                s.setString(2, "s1");
                print("rows", s.executeQuery(), 1, 2);
            }
            c.commit();
        }
    }

    static void print(String what, ResultSet r, int... columns) throws Exception {
        System.out.println(what);
        while (r.next()) {
            StringBuilder line = new StringBuilder(" ");
            for (int i : columns) {
                line.append(' ').append(r.getString(i));
            }
            System.out.println(line);
        }
    }

    static int count(ResultSet r) throws Exception {
        int n = 0;
        while (r.next()) {
            n++;
        }
        return n;
    }
}
