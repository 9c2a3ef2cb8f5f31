package io.icegate.catalog.log;

import io.icegate.catalog.log.RecordWriter.Contention;
import io.icegate.catalog.state.CatalogRecord;

import java.time.Duration;

/**
 * Finds this process its turn among those that commit to one log. Nothing but waiting depends on it. For one thread.
 *
 * <p>Who missed more records of others goes first, so that each process commits after about as many records as there are
 * processes. Two have their turn together, where enough of them commit: one takes the next slot, the other the one behind.
 * The next two wait a tenth of a round trip, and offer nothing when the slot is taken meanwhile. Who lost again and again goes
 * further ahead: it meets a process that does not know of it and takes every slot as soon as it is free. What cannot go
 * ahead announces itself there, and who sees that lets a round trip pass.
 */
final class Turns
{
    static final int YIELD_WINS = 8;
    /**
     * So many processes have their turn at the same time, one slot behind the other, where enough of them commit that all of these
     * slots are wanted.
     */
    private static final int SLOTS_PER_TURN = 2;
    private static final int MANY_OTHERS = 3;
    private static final int OTHERS_MAX = 16;
    private static final int TURNS_PER_ROUND_TRIP = 10;
    /**
     * A slower one, as of a store that did not answer for a while, makes nobody wait longer.
     */
    private static final Duration ROUND_TRIP_MAX = Duration.ofMillis(100);

    private int winsInRow;
    private int lossesInRow;
    private long lastVersion;
    private long announcedVersion;
    private Duration roundTrip = Duration.ZERO;

    /**
     * @param behind how many slots behind the next one to offer a record, if it can go ahead
     * @param announces whether one that cannot should be announced there
     */
    record Turn(int behind, boolean announces, Contention contention) {}

    /**
     * @param knownVersion of the newest state that is known
     * @param others how many other processes committed not long ago
     * @param wasAnnounced whether one of them announced itself since the last turn
     */
    Turn next(long knownVersion, int others, boolean wasAnnounced)
    {
        if (others == 0) {
            return new Turn(0, false, Contention.NONE);
        }
        int counted = Math.min(others, OTHERS_MAX);
        // the first loss may only mean that this process had not looked for a while
        int races = Math.max(0, lossesInRow - 1);
        long position = counted - Math.min(knownVersion - lastVersion, counted + 2L * races);
        boolean together = races > 0 || counted >= MANY_OTHERS;
        int behind = position < 0
                ? (int) Math.min(CatalogRecord.AHEAD_MAX, (1 - position) / 2)
                : together ? (int) (position % SLOTS_PER_TURN) : 0;
        long turns = Math.max(0, position) / (together ? SLOTS_PER_TURN : 1);
        Duration turn = usualRoundTrip().multipliedBy(turns).dividedBy(TURNS_PER_ROUND_TRIP);
        boolean givesWay = wasAnnounced && lossesInRow == 0;
        return new Turn(
                behind,
                behind > 0 && races > 0 && announcedVersion <= knownVersion,
                new Contention(true, givesWay ? turn.plus(usualRoundTrip()) : turn, Math.min(lossesInRow, CatalogTail.CATCH_UP_COUNT)));
    }

    /**
     * Somebody wants to commit, and nobody did before: losses of earlier ones, which may have found in the end that there was
     * nothing to commit, do not count.
     */
    void begin()
    {
        lossesInRow = 0;
    }

    /**
     * A record was announced; no other one is before it is known.
     */
    void announced(long version)
    {
        announcedVersion = version;
    }

    /**
     * @param placing how long it took to put the record into its slot
     * @return whether to let others commit, if there are any, after many wins in a row
     */
    boolean won(long version, Duration placing)
    {
        lastVersion = version;
        roundTrip = placing;
        lossesInRow = 0;
        winsInRow = (winsInRow + 1) % YIELD_WINS;
        return winsInRow == 0;
    }

    void lost()
    {
        winsInRow = 0;
        lossesInRow++;
    }

    /**
     * What putting a record into its slot took the last time.
     */
    Duration usualRoundTrip()
    {
        return roundTrip.compareTo(ROUND_TRIP_MAX) < 0 ? roundTrip : ROUND_TRIP_MAX;
    }
}
