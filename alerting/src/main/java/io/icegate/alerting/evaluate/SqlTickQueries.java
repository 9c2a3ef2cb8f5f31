package io.icegate.alerting.evaluate;

import io.icegate.alerting.evaluate.QueryEngine.QueryResult;
import io.icegate.alerting.evaluate.RuleColumns.BadResultException;
import io.icegate.alerting.rule.LateTicks;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Relation;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleLimits;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Asks an engine by SQL.
 */
public record SqlTickQueries(QueryEngine engine, RuleSql sql)
        implements TickQueries
{
    /**
     * Rows of the query for late ticks: one for each interval and what rules read, so it is never reached.
     */
    private static final int LATE_ROWS_MAX = 100_000;

    public SqlTickQueries
    {
        requireNonNull(engine, "engine is null");
        requireNonNull(sql, "sql is null");
    }

    @Override
    public Set<String> tables(RuleGroup group)
    {
        return group.rules().stream().flatMap(rule -> RuleSql.relations(rule).stream()).map(Relation::table).collect(Collectors.toSet());
    }

    @Override
    public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
            throws QueryException, InterruptedException
    {
        try {
            String tenant = group.name().tenant();
            QueryResult answer = engine.run(sql.query(tenant, rule, tick, cutoff).sql(), RuleLimits.RESULT_ROWS_MAX);
            RuleColumns columns = RuleColumns.of(rule, answer.columns());
            List<ResultRow> rows = columns.rows(answer.rows());
            List<Labels> missing = missing(rule, rows, active);
            if (missing.isEmpty()) {
                return new RuleResult(rule.alert(), rows, List.of(), Optional.empty(), answer.millis(), Optional.of(answer.id()));
            }
            QueryResult presence = presence(tenant, rule, columns.labelNames(), tick, cutoff);
            return new RuleResult(rule.alert(), rows, silent(missing, columns.labelNames(), presence), Optional.empty(), answer.millis() + presence.millis(), Optional.of(answer.id()));
        }
        catch (BadResultException e) {
            return RuleResult.failed(rule.alert(), String.valueOf(e.getMessage()), 0);
        }
        catch (QueryException e) {
            if (e.kind() == QueryException.Kind.UNAVAILABLE) {
                throw e;
            }
            return RuleResult.failed(rule.alert(), String.valueOf(e.getMessage()), 0);
        }
    }

    private static List<Labels> missing(Rule rule, List<ResultRow> rows, List<Labels> active)
    {
        if (rule.noData().action() != NoData.Action.KEEP) {
            return List.of();
        }
        Set<Labels> there = rows.stream().map(ResultRow::labels).collect(Collectors.toSet());
        return active.stream().filter(labels -> !there.contains(labels)).toList();
    }

    private QueryResult presence(String tenant, Rule rule, List<String> labels, Instant tick, Instant cutoff)
            throws QueryException, InterruptedException
    {
        String query = sql.presence(tenant, rule, labels, tick, cutoff)
                .orElseThrow(() -> new QueryException(QueryException.Kind.STATEMENT, "no_data: keep needs labels that are columns of the rows"));
        return engine.run(query, RuleLimits.RESULT_ROWS_MAX);
    }

    private static List<Labels> silent(List<Labels> missing, List<String> names, QueryResult presence)
    {
        if (names.isEmpty()) {
            return presence.rows().isEmpty() ? missing : List.of();
        }
        Set<Labels> present = new HashSet<>();
        for (Row row : presence.rows()) {
            SortedMap<String, String> labels = new TreeMap<>();
            for (int index = 0; index < names.size(); index++) {
                String name = names.get(index);
                row.value(index).ifPresent(value -> labels.put(name, value));
            }
            present.add(new Labels(labels));
        }
        return missing.stream().filter(labels -> !present.contains(labels)).toList();
    }

    @Override
    public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
            throws QueryException, InterruptedException
    {
        LateTicks late = new LateTicks(group, ticks.getFirst(), ticks.getLast(), from, cutoff);
        Optional<String> query = late.query(sql);
        if (query.isEmpty()) {
            return List.of();
        }
        List<LateTicks.Rows> rows = new ArrayList<>();
        for (Row row : engine.run(query.orElseThrow(), LATE_ROWS_MAX).rows()) {
            rows.add(new LateTicks.Rows(
                    Integer.parseInt(row.value(0).orElseThrow()),
                    Long.parseLong(row.value(1).orElseThrow()),
                    Long.parseLong(row.value(2).orElseThrow())));
        }
        Set<Instant> possible = new HashSet<>(ticks);
        return late.ticks(rows).stream().filter(possible::contains).toList();
    }
}
