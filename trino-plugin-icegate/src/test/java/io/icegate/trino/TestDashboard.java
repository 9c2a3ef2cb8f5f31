package io.icegate.trino;

import io.icegate.schema.Signal;
import io.trino.Session;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * The queries of the page about dashboards run, on tables as receivers make them, and find what they promise.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestDashboard
{
    private static final Path PAGE = Path.of("..", "docs", "operations", "dashboard.md");
    private static final Pattern QUERY = Pattern.compile("```sql\n(.*?);\n```", Pattern.DOTALL);
    private static final String SCHEMA = "dashboard";

    private final Session session = Session.builder(IceGateQueryRunner.session(IceGateQueryRunner.CATALOG)).setSchema(SCHEMA).build();

    private TrinoLake lake;
    private List<String> queries;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
        for (Signal signal : Signal.values()) {
            lake.fixture().create(SCHEMA, signal.shape());
        }
        queries = queries();
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    private static List<String> queries()
            throws IOException
    {
        return QUERY.matcher(Files.readString(PAGE)).results().map((MatchResult result) -> result.group(1)).toList();
    }

    @Test
    void testQueries()
    {
        assertThat(queries).hasSizeGreaterThan(10);
        // two starts of one receiver, whose counters begin again
        lake.runner().execute(session, insert(
                "'a', 10, 'icegate_ingest_accepted_records', MAP(ARRAY['signal'], ARRAY['logs']), 60000, NULL, NULL, NULL, NULL",
                "'a', 9, 'icegate_ingest_accepted_records', MAP(ARRAY['signal'], ARRAY['logs']), 60600, NULL, NULL, NULL, NULL",
                "'b', 8, 'icegate_ingest_accepted_records', MAP(ARRAY['signal'], ARRAY['logs']), 100, NULL, NULL, NULL, NULL",
                "'a', 10, 'icegate_ingest_refused_requests', MAP(ARRAY['signal', 'reason'], ARRAY['logs', 'overloaded']), 5, NULL, NULL, NULL, NULL",
                "'a', 9, 'icegate_ingest_refused_requests', MAP(ARRAY['signal', 'reason'], ARRAY['logs', 'overloaded']), 8, NULL, NULL, NULL, NULL",
                "'a', 9, 'icegate_ingest_refused_requests', MAP(ARRAY['signal', 'reason'], ARRAY['logs', 'quota']), 1, NULL, NULL, NULL, NULL",
                "'a', 2, 'icegate_wal_uncommitted_oldest_seconds', MAP(ARRAY['table'], ARRAY['logs']), NULL, 130e0, NULL, NULL, NULL",
                "'a', 2, 'icegate_wal_uncommitted_oldest_seconds', MAP(ARRAY['table'], ARRAY['spans']), NULL, 3e0, NULL, NULL, NULL",
                "'a', 10, 'icegate_wal_ack_seconds', MAP(), NULL, NULL, 10, 1e0, ARRAY[10, 0, 0]",
                "'a', 9, 'icegate_wal_ack_seconds', MAP(), NULL, NULL, 110, 9e0, ARRAY[70, 39, 1]",
                "'a', 10, 'icegate_commit_seconds', MAP(ARRAY['result'], ARRAY['committed']), NULL, NULL, 1, 1e0, ARRAY[1, 0, 0]",
                "'a', 9, 'icegate_commit_seconds', MAP(ARRAY['result'], ARRAY['committed']), NULL, NULL, 5, 3e0, ARRAY[5, 0, 0]",
                "'a', 9, 'icegate_ingest_budget_used_bytes', MAP(), NULL, 25e0, NULL, NULL, NULL",
                "'a', 9, 'icegate_ingest_budget_bytes', MAP(), NULL, 100e0, NULL, NULL, NULL"));
        assertThat(rows("Records per second")).extracting(row -> row.subList(1, 3)).contains(List.of("logs", 10.0));
        assertThat(rows("How far commits are behind")).extracting(row -> row.subList(1, 3)).containsExactly(List.of("logs", 130.0), List.of("spans", 3.0));
        assertThat(rows("Time to acknowledgement")).containsExactly(List.of(0.1, 0.5, 100L));
        assertThat(rows("Refused requests")).containsExactly(List.of("logs", "overloaded", 3L));
        assertThat(rows("Memory of requests")).extracting(row -> row.get(2)).containsExactly(0.25);
        assertThat(rows("Rounds of commits")).containsExactly(List.of("committed", 4L, 0.5));
        assertThat(rows("Files, rows and waiting segments")).isNotEmpty();
        assertThat(rows("Without Prometheus")).containsExactly(List.of("logs", 130.0));
        queries.forEach(query -> lake.rows(session, query));
    }

    /**
     * The answer of the query below that text.
     */
    private List<List<Object>> rows(String text)
    {
        String page;
        try {
            page = Files.readString(PAGE);
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
        int start = page.indexOf("\n" + text);
        assertThat(start).as(text).isPositive();
        var query = QUERY.matcher(page);
        assertThat(query.find(start)).as(text).isTrue();
        return lake.rows(session, query.group(1));
    }

    /**
     * @param points of each instance, minutes ago, name, labels, integer, double, count, sum and buckets
     */
    private static String insert(String... points)
    {
        return """
               INSERT INTO metrics (tenant_id, service_name, metric_type, ingest_time, scope_attributes, scope_dropped_attributes_count, resource_attributes, resource_dropped_attributes_count,
                   resource_entity_refs, metadata, start_time_unix_nano, time_unix_nano, flags, exemplars, explicit_bounds,
                   service_instance_id, timestamp, metric_name, attributes, value_int, value_double, count, sum, bucket_counts)
               SELECT 'icegate', 'icegate-receiver', 'any', now(), MAP(), 0, MAP(), 0, ARRAY[], MAP(), 0, 0, 0, ARRAY[], ARRAY[1e-1, 5e-1],
                   instance, date_trunc('minute', now()) - minutes * INTERVAL '1' MINUTE, name, labels, n, d, c, s, b
               FROM (VALUES (%s)) AS points (instance, minutes, name, labels, n, d, c, s, b)
               """.formatted(String.join("), (", points));
    }
}
