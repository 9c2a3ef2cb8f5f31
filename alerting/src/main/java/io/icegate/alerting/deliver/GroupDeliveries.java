package io.icegate.alerting.deliver;

import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

import static java.util.Objects.requireNonNull;

/**
 * The deliveries of one group, while this evaluator owns it.
 */
final class GroupDeliveries
{
    private final List<Lane> lanes;
    private final SortedMap<String, Instant> others;
    private final Lane.Surroundings surroundings;

    /**
     * @param newest record of the group; empty when it has none. A channel that it does not know gets what comes after it.
     */
    GroupDeliveries(List<Outlet> outlets, RuleGroup group, Optional<EvaluationRecord> newest, RecordSource source, BooleanSupplier owned, Lane.Surroundings surroundings)
    {
        this.surroundings = requireNonNull(surroundings, "surroundings is null");
        Instant last = newest.map(EvaluationRecord::tick).orElse(Instant.EPOCH);
        SortedMap<String, Instant> delivered = new TreeMap<>(newest.map(EvaluationRecord::delivered).orElseGet(TreeMap::new));
        List<Lane> made = new ArrayList<>();
        for (Outlet outlet : outlets) {
            Instant cursor = Optional.ofNullable(delivered.remove(outlet.name())).orElse(last);
            made.add(new Lane(outlet, group, cursor, last, source, owned, surroundings));
        }
        this.lanes = List.copyOf(made);
        this.others = delivered;
    }

    List<Lane> lanes()
    {
        return lanes;
    }

    void stored(EvaluationRecord record, RuleGroup group)
    {
        lanes.forEach(lane -> lane.stored(record, group));
    }

    /**
     * Returns how far all channels are. A channel that only other evaluators know keeps its cursor for as long as a record is kept for it, so that evaluators can
     * be given new settings one after the other.
     */
    Progress progress()
    {
        Instant givenUp = surroundings.clock().instant().minus(Lane.GIVE_UP);
        SortedMap<String, Instant> delivered = new TreeMap<>();
        others.forEach((channel, cursor) -> {
            if (cursor.isAfter(givenUp)) {
                delivered.put(channel, cursor);
            }
        });
        List<Undelivered> missed = new ArrayList<>();
        lanes.forEach(lane -> lane.report(delivered, missed));
        return new Progress(delivered, missed);
    }

    /**
     * Returns since when the oldest record waits for each channel that could not be delivered to at the last attempt.
     */
    Map<String, Instant> waitingSince()
    {
        Map<String, Instant> waiting = new TreeMap<>();
        lanes.forEach(lane -> lane.waitingSince().ifPresent(since -> waiting.put(lane.channel(), since)));
        return waiting;
    }
}
