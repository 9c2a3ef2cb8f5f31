package io.icegate.alerting.rule;

import io.trino.sql.tree.NodeLocation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * Makes the queries of rules. The names {@code logs}, {@code spans}, {@code metrics}, {@code events} and {@code evaluation} become table expressions in
 * front of the rule's query, which hide the tables of these names: the rows of one tenant and one window that had arrived before the cutoff. So bounds on
 * tenant and times reach the scan, whatever the author wrote, and the same (rule, tick, cutoff) gives the same result whenever it is asked.
 *
 * <p>Only what the rule uses is put in front. The rule's text follows on lines of its own, unchanged but for a WITH, which becomes a comma of the same
 * length, so that lines and columns of errors need no more than a difference of lines.
 */
public final class RuleSql
{
    private static final String ALERT_EVENTS = "icegate.alert.%";
    private static final String WITH = "WITH";

    private final Map<Relation, String> tables;

    private RuleSql(Map<Relation, String> tables)
    {
        this.tables = new EnumMap<>(tables);
    }

    /**
     * Queries over the tables of a schema.
     */
    public static RuleSql overTables(String catalog, String schema)
    {
        Map<Relation, String> tables = new EnumMap<>(Relation.class);
        for (Relation relation : Relation.values()) {
            tables.put(relation, "%s.%s.%s".formatted(SqlText.identifier(catalog), SqlText.identifier(schema), SqlText.identifier(relation.table())));
        }
        return new RuleSql(tables);
    }

    /**
     * Queries over rows that are given, for tests of rules. Tenant, window and cutoff select among them as among those of the tables.
     *
     * @param rows for each relation a query whose result has its columns, as {@link RelationRows} makes it; a relation without one is empty
     */
    public static RuleSql overRows(Map<Relation, String> rows)
    {
        Map<Relation, String> tables = new EnumMap<>(Relation.class);
        for (Relation relation : Relation.values()) {
            String query = rows.getOrDefault(relation, RelationRows.of(relation, List.of()));
            tables.put(relation, "(%s)".formatted(query));
        }
        return new RuleSql(tables);
    }

    /**
     * What the query of a rule reads.
     */
    public static Set<Relation> relations(Rule rule)
    {
        return RuleStatement.of(rule.sql()).relations();
    }

    /**
     * The query of a rule at a tick, over what had arrived before the cutoff.
     *
     * @param cutoff not before the tick; exact to microseconds
     */
    public RuleQuery query(String tenant, Rule rule, Instant tick, Instant cutoff)
    {
        RuleStatement statement = RuleStatement.of(rule.sql());
        List<String> expressions = expressions(statement.relations(), tenant, rule, tick, cutoff);
        if (statement.usesEvaluation()) {
            expressions.add("%s(tick, window_start, cutoff) AS (VALUES (%s, %s, %s))".formatted(
                    SqlText.identifier(RuleStatement.EVALUATION), SqlText.time(tick), SqlText.time(tick.minus(rule.window())), SqlText.time(cutoff)));
        }
        int ruleLines = lines(rule.sql());
        if (expressions.isEmpty()) {
            return new RuleQuery(rule.sql(), 0, ruleLines);
        }
        String before = with(expressions);
        String own = statement.with().map(location -> continued(rule.sql(), location)).orElse(rule.sql());
        return new RuleQuery(before + own, lines(before) - 1, ruleLines);
    }

    /**
     * The different labels that rows of the window have, whether the rule's conditions hold for them or not: an alert whose labels are not among them has
     * no data. The columns of the result are the labels in the order that was given, to be read as those of the rule's own result; without labels it is
     * one column, with a row if the window holds any row.
     *
     * <p>What the labels of a row are is taken from the rule, if its query reads one relation directly and each label is an expression over its rows (with
     * GROUP BY one of its terms). Otherwise a label is the column of its name in the relations that the rule uses: labels that rows of any of them have
     * are there, and a relation that lacks one of the columns tells nothing.
     *
     * @param by names of the labels, all of them, as columns of the rule's result
     * @return empty when neither way gives the labels; {@link RuleCheck} refuses {@code no_data: keep} then
     */
    public Optional<String> presence(String tenant, Rule rule, List<String> by, Instant tick, Instant cutoff)
    {
        RuleStatement statement = RuleStatement.of(rule.sql());
        return presenceRows(statement, by)
                .map(rows -> with(expressions(statement.relations(), tenant, rule, tick, cutoff)) + rows);
    }

    static boolean canTellPresence(RuleStatement statement, List<String> by)
    {
        return presenceRows(statement, by).isPresent();
    }

    private static Optional<String> presenceRows(RuleStatement statement, List<String> by)
    {
        if (by.isEmpty()) {
            List<String> any = statement.relations().stream().map(relation -> "(SELECT 1 AS present FROM %s LIMIT 1)".formatted(SqlText.identifier(relation.text()))).toList();
            return any.isEmpty() ? Optional.empty() : Optional.of(String.join(" UNION ", any));
        }
        Optional<String> expressions = new SelectedColumns(statement.query()).distinctRows(by);
        if (expressions.isPresent()) {
            return expressions;
        }
        String columns = String.join(", ", by.stream().map(SqlText::identifier).toList());
        List<String> byName = statement.relations().stream()
                .filter(relation -> relation.columns().keySet().containsAll(by))
                .map(relation -> "SELECT DISTINCT %s FROM %s".formatted(columns, SqlText.identifier(relation.text())))
                .toList();
        return byName.isEmpty() ? Optional.empty() : Optional.of(String.join(" UNION ", byName));
    }

    private List<String> expressions(Set<Relation> relations, String tenant, Rule rule, Instant tick, Instant cutoff)
    {
        List<String> expressions = new ArrayList<>();
        for (Relation relation : relations) {
            expressions.add("%s AS (SELECT * FROM %s WHERE %s)".formatted(
                    SqlText.identifier(relation.text()), table(relation), String.join(" AND ", conditions(relation, tenant, rule, tick, cutoff))));
        }
        return expressions;
    }

    private static List<String> conditions(Relation relation, String tenant, Rule rule, Instant tick, Instant cutoff)
    {
        List<String> conditions = new ArrayList<>();
        conditions.addAll(ofTenant(tenant));
        switch (rule.time()) {
            case EVENT -> {
                conditions.addAll(between("\"timestamp\"", tick.minus(rule.window()), tick));
                conditions.add("ingest_time < " + SqlText.time(cutoff));
            }
            // the cutoff is not before the tick, so what arrived before the tick is complete
            case ARRIVAL -> conditions.addAll(between("ingest_time", tick.minus(rule.window()), tick));
        }
        conditions.addAll(ofRelation(relation, rule.alertEvents()));
        return conditions;
    }

    static List<String> ofTenant(String tenant)
    {
        return tenant.equals(GroupName.ALL_TENANTS) ? List.of() : List.of("tenant_id = " + SqlText.string(tenant));
    }

    static List<String> between(String column, Instant from, Instant to)
    {
        return List.of("%s >= %s".formatted(column, SqlText.time(from)), "%s < %s".formatted(column, SqlText.time(to)));
    }

    /**
     * What is true of the rows of a relation.
     */
    static List<String> ofRelation(Relation relation, boolean alertEvents)
    {
        List<String> conditions = new ArrayList<>();
        relation.condition().ifPresent(conditions::add);
        if (relation.holdsEvents() && !alertEvents) {
            conditions.add("coalesce(event_name, '') NOT LIKE " + SqlText.string(ALERT_EVENTS));
        }
        return conditions;
    }

    String table(Relation relation)
    {
        return requireNonNull(tables.get(relation), "a relation has no table");
    }

    private static String with(List<String> expressions)
    {
        return "WITH %s\n".formatted(String.join(",\n     ", expressions));
    }

    /**
     * The rule's text whose WITH has become a comma, to go on behind ours.
     */
    private static String continued(String sql, NodeLocation with)
    {
        int start = 0;
        for (int line = 1; line < with.getLineNumber(); line++) {
            start = sql.indexOf('\n', start) + 1;
        }
        start += with.getColumnNumber() - 1;
        if (!sql.regionMatches(true, start, WITH, 0, WITH.length())) {
            throw new IllegalArgumentException("Cannot continue a query: no WITH at line %s, column %s".formatted(with.getLineNumber(), with.getColumnNumber()));
        }
        return sql.substring(0, start) + ",   " + sql.substring(start + WITH.length());
    }

    private static int lines(String text)
    {
        return (int) text.chars().filter(c -> c == '\n').count() + 1;
    }
}
