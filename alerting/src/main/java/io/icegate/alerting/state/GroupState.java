package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * State of a group after a tick: everything that the next tick needs.
 *
 * @param alerts sorted by rule and labels
 * @param failures for each rule that failed at the last tick, how often in a row it did
 */
public record GroupState(List<AlertInstance> alerts, SortedMap<String, Integer> failures)
{
    static final Comparator<AlertInstance> ORDER = Comparator.comparing(AlertInstance::rule)
            .thenComparing(alert -> alert.labels().values().toString())
            .thenComparing(AlertInstance::fingerprint); // a value may look like two labels

    public static final GroupState EMPTY = new GroupState(List.of(), ImmutableSortedMap.of());

    public GroupState
    {
        alerts = alerts.stream().sorted(ORDER).toList();
        failures = ImmutableSortedMap.copyOf((Map<String, Integer>) failures);
    }

    GroupState withoutValues()
    {
        return new GroupState(alerts.stream().map(AlertInstance::withoutValues).toList(), failures);
    }
}
