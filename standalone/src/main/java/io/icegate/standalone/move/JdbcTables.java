package io.icegate.standalone.move;

import org.apache.iceberg.jdbc.UncheckedSQLException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;
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
     * What H2 says of a database that is not there and shall not come to be.
     */
    private static final int H2_DATABASE_NOT_FOUND = 90146;
    private static final Pattern H2_THAT_MAY_COME = Pattern.compile("jdbc:h2:(?!.*;IFEXISTS=).*", Pattern.CASE_INSENSITIVE);

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
        try (Connection connection = DriverManager.getConnection(withoutCreation(uri), connecting)) {
            DatabaseMetaData database = connection.getMetaData();
            UnaryOperator<String> stored = database.storesUpperCaseIdentifiers() ? name -> name.toUpperCase(Locale.ROOT) : UnaryOperator.identity();
            if (isEmpty(database.getTables(null, null, stored.apply(TABLES), null))) {
                return NONE;
            }
            return isEmpty(database.getColumns(null, null, stored.apply(TABLES), stored.apply(TYPE_OF_OBJECT))) ? WITHOUT_VIEWS : WITH_VIEWS;
        }
        catch (SQLException e) {
            if (e.getErrorCode() == H2_DATABASE_NOT_FOUND) {
                return NONE;
            }
            throw new UncheckedSQLException(e, "Failed to connect: %s", uri);
        }
    }

    private static String withoutCreation(String uri)
    {
        return H2_THAT_MAY_COME.matcher(uri).matches() ? uri + ";IFEXISTS=TRUE" : uri;
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
