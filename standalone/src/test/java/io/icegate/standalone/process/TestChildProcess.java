package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is told of a program that ended.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES) // a program that does not end
final class TestChildProcess
{
    private static final String INFO = "2026-11-27T12:00:00.000+0000\tINFO\tmain\t";

    @TempDir
    private Path folder = Path.of("");

    /**
     * As the receiver does: its logging takes System.err over, and its stop says more than its end.
     */
    static final class Throwing
    {
        private Throwing() {}

        static void main(String[] arguments)
        {
            PrintStream console = System.out;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> information(50).forEach(console::println)));
            System.setErr(new PrintStream(new LoggedLines(console), true, UTF_8));
            throw new IllegalStateException(arguments[0], new NoClassDefFoundError("io/example/Missing"));
        }
    }

    private static final class LoggedLines
            extends ByteArrayOutputStream
    {
        private final PrintStream console;

        private LoggedLines(PrintStream console)
        {
            this.console = console;
        }

        @Override
        public void flush()
        {
            toString(UTF_8).lines().forEach(line -> console.println(INFO + "stderr\t" + line));
            reset();
        }
    }

    @Test
    void testUncaughtException()
            throws Exception
    {
        JavaCommand command = new JavaCommand(List.of("-XX:TieredStopAtLevel=1"), Throwing.class.getName(), List.of("no such luck"));
        try (ChildProcess child = ChildProcess.start("the child", command.commandLine(), Map.of("CLASSPATH", System.getProperty("java.class.path")), folder, log())) {
            assertThatThrownBy(() -> child.awaitReady(() -> false, Duration.ofMinutes(1)))
                    .isInstanceOf(CommandException.class)
                    .hasMessage("Cannot start the child: it ended with exit code 1; it says: Exception in thread \"main\" java.lang.IllegalStateException: no such luck | " +
                            "Caused by: java.lang.NoClassDefFoundError: io/example/Missing (log: %s)".formatted(log()));
            assertThat(child.obituary()).isEqualTo("the child ended: exit code 1; it says: Exception in thread \"main\" java.lang.IllegalStateException: no such luck (log: %s)".formatted(log()));
        }
    }

    @Test
    void testLongStackTrace()
            throws Exception
    {
        String frames = IntStream.range(0, 40).mapToObj("\tat java.base/io.example.Deep$1.<init>(Deep.java:%s)"::formatted).collect(Collectors.joining("\n"));
        assertThat(obituary("Exception in thread \"main\" io.example.Broken: no\n" + frames + "\n\t... 12 more")).startsWith("it says: Exception in thread \"main\" io.example.Broken: no (log: ");
        assertThat(obituary(INFO + "stderr\tio.example.Broken: no\n" + frames.replace("\tat", INFO + "stderr\t\tat"))).startsWith("it says: %sstderr\tio.example.Broken: no (log: ".formatted(INFO));
    }

    @Test
    void testNothingToTell()
            throws Exception
    {
        assertThat(obituary("")).startsWith("it complained of nothing (log: ");
        assertThat(obituary(String.join("\n", information(100)))).startsWith("it complained of nothing (log: ");
        String oldProblem = "2026-11-27T12:00:00.000+0000\tERROR\tmain\tio.example.Other\tlong ago\n";
        assertThat(obituary(oldProblem + String.join("\n", information(100)))).startsWith("it complained of nothing (log: ");
    }

    /**
     * Only its end is looked at.
     */
    @Test
    void testHugeLog()
            throws Exception
    {
        assertThat(obituary("0123456789abcdef\n".repeat(1 << 20) + "Cannot go on: no")).startsWith("it says: Cannot go on: no (log: ");
    }

    private String obituary(String output)
            throws Exception
    {
        Path said = folder.resolve("said");
        Files.writeString(said, output);
        try (ChildProcess child = ChildProcess.start("the child", List.of("sh", "-c", "cat said; exit 1"), Map.of(), folder, log())) {
            child.end().get();
            String start = "the child ended: exit code 1; ";
            assertThat(child.obituary()).startsWith(start);
            return child.obituary().substring(start.length());
        }
    }

    private static List<String> information(int lines)
    {
        return IntStream.range(0, lines).mapToObj(i -> INFO + "io.example.Some\tline " + i).toList();
    }

    private Path log()
    {
        return folder.resolve("child.log");
    }
}
