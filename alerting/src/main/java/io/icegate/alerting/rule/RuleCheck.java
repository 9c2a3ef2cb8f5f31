package io.icegate.alerting.rule;

import io.icegate.alerting.rule.NoData.Action;
import io.icegate.alerting.rule.RuleStatement.SqlProblem;
import io.icegate.alerting.rule.Template.Names;
import io.icegate.server.NearestName;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds what is wrong with rules before they are accepted, without asking Trino: queries that Trino's grammar does not read, that see other rows than
 * those of their window, or that could not be repeated; labels and templates that name columns which are not there. What only Trino knows is checked
 * by {@link #columnProblems} with its answer.
 */
public final class RuleCheck
{
    private static final String VALUE = "value";
    private static final Set<String> NUMBERS = Set.of("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "number");

    private final Set<String> lookupTables;

    /**
     * @param lookupTables tables that rules may read besides their relations, with catalog and schema
     */
    public RuleCheck(Set<String> lookupTables)
    {
        this.lookupTables = lookupTables.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * All problems of what was parsed, those of the files among them, in the order of lines.
     */
    public List<Problem> check(ParsedRules parsed)
    {
        List<Problem> problems = new ArrayList<>(parsed.problems());
        for (RuleGroup group : parsed.groups()) {
            for (Rule rule : group.rules()) {
                parsed.origin(group.name(), rule.alert()).ifPresent(origin -> problems.addAll(check(rule, origin)));
            }
        }
        return problems.stream().sorted().distinct().toList();
    }

    /**
     * What is accepted, and may come out otherwise when a tick is evaluated again over the same rows; in the order of lines.
     */
    public List<Problem> warnings(ParsedRules parsed)
    {
        List<Problem> warnings = new ArrayList<>();
        for (RuleGroup group : parsed.groups()) {
            for (Rule rule : group.rules()) {
                parsed.origin(group.name(), rule.alert()).ifPresent(origin -> RuleStatement.read(rule.sql(), lookupTables).warnings()
                        .forEach(warning -> warnings.add(origin.sqlProblem(warning.line(), warning.column(), named(rule, warning.message())))));
            }
        }
        return warnings.stream().sorted().distinct().toList();
    }

    private List<Problem> check(Rule rule, RuleOrigin origin)
    {
        RuleStatement.Read read = RuleStatement.read(rule.sql(), lookupTables);
        List<SqlProblem> found = new ArrayList<>(read.problems());
        Optional<SelectedColumns> columns = read.statement().map(statement -> new SelectedColumns(statement.query()));
        columns.ifPresent(each -> found.addAll(each.problems()));

        List<Problem> problems = new ArrayList<>();
        found.forEach(problem -> problems.add(origin.sqlProblem(problem.line(), problem.column(), named(rule, problem.message()))));
        problems.addAll(names(rule, origin, columns.flatMap(SelectedColumns::names)));
        read.statement().ifPresent(statement -> problems.addAll(noData(rule, origin, statement)));
        return problems;
    }

    /**
     * Problems of labels and templates, given the columns of the result where they are known.
     */
    private static List<Problem> names(Rule rule, RuleOrigin origin, Optional<List<String>> columns)
    {
        List<Problem> problems = new ArrayList<>();
        for (String label : rule.by().orElse(List.of())) {
            if (columns.isPresent() && !columns.orElseThrow().contains(label)) {
                problems.add(origin.problem("by", named(rule, "'by' names '%s', which is no column of the query%s".formatted(label, NearestName.hint(label, columns.orElseThrow())))));
            }
        }
        Optional<List<String>> others = columns.map(all -> all.stream().filter(name -> !name.equals(VALUE)).toList());
        Names names = new Names(
                rule.by().or(() -> others),
                others.map(all -> all.stream().filter(name -> rule.by().isEmpty() || !rule.by().orElseThrow().contains(name)).toList()),
                columns.isEmpty() || columns.orElseThrow().contains(VALUE));
        rule.annotations().forEach((name, text) -> Template.problems(text, names)
                .forEach(problem -> problems.add(origin.problem("annotations." + name, named(rule, "annotation %s: %s".formatted(name, problem))))));
        return problems;
    }

    private static List<Problem> noData(Rule rule, RuleOrigin origin, RuleStatement statement)
    {
        if (rule.noData().action() == Action.RESOLVE) {
            return List.of();
        }
        if (statement.relations().isEmpty()) {
            return List.of(origin.problem("no_data", named(rule, "'no_data: keep' needs rows of %s, and the query uses none; remove it".formatted(String.join(", ", Relation.names())))));
        }
        if (rule.by().isEmpty()) {
            return List.of(origin.problem("no_data", named(rule, "'no_data: keep' needs to know the labels; name them in 'by', such as 'by: [service_name]'")));
        }
        if (!RuleSql.canTellPresence(statement, rule.by().orElseThrow())) {
            return List.of(origin.problem("no_data", named(rule,
                    "'no_data: keep' cannot tell which rows have the labels %s; use columns of the relation under their own names, or read one relation directly and put the label's expression into GROUP BY"
                            .formatted(String.join(", ", rule.by().orElseThrow())))));
        }
        return List.of();
    }

    /**
     * Problems that the types of the result's columns tell.
     *
     * @param types of the columns in order, as Trino names them: {@code varchar}, {@code decimal(10,2)}
     */
    public static List<Problem> columnProblems(Rule rule, RuleOrigin origin, Map<String, String> types)
    {
        List<Problem> problems = new ArrayList<>(names(rule, origin, Optional.of(List.copyOf(types.keySet()))));
        String type = types.get(VALUE);
        if (type != null && !NUMBERS.contains(base(type))) {
            problems.add(origin.problem("sql", named(rule, "column value is of type %s and must be a number; cast it, or name it otherwise".formatted(type))));
        }
        List<String> labels = labels(rule, types);
        if (labels.size() + rule.labels().size() > RuleLimits.LABELS_MAX) {
            problems.add(origin.problem("sql", named(
                    rule,
                    "the result has %s labels with those in 'labels'; at most %s are allowed, so select less or name the labels in 'by'".formatted(labels.size() + rule.labels().size(), RuleLimits.LABELS_MAX))));
        }
        for (String label : labels) {
            if (!RuleReader.LABEL.matcher(label).matches()) {
                problems.add(origin.problem("sql", named(rule, "column '%s' is no name of a label, Alertmanager refuses it; name it otherwise with AS".formatted(label))));
            }
            if (rule.by().isEmpty() && rule.labels().containsKey(label)) {
                problems.add(origin.problem("labels." + label, named(rule, "label '%s' is a column of the query too; remove one".formatted(label))));
            }
        }
        return problems.stream().sorted().distinct().toList();
    }

    /**
     * The columns that become labels: those of {@code by}, else all of type varchar.
     *
     * @param types of the result's columns in order
     */
    public static List<String> labels(Rule rule, Map<String, String> types)
    {
        return rule.by().orElseGet(() -> types.entrySet().stream()
                .filter(column -> base(column.getValue()).equals("varchar") && !column.getKey().equals(VALUE))
                .map(Map.Entry::getKey)
                .toList());
    }

    private static String base(String type)
    {
        int parameters = type.indexOf('(');
        return parameters < 0 ? type : type.substring(0, parameters);
    }

    private static String named(Rule rule, String message)
    {
        return "rule %s: %s".formatted(rule.alert(), message);
    }
}
