package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * How far the records of a group are delivered, for the next record of it.
 *
 * @param delivered for each channel, the last tick whose record it got, or will never get
 * @param undelivered those that will never get there and that no record has told yet
 */
public record Progress(SortedMap<String, Instant> delivered, List<Undelivered> undelivered)
{
    public Progress
    {
        delivered = ImmutableSortedMap.copyOf((Map<String, Instant>) delivered);
        undelivered = List.copyOf(undelivered);
    }
}
