package io.icegate.maintenance.upkeep;

import org.apache.iceberg.Table;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * What maintenance knows of a table beside its metadata. Stored in the warehouse, so that every process can read it.
 *
 * @param name last seen
 * @param location last seen
 * @param orphansLooked when orphans were looked for last
 * @param missingSince when it was first seen that the catalog has no such table; by the store's clock
 * @param actions the last ones of each kind, oldest first
 */
public record UpkeepStatus(UUID table, String name, String location, Optional<Instant> orphansLooked, Optional<Instant> missingSince, List<UpkeepAction> actions)
{
    /**
     * Actions of one kind that are kept: a merge each minute must not push out what ran a week ago.
     */
    public static final int ACTIONS_MAX = 10;

    private static final Duration REPEATED_WITHIN = Duration.ofHours(1);

    public UpkeepStatus
    {
        requireNonNull(table, "table is null");
        requireNonNull(name, "name is null");
        requireNonNull(location, "location is null");
        requireNonNull(orphansLooked, "orphansLooked is null");
        requireNonNull(missingSince, "missingSince is null");
        actions = List.copyOf(actions);
    }

    /**
     * Returns the last word about merges by engines when that is that one is waited for. Who waits says so again while it lasts, so
     * what is older than that is over.
     */
    public Optional<UpkeepAction> waitsForEngine(Instant now)
    {
        return actions.stream()
                .filter(action -> action.kind().equals(UpkeepAction.REWRITE))
                .reduce((_first, last) -> last)
                .filter(action -> action.waits() && action.started().plus(RefusedPlans.REFUSED_FOR).plus(REPEATED_WITHIN).isAfter(now));
    }

    static UpkeepStatus of(Table table)
    {
        return new UpkeepStatus(table.uuid(), table.name(), table.location(), Optional.empty(), Optional.empty(), List.of());
    }

    /**
     * The same of a table that is there under this name and at this location.
     */
    UpkeepStatus seen(Table seen)
    {
        return new UpkeepStatus(table, seen.name(), seen.location(), orphansLooked, Optional.empty(), actions);
    }

    UpkeepStatus withActions(List<UpkeepAction> more)
    {
        List<UpkeepAction> kept = new ArrayList<>(actions);
        for (UpkeepAction action : more) {
            kept.add(action);
            List<UpkeepAction> like = kept.stream().filter(other -> other.kind().equals(action.kind())).toList();
            if (like.size() > ACTIONS_MAX) {
                kept.remove(like.get(0));
            }
        }
        return new UpkeepStatus(table, name, location, orphansLooked, missingSince, kept);
    }

    UpkeepStatus withOrphansLooked(Instant time)
    {
        return new UpkeepStatus(table, name, location, Optional.of(time), missingSince, actions);
    }

    UpkeepStatus withMissingSince(Optional<Instant> time)
    {
        return new UpkeepStatus(table, name, location, orphansLooked, time, actions);
    }
}
