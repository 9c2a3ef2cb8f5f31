package io.icegate.trino;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.evaluate.GroupEvaluator;
import io.icegate.alerting.evaluate.GroupParts;
import io.icegate.alerting.evaluate.GroupReplay;
import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.evaluate.NoSink;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.RuleSource;
import io.icegate.alerting.evaluate.SqlTickQueries;
import io.icegate.alerting.evaluate.TickQueries;
import io.icegate.alerting.evaluate.TrinoQueryEngine;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleCheck;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleOrigin;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.server.TemplateAnnotations;
import io.icegate.alerting.server.TrinoConnections;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.Transition;
import io.icegate.maintenance.expire.ExpirationPolicy;
import io.icegate.maintenance.expire.ExpirationResult;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.trino.testing.DistributedQueryRunner;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.temporal.ChronoUnit.MICROS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

/**
 * A day of a group of rules over rows that come in time, late and very late. Its records come out the same, to the byte, when the ticks are evaluated again over the
 * same rows elsewhere: committed, merged, rewritten by the engine, and with their segments deleted.
 */
@TestInstance(PER_CLASS)
final class TestAlertReplay
{
    private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration INTERVAL = Duration.ofMinutes(Long.getLong("icegate.replay-interval-minutes", 60));
    private static final boolean LONG = INTERVAL.toMinutes() < 60;
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final Duration GRACE = Duration.ofMinutes(2);
    private static final Duration LATENESS = Duration.ofHours(1);
    private static final Duration REQUEST = Duration.ofMinutes(12);
    private static final int ROWS_PER_MINUTE = 4;
    private static final List<String> SERVICES = List.of("cart", "pay", "search", "batch");

    private static final RuleGroup GROUP = new RuleGroup(NAME, INTERVAL, GRACE, LATENESS, DAY, Optional.empty(), List.of(
            rule("Errors", Duration.ofHours(1), INTERVAL, Duration.ZERO, NoData.RESOLVE, RuleTime.EVENT,
                    """
                    SELECT service_name, count(*) AS value, min(body) AS smallest, max(body) AS largest, count(DISTINCT trace_id) AS traces
                    FROM logs WHERE severity_number >= 17 GROUP BY service_name HAVING count(*) > 8"""),
            rule("Slow", Duration.ofHours(1), Duration.ZERO, INTERVAL, NoData.RESOLVE, RuleTime.EVENT,
                    """
                    SELECT service_name, value FROM (
                        SELECT service_name, array_agg(CAST(attributes['ms'] AS bigint) ORDER BY CAST(attributes['ms'] AS bigint))[CAST(ceil(0.95 * count(*)) AS integer)] AS value
                        FROM logs GROUP BY service_name)
                    WHERE value > 800"""),
            rule("Silent", DAY, Duration.ZERO, Duration.ZERO, NoData.RESOLVE, RuleTime.EVENT,
                    """
                    SELECT service_name, max("timestamp") AS newest FROM logs GROUP BY service_name
                    HAVING max("timestamp") < (SELECT tick FROM evaluation) - INTERVAL '30' MINUTE"""),
            rule("Texts", Duration.ofHours(1), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, RuleTime.EVENT,
                    """
                    SELECT service_name, count(*) AS value, array_join(array_agg(DISTINCT body ORDER BY body), ',') AS bodies, max_by(body, ROW("timestamp", body)) AS newest
                    FROM logs WHERE severity_number >= 17 GROUP BY service_name"""),
            // windows that do not overlap: a source that fires may be silent at the next tick
            rule("Held", INTERVAL, Duration.ZERO, Duration.ZERO, new NoData(NoData.Action.KEEP, Duration.ofHours(2)), RuleTime.EVENT,
                    """
                    SELECT service_name, count(*) AS value FROM logs WHERE severity_number >= 13 GROUP BY service_name HAVING count(*) > %s""".formatted(INTERVAL.toMinutes() / 2)),
            rule("Arrived", Duration.ofHours(1), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, RuleTime.ARRIVAL,
                    """
                    SELECT service_name, count(*) AS value FROM logs GROUP BY service_name HAVING count(*) > 90"""),
            rule("Broken", Duration.ofHours(1), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, RuleTime.EVENT,
                    """
                    SELECT service_name, sum(1000 / severity_number) AS value FROM logs WHERE service_name = 'batch' GROUP BY service_name""")));

    /**
     * What comes to the same over the same rows, wherever they are; maps as JSON.
     */
    private static final List<String> REPEATABLE = List.of(
            "count(*)",
            "count_if(ms > 500)",
            "count(DISTINCT body)",
            "min(body)",
            "max(body)",
            "min(ms)",
            "max(ratio)",
            "to_iso8601(max(\"timestamp\"))",
            "sum(ms)",
            "avg(ms)",
            "sum(CAST(ratio AS decimal(38, 6)))",
            "bool_or(ms > 900)",
            "to_hex(checksum(body))",
            "bitwise_xor_agg(ms)",
            "approx_distinct(body)",
            "approx_distinct(ms)",
            "approx_distinct(\"timestamp\")",
            "array_agg(DISTINCT body ORDER BY body)",
            "array_agg(ms ORDER BY \"timestamp\", ms)",
            "listagg(body, ',') WITHIN GROUP (ORDER BY body)",
            "max_by(body, ROW(\"timestamp\", body))",
            "histogram(body)",
            "cardinality(approx_set(body))",
            "cardinality(array_agg(body ORDER BY body))");
    /**
     * What depends on the order of rows, and is warned of.
     */
    private static final List<String> ANY_ORDER = List.of(
            "arbitrary(body)",
            "any_value(body)",
            "array_agg(body)",
            "array_agg(DISTINCT body)",
            "map_agg(body, ms)",
            "multimap_agg(severity_number, body)",
            "stddev(ratio)",
            "stddev(ms)",
            "variance(ms)",
            "corr(ms, ratio)",
            "covar_pop(ms, ratio)",
            "regr_slope(ms, ratio)",
            "skewness(ms)",
            "kurtosis(ms)",
            "geometric_mean(ms)",
            "approx_percentile(ms, 0.95)",
            "approx_percentile(ratio, 0.95)",
            "approx_percentile(ratio, ARRAY[0.5, 0.99])",
            "numeric_histogram(10, ratio)",
            "approx_most_frequent(3, body, 10)",
            "value_at_quantile(tdigest_agg(ratio), 0.9)",
            "value_at_quantile(qdigest_agg(ms), 0.9)",
            "map_union(MAP(ARRAY[severity_number], ARRAY[body]))",
            "reduce_agg(ms, 0, (s, x) -> (s * 2 + x) % 100003, (a, b) -> (a * 3 + b) % 100003)");
    /**
     * What depends on the order of rows when types or values are such, which no check of the text can tell.
     */
    private static final List<String> DEPENDS = List.of(
            "sum(ratio)",
            "avg(ratio)",
            "sum(DISTINCT ratio)",
            "max_by(body, severity_number)",
            "min_by(body, severity_number)",
            "listagg(body, ',') WITHIN GROUP (ORDER BY severity_number)",
            "array_agg(body ORDER BY severity_number)");

    private final long seed = Seeds.next("TestAlertReplay");
    private TrinoLake lake;
    private TickQueries queries;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
        queries = queries("day");
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    private static Rule rule(String alert, Duration window, Duration hold, Duration keepFiringFor, NoData noData, RuleTime time, String sql)
    {
        return new Rule(
                alert,
                window,
                sql,
                Optional.of(List.of("service_name")),
                hold,
                keepFiringFor,
                noData,
                new TreeMap<>(Map.of("severity", "page")),
                new TreeMap<>(Map.of("summary", "{{ $labels.service_name }}")),
                time,
                false,
                false);
    }

    /**
     * Which functions come to the same over the same rows, and that the check warns of no others.
     */
    @Test
    void testFunctions(@TempDir Path scratch)
            throws Exception
    {
        Table table = lake.fixture().createLogs("functions").table();
        List<String> all = Stream.of(REPEATABLE, ANY_ORDER, DEPENDS).flatMap(List::stream).toList();
        Map<String, Set<Object>> results = new TreeMap<>();
        try (PastReceivers receivers = new PastReceivers(lake.fixture().warehouse().store(), table)) {
            new Requests(receivers, new Random(seed)).until(START.plus(DAY));
            ask(all, results);
            commitAll(table);
            ask(all, results);
            merge(table, scratch);
            ask(all, results);
            lake.sql("ALTER TABLE functions.logs EXECUTE optimize");
            ask(all, results);
        }
        assertThat(REPEATABLE).allSatisfy(expression -> {
            assertThat(results.get(expression)).as(expression).hasSize(1);
            assertThat(warnings(expression)).isEmpty();
        });
        assertThat(ANY_ORDER).allSatisfy(expression -> assertThat(warnings(expression)).as(expression).hasSize(1));
        assertThat(DEPENDS).allSatisfy(expression -> assertThat(warnings(expression)).as(expression).isEmpty());
        // or nothing was tried
        assertThat(List.of("array_agg(body)", "sum(ratio)")).allSatisfy(expression -> assertThat(results.get(expression)).as(expression).hasSizeGreaterThan(1));
    }

    private void ask(List<String> expressions, Map<String, Set<Object>> results)
    {
        String columns = String.join(", ", expressions.stream().map("CAST(%s AS json)"::formatted).toList());
        String rows = "SELECT service_name, \"timestamp\", body, severity_number, CAST(attributes['ms'] AS bigint) AS ms, CAST(attributes['ratio'] AS double) AS ratio FROM functions.logs";
        for (String grouping : List.of("GROUP BY service_name ORDER BY service_name", "")) {
            List<List<Object>> answer = lake.rows("SELECT %s FROM (%s) %s".formatted(columns, rows, grouping));
            for (int i = 0; i < expressions.size(); i++) {
                int column = i;
                results.computeIfAbsent(expressions.get(i) + (grouping.isEmpty() ? "" : " by service"), _ -> new HashSet<>()).add(answer.stream().map(row -> row.get(column)).toList());
            }
        }
    }

    private static List<Problem> warnings(String expression)
    {
        Rule rule = rule("A", DAY, Duration.ZERO, Duration.ZERO, NoData.RESOLVE, RuleTime.EVENT, "SELECT service_name, %s AS x FROM logs GROUP BY service_name".formatted(expression));
        RuleGroup group = new RuleGroup(NAME, INTERVAL, GRACE, LATENESS, DAY, Optional.empty(), List.of(rule));
        ParsedRules parsed = new ParsedRules(List.of(group), List.of(), Map.of(new ParsedRules.RuleName(NAME, "A"), new RuleOrigin("rules", 1, 1, 0, Map.of())));
        return new RuleCheck(Set.of()).warnings(parsed);
    }

    @Test
    void testReplayOfADay(@TempDir Path scratch)
            throws Exception
    {
        Table table = lake.fixture().createLogs("day").table();
        Random random = new Random(seed);
        MemoryObjectStore live = new MemoryObjectStore(() -> START);
        try (PastReceivers receivers = new PastReceivers(lake.fixture().warehouse().store(), table)) {
            Requests requests = new Requests(receivers, random);
            run(live, START.plus(DAY), requests::until);
            checkVariety(records(live));

            commitAll(table);
            if (LONG) {
                same(live, "committed");
            }
            merge(table, scratch);
            if (LONG) {
                same(live, "merged");
            }
            lake.sql("ALTER TABLE day.logs EXECUTE optimize");
            table.refresh();
            if (LONG) {
                same(live, "rewritten");
            }
            expire(table);
            same(live, "expired");

            Instant end = START.plus(DAY);
            EvaluationLog log = log(live, end);
            assertThat(new GroupReplay(log, queries, new Fold(new TemplateAnnotations()), _ -> GROUP).replay(NAME, end.minus(Duration.ofHours(3)), end, Optional.empty()).differences()).isEmpty();

            // a row that nobody acknowledged below a cutoff that was reached: what the watermark excludes
            Instant then = START.plus(INTERVAL.multipliedBy(2)).minusSeconds(10);
            receivers.receive("shop", then, List.of(row(then.minusSeconds(5), "cart", 17, "never acknowledged", 5)));
            MemoryObjectStore again = new MemoryObjectStore(() -> START);
            run(again, START.plus(INTERVAL.multipliedBy(3)), _ -> {});
            assertThat(objects(live).entrySet().containsAll(objects(again).entrySet())).as("a row below a cutoff is seen").isFalse();
            assertThat(new GroupReplay(log, queries, new Fold(new TemplateAnnotations()), _ -> GROUP).replay(NAME, START, START.plus(INTERVAL.multipliedBy(3)), Optional.empty()).differences()).isNotEmpty();
        }
    }

    private TickQueries queries(String schema)
    {
        String url = ((DistributedQueryRunner) lake.runner()).getCoordinator().getBaseUrl().toString();
        TrinoQueryEngine engine = new TrinoQueryEngine(new TrinoConnections(url, "test", Optional.empty(), Optional.empty()));
        return new Untimed(new SqlTickQueries(engine, RuleSql.overTables(IceGateQueryRunner.CATALOG, schema)));
    }

    /**
     * Evaluates every tick up to a time, over the rows that are there.
     */
    private void same(MemoryObjectStore live, String where)
            throws Exception
    {
        MemoryObjectStore again = new MemoryObjectStore(() -> START);
        run(again, START.plus(DAY), _ -> {});
        Map<ObjectKey, String> expected = objects(live);
        Map<ObjectKey, String> found = objects(again);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, record) -> assertThat(found.get(key)).as("%s: %s", where, key).isEqualTo(record));
    }

    /**
     * Receives what comes before each cutoff, and evaluates the tick then.
     */
    private void run(ObjectStore store, Instant end, Receiving receiving)
            throws Exception
    {
        // what differs by nature is given: the clock, and what makes the records' ids
        Random ids = new Random(seed);
        GroupRules rules = new GroupRules(1, START, GROUP);
        Instant[] now = {START};
        GroupParts parts = new GroupParts("evaluator", log(store, end), queries, new NoSink(), Duration.ofMinutes(2), () -> now[0], ids);
        GroupEvaluator evaluator = GroupEvaluator.open(GROUP, parts, new Refold(new Fold(new TemplateAnnotations()), _ -> GROUP), new OneVersion(rules));
        for (Instant tick = START.plus(INTERVAL); !tick.isAfter(end); tick = tick.plus(INTERVAL)) {
            now[0] = tick.plus(GRACE).plusSeconds(1);
            receiving.until(tick.plus(GRACE));
            assertThat(evaluator.nextTick()).isEqualTo(tick);
            evaluator.evaluate(rules, true);
        }
    }

    private static EvaluationLog log(ObjectStore store, Instant now)
    {
        return new EvaluationLog(store, () -> now, RetryPolicy.of(new RetryPolicy.Waiting(System::nanoTime, _ -> {}, new Random(1))));
    }

    private static List<EvaluationRecord> records(ObjectStore store)
    {
        return log(store, START.plus(DAY)).records(NAME, START, START.plus(DAY));
    }

    private static Map<ObjectKey, String> objects(ObjectStore store)
            throws IOException
    {
        Map<ObjectKey, String> objects = new TreeMap<>();
        ListPage page = store.list(new ObjectKey("_alerts"), Optional.empty(), 1000);
        assertThat(page.truncated()).isFalse();
        for (ObjectHead head : page.objects()) {
            objects.put(head.key(), new String(store.get(head.key()).orElseThrow().content(), UTF_8));
        }
        return objects;
    }

    /**
     * Or nothing was tried.
     */
    private static void checkVariety(List<EvaluationRecord> records)
    {
        Set<String> seen = new HashSet<>();
        for (EvaluationRecord record : records) {
            record.result().results().forEach(result -> {
                seen.add(result.error().isPresent() ? result.rule() + " failed" : result.rule() + (result.rows().isEmpty() ? " without rows" : " with rows"));
                if (!result.silent().isEmpty()) {
                    seen.add(result.rule() + " silent");
                }
            });
            record.transitions().forEach(transition -> {
                seen.add(transition.alert().rule() + " " + transition.to().text());
                seen.add(transition.kind() == Transition.Kind.CORRECTED ? "corrected" : transition.late() ? "late" : "in time");
            });
        }
        assertThat(seen).contains(
                "Errors with rows",
                "Errors without rows",
                "Errors pending",
                "Errors firing",
                "Errors resolved",
                "Slow firing",
                "Slow resolved",
                "Silent firing",
                "Silent resolved",
                "Texts firing",
                "Texts resolved",
                "Held firing",
                "Held resolved",
                "Held silent",
                "Arrived firing",
                "Arrived resolved",
                "Broken failed",
                "IceGateRuleFailing firing",
                "late",
                "corrected",
                "in time");
        assertThat(records).filteredOn(record -> !record.late().isEmpty()).hasSizeGreaterThan(3);
    }

    private void commitAll(Table table)
    {
        while (lake.fixture().commit(table).segments() > 0) {
            table.refresh();
        }
    }

    /**
     * Until there is nothing more to merge.
     */
    private static void merge(Table table, Path scratch)
    {
        MergePlanner planner = new MergePlanner(new MergePolicy(16L << 20, 16, 64L << 20, 2, Duration.ofMinutes(10), 32, 256L << 20));
        NativeMerge merge = new NativeMerge(MergeSettings.DEFAULT, scratch, new Random());
        int merges = 0;
        while (true) {
            table.refresh();
            List<MergePlan> plans = planner.plan(table, Instant.now().plus(DAY));
            if (plans.isEmpty()) {
                break;
            }
            for (MergePlan plan : plans) {
                assertThat(merge.run(table, plan).outcome()).isEqualTo(MergeResult.Outcome.COMMITTED);
                table.refresh();
                merges++;
            }
        }
        assertThat(merges).isGreaterThan(1);
    }

    private static void expire(Table table)
            throws IOException
    {
        table.updateProperties().set("history.expire.max-snapshot-age-ms", "1").set("history.expire.min-snapshots-to-keep", "1").commit();
        ExpirationResult expired = new SnapshotExpiration(new ExpirationPolicy(Duration.ofHours(1), 1), () -> Instant.now().plus(DAY)).run(table);
        assertThat(expired.failed()).isZero();
        assertThat(table.snapshots()).hasSize(1);
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            assertThat(tasks).allSatisfy(task -> assertThat(task.file().location()).doesNotContain("/_wal/"));
        }
        assertThat(expired.files()).isGreaterThan(DAY.dividedBy(REQUEST));
    }

    @SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
    private static LogRow row(Instant time, String service, int severity, String body, long millis)
    {
        long micros = MICROS.between(Instant.EPOCH, time);
        return new LogRow(
                new ResourceValues(Attributes.of(List.of(new AttributeValue.Entry("service.name", new AttributeValue.Text(service)))), 0, null, List.of()),
                ScopeValues.EMPTY,
                micros,
                micros,
                micros * 1000,
                0,
                severity,
                null,
                null,
                CanonicalText.of(new AttributeValue.Text(body)),
                "%032x".formatted(micros % 97 + 1),
                null,
                0,
                Attributes.of(List.of(new AttributeValue.Entry("ms", new AttributeValue.Int(millis)), new AttributeValue.Entry("ratio", new AttributeValue.Real(millis / 7.0)))),
                0,
                null);
    }

    @FunctionalInterface
    private interface Receiving
    {
        void until(Instant time);
    }

    /**
     * The requests of a day: one every few minutes, whose rows have happened since the one before, up to an hour before, or hours before.
     */
    private static final class Requests
            implements Receiving
    {
        /**
         * Rows that take back that a source was silent: at ticks of an hour, and of a quarter.
         */
        private static final List<Instant> NOT_SILENT = List.of(START.plus(Duration.ofHours(8)).plus(Duration.ofMinutes(45)), START.plus(Duration.ofHours(8)).plus(Duration.ofMinutes(10)));
        /**
         * The only row of a source, which a tick has missed.
         */
        private static final Instant MISSED = START.plus(Duration.ofHours(10)).plus(Duration.ofMinutes(50));
        private static final Duration HELD_BACK = Duration.ofMinutes(25);

        private final PastReceivers receivers;
        private final Random random;
        private Instant last = START;

        private Requests(PastReceivers receivers, Random random)
        {
            this.receivers = receivers;
            this.random = random;
        }

        @Override
        public void until(Instant time)
        {
            while (last.plus(REQUEST).isBefore(time)) {
                Instant arrived = last.plus(REQUEST);
                List<LogRow> rows = new ArrayList<>();
                for (long i = 0; i < REQUEST.toMinutes() * ROWS_PER_MINUTE; i++) {
                    row(arrived).ifPresent(rows::add);
                }
                NOT_SILENT.stream()
                        .filter(happened -> arrives(happened, arrived))
                        .forEach(happened -> rows.add(TestAlertReplay.row(happened, "cart", 9, "not silent", 100)));
                if (arrives(MISSED, arrived)) {
                    rows.add(TestAlertReplay.row(MISSED, "ship", 17, "missed", 100));
                }
                receivers.receive("shop", arrived, rows);
                last = arrived;
            }
        }

        private boolean arrives(Instant heldBack, Instant arrived)
        {
            Instant due = heldBack.plus(HELD_BACK);
            return due.isAfter(last) && !due.isAfter(arrived);
        }

        private Optional<LogRow> row(Instant arrived)
        {
            // twice as much of one source for some hours
            long arrivedHour = Duration.between(START, arrived).toHours();
            String service = arrivedHour >= 5 && arrivedHour < 8 && random.nextInt(3) == 0 ? "search" : SERVICES.get(random.nextInt(SERVICES.size()));
            double kind = random.nextDouble();
            boolean isLate = arrivedHour % 4 == 1;
            Duration delay = kind < 0.8 || !isLate ? random(REQUEST) : kind < 0.97 ? random(Duration.ofHours(1)) : Duration.ofHours(3).plus(random(Duration.ofHours(3)));
            Instant time = arrived.minus(delay).truncatedTo(MICROS);
            long hour = Duration.between(START, time).toHours();
            return switch (service) {
                // errors, slow, and silent for some hours in the middle of it
                case "cart" -> {
                    boolean bad = hour % 6 >= 4 || hour == 7;
                    yield hour >= 8 && hour < 12 ? Optional.empty() : Optional.of(row(time, service, severity(bad ? 0.6 : 0.05), bad ? 900 : 300));
                }
                case "pay" -> hour >= 15 && hour < 21 ? Optional.empty() : Optional.of(row(time, service, severity(0.1 + hour % 4 * 0.1), 300 + hour % 5 * 150));
                // a zero, which a rule divides by
                case "batch" -> Optional.of(row(time, service, hour >= 18 && hour < 22 ? 0 : 9, 700));
                default -> Optional.of(row(time, service, severity(0.02), hour % 3 == 0 ? 820 : 500));
            };
        }

        private LogRow row(Instant time, String service, int severity, long millis)
        {
            return TestAlertReplay.row(time, service, severity, "text %s of %s".formatted(random.nextInt(40), service), Math.max(1, Math.round(millis * (0.5 + random.nextDouble()))));
        }

        private int severity(double errors)
        {
            return random.nextDouble() < errors ? 17 : random.nextBoolean() ? 9 : 13;
        }

        private Duration random(Duration most)
        {
            return Duration.ofMillis(random.nextLong(most.toMillis()));
        }
    }

    /**
     * How long a query took and what the engine calls it are no part of an answer.
     */
    private record Untimed(TickQueries queries)
            implements TickQueries
    {
        @Override
        public Set<String> tables(RuleGroup group)
        {
            return queries.tables(group);
        }

        @Override
        public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
                throws QueryException, InterruptedException
        {
            RuleResult result = queries.evaluate(group, rule, tick, cutoff, active);
            return new RuleResult(result.rule(), result.rows(), result.silent(), result.error(), 0, Optional.empty());
        }

        @Override
        public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
                throws QueryException, InterruptedException
        {
            return queries.late(group, ticks, from, cutoff);
        }
    }

    private record OneVersion(GroupRules rules)
            implements RuleSource
    {
        @Override
        public SortedMap<GroupName, GroupRules> newest()
        {
            return ImmutableSortedMap.of(NAME, rules);
        }

        @Override
        public GroupRules first(GroupName group)
        {
            return rules;
        }

        @Override
        public RuleGroup version(GroupName group, long version)
        {
            return rules.group();
        }
    }
}
