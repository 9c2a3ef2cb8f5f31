package io.icegate.tests;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That the pages name files that exist.
 */
final class TestDocumentation
{
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern FAULT_TEST = Pattern.compile("\\w+\\.testE\\d+\\w+");
    private static final Pattern FAULT_METHOD = Pattern.compile("void (testE\\d+\\w+)\\(");
    private static final int FAULTS = 27;
    private static final Pattern ALERTING_FAULT_METHOD = Pattern.compile("void (testFault\\d+\\w+)\\(");
    private static final int ALERTING_INVARIANTS = 7;
    private static final int ALERTING_FAULTS = 16;
    private static final Pattern TEST = Pattern.compile("(\\w*Test\\w+)(?:\\.(test\\w+))?");
    private static final List<String> INVARIANTS = List.of(
            "H1",
            "H2",
            "H3",
            "H4",
            "H5",
            "H6",
            "H7",
            "F1",
            "F2",
            "F3",
            "F4",
            "F5",
            "F6",
            "A1",
            "A2",
            "A3",
            "A4",
            "R1",
            "R2",
            "R3",
            "R4",
            "R5",
            "R6",
            "R7",
            "R8",
            "R9",
            "K1",
            "K2",
            "K3",
            "K4",
            "K5",
            "K6");
    private static final int README_LINE_LENGTH_MAX = 119;

    @Test
    void testLinks()
            throws IOException
    {
        List<Path> pages = new ArrayList<>(List.of(HOME.resolve("README.md"), HOME.resolve("CONTRIBUTING.md"), HOME.resolve("llms.txt")));
        try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
        }
        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            LINK.matcher(Files.readString(page)).results()
                    .map(link -> link.group(1))
                    .filter(link -> !Files.exists(page.resolveSibling(link).normalize()))
                    .forEach(link -> broken.add(HOME.relativize(page) + " -> " + link));
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void testEveryPageIsInTheIndexOfItsFolder()
            throws IOException
    {
        List<Path> pages;
        try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            pages = docs.filter(page -> page.toString().endsWith(".md") && !page.endsWith("README.md")).toList();
        }
        for (Path page : pages) {
            assertThat(Files.readString(page.resolveSibling("README.md"))).contains("(" + page.getFileName() + ")");
        }
    }

    /**
     * Everything in code marks that has a slash in it is a path from the root of the tree; … in it stands for the folders between a module and a file.
     */
    @Test
    void testPlacesToAddThingsExist()
            throws IOException
    {
        List<String> paths = new ArrayList<>();
        for (String heading : List.of("Which test holds which promise", "Where do I add")) {
            String section = section(Files.readString(HOME.resolve("CONTRIBUTING.md")), heading);
            CODE.matcher(section).results().map(MatchResult::group).map(code -> code.substring(1, code.length() - 1))
                    .filter(code -> code.contains("/") && !code.contains(" ") && !code.startsWith("./") && !code.startsWith("/"))
                    .forEach(paths::add);
        }
        assertThat(paths).hasSizeGreaterThan(20).allSatisfy(path -> assertThat(exists(path)).as(path).isTrue());
        assertThat(exists("wal/src/NoSuchFile.java")).isFalse();
    }

    /**
     * Each fault has a test with its number, and the page names all of them.
     */
    @Test
    void testFaultsOfLongOperationHaveTests()
            throws IOException
    {
        String page = Files.readString(HOME.resolve("docs/knowledge/long-operation.md"));
        List<String> named = CODE.matcher(page).results().map((MatchResult code) -> code.group(1)).filter(code -> FAULT_TEST.matcher(code).matches()).sorted().toList();
        List<String> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(HOME)) {
            for (Path sources : modules.map(module -> module.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                addTests(sources, FAULT_METHOD, found);
            }
        }
        assertThat(named).isEqualTo(found.stream().sorted().toList());
        for (int number = 1; number <= FAULTS; number++) {
            String fault = "E" + number;
            assertThat(page).contains("| %s | ".formatted(fault));
            assertThat(named).as(fault).anyMatch(test -> test.matches("\\w+\\.test%s[A-Z]\\w+".formatted(fault)));
        }
    }

    private static void addTests(Path sources, Pattern methods, List<String> found)
            throws IOException
    {
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String type = file.getFileName().toString().replace(".java", "");
                methods.matcher(Files.readString(file)).results().map((MatchResult method) -> type + "." + method.group(1)).forEach(found::add);
            }
        }
    }

    /**
     * Each invariant has a row, each row a test, and every test that is named is there.
     */
    @Test
    void testInvariantsOfTheCatalogHaveTests()
            throws IOException
    {
        List<String> rows = Files.readAllLines(HOME.resolve("docs/knowledge/catalog-proof.md")).stream().filter(line -> line.matches("\\| [A-Z]\\d .*")).toList();
        assertThat(rows.stream().map(row -> row.substring(2, 4)).toList()).containsExactlyElementsOf(INVARIANTS);
        for (String row : rows) {
            List<String> named = CODE.matcher(row).results().map((MatchResult code) -> code.group(1)).toList();
            assertThat(named).as(row).isNotEmpty().allSatisfy(test -> assertThat(isTest(test)).as(test).isTrue());
        }
        assertThat(isTest("TestCatalogLog.testWhatNobodyWrote")).isFalse();
    }

    /**
     * Each invariant and each fault of alerting has a row with tests that exist, and each test that carries the number of a fault is in its row.
     */
    @Test
    void testFaultsOfAlertingHaveTests()
            throws IOException
    {
        List<String> rows = Files.readAllLines(HOME.resolve("docs/knowledge/alerting-faults.md")).stream().filter(line -> line.matches("\\| A?\\d+ \\|.*\\|.*\\|.*")).toList();
        List<String> numbers = new ArrayList<>();
        IntStream.rangeClosed(1, ALERTING_INVARIANTS).forEach(number -> numbers.add("A" + number));
        IntStream.rangeClosed(1, ALERTING_FAULTS).forEach(number -> numbers.add(Integer.toString(number)));
        assertThat(rows.stream().map(row -> row.split(" ")[1]).toList()).isEqualTo(numbers);
        List<String> inRows = new ArrayList<>();
        for (String row : rows) {
            String number = row.split(" ")[1];
            List<String> named = CODE.matcher(row).results().map((MatchResult code) -> code.group(1)).filter(code -> TEST.matcher(code).matches()).toList();
            assertThat(named).as(row).isNotEmpty().allSatisfy(test -> assertThat(isTest(test)).as(test).isTrue());
            named.stream().filter(test -> test.matches("\\w+\\.testFault%s[A-Z]\\w+".formatted(number))).forEach(inRows::add);
        }
        List<String> found = new ArrayList<>();
        addTests(HOME.resolve("alerting/src/test/java"), ALERTING_FAULT_METHOD, found);
        assertThat(inRows).containsExactlyInAnyOrderElementsOf(found);
    }

    private static boolean isTest(String name)
            throws IOException
    {
        Matcher test = TEST.matcher(name);
        if (!test.matches()) {
            return false;
        }
        try (Stream<Path> modules = Files.list(HOME)) {
            for (Path sources : modules.map(module -> module.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    for (Path file : files.filter(path -> path.endsWith(test.group(1) + ".java")).toList()) {
                        if (test.group(2) == null || Files.readString(file).contains("void " + test.group(2) + "(")) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    @Test
    void testReadmeFitsATerminal()
            throws IOException
    {
        assertThat(Files.readAllLines(HOME.resolve("README.md"))).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(README_LINE_LENGTH_MAX));
    }

    private static boolean exists(String path)
            throws IOException
    {
        if (!path.contains("…/")) {
            return Files.exists(HOME.resolve(path));
        }
        // module/…/Name.java: wherever it is in the module
        Path module = HOME.resolve(path.substring(0, path.indexOf('…')));
        String end = path.substring(path.indexOf('…') + 1);
        if (!Files.isDirectory(module)) {
            return false;
        }
        try (Stream<Path> sources = Files.walk(module.resolve("src"))) {
            return sources.anyMatch(source -> source.toString().endsWith(end));
        }
    }

    private static String section(String page, String heading)
    {
        int start = page.indexOf("\n## " + heading);
        assertThat(start).as(heading).isPositive();
        int end = page.indexOf("\n## ", start + 1);
        return page.substring(start, end < 0 ? page.length() : end);
    }
}
