package io.icegate.standalone;

import io.icegate.standalone.process.Stack;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        description = "Runs one SQL statement in Trino and prints the result. Names without a schema are those of the schema otel.")
final class SqlCommand
        implements Callable<Integer>
{
    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--server", paramLabel = "HOST:PORT", description = "Trino's address (default: what runs on the data folder, else localhost:8080).")
    private Optional<String> server = Optional.empty();

    @Option(names = "--json", description = "Prints one JSON object per row.")
    private boolean json;

    @Parameters(paramLabel = "STATEMENT", description = "The statement, for example \"SELECT count(*) FROM logs\".")
    private String statement = "";

    @Override
    public Integer call()
    {
        String address = server.orElseGet(() -> "localhost:" + Running.find(data.path()).orElse(Running.DEFAULT).trinoPort());
        try (Connection connection = Stack.connect(address);
                Statement jdbc = connection.createStatement()) {
            boolean hasRows = jdbc.execute(withoutSemicolon(statement));
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
            String hint = e.getCause() instanceof UncheckedIOException || e.getCause() instanceof IOException ? " (is ./icegate start running?)" : "";
            throw new CommandException("Cannot run the statement on %s: %s%s".formatted(address, e.getMessage(), hint), e);
        }
    }

    /**
     * Trino's protocol knows no semicolon, but whoever copies a statement from a page or a script has one.
     */
    private static String withoutSemicolon(String statement)
    {
        String stripped = statement.strip();
        return stripped.endsWith(";") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }
}
