package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableSortedMap;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rules that watch the pipeline itself, which would otherwise make every rule look healthy when it is dead. They see the rows of all tenants, and are there as soon as anybody has a rule.
 *
 * <p>They are stored like others, so that all evaluators have the same; a newer program writes its own as the next version, and a group that was deleted stays so.
 */
public final class BuiltInRules
{
    /**
     * Source of their versions.
     */
    public static final String SOURCE = "built-in";
    public static final GroupName NAME = new GroupName(GroupName.ALL_TENANTS, "icegate");

    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    /**
     * No row is late for rules on arrival, so nothing is ever evaluated again.
     */
    public static final RuleGroup GROUP = new RuleGroup(
            NAME,
            INTERVAL,
            GRACE,
            Duration.ZERO,
            Duration.ofHours(1),
            Optional.empty(),
            List.of(
                    rule(
                            "IceGateWatchdog",
                            Duration.ofMinutes(1),
                            "SELECT 1 AS value",
                            Optional.of(List.of()),
                            NoData.RESOLVE,
                            Map.of("severity", "none"),
                            "Alerts are evaluated and delivered. This one always fires: raise an alarm when it is gone"),
                    rule(
                            "IceGateNoData",
                            // the last ten minutes, and the five before them
                            Duration.ofMinutes(15),
                            """
                            SELECT tenant_id, date_diff('second', max(ingest_time), (SELECT tick FROM evaluation)) AS value
                            FROM logs GROUP BY tenant_id
                            HAVING max(ingest_time) < (SELECT tick FROM evaluation) - INTERVAL '10' MINUTE""",
                            Optional.of(List.of("tenant_id")),
                            new NoData(NoData.Action.KEEP, Duration.ofHours(24)),
                            Map.of("severity", "warning"),
                            "No log of tenant {{ $labels.tenant_id }} has arrived for ten minutes"),
                    rule(
                            "IceGateEvaluationLate",
                            Duration.ofHours(1),
                            """
                            SELECT tenant_id, attributes['icegate.alert.group'] AS rule_group, count(*) AS value
                            FROM events WHERE event_name = 'icegate.alert.ticks_skipped'
                            GROUP BY tenant_id, attributes['icegate.alert.group']""",
                            Optional.of(List.of("tenant_id", "rule_group")),
                            NoData.RESOLVE,
                            Map.of("severity", "warning"),
                            "Rules of group {{ $labels.rule_group }} of tenant {{ $labels.tenant_id }} were not evaluated for a while, and what was true only then is not known"),
                    rule(
                            "IceGateDeliveryFailing",
                            Duration.ofHours(1),
                            """
                            SELECT tenant_id, attributes['icegate.alert.group'] AS rule_group, count(*) AS value
                            FROM events WHERE event_name = 'icegate.alert.delivery_failed'
                            GROUP BY tenant_id, attributes['icegate.alert.group']""",
                            Optional.of(List.of("tenant_id", "rule_group")),
                            NoData.RESOLVE,
                            Map.of("severity", "warning"),
                            "{{ $value }} changes of alerts of group {{ $labels.rule_group }} of tenant {{ $labels.tenant_id }} were given up for a channel")));

    private BuiltInRules() {}

    private static Rule rule(String alert, Duration window, String sql, Optional<List<String>> by, NoData noData, Map<String, String> labels, String summary)
    {
        return new Rule(
                alert,
                window,
                sql,
                by,
                Duration.ZERO,
                Duration.ZERO,
                noData,
                ImmutableSortedMap.copyOf(labels),
                ImmutableSortedMap.of("summary", summary),
                RuleTime.ARRIVAL,
                false,
                true);
    }

    /**
     * Whether they are to be written.
     *
     * @param newest what is there; empty when nothing is
     */
    public static boolean isMissing(Optional<RuleVersion> newest)
    {
        return newest.isEmpty() || (newest.orElseThrow().source().equals(SOURCE) && !newest.orElseThrow().group().equals(Optional.of(GROUP)));
    }
}
