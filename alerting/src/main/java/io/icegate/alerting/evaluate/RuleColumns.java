package io.icegate.alerting.evaluate;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleLimits;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.ResultRow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * What the columns of a rule's query are: labels, the value, and values for annotations.
 *
 * @param columns all of them
 * @param labels indexes of the columns that become labels
 * @param value index of the column {@code value}
 */
public record RuleColumns(List<QueryEngine.Column> columns, List<Integer> labels, OptionalInt value)
{
    private static final String VALUE = "value";
    private static final String ALERT_NAME = "alertname";
    /**
     * What Alertmanager takes.
     */
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    public RuleColumns
    {
        columns = List.copyOf(columns);
        labels = List.copyOf(labels);
        requireNonNull(value, "value is null");
    }

    /**
     * Tells columns apart.
     *
     * @throws BadResultException with all that is wrong
     */
    public static RuleColumns of(Rule rule, List<QueryEngine.Column> columns)
            throws BadResultException
    {
        List<String> problems = new ArrayList<>();
        Map<String, Integer> byName = new HashMap<>();
        for (int index = 0; index < columns.size(); index++) {
            String name = columns.get(index).name();
            if (byName.put(name, index) != null) {
                problems.add("two columns are called %s: rename one with AS".formatted(name));
            }
        }
        OptionalInt value = byName.containsKey(VALUE) ? OptionalInt.of(byName.get(VALUE)) : OptionalInt.empty();
        if (value.isPresent() && !columns.get(value.getAsInt()).isNumber()) {
            problems.add("the column value is %s: a number is expected".formatted(columns.get(value.getAsInt()).type()));
        }
        List<Integer> labels = new ArrayList<>();
        if (rule.by().isPresent()) {
            for (String name : rule.by().orElseThrow()) {
                Integer index = byName.get(name);
                if (index == null) {
                    problems.add("by names %s, which is no column of the query; it has %s".formatted(name, String.join(", ", byName.keySet().stream().sorted().toList())));
                }
                else {
                    labels.add(index);
                }
            }
        }
        else {
            for (int index = 0; index < columns.size(); index++) {
                if (columns.get(index).isText()) {
                    labels.add(index);
                }
            }
        }
        for (int index : labels) {
            String name = columns.get(index).name();
            if (!LABEL.matcher(name).matches() || name.equals(ALERT_NAME)) {
                problems.add("the column %s cannot be a label: letters, digits and _ are expected, and not %s; rename it with AS, or name the labels with by".formatted(name, ALERT_NAME));
            }
            if (rule.labels().containsKey(name)) {
                problems.add("the column %s and a fixed label have the same name".formatted(name));
            }
        }
        if (!problems.isEmpty()) {
            throw new BadResultException(problems);
        }
        return new RuleColumns(columns, labels, value);
    }

    public List<String> labelNames()
    {
        return labels.stream().map(index -> columns.get(index).name()).toList();
    }

    /**
     * Names of the columns that annotations may use as {@code $values.<name>}.
     */
    public Set<String> valueNames()
    {
        Set<String> names = new HashSet<>();
        for (int index = 0; index < columns.size(); index++) {
            if (!isLabelOrValue(index)) {
                names.add(columns.get(index).name());
            }
        }
        return names;
    }

    private boolean isLabelOrValue(int index)
    {
        return labels.contains(index) || (value.isPresent() && value.getAsInt() == index);
    }

    /**
     * The rows as results, in the order of their labels: engines return them in any, and the same answer is to be stored as the same bytes.
     *
     * @throws BadResultException when two rows have the same labels, or a label is too long
     */
    public List<ResultRow> rows(List<Row> rows)
            throws BadResultException
    {
        List<ResultRow> results = new ArrayList<>();
        Set<Labels> seen = new HashSet<>();
        for (Row row : rows.stream().sorted(this::compareLabels).toList()) {
            Labels labelsOfRow = labels(row);
            if (!seen.add(labelsOfRow)) {
                throw new BadResultException(List.of("two rows have the labels %s: group by all columns that become labels, or name them with by".formatted(labelsOfRow.values())));
            }
            results.add(new ResultRow(labelsOfRow, value(row), values(row)));
        }
        return results;
    }

    private int compareLabels(Row left, Row right)
    {
        for (int index : labels) {
            int order = left.value(index).orElse("").compareTo(right.value(index).orElse(""));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private Labels labels(Row row)
            throws BadResultException
    {
        ImmutableSortedMap.Builder<String, String> found = ImmutableSortedMap.naturalOrder();
        for (int index : labels) {
            Optional<String> text = row.value(index);
            if (text.isPresent()) {
                String name = columns.get(index).name();
                if (text.orElseThrow().getBytes(UTF_8).length > RuleLimits.LABEL_BYTES_MAX) {
                    throw new BadResultException(List.of("a value of the label %s has more than %s bytes: shorten it with substr".formatted(name, RuleLimits.LABEL_BYTES_MAX)));
                }
                found.put(name, text.orElseThrow());
            }
        }
        return new Labels(found.buildOrThrow());
    }

    private OptionalDouble value(Row row)
    {
        return value.stream().mapToObj(row::value).flatMap(Optional::stream).mapToDouble(Double::parseDouble).findFirst();
    }

    private ImmutableSortedMap<String, String> values(Row row)
    {
        ImmutableSortedMap.Builder<String, String> found = ImmutableSortedMap.naturalOrder();
        for (int index = 0; index < columns.size(); index++) {
            Optional<String> text = row.value(index);
            if (!isLabelOrValue(index) && text.isPresent()) {
                found.put(columns.get(index).name(), cut(text.orElseThrow()));
            }
        }
        return found.buildOrThrow();
    }

    /**
     * Annotations have room for no more.
     */
    private static String cut(String text)
    {
        if (text.length() <= RuleLimits.ANNOTATION_BYTES_MAX) {
            return text;
        }
        int end = RuleLimits.ANNOTATION_BYTES_MAX;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /**
     * The query of a rule answers something that is no result.
     */
    public static final class BadResultException
            extends Exception
    {
        private final List<String> problems;

        BadResultException(List<String> problems)
        {
            super(String.join("; ", problems));
            this.problems = List.copyOf(problems);
        }

        public List<String> problems()
        {
            return problems;
        }
    }
}
