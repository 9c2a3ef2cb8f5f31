package io.icegate.alerting.rule;

import io.icegate.alerting.rule.LateTicks.Rows;
import io.trino.sql.parser.SqlParser;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

final class TestLateTicks
{
    private static final Instant TICK = Instant.parse("2026-11-28T18:30:00Z");
    private static final RuleSql SQL = RuleSql.overTables("icegate", "otel");

    @Test
    void testQuery()
    {
        RuleGroup group = group(Duration.ofSeconds(30),
                Duration.ofMinutes(15),
                rule("SELECT 1 FROM logs", Duration.ofMinutes(1), RuleTime.EVENT, false),
                rule("SELECT 1 FROM logs, spans", Duration.ofMinutes(5), RuleTime.EVENT, false),
                rule("SELECT 1 FROM metrics", Duration.ofMinutes(5), RuleTime.ARRIVAL, false),
                rule("SELECT 1 FROM events", Duration.ofMinutes(2), RuleTime.EVENT, true));
        LateTicks late = late(group);
        assertThat(late.first()).isEqualTo(Instant.parse("2026-11-28T18:15:00Z"));
        assertThat(late.last()).isEqualTo(Instant.parse("2026-11-28T18:29:30Z"));
        String query = late.query(SQL).orElseThrow();
        new SqlParser().createStatement(query);
        String arrived = " AND ingest_time >= TIMESTAMP '2026-11-28 18:29:40.000000 UTC' AND ingest_time < TIMESTAMP '2026-11-28 18:30:10.000000 UTC'";
        String before = "FROM \"icegate\".\"otel\".\"%s\" WHERE tenant_id = 't' AND \"timestamp\" >= TIMESTAMP '2026-11-28 18:%s.000000 UTC' AND \"timestamp\" < TIMESTAMP '2026-11-28 18:29:30.000000 UTC'" + arrived;
        assertThat(query.split("\nUNION ALL\n", -1)).hasSize(3);
        assertThat(query)
                .contains("SELECT 0 AS source, (date_diff('second', TIMESTAMP '1970-01-01 00:00:00.000000 UTC', \"timestamp\") / 30 + 1) * 30 + 0 AS first_tick, max(date_diff('millisecond', ")
                .contains(before.formatted("logs", "10:00") + " AND coalesce(event_name, '') NOT LIKE 'icegate.alert.%' GROUP BY 2")
                .contains(before.formatted("spans", "10:00") + " GROUP BY 2")
                .contains(before.formatted("logs", "13:00") + " AND event_name IS NOT NULL GROUP BY 2")
                .doesNotContain("metrics");
    }

    @Test
    void testNoLateness()
    {
        Rule rule = rule("SELECT 1 FROM logs", Duration.ofMinutes(1), RuleTime.EVENT, false);
        assertThat(late(group(Duration.ofSeconds(30), Duration.ZERO, rule)).query(SQL)).isEmpty();
        assertThat(late(group(Duration.ofSeconds(30), Duration.ofMinutes(1), rule("SELECT 1 FROM logs", Duration.ofMinutes(1), RuleTime.ARRIVAL, false))).query(SQL)).isEmpty();
        assertThat(late(group(Duration.ofSeconds(30), Duration.ofMinutes(1), rule("SELECT 1", Duration.ofMinutes(1), RuleTime.EVENT, false))).query(SQL)).isEmpty();
    }

    /**
     * Against the definition: a row is in the window of each tick k with k - window <= its time < k.
     */
    @Test
    void testTicksAreThoseOfTheWindows()
    {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            int interval = List.of(10, 30, 60, 77).get(random.nextInt(4));
            Duration window = Duration.ofMillis(1 + random.nextInt(300_000));
            int offset = random.nextBoolean() ? 0 : random.nextInt(interval);
            RuleGroup group = new RuleGroup(
                    new GroupName("t", "g"),
                    Duration.ofSeconds(interval),
                    Duration.ofSeconds(offset),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1 + random.nextInt(10)),
                    Duration.ofHours(1),
                    Optional.empty(),
                    List.of(rule("SELECT 1 FROM logs", window, RuleTime.EVENT, false)));
            Instant tick = group.tickAtOrBefore(TICK);
            LateTicks late = LateTicks.before(group, tick, tick.minusSeconds(interval - 10), tick.plusSeconds(10));

            SortedSet<Instant> expected = new TreeSet<>();
            Map<Long, Long> groups = new HashMap<>();
            for (int i = 0; i < random.nextInt(4); i++) {
                long micros = tick.minusMillis(random.nextInt(1_000_000)).getEpochSecond() * 1_000_000 + (random.nextBoolean() ? 0 : random.nextInt(1_000_000));
                Instant event = Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
                for (Instant each = late.first(); each.isBefore(tick); each = each.plusSeconds(interval)) {
                    if (event.isBefore(each) && !event.isBefore(each.minus(window))) {
                        expected.add(each);
                    }
                }
                // as the query does: whole seconds and milliseconds, rounded down
                groups.merge(((event.getEpochSecond() - offset) / interval + 1) * interval + offset, micros / 1000, Math::max);
            }
            List<Rows> rows = new ArrayList<>();
            groups.forEach((firstTick, last) -> rows.add(new Rows(0, firstTick, last)));
            assertThat(late.ticks(rows)).as("round %s", round).isEqualTo(expected);
        }
    }

    private static LateTicks late(RuleGroup group)
    {
        return LateTicks.before(group, TICK, TICK.minusSeconds(20), TICK.plusSeconds(10));
    }

    private static RuleGroup group(Duration interval, Duration lateness, Rule... rules)
    {
        return new RuleGroup(new GroupName("t", "g"), interval, Duration.ofSeconds(10), lateness, Duration.ofHours(1), Optional.empty(), List.of(rules));
    }

    private static Rule rule(String sql, Duration window, RuleTime time, boolean alertEvents)
    {
        return new Rule("A", window, sql, Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), time, false, alertEvents);
    }
}
