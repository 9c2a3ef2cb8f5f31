package io.icegate.tests;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.icegate.tests.ConformancePage.Outcome;
import io.icegate.tests.ConformancePage.RowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Compares {@code docs/otlp-conformance.md} with what the receiver's tests said in this tree. {@code -Dicegate.write-docs=true} writes
 * the page instead.
 */
final class TestOtlpConformance
{
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final Path PAGE = HOME.resolve("docs/otlp-conformance.md");
    private static final Path RECEIVER = HOME.resolve("otlp-receiver");
    private static final String SOURCES = "otlp-receiver/src/test/java/";
    private static final String ANNOTATION = "io.icegate.receiver.OtlpRow";
    private static final Pattern METHOD = Pattern.compile("\\w+");
    private static final OtlpRequirement ROW = new OtlpRequirement(1, "Be kind", "S", "Always.", Optional.empty());
    private static final RowTest TEST = new RowTest("../TestKindness.java", "TestKindness", "testSmile");

    @TempDir
    private Path folder;

    @Test
    void testPageIsWhatTheTestsSay()
            throws Exception
    {
        Path reports = RECEIVER.resolve("target/surefire-reports");
        Map<String, Outcome> outcomes = outcomes(reports);
        assumeTrue(!outcomes.isEmpty(), "the receiver's tests were not run in this tree");
        Map<Integer, Map<RowTest, Outcome>> rows = rows(outcomes);
        assertThat(rows.values().stream().flatMap(tests -> tests.entrySet().stream()).filter(test -> test.getValue() == Outcome.NOT_RUN).map(Map.Entry::getKey).distinct())
                .as("tests of otlp-receiver without a report: run all of them, then this one")
                .isEmpty();
        String page = ConformancePage.render(OtlpRequirement.all(), rows) + clients();
        if (Boolean.getBoolean("icegate.write-docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("write it anew by -Dicegate.write-docs=true, see its head, and read what changed").hasContent(page);
    }

    @Test
    void testRequirementsAreNumbered()
            throws IOException
    {
        List<Integer> numbers = OtlpRequirement.all().stream().map(OtlpRequirement::row).toList();
        assertThat(numbers).isEqualTo(IntStream.rangeClosed(1, numbers.size()).boxed().toList());
    }

    @Test
    void testWhatNoTestHoldsIsVisible()
    {
        assertThat(page(ROW, Map.of())).contains("Of 1 requirements: not tested 1.").contains("| **not tested** |  |");
        assertThat(page(ROW, Map.of(TEST, Outcome.PASSED))).contains("| 1 | Be kind | S | Always. | holds | [TestKindness](../TestKindness.java): testSmile |");
        assertThat(page(ROW, Map.of(TEST, Outcome.SKIPPED))).contains("| **not tested** |", "testSmile (skipped)");
        assertThat(page(ROW, Map.of(TEST, Outcome.NOT_RUN))).contains("| **not tested** |", "testSmile (not run)");
        RowTest failing = new RowTest(TEST.source(), TEST.type(), "testBow");
        assertThat(page(ROW, Map.of(TEST, Outcome.PASSED, failing, Outcome.FAILED))).contains("fails 1.").contains("| **fails** |", "testBow (failed), testSmile");
        OtlpRequirement later = new OtlpRequirement(1, "Be kind", "S", "Mostly.", Optional.of("mornings."));
        assertThat(page(later, Map.of())).contains("| Mostly. Later: mornings. | later |  |");
        assertThat(page(later, Map.of(TEST, Outcome.PASSED))).contains("| in part |");
    }

    @Test
    void testReportsAreRead()
            throws Exception
    {
        Files.writeString(folder.resolve("TEST-a.xml"),
                """
                <testsuite><testcase name="testOk" classname="a.B"/><testcase name="testBad" classname="a.B"><failure/></testcase>
                <testcase name="testBroken" classname="a.B"><error/></testcase><testcase name="testSkipped" classname="a.B"><skipped/></testcase>
                <testcase name="testEach(OtlpSignal)[1]" classname="a.B"/><testcase name="testEach(OtlpSignal)[2]" classname="a.B"><failure/></testcase></testsuite>
                """);
        Files.writeString(folder.resolve("a.txt"), "not a report");
        assertThat(outcomes(folder)).isEqualTo(Map.of(
                "a.B.testOk", Outcome.PASSED,
                "a.B.testBad", Outcome.FAILED,
                "a.B.testBroken", Outcome.FAILED,
                "a.B.testSkipped", Outcome.SKIPPED,
                "a.B.testEach", Outcome.FAILED));
        assertThat(outcomes(folder.resolve("missing"))).isEmpty();
    }

    /**
     * What is known of clients, which no report tells.
     */
    private static String clients()
            throws IOException
    {
        try (InputStream in = requireNonNull(TestOtlpConformance.class.getResourceAsStream("/otlp-clients.md"), "no text about clients")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static String page(OtlpRequirement requirement, Map<RowTest, Outcome> tests)
    {
        return ConformancePage.render(List.of(requirement), Map.of(requirement.row(), tests));
    }

    /**
     * The tests of each row, from the class files.
     */
    private static Map<Integer, Map<RowTest, Outcome>> rows(Map<String, Outcome> outcomes)
            throws IOException
    {
        Map<Integer, Map<RowTest, Outcome>> rows = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter().importPath(RECEIVER.resolve("target/test-classes"))) {
            for (JavaMethod method : type.getMethods()) {
                if (!method.isAnnotatedWith(ANNOTATION)) {
                    continue;
                }
                String file = SOURCES + type.getName().replace('.', '/') + ".java";
                RowTest test = new RowTest("../" + file, type.getSimpleName(), method.getName());
                Outcome outcome = outcomes.getOrDefault("%s.%s".formatted(type.getName(), method.getName()), Outcome.NOT_RUN);
                for (int row : (int[]) method.getAnnotationOfType(ANNOTATION).get("value").orElseThrow()) {
                    rows.computeIfAbsent(row, _ -> new TreeMap<>()).put(test, outcome);
                }
            }
        }
        assertThat(OtlpRequirement.all().stream().map(OtlpRequirement::row)).as("rows that tests name").containsAll(new TreeSet<>(rows.keySet()));
        return rows;
    }

    /**
     * How each test method ended; of one with parameters, the worst.
     */
    private static Map<String, Outcome> outcomes(Path reports)
            throws IOException, XMLStreamException
    {
        Map<String, Outcome> outcomes = new HashMap<>();
        if (!Files.isDirectory(reports)) {
            return outcomes;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(reports)) {
            files = all.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml")).toList();
        }
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                read(factory.createXMLStreamReader(in), outcomes);
            }
        }
        return outcomes;
    }

    private static void read(XMLStreamReader report, Map<String, Outcome> outcomes)
            throws XMLStreamException
    {
        String test = "";
        while (report.hasNext()) {
            if (report.next() != XMLStreamReader.START_ELEMENT) {
                continue;
            }
            switch (report.getLocalName()) {
                case "testcase" -> {
                    Matcher method = METHOD.matcher(report.getAttributeValue(null, "name"));
                    test = "%s.%s".formatted(report.getAttributeValue(null, "classname"), method.lookingAt() ? method.group() : "");
                    outcomes.putIfAbsent(test, Outcome.PASSED);
                }
                case "failure", "error" -> outcomes.put(test, Outcome.FAILED);
                case "skipped" -> outcomes.merge(test, Outcome.SKIPPED, (before, skipped) -> before == Outcome.FAILED ? before : skipped);
                default -> {}
            }
        }
    }
}
