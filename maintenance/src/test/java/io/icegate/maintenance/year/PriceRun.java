package io.icegate.maintenance.year;

import io.icegate.maintenance.upkeep.UpkeepSettings;
import io.icegate.maintenance.year.RequestLedger.Action;
import io.icegate.maintenance.year.RequestLedger.Counts;
import io.icegate.wal.engine.EngineWal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Some minutes of one table at the real pace: a heartbeat each 10 s, segments, commits, and a query each three seconds. Counts what each action asks of a store that does not fail.
 */
final class PriceRun
        implements AutoCloseable
{
    private static final String LOGS = "logs";
    private static final int SECONDS = 10; // of a round
    private static final int ROUNDS_PER_MINUTE = 6;
    private static final long SEED = 1;
    /**
     * One query a second is spread over three tables.
     */
    private static final int QUERY_SECONDS = 3;

    private final YearWarehouse year = new YearWarehouse(SEED, 0, true, EngineWal.Limits.DEFAULT);
    private final List<YearReceiver> receivers = new ArrayList<>();
    private final YearReader reader = new YearReader(year, year.warehouse);
    private final YearUpkeep upkeep;
    private final int segments;
    private int commitRounds;
    private long batches;
    private long seconds;
    private boolean committed; // since the last query

    /**
     * @param count of receivers; upkeep runs on the machine of the first
     * @param segments of each receiver in each round
     * @param commitInterval of the receivers
     */
    PriceRun(int count, int segments, Duration commitInterval, Path scratch)
    {
        this.segments = segments;
        this.commitRounds = (int) commitInterval.toSeconds() / SECONDS;
        Path copies = scratch.resolve("copies");
        this.upkeep = new YearUpkeep(year, scratch, UpkeepSettings.DEFAULT.withCopies(copies));
        for (int receiver = 0; receiver < count; receiver++) {
            YearReceiver started = new YearReceiver(year, new YearReceiver.Settings(List.of(LOGS), true, true, commitInterval, 0, receiver == 0 ? Optional.of(copies) : Optional.empty()));
            receivers.add(started);
            started.round(true, true);
        }
    }

    /**
     * From now on commits are so many rounds of 10 s apart.
     */
    void commitEach(int rounds)
    {
        commitRounds = rounds;
    }

    /**
     * Runs so many rounds of 10 s after so many that are not counted.
     */
    Map<Action, Counts> run(int before, int rounds, boolean withUpkeep)
    {
        rounds(before, withUpkeep);
        year.requests.takeDay();
        rounds(rounds, withUpkeep);
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
            committed |= commits;
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
     * The first query behind a commit is told apart.
     */
    private void seconds(boolean withQueries)
    {
        for (int second = 0; second < SECONDS; second++) {
            for (int segment = second * segments / SECONDS; segment < (second + 1) * segments / SECONDS; segment++) {
                receivers.forEach(this::append);
            }
            if (withQueries && seconds % QUERY_SECONDS == 0) {
                year.requests.count(committed ? Action.PLAN : Action.PLAN_AGAIN, () -> reader.plan(LOGS));
                committed = false;
            }
            seconds++;
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
