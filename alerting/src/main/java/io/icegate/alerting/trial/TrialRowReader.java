package io.icegate.alerting.trial;

import com.google.common.collect.ImmutableSet;
import io.icegate.alerting.rule.Problems;
import io.icegate.alerting.rule.Relation;
import io.icegate.alerting.rule.RelationRows;
import io.icegate.alerting.rule.YamlMapping;
import io.icegate.server.NearestName;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the rows of a test.
 */
final class TrialRowReader
{
    /**
     * Rows of one test: each statement carries them, and Trino takes a million characters.
     */
    static final int ROWS_MAX = 5_000;
    /**
     * Longest time of a test.
     */
    static final Duration TIME_MAX = Duration.ofDays(7);

    private static final Duration EVERY_MIN = Duration.ofMillis(1);
    private static final Set<String> KEYS = ImmutableSet.of("at", "every", "from", "to", "arrives", "row");
    /**
     * What the test says in other ways.
     */
    private static final Set<String> OWN_COLUMNS = ImmutableSet.of("tenant_id", "timestamp", "ingest_time");

    private final Problems problems;
    private final List<TrialRow> rows = new ArrayList<>();

    TrialRowReader(Problems problems)
    {
        this.problems = problems;
    }

    List<TrialRow> read(YamlMapping trial)
    {
        trial.mapping("rows", ImmutableSet.copyOf(Relation.names())).ifPresent(relations -> {
            for (Relation relation : Relation.values()) {
                relations.list(relation.text(), ROWS_MAX).orElse(List.of()).forEach(node -> read(trial, relation, node));
            }
        });
        if (rows.size() > ROWS_MAX) {
            trial.problem("rows", "there are more than %s rows; send fewer, further apart".formatted(ROWS_MAX));
        }
        return rows;
    }

    private void read(YamlMapping trial, Relation relation, Node node)
    {
        if (!(node instanceof MappingNode mapping)) {
            problems.add(node, "%s: rows of %s are mappings; write '{at: 10s, row: {…}}'".formatted(trial.what(), relation.text()));
            return;
        }
        YamlMapping row = new YamlMapping(problems, "%s, row of %s".formatted(trial.what(), relation.text()), mapping, KEYS);
        Map<String, String> columns = row.mapping("row", Set.of()).map(values -> columns(relation, values)).orElse(Map.of());
        Optional<Duration> arrives = time(row, "arrives");
        for (Duration at : times(row)) {
            if (rows.size() > ROWS_MAX) {
                return;
            }
            rows.add(new TrialRow(relation, at, arrives.orElse(at), columns));
        }
    }

    private static List<Duration> times(YamlMapping row)
    {
        Optional<Duration> every = row.duration("every", EVERY_MIN, TIME_MAX);
        if (!row.lines().containsKey("every")) {
            for (String key : List.of("from", "to")) {
                if (row.lines().containsKey(key)) {
                    row.problem(key, "'%s' means nothing without 'every'; add 'every: 10s', or write 'at'".formatted(key));
                }
            }
            row.required("at", "10s");
            return time(row, "at").stream().toList();
        }
        if (row.lines().containsKey("at")) {
            row.problem("at", "'at' means nothing with 'every'; write 'from' and 'to'");
        }
        row.required("to", "5m");
        Duration from = time(row, "from").orElse(Duration.ZERO);
        Optional<Duration> to = time(row, "to");
        List<Duration> times = new ArrayList<>();
        if (every.isPresent() && to.isPresent()) {
            // one more than fits is enough to tell that there are too many
            for (Duration at = from; at.compareTo(to.orElseThrow()) < 0 && times.size() <= ROWS_MAX; at = at.plus(every.orElseThrow())) {
                times.add(at);
            }
            if (times.isEmpty()) {
                row.problem("to", "no row is between 'from' and 'to'; 'to' must be later");
            }
        }
        return times;
    }

    private static Optional<Duration> time(YamlMapping row, String key)
    {
        return row.duration(key, Duration.ZERO, TIME_MAX);
    }

    private static Map<String, String> columns(Relation relation, YamlMapping values)
    {
        Map<String, String> columns = new LinkedHashMap<>();
        for (String name : values.lines().keySet()) {
            String type = relation.columns().get(name);
            if (type == null) {
                values.problem(name, "%s has no column '%s'%s".formatted(relation.text(), name, NearestName.hint(name, relation.columns().keySet())));
            }
            else if (OWN_COLUMNS.contains(name)) {
                values.problem(name, "'%s' cannot be given: it is the tenant of the group, 'at' or 'arrives'".formatted(name));
            }
            else {
                value(values, name, type).ifPresent(value -> columns.put(name, value));
            }
        }
        return columns;
    }

    private static Optional<String> value(YamlMapping values, String name, String type)
    {
        return switch (type) {
            case "varchar" -> values.text(name).map(RelationRows::string);
            case "map(varchar, varchar)" -> values.mapping(name, Set.of()).map(map -> RelationRows.map(map.textsByKey()));
            case "bigint", "integer" -> number(values, name).filter(number -> isWhole(values, name, number)).map(number -> number.toBigIntegerExact().toString());
            case "double" -> number(values, name).map(number -> "DOUBLE '%s'".formatted(number));
            case "boolean" -> values.word(name, List.of("true", "false"));
            default -> {
                values.problem(name, "'%s' is of type %s, which a test cannot give".formatted(name, type));
                yield Optional.empty();
            }
        };
    }

    private static Optional<BigDecimal> number(YamlMapping values, String name)
    {
        Optional<String> text = values.text(name);
        try {
            return text.map(BigDecimal::new);
        }
        catch (NumberFormatException _) {
            values.problem(name, "'%s: %s' is no number".formatted(name, text.orElseThrow()));
            return Optional.empty();
        }
    }

    private static boolean isWhole(YamlMapping values, String name, BigDecimal number)
    {
        // of the largest integers, so that 1e999999999 is never written out
        boolean whole = number.precision() - number.scale() <= 19 && number.stripTrailingZeros().scale() <= 0;
        if (!whole) {
            values.problem(name, "'%s: %s' must be an integer".formatted(name, number));
        }
        return whole;
    }
}
