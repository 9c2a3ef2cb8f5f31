package io.icegate.standalone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.Callable;

@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        description = "Runs one SQL statement in Trino and prints the result.")
final class SqlCommand
        implements Callable<Integer>
{
    @Option(names = "--server", paramLabel = "HOST:PORT", description = "Trino's address (default: ${DEFAULT-VALUE}).", defaultValue = "localhost:8080")
    private String server = "localhost:8080";

    @Option(names = "--json", description = "Prints one JSON object per row.")
    private boolean json;

    @Parameters(paramLabel = "STATEMENT", description = "The statement, for example \"SELECT count(*) FROM logs\".")
    private String statement = "";

    @Override
    public Integer call()
    {
        Properties properties = new Properties();
        properties.setProperty("user", System.getProperty("user.name"));
        try (Connection connection = DriverManager.getConnection("jdbc:trino://%s/icegate/otel".formatted(server), properties);
                Statement jdbc = connection.createStatement()) {
            boolean hasRows = jdbc.execute(statement);
            if (hasRows) {
                try (ResultSet rows = jdbc.getResultSet()) {
                    ResultTable.print(rows, json ? ResultTable.Format.JSON : ResultTable.Format.TABLE, System.out);
                }
            }
            else if (!json) {
                System.out.println("OK" + (jdbc.getLargeUpdateCount() > 0 ? ": %s rows".formatted(jdbc.getLargeUpdateCount()) : ""));
            }
            return 0;
        }
        catch (SQLException e) {
            throw new CommandException("Cannot run the statement: " + e.getMessage(), e);
        }
    }
}
