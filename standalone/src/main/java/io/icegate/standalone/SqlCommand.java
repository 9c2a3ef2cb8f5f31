package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import io.icegate.standalone.console.SqlSession;
import io.icegate.standalone.console.SqlShell;
import io.icegate.standalone.console.Statements;
import io.icegate.standalone.process.TrinoProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import static java.nio.charset.StandardCharsets.UTF_8;

@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        description = {
                "Runs SQL statements in Trino, or opens an interactive shell.",
                "The shell opens when no statement is given on a terminal.",
                "Several statements are separated by semicolons; the first one that fails is the last one that runs. Without a statement, and not on a",
                "terminal, standard input holds the statements. Names without a schema are those of the schema otel.",
        })
final class SqlCommand
        implements Callable<Integer>
{
    private static final Path STANDARD_INPUT = Path.of("-");

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--server", paramLabel = "HOST:PORT", description = "Trino's address (default: what runs on the data folder, else localhost:8080).")
    private Optional<String> server = Optional.empty();

    @Option(names = "--output-format", paramLabel = "FORMAT", description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).", defaultValue = "ALIGNED")
    private ResultTable.Format format = ResultTable.Format.ALIGNED;

    @Option(names = "--json", description = "Prints one JSON object per row, as --output-format JSON does.")
    private boolean json;

    @Option(names = {"-f", "--file"}, paramLabel = "FILE", description = "Reads the statements from a file; - is standard input.")
    private Optional<Path> file = Optional.empty();

    @Parameters(arity = "0..1", paramLabel = "STATEMENT", description = "The statement, for example \"SELECT count(*) FROM logs\".")
    private Optional<String> statement = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call()
            throws IOException
    {
        if (statement.isPresent() && file.isPresent()) {
            throw new ParameterException(spec.commandLine(), "a statement and --file exclude each other");
        }
        String address = server.orElseGet(() -> Running.trino(data.path()));
        ResultTable.Format chosen = json ? ResultTable.Format.JSON : format;
        boolean interactive = statement.isEmpty() && file.isEmpty() && isTerminal();
        Statements statements = interactive ? new Statements(List.of(), "") : Statements.parse(text());
        try (Connection connection = TrinoProcess.connect(address)) {
            SqlSession session = new SqlSession(connection, address, chosen, System.out);
            if (interactive) {
                SqlShell.open(session, address);
            }
            else {
                statements.all().forEach(session::run);
            }
            return 0;
        }
        catch (SQLException e) {
            throw new CommandException("Cannot reach Trino on %s: %s".formatted(address, e.getMessage()), e);
        }
    }

    private String text()
            throws IOException
    {
        if (statement.isPresent()) {
            return statement.orElseThrow();
        }
        Path source = file.orElse(STANDARD_INPUT);
        if (source.equals(STANDARD_INPUT)) {
            return new String(System.in.readAllBytes(), UTF_8);
        }
        try {
            return Files.readString(source, UTF_8);
        }
        catch (IOException e) {
            throw new CommandException("Cannot read %s: %s".formatted(source, e), e);
        }
    }

    private static boolean isTerminal()
    {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
