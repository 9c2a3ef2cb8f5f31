package io.icegate.tests;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Renders the requirements with the tests that hold them. What no test holds is said in bold letters. Nothing on the page
 * depends on the machine or on time.
 */
final class ConformancePage
{
    private static final String HEAD =
            """
            # OTLP conformance

            This page is generated from test reports; the build fails when it differs.
            After `./mvnw verify`, write it anew by
            `./mvnw test -pl tests -am -Dtest=TestOtlpConformance -Dsurefire.failIfNoSpecifiedTests=false -Dicegate.write-docs=true`.

            A requirement *holds* when all its tests pass.
            Sources: the OTLP specification (S), the specification of exporters (E), the OpenTelemetry Collector (C), protobuf (P), IceGate (–).

            """;
    private static final String TABLE_HEAD =
            """

            | # | Requirement | From | What IceGate does | State | Tests |
            | --- | --- | --- | --- | --- | --- |
            """;

    private ConformancePage() {}

    /**
     * How a test of a row ended.
     */
    enum Outcome
    {
        PASSED,
        FAILED,
        SKIPPED,
        NOT_RUN,
    }

    /**
     * A test method that names rows.
     *
     * @param source its file, as a link of the page
     */
    record RowTest(String source, String type, String method)
            implements Comparable<RowTest>
    {
        @Override
        public int compareTo(RowTest other)
        {
            int order = type.compareTo(other.type);
            return order != 0 ? order : method.compareTo(other.method);
        }

        @Override
        public String toString()
        {
            return type + "." + method;
        }
    }

    /**
     * @param outcomes of the tests of each row
     */
    static String render(List<OtlpRequirement> requirements, Map<Integer, Map<RowTest, Outcome>> outcomes)
    {
        StringBuilder rows = new StringBuilder();
        SortedMap<String, Integer> states = new TreeMap<>();
        for (OtlpRequirement requirement : requirements) {
            SortedMap<RowTest, Outcome> tests = new TreeMap<>(outcomes.getOrDefault(requirement.row(), Map.of()));
            String state = state(requirement, tests);
            states.merge(state.replace("*", ""), 1, Integer::sum);
            rows.append("| %s | %s | %s | %s | %s | %s |\n".formatted(
                    requirement.row(),
                    requirement.requirement(),
                    requirement.source(),
                    requirement.answer() + requirement.later().map(text -> " Later: " + text).orElse(""),
                    state,
                    tests(tests)));
        }
        String counts = states.entrySet().stream().map(state -> "%s %s".formatted(state.getKey(), state.getValue())).collect(Collectors.joining(", "));
        return HEAD + "Of %s requirements: %s.\n".formatted(requirements.size(), counts) + TABLE_HEAD + rows;
    }

    private static String state(OtlpRequirement requirement, SortedMap<RowTest, Outcome> tests)
    {
        if (tests.containsValue(Outcome.FAILED)) {
            return "**fails**";
        }
        if (!tests.containsValue(Outcome.PASSED)) {
            return requirement.later().isPresent() ? "later" : "**not tested**";
        }
        return requirement.later().isPresent() ? "in part" : "holds";
    }

    private static String tests(SortedMap<RowTest, Outcome> tests)
    {
        SortedMap<String, String> byType = new TreeMap<>();
        tests.forEach((test, outcome) -> byType.merge(
                "[%s](%s)".formatted(test.type(), test.source()),
                test.method() + switch (outcome) {
                    case PASSED -> "";
                    case FAILED -> " (failed)";
                    case SKIPPED -> " (skipped)";
                    case NOT_RUN -> " (not run)";
                },
                "%s, %s"::formatted));
        return byType.entrySet().stream().map(type -> "%s: %s".formatted(type.getKey(), type.getValue())).collect(Collectors.joining("; "));
    }
}
