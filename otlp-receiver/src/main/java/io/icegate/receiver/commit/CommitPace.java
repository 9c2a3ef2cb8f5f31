package io.icegate.receiver.commit;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * How often a table is committed. Each commit leaves a metadata file that lists all snapshots of the last hours, and the catalog
 * keeps it for as long as it can tell old states: a table that gets a record each second, committed as often as one under load,
 * would be gigabytes of metadata in a week.
 *
 * @param interval between two commits, to the nearest round
 * @param longest between two commits while less than {@link #SEGMENTS_FEW} segments wait, all of one receiver
 */
public record CommitPace(Duration interval, Duration longest)
{
    /**
     * Fewer cost queries little, and maintenance would not merge them yet.
     */
    static final int SEGMENTS_FEW = 32;

    public CommitPace
    {
        requireNonNull(interval, "interval is null");
        if (longest.compareTo(interval) < 0) {
            throw new IllegalArgumentException("Cannot commit after %s at the latest, and not before %s".formatted(longest, interval));
        }
    }

    public static CommitPace each(Duration interval)
    {
        return new CommitPace(interval, interval);
    }

    /**
     * True when a round has to commit.
     *
     * @param since the start of the last round that did
     * @param few whether few segments wait
     */
    boolean isDue(Duration since, boolean few)
    {
        return isOver(interval, since) && (!few || isOver(longest, since));
    }

    private static boolean isOver(Duration time, Duration since)
    {
        return time.compareTo(CommitLoop.LOOK_INTERVAL) <= 0 || since.compareTo(time.minus(CommitLoop.LOOK_INTERVAL.dividedBy(2))) >= 0;
    }
}
