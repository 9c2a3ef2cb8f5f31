package io.icegate.alerting.evaluate;

import io.icegate.alerting.evaluate.QueryEngine.Column;
import io.icegate.alerting.evaluate.QueryEngine.QueryResult;
import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleCheck;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleOrigin;
import io.icegate.alerting.rule.RuleQuery;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.state.RuleResult;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Finds what is wrong with rules before they are accepted: first what they tell themselves, then what the engine says about each query, then a run of each.
 */
public final class RuleValidation
{
    private final RuleCheck check;
    private final QueryEngine engine;
    private final RuleSql sql;
    private final SqlTickQueries queries;

    /**
     * @param warnings what is accepted all the same
     * @param run what a rule answered; empty when it was not run
     */
    public record Checked(List<Problem> problems, List<Problem> warnings, List<Run> run)
    {
        public Checked
        {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
            run = List.copyOf(run);
        }
    }

    /**
     * What a rule answers now.
     */
    public record Run(RuleGroup group, RuleResult result) {}

    public RuleValidation(RuleCheck check, QueryEngine engine, RuleSql sql)
    {
        this.check = requireNonNull(check, "check is null");
        this.engine = requireNonNull(engine, "engine is null");
        this.sql = requireNonNull(sql, "sql is null");
        this.queries = new SqlTickQueries(engine, sql);
    }

    /**
     * Checks rules, and runs those that have no problems at the last tick that should be complete.
     *
     * @param runs whether they are run
     * @throws QueryException when the engine is unavailable
     */
    public Checked check(ParsedRules parsed, Instant now, boolean runs)
            throws QueryException, InterruptedException
    {
        List<Problem> problems = new ArrayList<>(check.check(parsed));
        if (!problems.isEmpty()) {
            return new Checked(problems, check.warnings(parsed), List.of());
        }
        List<Run> run = new ArrayList<>();
        for (RuleGroup group : parsed.groups()) {
            Instant tick = group.tickAtOrBefore(now.minus(group.grace()).minus(Duration.ofMinutes(1)));
            for (Rule rule : group.rules()) {
                RuleOrigin origin = parsed.origin(group.name(), rule.alert()).orElseThrow();
                List<Problem> found = problems(group, rule, origin, tick);
                problems.addAll(found);
                if (runs && found.isEmpty()) {
                    RuleResult result = queries.evaluate(group, rule, tick, group.cutoff(tick), List.of());
                    result.error().ifPresent(error -> problems.add(origin.problem("sql", "rule %s: the query fails: %s".formatted(rule.alert(), error))));
                    run.add(new Run(group, result));
                }
            }
        }
        return new Checked(problems.stream().sorted().toList(), check.warnings(parsed), run);
    }

    private List<Problem> problems(RuleGroup group, Rule rule, RuleOrigin origin, Instant tick)
            throws QueryException, InterruptedException
    {
        RuleQuery query = sql.query(group.name().tenant(), rule, tick, group.cutoff(tick));
        RuleQuery asked = query.columns();
        try {
            QueryResult columns = engine.run(asked.sql(), 1);
            Map<String, String> types = new LinkedHashMap<>();
            List<Problem> problems = new ArrayList<>();
            for (Column column : columns.columns()) {
                if (types.put(column.name(), column.type()) != null) {
                    problems.add(origin.problem("sql", "rule %s: two columns are called %s; rename one with AS".formatted(rule.alert(), column.name())));
                }
            }
            problems.addAll(RuleCheck.columnProblems(rule, origin, types));
            return problems;
        }
        catch (QueryException e) {
            if (e.kind() == QueryException.Kind.UNAVAILABLE) {
                throw e;
            }
            String message = "rule %s: %s".formatted(rule.alert(), e.getMessage());
            Optional<QueryException.Position> position = e.position();
            return List.of(position.map(where -> asked.problem(origin, where.line(), where.column(), message)).orElseGet(() -> origin.problem("sql", message)));
        }
    }
}
