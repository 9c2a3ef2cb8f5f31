package io.icegate.standalone.console;

import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

final class TestSqlShell
{
    @TempDir
    private Path folder = Path.of("");

    private final List<String> statements = new ArrayList<>();

    @Test
    void testStatements()
            throws IOException
    {
        run("SELECT 1;\nSELECT\n 'a;b'\n, 2;\nUSE x; SHOW TABLES;\n");
        assertThat(statements).containsExactly("SELECT 1", "SELECT\n 'a;b'\n, 2", "USE x", "SHOW TABLES");
    }

    @Test
    void testQuit()
            throws IOException
    {
        for (String word : List.of("quit", "exit;", "QUIT")) {
            run("SELECT 1;\n" + word + "\nSELECT 2;\n");
            assertThat(statements).containsExactly("SELECT 1");
        }
    }

    @Test
    void testHelp()
            throws IOException
    {
        assertThat(run("help\n")).contains("A statement ends with a semicolon");
        assertThat(statements).isEmpty();
    }

    /**
     * A failure ends the statements of its line, and not the shell.
     */
    @Test
    void testFailure()
            throws IOException
    {
        assertThat(run("SELECT 1; FAIL; SELECT 2;\nSELECT 3;\n")).contains("Cannot run FAIL");
        assertThat(statements).containsExactly("SELECT 1", "FAIL", "SELECT 3");
    }

    private String run(String input)
            throws IOException
    {
        statements.clear();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (Terminal terminal = new DumbTerminal("test", Terminal.TYPE_DUMB, new ByteArrayInputStream(input.getBytes(UTF_8)), output, UTF_8)) {
            new SqlShell(terminal, folder.resolve("history"), this::statement).run();
        }
        return output.toString(UTF_8);
    }

    private void statement(String sql)
    {
        statements.add(sql);
        if (sql.equals("FAIL")) {
            throw new CommandException("Cannot run FAIL");
        }
    }
}
