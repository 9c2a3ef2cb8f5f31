package io.icegate.tests;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code ./icegate demo}, with fewer probes than a user sees.
 */
final class TestDemo
{
    private static final Pattern RESULT = Pattern.compile("DEMO OK rows=(\\d+) acked=(\\d+) freshness_ms_p50=(\\d+) freshness_ms_p99=(\\d+)");
    private static final int RECORDS = 4_000;
    private static final int PROBES = 20;
    /**
     * So many that the demo does not come to its end before it is stopped.
     */
    private static final int PROBES_WITHOUT_END = 1_000_000;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void testDemo()
            throws Exception
    {
        List<String> arguments = List.of("demo", "--records", Integer.toString(RECORDS), "--probes", Integer.toString(PROBES));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        try (IceGateScript demo = IceGateScript.start(folder, Map.of("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary), arguments)) {
            demo.awaitEnd();
            Matcher result = RESULT.matcher(demo.lastLine());
            assertThat(result.matches()).as(demo.output()).isTrue();
            assertThat(Long.parseLong(result.group(1))).isEqualTo(RECORDS + PROBES);
            assertThat(Long.parseLong(result.group(2))).isEqualTo(RECORDS + PROBES);
            assertThat(Long.parseLong(result.group(3))).isLessThanOrEqualTo(Long.parseLong(result.group(4)));
            assertThat(demo.exitValue()).isZero();
            assertNothingIsLeft(demo, temporary);
            assertReadmeShows(demo.output());
        }
    }

    /**
     * The README's output is that of this demo, but for the lines that it leaves out, and for numbers.
     */
    private static void assertReadmeShows(String output)
            throws IOException
    {
        String readme = Files.readString(Path.of("..", "README.md"));
        String start = "$ ./icegate demo\n";
        int begin = readme.indexOf(start) + start.length();
        List<String> shown = readme.substring(begin, readme.indexOf("```", begin)).lines().map(TestDemo::normalized).filter(line -> !line.equals("...")).toList();
        assertThat(shown).hasSizeGreaterThan(10);
        assertThat(output.lines().map(TestDemo::normalized)).containsSubsequence(shown);
    }

    private static String normalized(String line)
    {
        // numbers are padded, those of a slow machine less
        return line.replaceAll("[0-9][0-9,.]*", "#").replaceAll("-+", "-").replaceAll(" +", " ").replace("[ #", "[#").strip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Starting the OTLP receiver", "probes measure freshness"})
    void testStopped(String phase)
            throws Exception
    {
        List<String> arguments = List.of("demo", "--records", Integer.toString(RECORDS), "--probes", Integer.toString(PROBES_WITHOUT_END));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        try (IceGateScript demo = IceGateScript.start(folder, Map.of("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary), arguments)) {
            demo.awaitOutput(phase);
            demo.terminate();
            demo.awaitEnd();
            assertThat(demo.output()).doesNotContain("DEMO OK").doesNotContain("icegate:");
            assertThat(demo.exitValue()).isEqualTo(143);
            assertNothingIsLeft(demo, temporary);
        }
    }

    @Test
    void testWrongArguments()
            throws Exception
    {
        try (IceGateScript demo = IceGateScript.run(folder, "demo", "--records", "0")) {
            assertThat(demo.output()).startsWith("icegate: --records must be 1 to 100000, --probes at least 1");
            assertThat(demo.exitValue()).isEqualTo(2);
        }
    }

    /**
     * Neither processes nor files.
     */
    private static void assertNothingIsLeft(IceGateScript demo, Path temporary)
            throws IOException
    {
        assertThat(demo.living()).isEmpty();
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.map(Path::getFileName).map(Path::toString).filter(name -> name.startsWith("icegate"))).isEmpty();
        }
    }
}
