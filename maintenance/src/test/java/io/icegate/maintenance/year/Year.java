package io.icegate.maintenance.year;

import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.year.RequestLedger.Action;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.table.TableTtl;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * The schedule: what receivers, clients, queries and upkeep do, day by day, on one thread.
 *
 * <p>A day has {@value #STEPS} steps of two hours. In each, all receivers beat, three of them write a segment of one small
 * batch, a query is planned twice, each receiver has a round in which the one whose turn it is commits, that one collects, and
 * upkeep has a round. Real receivers do that each 10 s, so a day here has a 720th of the commits of a real one, and fewer
 * segments still. What one action costs does not depend on that: a commit takes in what waits, a plan lists writers, and what
 * lives for a time by the clock (writers, segments of snapshots, batch ids, records) is only thinner. The numbers that do
 * depend on it, of snapshots and of records, are bounded by count or by time, and a flat curve stays flat at any density.
 */
final class Year
        implements AutoCloseable
{
    static final int STEPS = 12;
    private static final Logger log = LoggerFactory.getLogger(Year.class);
    private static final Duration STEP = Duration.ofHours(2);
    private static final Duration IDLE = Duration.ofMinutes(4);
    private static final String LOGS = "logs";
    private static final int APPENDS = 3;
    private static final int ATTEMPTS_MAX = 20;
    private static final int RETENTION_DAYS = 3;
    private static final int DAYS_A_WEEK = 7;
    private static final int SIDE_EVERY = 6;
    private static final int UPKEEP_EVERY = 4;
    private static final int LOOK_EVERY = 2;
    private static final int LATE_EVERY = 6;
    private static final int COLLECTIONS = 3;

    private final YearWarehouse year;
    private final Plan plan;
    private final List<YearReceiver> receivers = new ArrayList<>();
    private final YearReader reader;
    private final YearReader oracle;
    private final YearUpkeep upkeep;
    private final RowLedger rows = new RowLedger();
    private final Curves curves = new Curves();
    private final List<String> violations = new ArrayList<>();
    private final List<String> tables = new ArrayList<>(List.of(LOGS, "audit", "orders", "events"));
    private long batches;

    /**
     * What is run, and what a negative control leaves out.
     */
    record Plan(int receivers, int days, long seed, double failures, boolean collects, boolean leases, boolean seals, boolean expires, boolean indexes)
    {
        static Plan of(int receivers, int days)
        {
            return new Plan(receivers, days, Integer.getInteger("icegate.year.seed", 1), 0.01, true, true, true, true, true);
        }

        Plan withoutFailures()
        {
            return new Plan(receivers, days, seed, 0, collects, leases, seals, expires, indexes);
        }

        Plan withoutCollection()
        {
            return new Plan(receivers, days, seed, failures, false, leases, seals, expires, indexes);
        }

        Plan withoutLeases()
        {
            return new Plan(receivers, days, seed, failures, collects, false, seals, expires, indexes);
        }

        /**
         * Silent writers hold the horizon of the batch window for ever.
         */
        Plan withoutSeals()
        {
            return new Plan(receivers, days, seed, failures, collects, leases, false, expires, indexes);
        }

        Plan withoutExpiration()
        {
            return new Plan(receivers, days, seed, failures, collects, leases, seals, false, indexes);
        }

        /**
         * Nobody knows what is committed.
         */
        Plan withoutIndexes()
        {
            return new Plan(receivers, days, seed, failures, collects, leases, seals, expires, false);
        }
    }

    Year(Plan plan, Path scratch)
    {
        this.plan = plan;
        this.year = new YearWarehouse(plan.seed(), plan.failures(), plan.indexes());
        this.reader = new YearReader(year, year.warehouse);
        this.oracle = new YearReader(year, year.truth);
        this.upkeep = new YearUpkeep(year, scratch);
    }

    Curves curves()
    {
        return curves;
    }

    /**
     * What was wrong with rows, at the ends of weeks.
     */
    List<String> violations()
    {
        return violations;
    }

    void run()
            throws IOException
    {
        for (int receiver = 0; receiver < plan.receivers(); receiver++) {
            start(receiver);
        }
        keep(LOGS);
        // the others get a segment a day, so it takes them months until they have the snapshots that are kept
        TableMetadata logs = oracle.metadata(LOGS).orElseThrow();
        year.requests.ignore(key -> DaySample.isOfOthers(key, logs));
        for (int day = 0; day < plan.days(); day++) {
            DaySample sample = new DaySample();
            for (int step = 0; step < STEPS; step++) {
                idle(YearClock.START.plus(Duration.ofDays(day)).plus(STEP.multipliedBy(step)));
                receivers.forEach(YearReceiver::drift);
                receivers.forEach(YearReceiver::beat);
                events(day, step);
                step(day, step);
                if (step % LOOK_EVERY == LOOK_EVERY / 2) {
                    sample.look(year.memory, oracle.metadata(LOGS).orElseThrow());
                    sample.add("manifests", oracle.manifests(LOGS));
                }
            }
            sample.add(year.requests.takeDay());
            if ((day + 1) % DAYS_A_WEEK == 0 || day + 1 == plan.days()) {
                verify(day);
            }
            if ((day + 1) % DAYS_A_WEEK == 0) {
                sample.add(DaySample.HEAP, heap() - sample.stored());
            }
            curves.add(sample);
        }
    }

    /**
     * Lets time pass. Processes look at the catalog meanwhile, else each would read it from its checkpoint on.
     */
    private void idle(Instant until)
    {
        while (year.clock.instant().isBefore(until)) {
            Instant next = year.clock.instant().plus(IDLE);
            year.clock.advanceTo(next.isBefore(until) ? next : until);
            year.requests.count(Action.IDLE, () -> {
                receivers.forEach(YearReceiver::look);
                reader.catalog().state();
                oracle.catalog().state();
                upkeep.look();
            });
        }
    }

    /**
     * Bytes that live. One collection is not enough: what it finds unreachable may be queued, and let go of more.
     */
    private static double heap()
    {
        Runtime runtime = Runtime.getRuntime();
        double least = Double.MAX_VALUE;
        for (int collection = 0; collection < COLLECTIONS; collection++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private void step(int day, int step)
    {
        int first = (day * STEPS + step) * APPENDS;
        YearRows sent = next();
        send(LOGS, sent, first % receivers.size());
        for (int append = 1; append < Math.min(APPENDS, receivers.size()); append++) {
            send(LOGS, next(), (first + append) % receivers.size());
        }
        if (step % STEPS == STEPS / 2) {
            tables.stream().filter(name -> !name.equals(LOGS)).forEach(name -> send(name, next(), 0));
        }
        year.requests.count(Action.PLAN, () -> reader.plan(LOGS));
        year.requests.count(Action.PLAN_AGAIN, () -> reader.plan(LOGS));
        for (int receiver = 0; receiver < receivers.size(); receiver++) {
            YearReceiver current = receivers.get((step + receiver) % receivers.size());
            current.round(step % SIDE_EVERY == 0);
            if (plan.collects()) {
                // of one table, as it differs with the number of tables
                year.requests.count(step % SIDE_EVERY == 0 ? Action.OTHER : Action.COLLECT, current::collect);
            }
        }
        if (step % LATE_EVERY == LATE_EVERY / 2) {
            // a client without an answer sends again for minutes, and a commit has taken the first copy meanwhile
            accept(LOGS, sent, (first + 1) % receivers.size());
        }
        if (step % UPKEEP_EVERY == 0) {
            year.requests.count(Action.UPKEEP, upkeep::round);
        }
        for (UpkeepAction action : upkeep.takeActions()) {
            log.debug("day {} step {}: {}", day, step, action.text());
        }
    }

    /**
     * What happens seldom.
     */
    private void events(int day, int step)
            throws IOException
    {
        for (int receiver = 0; receiver < receivers.size(); receiver++) {
            boolean due = step == (receiver * STEPS / receivers.size() + 5) % STEPS;
            boolean crashes = day == 5 && receiver == 0;
            if (due || crashes) {
                restart(receiver, !crashes && (day + receiver) % 2 == 0);
            }
        }
        int morning = STEPS / 3;
        if (step == morning && day == 1) {
            repeat(() -> upkeep.drop("audit"), () -> uuid("audit").isEmpty());
        }
        if (step == morning && day == 2) {
            repeat(() -> upkeep.rename("orders", "orders_2024"), () -> uuid("orders_2024").isPresent());
            tables.add("orders_2024");
        }
        if (step == morning && day == 3) {
            repeat(() -> upkeep.swap("events", "events_2024"), () -> uuid("events_2024").isPresent() && uuid("events").isPresent());
            tables.add("events_2024");
        }
        if (step == morning && day == 4) {
            corrupt(receivers.size() - 1);
        }
    }

    private List<String> present()
    {
        return tables.stream().filter(name -> uuid(name).isPresent()).toList();
    }

    private Optional<UUID> uuid(String name)
    {
        return oracle.catalog().state().object(TableIdentifier.of(YearReceiver.NAMESPACE, name)).map(object -> object.uuid());
    }

    /**
     * Repeats what a failing store spoiled, as an operator does.
     */
    private void repeat(Runnable action, BooleanSupplier done)
    {
        for (int attempt = 0; attempt < ATTEMPTS_MAX && !done.getAsBoolean(); attempt++) {
            year.requests.count(Action.OTHER, action);
        }
        if (!done.getAsBoolean()) {
            throw new IllegalStateException("Cannot go on: an event of the schedule failed %s times".formatted(ATTEMPTS_MAX));
        }
    }

    /**
     * Says how long rows, and for a negative control snapshots, are kept.
     */
    private void keep(String name)
    {
        Map<String, String> properties = new HashMap<>(Map.of(TableTtl.PROPERTY, RETENTION_DAYS + "d"));
        if (!plan.expires()) {
            properties.put(TableProperties.MAX_SNAPSHOT_AGE_MS, Long.toString(Duration.ofDays(1_000).toMillis()));
        }
        boolean[] done = {false};
        repeat(() -> {
            upkeep.set(name, properties);
            done[0] = true;
        }, () -> done[0]);
    }

    private void start(int receiver)
    {
        List<String> written = receiver < 2 ? List.of(LOGS, "audit", "orders", "events") : List.of(LOGS);
        YearReceiver started = new YearReceiver(year, new YearReceiver.Settings(written, plan.leases(), plan.seals()));
        if (receiver == receivers.size()) {
            receivers.add(started);
        }
        else {
            receivers.set(receiver, started);
        }
        started.round(true);
    }

    private void restart(int receiver, boolean gracefully)
            throws IOException
    {
        YearReceiver old = receivers.get(receiver);
        if (gracefully) {
            old.stop();
        }
        else {
            // its last request is stored and not acknowledged, so the client sends it to another one
            YearRows last = next();
            old.append(LOGS, last).ifPresent(segment -> rows.unknown(segment.table(), last.bodies(), day()));
            accept(LOGS, last, (receiver + 1) % receivers.size());
        }
        old.close();
        start(receiver);
    }

    /**
     * Destroys the last segment of a receiver that dies right after it.
     */
    private void corrupt(int receiver)
            throws IOException
    {
        Optional<SegmentKey> last = receivers.get(receiver).append(LOGS, next());
        last.ifPresent(segment -> year.memory.put(segment.objectKey(), "no segment".getBytes(StandardCharsets.UTF_8)));
        receivers.get(receiver).close();
        start(receiver);
    }

    private YearRows next()
    {
        return YearRows.of(batches++, 2, year.clock.instant());
    }

    private int day()
    {
        return year.clock.day();
    }

    private void send(String table, YearRows batch, int receiver)
    {
        accept(table, batch, receiver);
        if (receivers.size() > 1 && year.random.nextInt(20) == 0) {
            // the acknowledgement got lost
            accept(table, batch, (receiver + 1) % receivers.size());
        }
    }

    private void accept(String table, YearRows batch, int receiver)
    {
        List<SegmentKey> stored = new ArrayList<>();
        year.requests.count(Action.APPEND, () -> receivers.get(receiver).append(table, batch).ifPresent(stored::add));
        stored.forEach(segment -> rows.accepted(segment.table(), batch.bodies(), day()));
    }

    private void verify(int day)
    {
        for (String name : present()) {
            YearReader.Plan seen = oracle.plan(name).orElseThrow();
            if (name.equals(LOGS)) {
                // a file goes when its last row is due, and upkeep comes by within a day
                rows.due(seen.table(), day + 1 - RETENTION_DAYS, day - RETENTION_DAYS - 2);
            }
            rows.violations(seen.table(), oracle.rows(seen)).forEach(violation -> violations.add("day %s, %s: %s".formatted(day + 1, name, violation)));
            log.info("day {} {}: {} rows are exact, {} files, {} segments wait", day + 1, name, rows.count(seen.table()), seen.committed().size(), seen.live().size());
        }
    }

    @Override
    public void close()
            throws IOException
    {
        for (YearReceiver receiver : receivers) {
            receiver.close();
        }
        reader.close();
        oracle.close();
        upkeep.close();
    }
}
