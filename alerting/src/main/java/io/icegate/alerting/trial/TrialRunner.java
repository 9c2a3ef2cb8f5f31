package io.icegate.alerting.trial;

import io.icegate.alerting.evaluate.GroupEvaluator;
import io.icegate.alerting.evaluate.GroupParts;
import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.evaluate.NoSink;
import io.icegate.alerting.evaluate.QueryEngine;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.SqlTickQueries;
import io.icegate.alerting.evaluate.TickQueries;
import io.icegate.alerting.rule.Durations;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.Relation;
import io.icegate.alerting.rule.RelationRows;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.state.Annotations;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.RuleResult;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

/**
 * Runs tests of rules: what evaluates groups evaluates them here too, over the rows of the test, with a clock that stands at the cutoff of each tick and a store in
 * memory.
 */
public final class TrialRunner
{
    /**
     * When tests begin, at or just before: a tick of every group.
     */
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Function<Trial, TickQueries> queries;
    private final Annotations annotations;

    /**
     * @param engine that evaluates; it needs no tables
     */
    public TrialRunner(QueryEngine engine, Annotations annotations)
    {
        this(trial -> new SqlTickQueries(engine, RuleSql.overRows(relations(trial))), annotations);
    }

    TrialRunner(Function<Trial, TickQueries> queries, Annotations annotations)
    {
        this.queries = requireNonNull(queries, "queries is null");
        this.annotations = requireNonNull(annotations, "annotations is null");
    }

    /**
     * Runs tests at the same time, as far as the engine has room.
     *
     * @return what was not as expected, and rules that failed
     * @throws QueryException when the engine is unavailable
     */
    public List<Problem> run(List<Trial> trials)
            throws QueryException, InterruptedException
    {
        List<Problem> failures = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Problem>>> running = trials.stream().map(trial -> threads.submit(() -> run(trial))).toList();
            try {
                for (Future<List<Problem>> each : running) {
                    failures.addAll(each.get());
                }
            }
            catch (ExecutionException e) {
                threads.shutdownNow();
                if (e.getCause() instanceof QueryException failed) {
                    throw failed;
                }
                throw new IllegalStateException("Cannot run a test: " + e.getCause(), e);
            }
            catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            }
        }
        return failures.stream().sorted().toList();
    }

    private List<Problem> run(Trial trial)
            throws QueryException, IOException, InterruptedException
    {
        RuleGroup group = trial.group();
        Instant start = start(group);
        Clock clock = new Clock(start);
        MemoryObjectStore store = new MemoryObjectStore(clock::now);
        Random random = new Random(0); // ids of records, which nobody sees
        EvaluationLog log = new EvaluationLog(store, clock::now, RetryPolicy.of(new RetryPolicy.Waiting(System::nanoTime, _ -> {}, random)));
        TickQueries over = new OnlyIfLate(queries.apply(trial), trial, start);
        GroupParts parts = new GroupParts("test", log, over, new NoSink(), Duration.ZERO, clock::now, random);
        Instant first = firstTick(trial, start);
        GroupRules rules = new GroupRules(1, first.minus(group.interval()), group);
        GroupEvaluator evaluator = GroupEvaluator.open(group, parts, new Refold(new Fold(annotations), _ -> group), new OneVersion(rules));
        Map<String, Problem> failed = new LinkedHashMap<>();
        List<Problem> failures = new ArrayList<>();
        Instant end = start.plus(trial.end());
        while (!evaluator.nextTick().isAfter(end)) {
            clock.time = group.cutoff(evaluator.nextTick());
            EvaluationRecord record = evaluator.evaluate(rules, true).record();
            Duration at = Duration.between(start, record.tick());
            record.result().results().forEach(result -> addFailure(trial, at, result, failed));
            record.late().forEach(late -> late.results().forEach(result -> addFailure(trial, Duration.between(start, late.tick()), result, failed)));
            for (Expectation expectation : trial.expectations()) {
                if (expectation.at().equals(at)) {
                    new Comparison(expectation, record.state(), start).failure()
                            .ifPresent(failure -> failures.add(new Problem(trial.file(), expectation.line(), "test %s: %s".formatted(trial.name(), failure))));
                }
            }
        }
        failures.addAll(failed.values());
        return failures;
    }

    /**
     * A rule that fails leaves its alerts as they are, and a test that expects that would seem right: each is told once.
     */
    private static void addFailure(Trial trial, Duration at, RuleResult result, Map<String, Problem> failed)
    {
        result.error().ifPresent(error -> failed.putIfAbsent(
                result.rule(),
                new Problem(trial.file(), trial.line(), "test %s: at %s the rule %s fails: %s".formatted(trial.name(), Durations.text(at), result.rule(), error))));
    }

    static Instant start(RuleGroup group)
    {
        return group.tickAtOrBefore(START);
    }

    private static Instant firstTick(Trial trial, Instant start)
    {
        Instant from = start.plus(trial.start());
        Instant before = trial.group().tickAtOrBefore(from);
        return before.isBefore(from) ? before.plus(trial.group().interval()) : before;
    }

    private static Map<Relation, String> relations(Trial trial)
    {
        Instant start = start(trial.group());
        String tenant = RelationRows.string(trial.group().name().tenant());
        Map<Relation, List<Map<String, String>>> rows = new EnumMap<>(Relation.class);
        for (TrialRow row : trial.rows()) {
            Map<String, String> columns = new LinkedHashMap<>(row.columns());
            columns.put("tenant_id", tenant);
            columns.put("timestamp", RelationRows.time(start.plus(row.at())));
            columns.put("ingest_time", RelationRows.time(start.plus(row.arrives())));
            for (Relation relation : relations(row)) {
                rows.computeIfAbsent(relation, _ -> new ArrayList<>()).add(columns);
            }
        }
        Map<Relation, String> sql = new EnumMap<>(Relation.class);
        rows.forEach((relation, given) -> sql.put(relation, RelationRows.of(relation, given)));
        return sql;
    }

    /**
     * Rows of one table are there by each of its names; what is true of one of them alone is asked by the queries.
     */
    private static List<Relation> relations(TrialRow row)
    {
        return List.of(Relation.values()).stream().filter(relation -> relation.table().equals(row.relation().table())).toList();
    }

    /**
     * Stands still until it is set. Queries of several threads read it.
     */
    private static final class Clock
    {
        private volatile Instant time;

        private Clock(Instant time)
        {
            this.time = time;
        }

        private Instant now()
        {
            return time;
        }
    }
}
