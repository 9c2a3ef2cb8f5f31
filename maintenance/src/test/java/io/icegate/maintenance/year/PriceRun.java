package io.icegate.maintenance.year;

import io.icegate.maintenance.year.RequestLedger.Action;
import io.icegate.maintenance.year.RequestLedger.Counts;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Some minutes of one table at the real pace: a heartbeat each 10 s, commits, and a query each second. Counts what each action asks of a store that does not fail.
 */
final class PriceRun
        implements AutoCloseable
{
    private static final String LOGS = "logs";
    private static final int SECONDS = 10; // of a round
    private static final int ROUNDS_PER_MINUTE = 6;
    private static final long SEED = 1;

    private final YearWarehouse year = new YearWarehouse(SEED, 0, true);
    private final List<YearReceiver> receivers = new ArrayList<>();
    private final YearReader reader = new YearReader(year, year.warehouse);
    private final YearUpkeep upkeep;
    private final int segments;
    private int commitRounds = 1;
    private long batches;

    /**
     * @param count of receivers
     * @param segments of each receiver in each round, at most 10
     */
    PriceRun(int count, int segments, Path scratch)
    {
        this.segments = segments;
        this.upkeep = new YearUpkeep(year, scratch);
        for (int receiver = 0; receiver < count; receiver++) {
            YearReceiver started = new YearReceiver(year, new YearReceiver.Settings(List.of(LOGS), true, true));
            receivers.add(started);
            started.round(true, true);
        }
    }

    /**
     * From now on commits are so many rounds of 10 s apart, 1 at first.
     */
    void commitEach(int rounds)
    {
        commitRounds = rounds;
    }

    /**
     * Runs so many minutes after so many that are not counted.
     */
    Map<Action, Counts> run(int before, int minutes, boolean withUpkeep)
    {
        rounds(before * ROUNDS_PER_MINUTE, withUpkeep);
        year.requests.takeDay();
        rounds(minutes * ROUNDS_PER_MINUTE, withUpkeep);
        return new EnumMap<>(year.requests.takeDay());
    }

    /**
     * Lets snapshots become so old that they are due.
     */
    void age()
    {
        Duration pause = Duration.ofMinutes(1);
        for (Duration passed = Duration.ZERO; passed.compareTo(Duration.ofHours(3)) < 0; passed = passed.plus(pause)) {
            year.clock.advance(pause);
            receivers.forEach(YearReceiver::beat);
            receivers.forEach(YearReceiver::look);
            reader.catalog().state();
            upkeep.look();
        }
    }

    private void rounds(int count, boolean withUpkeep)
    {
        for (int round = 0; round < count; round++) {
            receivers.forEach(YearReceiver::beat);
            boolean commits = round % commitRounds == 0;
            receivers.forEach(receiver -> receiver.round(true, commits));
            if (withUpkeep && round % ROUNDS_PER_MINUTE == 0) {
                upkeep.look();
                year.requests.count(Action.UPKEEP, upkeep::round);
            }
            if (round % ROUNDS_PER_MINUTE == 0) {
                receivers.forEach(receiver -> year.requests.count(Action.COLLECT, receiver::collect));
            }
            seconds(!withUpkeep);
        }
    }

    /**
     * A query each second, the first of which comes right after a commit. Some find new segments and some do not.
     */
    private void seconds(boolean withQueries)
    {
        for (int second = 0; second < SECONDS; second++) {
            if (second * segments % SECONDS < segments) {
                receivers.forEach(this::append);
            }
            if (withQueries) {
                year.requests.count(second == 0 ? Action.PLAN : Action.PLAN_AGAIN, () -> reader.plan(LOGS));
            }
            year.clock.advance(Duration.ofSeconds(1));
        }
    }

    private void append(YearReceiver receiver)
    {
        YearRows rows = YearRows.of(batches++, 1, year.clock.instant());
        year.requests.count(Action.APPEND, () -> receiver.append(LOGS, rows));
    }

    @Override
    public void close()
            throws IOException
    {
        for (YearReceiver receiver : receivers) {
            receiver.close();
        }
        reader.close();
        upkeep.close();
    }
}
