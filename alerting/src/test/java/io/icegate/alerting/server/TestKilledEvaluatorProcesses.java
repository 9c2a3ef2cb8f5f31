package io.icegate.alerting.server;

import com.google.common.collect.Sets;
import io.icegate.alerting.evaluate.EvaluatorMembership;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.server.Front.When;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.warehouse.Warehouses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two evaluators in processes of their own over one bucket. Each request that one makes is a step, and at each step it is killed, before the request has its effect
 * or before it hears the answer. The other goes on, and another process takes the place of the one that is gone.
 *
 * <p>By default a few of the steps, chosen by {@code -Dicegate.seed}; {@code -Plong} takes all.
 */
final class TestKilledEvaluatorProcesses
{
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final Rule RULE = new Rule(
            "Errors", Duration.ofMinutes(1), "SELECT service_name AS service, count(*) AS value FROM logs GROUP BY 1", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
    // ticks as close to each other as the store takes them; files of rules may not ask for that
    private static final RuleGroup GROUP = new RuleGroup(NAME, Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(10), Duration.ofMinutes(10), Optional.empty(), List.of(RULE));

    private static final long SEED = Long.getLong("icegate.seed", System.nanoTime());
    private static final int KILLS = Integer.getInteger("icegate.killed-evaluators", 1);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration TAKEN_OVER = Duration.ofSeconds(25);
    /**
     * What a machine that is busy with other tests may add.
     */
    private static final Duration MACHINE = Duration.ofSeconds(10);

    /**
     * Each evaluator takes these every five seconds.
     */
    private static final Set<String> SIGNS_OF_LIFE = Set.of("PUT evaluators", "LIST evaluators", "LIST rules");
    /**
     * The owner of a group takes these at a tick that has something to tell.
     */
    private static final Set<String> TICK = Set.of(
            "ask watermark", "ask late_rows", "ask rule", "PUT log", "PUT log that tells", "POST /v1/logs", "POST /hook", "POST /am/api/v2/alerts");
    /**
     * The next owner takes these beside those.
     */
    private static final Set<String> TAKEOVER = Set.of("LIST log", "GET log", "GET rules", "ask stored_events");

    private enum Role
    {
        OWNER,
        OTHER,
        /**
         * It takes over from an owner that was killed after it had stored a record, and told nobody.
         */
        SUCCESSOR,
    }

    private record Kill(Role role, String step, When when) {}

    private record Death(Front front, Instant time) {}

    private static final Kill UNTOLD = new Kill(Role.OWNER, "PUT log that tells", When.AFTER);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void testFault1KilledAtEveryStep()
            throws Exception
    {
        System.out.printf("killed evaluators: seed=%s%n", SEED);
        List<Kill> kills = new ArrayList<>(all());
        Collections.shuffle(kills, new Random(SEED));
        // at the same time, as most of it is waiting
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Kill> chosen = sample(kills);
            Future<Boolean> quick = threads.submit(() -> run("quick", chosen, false));
            // whatever the group had to tell first
            Future<Boolean> patient = threads.submit(() -> run("patient", List.of(UNTOLD), true));
            assertThat(quick.get()).isTrue();
            assertThat(patient.get()).isTrue();
        }
    }

    private static List<Kill> all()
    {
        List<Kill> all = new ArrayList<>();
        for (When when : When.values()) {
            Sets.union(TICK, SIGNS_OF_LIFE).forEach(step -> all.add(new Kill(Role.OWNER, step, when)));
            SIGNS_OF_LIFE.forEach(step -> all.add(new Kill(Role.OTHER, step, when)));
            TAKEOVER.forEach(step -> all.add(new Kill(Role.SUCCESSOR, step, when)));
        }
        all.sort((left, right) -> left.toString().compareTo(right.toString()));
        return all;
    }

    /**
     * One before its effect is there: the first of all is after it.
     */
    private static List<Kill> sample(List<Kill> kills)
    {
        List<Kill> sample = new ArrayList<>(kills);
        Collections.swap(sample, 0, sample.stream().filter(kill -> kill.when() == When.BEFORE).map(sample::indexOf).findFirst().orElseThrow());
        return List.copyOf(sample.subList(0, Math.min(KILLS, sample.size())));
    }

    /**
     * @param waits whether the sign of life of a process that is gone grows old, and the first thing that the group tells is not told by the one that found it; else
     *         signs of life are taken away, which looks the same to others
     */
    private boolean run(String name, List<Kill> kills, boolean waits)
            throws Exception
    {
        try (World world = new World(Files.createDirectory(folder.resolve(name)))) {
            world.start();
            if (!waits) {
                world.apply();
                await("something is told", () -> world.outside.told() >= 2);
                // finds the steps, and that there are no others
                Set<String> tick = world.stepsOfTick();
                assertThat(tick).isEqualTo(Sets.union(TICK, SIGNS_OF_LIFE));
                Front successor = world.kill(UNTOLD, false);
                assertThat(Sets.difference(world.stepsOfTakeover(successor), tick)).isEqualTo(TAKEOVER);
            }
            for (Kill kill : kills) {
                world.complete();
                world.kill(kill, waits);
            }
            assertChecked(world.history());
            System.out.printf(
                    "killed evaluators: %s, %s kills, %s records, %s events, %s messages, taken over within %s ms%n",
                    name,
                    world.dead.size(),
                    world.records.size(),
                    world.history().events().size(),
                    world.history().messages().size(),
                    world.longest.toMillis());
            return true;
        }
    }

    /**
     * The same with one thing wrong is seen.
     */
    private static void assertChecked(DeliveryHistory history)
    {
        assertThat(history.violations(GROUP)).isEmpty();
        List<EvaluationRecord> told = history.records().stream().filter(record -> !record.transitions().isEmpty()).toList();
        EvaluationRecord record = told.get(told.size() / 2);
        String id = record.transitions().getFirst().id();
        List<EvaluationRecord> gap = history.records().stream().filter(each -> each != record).toList();
        List<String> untold = history.events().stream().filter(event -> !event.endsWith(id)).toList();
        List<DeliveryHistory.Message> unheard = history.messages().stream().filter(message -> !message.transitions().contains(id)).toList();
        List<DeliveryHistory.Posted> unposted = history.posted().stream().filter(alert -> !alert.labels().equals(record.transitions().getFirst().alert().allLabels())).toList();
        DeliveryHistory.Message message = history.messages().getFirst();
        DeliveryHistory.Message renamed = new DeliveryHistory.Message("msg_other", message.transitions(), message.body());

        assertThat(new DeliveryHistory(history.stored(), gap, history.events(), history.messages(), history.posted()).violations(GROUP))
                .anyMatch(problem -> problem.startsWith("no record of tick"))
                .anyMatch(problem -> problem.startsWith("not the fold"))
                .anyMatch(problem -> problem.startsWith("announced without a record"));
        assertThat(new DeliveryHistory(repeated(history.stored()), history.records(), history.events(), history.messages(), history.posted()).violations(GROUP))
                .containsExactly("stored twice: " + history.stored().getFirst());
        assertThat(new DeliveryHistory(history.stored(), history.records(), repeated(history.events()), history.messages(), history.posted()).violations(GROUP))
                .containsExactly("announced twice: " + history.events().getFirst());
        assertThat(new DeliveryHistory(history.stored(), history.records(), untold, history.messages(), history.posted()).undelivered()).contains("not announced: " + id);
        assertThat(new DeliveryHistory(history.stored(), history.records(), history.events(), unheard, history.posted()).undelivered()).contains("not told to the webhook: " + id);
        assertThat(new DeliveryHistory(history.stored(), history.records(), history.events(), history.messages(), unposted).undelivered()).contains("not told to Alertmanager: " + id);
        List<DeliveryHistory.Message> twice = new ArrayList<>(history.messages());
        twice.add(renamed);
        assertThat(new DeliveryHistory(history.stored(), history.records(), history.events(), twice, history.posted()).violations(GROUP)).anyMatch(problem -> problem.startsWith("told with two webhook-ids"));
    }

    private static List<String> repeated(List<String> values)
    {
        List<String> repeated = new ArrayList<>(values);
        repeated.add(values.getFirst());
        return repeated;
    }

    private static void await(String what, BooleanSupplier condition)
            throws InterruptedException
    {
        Instant limit = Instant.now().plus(LIMIT);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(limit);
            Thread.sleep(50);
        }
    }

    private static final class World
            implements AutoCloseable,
                       Front.Trap
    {
        private final Path folder;
        private final StrictS3Server s3 = StrictS3Server.start();
        private final Outside outside = new Outside();
        private final Warehouse warehouse = Warehouses.open("s3://lake/wh", s3.properties());
        private final EvaluationLog log = new EvaluationLog(warehouse.store(), InstantSource.system(), RetryPolicy.of(RetryPolicy.Waiting.system()));
        private final List<EvaluationRecord> records = new ArrayList<>();
        private final List<Front> fronts = new ArrayList<>();
        private final Set<String> dead = new HashSet<>();
        private Duration longest = Duration.ZERO;
        // guarded by this
        private final List<Kill> armed = new ArrayList<>();
        // guarded by this
        private final List<Death> deaths = new ArrayList<>();
        // guarded by this
        private final Map<Front, Set<String>> steps = new HashMap<>();
        // guarded by this
        private Optional<Front> owner = Optional.empty();

        private World(Path folder)
                throws IOException
        {
            this.folder = folder;
            Files.writeString(folder.resolve("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
        }

        private void start()
                throws Exception
        {
            launch();
            launch();
            awaitPair();
        }

        /**
         * Writes the rules, if nobody has.
         */
        private void apply()
                throws IOException
        {
            RuleStore rules = new RuleStore(warehouse.store(), RetryPolicy.Waiting.system());
            if (rules.newest(NAME).isEmpty()) {
                rules.write(NAME, 0, Optional.of(GROUP), Instant.now(), "test", RuleStore.API_SOURCE, rules.id());
            }
        }

        /**
         * Another process takes the place of one that was killed.
         */
        private void complete()
                throws Exception
        {
            if (living().size() < 2) {
                launch();
            }
            awaitPair();
        }

        private Front launch()
                throws IOException
        {
            Front front = new Front(s3.endpoint(), outside, this);
            fronts.add(front);
            String address = front.uri().toString();
            Path channels = Files.writeString(
                    Files.createTempFile(folder, "channels", ".yaml"),
                    """
                    channels:
                      - {name: am, alertmanager: ["%s/am"]}
                      - {name: hook, webhook: "%s/hook", secret_files: [secret], allow_private: true}
                    """.formatted(address, address));
            Map<String, String> config = new HashMap<>(s3.properties());
            config.putAll(Map.of(
                    "s3.endpoint", address,
                    "icegate.warehouse", "s3://lake/wh",
                    "icegate.alerting.http-port", "0",
                    "icegate.alerting.trino.url", address,
                    "icegate.alerting.events.endpoint", address,
                    "icegate.alerting.channels-file", channels.toString(),
                    "icegate.alerting.alertmanager.resend", "1s",
                    "icegate.alerting.built-in-rules", "false"));
            front.launched(EvaluatorProcess.launch(folder, config));
            return front;
        }

        private List<Front> living()
        {
            return fronts.stream().filter(front -> front.process().isAlive()).toList();
        }

        /**
         * There are two, and each knows the other.
         */
        private void awaitPair()
                throws InterruptedException
        {
            for (Front front : living()) {
                front.process().awaitReady();
            }
            await("two know each other", () -> {
                List<String> ids = living().stream().flatMap(front -> front.self().stream()).toList();
                return ids.size() == 2 && living().stream().allMatch(front -> front.known().containsAll(ids));
            });
        }

        private Front awaitOwner()
                throws InterruptedException
        {
            Instant since = Instant.now();
            await("one of two owns the group", () -> {
                List<String> last = records().stream().filter(record -> record.recordedAt().isAfter(since)).map(EvaluationRecord::evaluator).toList();
                return last.size() >= 3 && last.subList(last.size() - 3, last.size()).stream().distinct().count() == 1;
            });
            String id = records().getLast().evaluator();
            return living().stream().filter(front -> front.self().equals(Optional.of(id))).findFirst().orElseThrow();
        }

        private Set<String> stepsOfTick()
                throws InterruptedException
        {
            awaitOwner();
            synchronized (this) {
                steps.clear();
            }
            int told = outside.told();
            Instant since = Instant.now();
            // two signs of life and two alerts later
            await("a tick that tells", () -> outside.told() > told + 1 && Instant.now().isAfter(since.plus(EvaluatorMembership.BEAT).plusSeconds(1)));
            Front front = awaitOwner();
            synchronized (this) {
                return Set.copyOf(steps.getOrDefault(front, Set.of()));
            }
        }

        private synchronized Set<String> stepsOfTakeover(Front successor)
        {
            return Set.copyOf(steps.getOrDefault(successor, Set.of()));
        }

        @Override
        public synchronized Optional<When> springs(Front front, String step)
        {
            steps.computeIfAbsent(front, _ -> new LinkedHashSet<>()).add(step);
            if (armed.isEmpty() || !armed.getFirst().step().equals(step)) {
                return Optional.empty();
            }
            Kill kill = armed.getFirst();
            boolean owns = owner.equals(Optional.of(front));
            boolean meant = switch (kill.role()) {
                case OWNER -> owns || owner.isEmpty();
                case OTHER -> !owns;
                case SUCCESSOR -> deaths.stream().noneMatch(death -> death.front() == front);
            };
            if (!meant) {
                return Optional.empty();
            }
            armed.removeFirst();
            return Optional.of(kill.when());
        }

        @Override
        public synchronized void killed(Front front, Instant time)
        {
            deaths.add(new Death(front, time));
        }

        private synchronized Optional<Death> death(int number)
        {
            return deaths.size() > number ? Optional.of(deaths.get(number)) : Optional.empty();
        }

        /**
         * @return the one that has taken over
         */
        private Front kill(Kill kill, boolean waits)
                throws Exception
        {
            // before the first rule nobody owns the group; later two may for a moment, and only one of them stores the record that tells
            Optional<Front> owns = waits ? Optional.empty() : Optional.of(awaitOwner());
            synchronized (this) {
                owner = owns;
                deaths.clear();
                steps.clear();
                if (kill.role() == Role.SUCCESSOR) {
                    armed.add(UNTOLD);
                }
                armed.add(kill);
            }
            apply();
            Death last = awaitDeath(kill, 0, waits);
            if (kill.role() == Role.SUCCESSOR) {
                launch();
                last = awaitDeath(kill, 1, waits);
            }
            Instant time = last.time();
            await("another goes on after " + kill, () -> records().stream().anyMatch(record -> goesOn(record, time)));
            EvaluationRecord first = records().stream().filter(record -> goesOn(record, time)).findFirst().orElseThrow();
            Duration took = Duration.between(time, first.recordedAt());
            assertThat(took).as("%s", kill).isLessThan(TAKEN_OVER.plus(MACHINE));
            longest = took.compareTo(longest) > 0 ? took : longest;
            Front successor = living().stream().filter(front -> front.self().equals(Optional.of(first.evaluator()))).findFirst().orElseThrow();
            assertDelivered(kill);
            return successor;
        }

        private boolean goesOn(EvaluationRecord record, Instant time)
        {
            return record.recordedAt().isAfter(time) && !dead.contains(record.evaluator());
        }

        private Death awaitDeath(Kill kill, int number, boolean waits)
                throws InterruptedException
        {
            await("one is killed: " + kill, () -> death(number).isPresent());
            Death death = death(number).orElseThrow();
            String id = death.front().self().orElseThrow();
            dead.add(id);
            if (!waits) {
                s3.remove("lake", "wh/_alerts/v1/evaluators/%s.alive".formatted(id));
            }
            return death;
        }

        /**
         * All that was to be told up to now.
         */
        private void assertDelivered(Kill kill)
                throws InterruptedException
        {
            Instant now = Instant.now();
            await("ticks are caught up with after " + kill, () -> !records().isEmpty() && records().getLast().tick().isAfter(now));
            List<EvaluationRecord> until = records().stream().filter(record -> !record.tick().isAfter(now)).toList();
            Instant limit = Instant.now().plus(LIMIT);
            List<String> undelivered = outside.history(until).undelivered();
            while (!undelivered.isEmpty() && Instant.now().isBefore(limit)) {
                Thread.sleep(100);
                undelivered = outside.history(until).undelivered();
            }
            assertThat(undelivered).as("after %s", kill).isEmpty();
            assertThat(history().violations(GROUP)).as("after %s", kill).isEmpty();
        }

        private List<EvaluationRecord> records()
        {
            Instant last = records.isEmpty() ? Instant.EPOCH : records.getLast().tick();
            records.addAll(log.after(NAME, last, 1_000));
            return records;
        }

        /**
         * What was stored and told, in this order: no record is told that is not among them.
         */
        private DeliveryHistory history()
        {
            DeliveryHistory told = outside.history(List.of());
            return new DeliveryHistory(told.stored(), List.copyOf(records()), told.events(), told.messages(), told.posted());
        }

        @Override
        public void close()
                throws Exception
        {
            for (Front front : fronts) {
                front.close();
            }
            warehouse.store().close();
            s3.close();
        }
    }
}
