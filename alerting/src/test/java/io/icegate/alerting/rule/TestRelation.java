package io.icegate.alerting.rule;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

final class TestRelation
{
    private static final Path SCHEMA = Path.of("..", "docs", "format", "schema.md");
    private static final Pattern NAME = Pattern.compile("`([a-z_]+)`");

    @Test
    void testColumnsAreThoseOfTheTables()
            throws IOException
    {
        List<String> logs = documented("## logs");
        List<String> common = logs.subList(0, logs.indexOf("otlp_residual") + 1);
        assertThat(Relation.LOGS.columns().keySet()).containsExactlyElementsOf(logs);
        assertThat(Relation.EVENTS.columns()).isEqualTo(Relation.LOGS.columns());
        assertThat(Relation.SPANS.columns().keySet()).containsExactlyElementsOf(joined(common, documented("## spans")));
        assertThat(Relation.METRICS.columns().keySet()).containsExactlyElementsOf(joined(common, documented("## metrics")));
    }

    @Test
    void testNames()
    {
        assertThat(Relation.of("Logs")).contains(Relation.LOGS);
        assertThat(Relation.of("logs$files")).isEmpty();
        assertThat(Relation.EVENTS.table()).isEqualTo("logs");
    }

    private static List<String> joined(List<String> left, List<String> right)
    {
        List<String> all = new ArrayList<>(left);
        all.addAll(right);
        return all;
    }

    /**
     * Names in the first column of a section's tables.
     */
    private static List<String> documented(String section)
            throws IOException
    {
        List<String> names = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(SCHEMA)) {
            if (line.startsWith("## ")) {
                inside = line.equals(section);
            }
            if (inside && line.startsWith("| `")) {
                Matcher matcher = NAME.matcher(line.split("\\|", -1)[1]);
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
        }
        return names;
    }
}
