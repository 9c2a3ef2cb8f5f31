package io.icegate.standalone.move;

import org.apache.iceberg.jdbc.UncheckedSQLException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a database has of the tables in which Iceberg keeps a catalog.
 */
enum JdbcTables
{
    NONE,
    WITHOUT_VIEWS,
    WITH_VIEWS;

    private static final String TABLES = "iceberg_tables";
    /**
     * A column of later versions, which have views.
     */
    private static final String TYPE_OF_OBJECT = "iceberg_type";
    private static final String PREFIX = "jdbc.";
    private static final Pattern SQLITE_FILE = Pattern.compile("jdbc:sqlite:(?:file:)?([^:?][^?]*)(?:\\?.*)?", Pattern.CASE_INSENSITIVE);

    /**
     * Creates nothing, not even the file of a database.
     *
     * @param properties of the catalog, those of the connection begin with {@code jdbc.}
     * @throws UncheckedSQLException when the database does not answer
     */
    static JdbcTables look(String uri, Map<String, String> properties)
    {
        if (sqliteFile(uri).filter(file -> !Files.exists(file)).isPresent()) {
            return NONE;
        }
        Properties connecting = new Properties();
        properties.forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                connecting.setProperty(key.substring(PREFIX.length()), value);
            }
        });
        try (Connection connection = DriverManager.getConnection(uri, connecting)) {
            DatabaseMetaData database = connection.getMetaData();
            if (isEmpty(database.getTables(null, null, TABLES, null))) {
                return NONE;
            }
            return isEmpty(database.getColumns(null, null, TABLES, TYPE_OF_OBJECT)) ? WITHOUT_VIEWS : WITH_VIEWS;
        }
        catch (SQLException e) {
            throw new UncheckedSQLException(e, "Failed to connect: %s", uri);
        }
    }

    private static Optional<Path> sqliteFile(String uri)
    {
        Matcher matcher = SQLITE_FILE.matcher(uri);
        return matcher.matches() ? Optional.of(Path.of(matcher.group(1))) : Optional.empty();
    }

    private static boolean isEmpty(ResultSet found)
            throws SQLException
    {
        try (found) {
            return !found.next();
        }
    }
}
