package io.icegate.standalone.console;

import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

import static java.util.Objects.requireNonNull;

/**
 * The interactive shell of {@code ./icegate sql}. Statements may have several lines and end with a semicolon; the history outlives the
 * shell. Ctrl-C drops what was typed, or cancels the statement that runs.
 */
public final class SqlShell
{
    private static final String PROMPT = "icegate> ";
    private static final String CONTINUATION = "      -> ";
    private static final Path HISTORY = Path.of(System.getProperty("user.home", "."), ".icegate_history");
    private static final String HELP =
            """
            A statement ends with a semicolon and may have several lines. Ctrl-C cancels it, Ctrl-R searches the history, Ctrl-D or quit leaves.
              SHOW TABLES;  DESCRIBE logs;  SELECT count(*) FROM logs;  SELECT * FROM "logs$wal";  CALL icegate.system.commit_wal('otel', 'logs');""";

    private final Terminal terminal;
    private final LineReader reader;
    private final Consumer<String> statements;

    /**
     * @param history where the history is kept
     * @param statements runs one statement, and fails with a {@code CommandException}
     */
    SqlShell(Terminal terminal, Path history, Consumer<String> statements)
    {
        this.terminal = requireNonNull(terminal, "terminal is null");
        this.statements = requireNonNull(statements, "statements is null");
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("icegate")
                .parser(new StatementParser())
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, CONTINUATION)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    /**
     * Opens a shell on the terminal of this process, until the user leaves it.
     */
    public static void open(SqlSession session, String server)
            throws IOException
    {
        try (Terminal terminal = TerminalBuilder.builder().name("icegate").system(true).build()) {
            terminal.handle(Terminal.Signal.INT, _ -> session.cancel());
            SqlShell shell = new SqlShell(terminal, HISTORY, session::run);
            shell.say("Trino on %s. Statements end with a semicolon; help explains, quit leaves.".formatted(server));
            shell.run();
        }
    }

    void run()
    {
        while (true) {
            String text;
            try {
                text = reader.readLine(PROMPT);
            }
            catch (UserInterruptException _) {
                continue;
            }
            catch (EndOfFileException _) {
                return;
            }
            switch (word(text)) {
                case "quit", "exit" -> {
                    return;
                }
                case "help" -> say(HELP);
                default -> runAll(Statements.parse(text));
            }
        }
    }

    private void runAll(Statements text)
    {
        try {
            text.all().forEach(statements);
        }
        catch (CommandException e) {
            say(String.valueOf(e.getMessage()));
        }
    }

    private void say(String text)
    {
        terminal.writer().println(text);
        terminal.flush();
    }

    private static String word(String text)
    {
        String stripped = text.strip();
        return (stripped.endsWith(";") ? stripped.substring(0, stripped.length() - 1) : stripped).strip().toLowerCase(Locale.ROOT);
    }

    /**
     * Lets the reader ask for more lines until the statement has ended.
     */
    static final class StatementParser
            implements Parser
    {
        private final Parser words = new DefaultParser();

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context)
        {
            if (context == ParseContext.ACCEPT_LINE && !isComplete(line)) {
                throw new EOFError(-1, -1, "the statement has no semicolon yet");
            }
            return words.parse(line, cursor, ParseContext.COMPLETE);
        }

        static boolean isComplete(String text)
        {
            return switch (word(text)) {
                case "quit", "exit", "help" -> true;
                default -> Statements.parse(text).rest().isEmpty();
            };
        }
    }
}
