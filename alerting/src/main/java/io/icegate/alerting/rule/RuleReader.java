package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.NoData.Action;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * Reads one rule of a file.
 */
final class RuleReader
{
    /**
     * What Alertmanager accepts as the name of a label.
     */
    static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,127}");

    private static final Pattern ALERT = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.-]{0,127}");
    private static final String RESERVED = "IceGate";
    private static final String ALERT_NAME_LABEL = "alertname";
    private static final Set<String> KEYS = ImmutableSet.of(
            "alert", "window", "sql", "by", "for", "keep_firing_for", "no_data", "on_error", "labels", "annotations", "time", "alert_events");
    private static final List<String> BOOLEANS = List.of("true", "false");

    private final YamlMapping yaml;
    private final Problems problems;
    private final List<String> fileLines;
    private final Map<String, Integer> lines;

    RuleReader(Problems problems, List<String> fileLines, MappingNode node)
    {
        this.problems = problems;
        this.fileLines = fileLines;
        yaml = new YamlMapping(problems, YamlMapping.peek(node, "alert").map(name -> "rule " + name).orElse("rule"), node, KEYS);
        lines = new HashMap<>(yaml.lines());
    }

    /**
     * The rule, with defaults in place of what is wrong; empty when it has no usable name or no query.
     */
    Optional<Rule> rule()
    {
        Optional<String> alert = yaml.required("alert", "CheckoutErrors");
        if (alert.isPresent() && !ALERT.matcher(alert.orElseThrow()).matches()) {
            yaml.problem("alert", "'alert: %s' is no name of an alert; use up to 128 letters, digits, _, - and ., and begin with a letter".formatted(alert.orElseThrow()));
            alert = Optional.empty();
        }
        if (alert.filter(name -> name.startsWith(RESERVED)).isPresent()) {
            yaml.problem("alert", "'alert: %s' is reserved: names that begin with %s are for alerts about alerting itself; choose another name".formatted(alert.orElseThrow(), RESERVED));
        }
        if (!yaml.lines().containsKey("window")) {
            yaml.problem("window", "'window' is missing; add a line such as 'window: 5m', which is how far back the query sees");
        }
        Optional<String> sql = sql();
        Optional<List<String>> by = by();
        SortedMap<String, String> labels = labels(by.orElse(List.of()));
        Duration window = yaml.duration("window", RuleLimits.WINDOW_MIN, RuleLimits.WINDOW_MAX).orElse(RuleLimits.WINDOW_MIN);
        Duration hold = hold("for");
        Duration keepFiringFor = hold("keep_firing_for");
        NoData noData = noData();
        SortedMap<String, String> annotations = annotations();
        RuleTime time = yaml.word("time", List.of("event", "arrival")).filter("arrival"::equals).map(_ -> RuleTime.ARRIVAL).orElse(RuleTime.EVENT);
        boolean alertOnError = yaml.word("on_error", List.of("keep", "alert")).filter("alert"::equals).isPresent();
        boolean alertEvents = yaml.word("alert_events", BOOLEANS).map(Boolean::parseBoolean).orElse(false);
        if (alert.isEmpty() || sql.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Rule(
                alert.orElseThrow(), window, sql.orElseThrow(), by, hold, keepFiringFor, noData, labels, annotations, time, alertOnError, alertEvents));
    }

    /**
     * Where the rule stands; to be asked after {@link #rule}.
     */
    RuleOrigin origin()
    {
        Optional<ScalarNode> sql = yaml.scalar("sql");
        int mark = sql.map(Problems::line).orElse(yaml.line());
        if (sql.isPresent() && sql.orElseThrow().getScalarStyle() == ScalarStyle.LITERAL) {
            return new RuleOrigin(problems.file(), yaml.line(), mark + 1, indent(sql.orElseThrow().getValue(), mark), lines);
        }
        int column = sql.flatMap(ScalarNode::getStartMark).map(Mark::getColumn).orElse(0);
        boolean quoted = sql.isPresent() && sql.orElseThrow().getScalarStyle() != ScalarStyle.PLAIN;
        boolean oneLine = sql.isPresent() && sql.orElseThrow().getEndMark().map(Mark::getLine).orElse(-1) == mark - 1;
        return new RuleOrigin(problems.file(), yaml.line(), mark, oneLine ? column + (quoted ? 1 : 0) : -1, lines);
    }

    /**
     * By how much the lines of a block are indented.
     *
     * @param before lines of the file before the first one of the block
     */
    private int indent(String block, int before)
    {
        List<String> blockLines = block.lines().toList();
        for (int i = 0; i < blockLines.size() && before + i < fileLines.size(); i++) {
            String line = blockLines.get(i);
            if (!line.isBlank() && fileLines.get(before + i).endsWith(line)) {
                return fileLines.get(before + i).length() - line.length();
            }
        }
        return 0;
    }

    private Optional<String> sql()
    {
        if (!yaml.lines().containsKey("sql")) {
            yaml.problem("sql", "'sql' is missing; add 'sql: |' and below it a query whose rows are the alerts");
        }
        Optional<String> sql = yaml.text("sql");
        if (sql.isPresent() && sql.orElseThrow().isBlank()) {
            yaml.problem("sql", "'sql' is empty; write a query whose rows are the alerts");
            return Optional.empty();
        }
        if (sql.isPresent() && sql.orElseThrow().length() > RuleLimits.SQL_LENGTH_MAX) {
            yaml.problem("sql", "'sql' has %s characters; at most %s are allowed".formatted(sql.orElseThrow().length(), RuleLimits.SQL_LENGTH_MAX));
            return Optional.empty();
        }
        return sql;
    }

    private Duration hold(String key)
    {
        return yaml.duration(key, Duration.ZERO, RuleLimits.HOLD_MAX).orElse(Duration.ZERO);
    }

    private Optional<List<String>> by()
    {
        Optional<List<String>> by = yaml.texts("by", RuleLimits.LABELS_MAX);
        for (String name : by.orElse(List.of())) {
            checkLabelName("by", name, "write AS %s in the query and name that here");
            if (name.equals("value")) {
                yaml.problem("by", "'value' is the number of the alert and cannot be a label; name the column otherwise");
            }
        }
        return by;
    }

    private SortedMap<String, String> labels(List<String> by)
    {
        Optional<YamlMapping> mapping = yaml.mapping("labels", Set.of());
        if (mapping.isEmpty()) {
            return ImmutableSortedMap.of();
        }
        YamlMapping labels = mapping.orElseThrow();
        keep("labels", labels);
        SortedMap<String, String> texts = labels.textsByKey();
        if (texts.size() + by.size() > RuleLimits.LABELS_MAX) {
            yaml.problem("labels", "'by' and 'labels' make %s labels; at most %s are allowed".formatted(texts.size() + by.size(), RuleLimits.LABELS_MAX));
        }
        texts.forEach((name, value) -> {
            checkLabelName("labels." + name, name, "name it %s");
            if (by.contains(name)) {
                problem("labels." + name, "label '%s' is in 'by' too; remove one".formatted(name));
            }
            if (value.isEmpty()) {
                problem("labels." + name, "label '%s' is empty, which is the same as not there; remove it or give it a value".formatted(name));
            }
            if (value.contains("{{")) {
                problem("labels." + name, "label '%s' has a template; only annotations can have one, so select a column and put it into 'by'".formatted(name));
            }
            checkLength("labels." + name, value, RuleLimits.LABEL_BYTES_MAX);
        });
        return texts;
    }

    private SortedMap<String, String> annotations()
    {
        Optional<YamlMapping> mapping = yaml.mapping("annotations", Set.of());
        if (mapping.isEmpty()) {
            return ImmutableSortedMap.of();
        }
        YamlMapping annotations = mapping.orElseThrow();
        keep("annotations", annotations);
        SortedMap<String, String> texts = annotations.textsByKey();
        if (texts.size() > RuleLimits.ANNOTATIONS_MAX) {
            yaml.problem("annotations", "there are %s annotations; at most %s are allowed".formatted(texts.size(), RuleLimits.ANNOTATIONS_MAX));
        }
        texts.forEach((name, value) -> {
            if (!LABEL.matcher(name).matches()) {
                problem("annotations." + name, "'%s' is no name of an annotation; use letters, digits and _, and do not begin with a digit".formatted(name));
            }
            checkLength("annotations." + name, value, RuleLimits.ANNOTATION_BYTES_MAX);
        });
        return texts;
    }

    private NoData noData()
    {
        if (yaml.value("no_data").isEmpty()) {
            return NoData.RESOLVE;
        }
        if (yaml.value("no_data").orElseThrow() instanceof ScalarNode scalar) {
            if (scalar.getValue().equals("keep")) {
                yaml.problem("no_data", "'no_data: keep' does not say for how long; write 'no_data: {action: keep, for: 1h}'");
            }
            else {
                yaml.word("no_data", List.of("resolve"));
            }
            return NoData.RESOLVE;
        }
        Optional<YamlMapping> mapping = yaml.mapping("no_data", ImmutableSet.of("action", "for"));
        if (mapping.isEmpty()) {
            return NoData.RESOLVE;
        }
        YamlMapping noData = mapping.orElseThrow();
        keep("no_data", noData);
        noData.required("action", "keep");
        Optional<Action> action = noData.word("action", List.of("resolve", "keep")).map(word -> word.equals("keep") ? Action.KEEP : Action.RESOLVE);
        Optional<Duration> hold = noData.duration("for", Duration.ofSeconds(1), RuleLimits.HOLD_MAX);
        if (action.equals(Optional.of(Action.KEEP)) && noData.value("for").isEmpty()) {
            noData.problem("for", "'action: keep' does not say for how long; write '{action: keep, for: 1h}'");
        }
        if (action.equals(Optional.of(Action.RESOLVE)) && noData.value("for").isPresent()) {
            noData.problem("for", "'for' means nothing with 'action: resolve'; remove it or write 'action: keep'");
        }
        return action.equals(Optional.of(Action.KEEP)) && hold.isPresent() ? new NoData(Action.KEEP, hold.orElseThrow()) : NoData.RESOLVE;
    }

    private void checkLabelName(String key, String name, String remedy)
    {
        if (!LABEL.matcher(name).matches()) {
            String allowed = name.replaceAll("[^a-zA-Z0-9_]", "_").replaceFirst("^(?=[0-9])", "_");
            problem(key, "'%s' is no name of a label, Alertmanager refuses it; %s".formatted(name, remedy.formatted(allowed)));
        }
        if (name.equals(ALERT_NAME_LABEL)) {
            problem(key, "label 'alertname' is the name of the alert; choose another name");
        }
    }

    private void checkLength(String key, String value, int bytesMax)
    {
        int length = value.getBytes(StandardCharsets.UTF_8).length;
        if (length > bytesMax) {
            problem(key, "the text has %s bytes; at most %s are allowed".formatted(length, bytesMax));
        }
    }

    private void keep(String key, YamlMapping mapping)
    {
        mapping.lines().forEach((name, line) -> lines.put(key + "." + name, line));
    }

    private void problem(String key, String message)
    {
        problems.add(lines.getOrDefault(key, yaml.line()), "%s: %s".formatted(yaml.what(), message));
    }
}
