package io.icegate.alerting.rule;

import io.icegate.alerting.rule.RuleQuery.Position;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestRuleSql
{
    private static final RuleSql SQL = RuleSql.overTables("icegate", "otel");
    private static final Instant TICK = Instant.parse("2026-11-28T18:30:00Z");
    private static final Instant CUTOFF = Instant.parse("2026-11-28T18:30:10.123456789Z");
    private static final String BOUNDS = "tenant_id = 'shop' AND \"timestamp\" >= TIMESTAMP '2026-11-28 18:25:00.000000 UTC' AND " +
            "\"timestamp\" < TIMESTAMP '2026-11-28 18:30:00.000000 UTC' AND ingest_time < TIMESTAMP '2026-11-28 18:30:10.123456 UTC'";
    private static final String NO_ALERTS = " AND coalesce(event_name, '') NOT LIKE 'icegate.alert.%'";
    private static final String LOGS = "\"logs\" AS (SELECT * FROM \"icegate\".\"otel\".\"logs\" WHERE " + BOUNDS + NO_ALERTS + ")";

    @Test
    void testRelations()
    {
        assertThat(query("SELECT count(*) AS value FROM logs")).isEqualTo("WITH " + LOGS + "\nSELECT count(*) AS value FROM logs");
        assertThat(query("SELECT 1 AS value FROM \"LOGS\" l, spans s")).isEqualTo(
                "WITH " + LOGS + ",\n     \"spans\" AS (SELECT * FROM \"icegate\".\"otel\".\"spans\" WHERE " + BOUNDS + ")\nSELECT 1 AS value FROM \"LOGS\" l, spans s");
        assertThat(query("SELECT 1 FROM metrics")).startsWith("WITH \"metrics\" AS (SELECT * FROM \"icegate\".\"otel\".\"metrics\" WHERE " + BOUNDS + ")\n");
        assertThat(query("SELECT 1 FROM Events")).startsWith("WITH \"events\" AS (SELECT * FROM \"icegate\".\"otel\".\"logs\" WHERE " + BOUNDS + " AND event_name IS NOT NULL" + NO_ALERTS + ")\n");
        assertThat(query("SELECT 1")).isEqualTo("SELECT 1");
        assertThat(query("SELECT tick FROM evaluation")).isEqualTo(
                """
                WITH "evaluation"(tick, window_start, cutoff) AS (VALUES (TIMESTAMP '2026-11-28 18:30:00.000000 UTC', TIMESTAMP '2026-11-28 18:25:00.000000 UTC', TIMESTAMP '2026-11-28 18:30:10.123456 UTC'))
                SELECT tick FROM evaluation""");
    }

    @Test
    void testRelationsInsideOfExpressions()
    {
        assertThat(query("SELECT (SELECT count(*) FROM logs) AS value WHERE EXISTS (SELECT 1 FROM evaluation)")).contains(LOGS).contains("\"evaluation\"(");
        // a table expression of the rule is none of ours
        assertThat(query("WITH a AS (SELECT 1 AS x) SELECT x FROM a")).isEqualTo("WITH a AS (SELECT 1 AS x) SELECT x FROM a");
    }

    @Test
    void testWithIsContinued()
    {
        assertThat(query("-- with\n  with a AS (SELECT * FROM logs),\n b AS (SELECT 1) SELECT * FROM a")).isEqualTo(
                "WITH " + LOGS + "\n-- with\n  ,    a AS (SELECT * FROM logs),\n b AS (SELECT 1) SELECT * FROM a");
        assertThat(query("/* x */ WITH\na AS (SELECT * FROM logs) SELECT * FROM a")).isEqualTo("WITH " + LOGS + "\n/* x */ ,   \na AS (SELECT * FROM logs) SELECT * FROM a");
        // one further in is not continued
        assertThat(query("SELECT * FROM (WITH a AS (SELECT * FROM logs) SELECT * FROM a)")).isEqualTo("WITH " + LOGS + "\nSELECT * FROM (WITH a AS (SELECT * FROM logs) SELECT * FROM a)");
    }

    @Test
    void testEveryQueryIsOne()
    {
        for (String sql : List.of("SELECT 1 FROM logs", "WITH a AS (SELECT 1) SELECT * FROM a, logs, spans, metrics, events, evaluation -- end", "TABLE logs", "(SELECT 1 FROM logs)\nUNION SELECT 2")) {
            RuleQuery query = SQL.query("it's", rule(sql), TICK, CUTOFF);
            for (String each : List.of(query.sql(), query.validation().sql(), query.inputs().sql(), query.columns().sql())) {
                new SqlParser().createStatement(each);
            }
        }
    }

    @Test
    void testTenantsAndNamesAreQuoted()
    {
        RuleQuery query = RuleSql.overTables("ice\"gate", "ot.el").query("it's", rule("SELECT 1 FROM logs"), TICK, CUTOFF);
        assertThat(query.sql()).contains("FROM \"ice\"\"gate\".\"ot.el\".\"logs\" WHERE tenant_id = 'it''s' AND");
    }

    @Test
    void testTimeOfArrival()
    {
        Rule rule = new Rule("A", Duration.ofMinutes(5), "SELECT 1 FROM spans", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.ARRIVAL, false, false);
        assertThat(SQL.query("shop", rule, TICK, CUTOFF).sql()).isEqualTo(
                """
                WITH "spans" AS (SELECT * FROM "icegate"."otel"."spans" WHERE tenant_id = 'shop' AND ingest_time >= TIMESTAMP '2026-11-28 18:25:00.000000 UTC' AND ingest_time < TIMESTAMP '2026-11-28 18:30:00.000000 UTC')
                SELECT 1 FROM spans""");
    }

    @Test
    void testAlertEvents()
    {
        Rule rule = new Rule("A", Duration.ofMinutes(5), "SELECT 1 FROM events, logs", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, true);
        assertThat(SQL.query("shop", rule, TICK, CUTOFF).sql()).contains("event_name IS NOT NULL)").doesNotContain("icegate.alert");
    }

    @Test
    void testPositions()
    {
        String sql = "SELECT a\nFROM logs, spans\nWHERE )";
        RuleQuery query = SQL.query("shop", rule("SELECT a\nFROM logs, spans\nWHERE true"), TICK, CUTOFF);
        for (RuleQuery each : List.of(query, query.validation(), query.inputs(), query.columns())) {
            String broken = each.sql().replace("WHERE true", "WHERE )");
            assertThatThrownBy(() -> new SqlParser().createStatement(broken))
                    .isInstanceOfSatisfying(ParsingException.class, e -> assertThat(each.position(e.getLineNumber(), e.getColumnNumber())).contains(new Position(3, 7)));
            assertThat(each.position(1, 1)).isEmpty();
        }
        assertThat(sql.split("\n", -1)[2].charAt(6)).isEqualTo(')');
        // what follows the rule is not the rule's
        assertThat(query.columns().position(query.columns().sql().split("\n", -1).length, 1)).isEmpty();

        RuleQuery continued = SQL.query("shop", rule("WITH a AS (\nSELECT * FROM logs) SELECT * FROM a"), TICK, CUTOFF);
        String broken = continued.sql().replace("a AS (", "a AS )");
        assertThatThrownBy(() -> new SqlParser().createStatement(broken))
                .isInstanceOfSatisfying(ParsingException.class, e -> assertThat(continued.position(e.getLineNumber(), e.getColumnNumber())).contains(new Position(1, 11)));

        RuleOrigin origin = new RuleOrigin("a.yaml", 10, 13, 4, Map.of("sql", 12));
        assertThat(query.problem(origin, 5, 7, "wrong")).isEqualTo(new Problem("a.yaml", 15, "wrong (column 11)"));
        assertThat(query.problem(origin, 1, 7, "wrong")).isEqualTo(new Problem("a.yaml", 12, "wrong"));
    }

    @Test
    void testPresenceByExpressions()
    {
        assertThat(presence("SELECT service_name, count(*) AS value FROM logs WHERE severity_number >= 17 GROUP BY service_name", "service_name"))
                .contains("SELECT DISTINCT service_name AS \"service_name\" FROM \"logs\"");
        assertThat(presence("SELECT lower(l.service_name) AS service, attributes['route'] AS route FROM logs l GROUP BY 2, lower(l.service_name)", "route", "service"))
                .contains("SELECT DISTINCT attributes['route'] AS \"route\", lower(l.service_name) AS \"service\" FROM \"logs\" AS l");
        assertThat(presence("SELECT attributes['route'] AS route FROM spans", "route")).contains("SELECT DISTINCT attributes['route'] AS \"route\" FROM \"spans\"");
    }

    @Test
    void testPresenceByNames()
    {
        assertThat(presence("SELECT service_name, scope_name FROM logs JOIN spans USING (service_name, scope_name)", "service_name", "scope_name"))
                .contains("SELECT DISTINCT \"service_name\", \"scope_name\" FROM \"logs\" UNION SELECT DISTINCT \"service_name\", \"scope_name\" FROM \"spans\"");
        assertThat(presence("WITH a AS (SELECT * FROM metrics, logs) SELECT metric_name FROM a", "metric_name")).contains("SELECT DISTINCT \"metric_name\" FROM \"metrics\"");
        // an aggregation, or what could be one, is no expression over a row
        assertThat(presence("SELECT max(body) AS body FROM logs", "body")).contains("SELECT DISTINCT \"body\" FROM \"logs\"");
        assertThat(presence("SELECT max(body) AS route FROM logs", "route")).isEmpty();
        assertThat(presence("SELECT attributes['x'] AS route FROM logs, spans", "route")).isEmpty();
    }

    @Test
    void testPresenceWithoutLabels()
    {
        assertThat(presence("SELECT count(*) AS value FROM logs")).contains("(SELECT 1 AS present FROM \"logs\" LIMIT 1)");
        assertThat(presence("SELECT count(*) AS value FROM logs, spans")).contains("(SELECT 1 AS present FROM \"logs\" LIMIT 1) UNION (SELECT 1 AS present FROM \"spans\" LIMIT 1)");
        assertThat(presence("SELECT 1 AS value")).isEmpty();
    }

    private static Optional<String> presence(String sql, String... by)
    {
        Optional<String> query = SQL.presence("shop", rule(sql), List.of(by), TICK, CUTOFF);
        query.ifPresent(each -> assertThat(each).startsWith("WITH \""));
        query.ifPresent(each -> new SqlParser().createStatement(each));
        return query.map(each -> each.substring(each.lastIndexOf('\n') + 1));
    }

    @Test
    void testGivenRows()
    {
        String rows = RelationRows.of(Relation.LOGS, List.of(
                Map.of("service_name", RelationRows.string("c'art"), "severity_number", "17", "timestamp", RelationRows.time(TICK)),
                Map.of("service_name", RelationRows.string("b"), "attributes", RelationRows.map(new TreeMap<>(Map.of("k", "v"))))));
        assertThat(rows).contains("'c''art'").contains("MAP(ARRAY['k'], ARRAY['v'])").contains("CAST(\"severity_number\" AS integer) AS \"severity_number\"").contains("CAST(NULL AS varchar) AS \"body\"");
        String sql = RuleSql.overRows(Map.of(Relation.LOGS, rows)).query("shop", rule("SELECT 1 FROM logs, spans"), TICK, CUTOFF).sql();
        assertThat(sql).startsWith("WITH \"logs\" AS (SELECT * FROM (SELECT ").contains(") WHERE " + BOUNDS + NO_ALERTS + ")").contains("\"spans\" AS (SELECT * FROM (SELECT CAST(NULL AS varchar)").contains("WHERE false) WHERE " + BOUNDS);
        new SqlParser().createStatement(sql);
        assertThatThrownBy(() -> RelationRows.of(Relation.LOGS, List.of(Map.of("servicename", "1")))).hasMessage("logs has no column 'servicename'; did you mean 'service_name'?");
    }

    private static String query(String sql)
    {
        RuleQuery query = SQL.query("shop", rule(sql), TICK, CUTOFF);
        new SqlParser().createStatement(query.sql());
        return query.sql();
    }

    static Rule rule(String sql)
    {
        return new Rule("A", Duration.ofMinutes(5), sql, Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
    }
}
