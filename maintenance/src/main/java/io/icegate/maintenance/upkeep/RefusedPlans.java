package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.merge.MergePlan;
import io.icegate.wal.registry.BoundedMap;
import org.apache.iceberg.Table;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Remembers what was refused, so that it is not copied and refused again each minute.
 */
final class RefusedPlans
{
    /**
     * Until files that were refused are looked at again: whoever wrote them does not change them.
     */
    static final Duration REFUSED_FOR = Duration.ofHours(6);
    private static final int PLANS_MAX = 10_000;

    private final Map<RefusedPlan.Key, Refusal> plans = BoundedMap.create(PLANS_MAX);
    private final InstantSource clock;

    RefusedPlans(InstantSource clock)
    {
        this.clock = requireNonNull(clock, "clock is null");
    }

    private record Refusal(Instant time, String reason) {}

    Optional<RefusedPlan> find(Table table, MergePlan plan)
    {
        return Optional.ofNullable(plans.get(RefusedPlan.Key.of(table, plan)))
                .filter(refusal -> refusal.time().plus(REFUSED_FOR).isAfter(clock.instant()))
                .map(refusal -> new RefusedPlan(plan, refusal.reason()));
    }

    RefusedPlan add(Table table, MergePlan plan, String reason)
    {
        plans.put(RefusedPlan.Key.of(table, plan), new Refusal(clock.instant(), reason));
        return new RefusedPlan(plan, reason);
    }
}
