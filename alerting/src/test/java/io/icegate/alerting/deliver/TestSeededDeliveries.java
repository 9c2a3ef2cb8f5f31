package io.icegate.alerting.deliver;

import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;
import io.icegate.alerting.state.Transition;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;

import static io.icegate.alerting.deliver.Records.GROUP;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Evaluators that die at every step, come back, or go on without owning the group, with channels that fail, refuse and lose their answers, over hours in which the
 * receiver forgets what it got. In virtual time, by one thread.
 */
final class TestSeededDeliveries
{
    private static final int SEEDS = 100;
    private static final int ACTIONS = 250;
    private static final Logger LANE_LOG = Logger.getLogger(Lane.class.getName());
    private static final Logger WEBHOOK_LOG = Logger.getLogger(WebhookOutbox.class.getName());

    @Test
    void testEachTransitionOnceAsEventAndAtLeastOnceToEachWebhook()
    {
        quiet(() -> {
            int given = 0;
            int lookups = 0;
            int restarts = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                World world = new World(seed, false);
                world.run();
                assertThat(world.problems()).describedAs("seed %s", seed).isEmpty();
                given += world.undelivered().size();
                lookups += world.receiver.lookups();
                restarts += world.restarts;
            }
            // the dangers were met
            assertThat(given).isGreaterThan(SEEDS / 4);
            assertThat(lookups).isGreaterThan(SEEDS);
            assertThat(restarts).isGreaterThan(SEEDS);
        });
    }

    /**
     * An evaluator whose records say delivered before it is true loses transitions when it dies, and this test sees it.
     */
    @Test
    void testCursorBeforeDeliveryIsFound()
    {
        quiet(() -> assertThat(IntStream.range(0, 40).filter(seed -> {
            World world = new World(seed, true);
            world.run();
            return !world.problems().isEmpty();
        }).count()).isGreaterThan(20));
    }

    private static void quiet(Runnable test)
    {
        LANE_LOG.setLevel(Level.OFF);
        WEBHOOK_LOG.setLevel(Level.OFF);
        try {
            test.run();
        }
        finally {
            LANE_LOG.setLevel(null);
            WEBHOOK_LOG.setLevel(null);
        }
    }

    /**
     * The end of a process in the middle of a request.
     */
    private static final class Killed
            extends RuntimeException
    {
        private Killed()
        {
            super("Killed");
        }
    }

    private static final class World
    {
        private final Random random;
        private final boolean blind;
        private final List<EvaluationRecord> records = new ArrayList<>();
        private final List<Process> processes = new ArrayList<>();
        private final SortedMap<String, List<String>> received = new TreeMap<>(Map.of("ops", new ArrayList<>(), "pager", new ArrayList<>()));
        private final Set<String> refused = new HashSet<>();
        private final FakeReceiver receiver;
        private Instant now = Records.tick(0);
        private int ticks;
        private int started;
        private int restarts;
        private boolean healed;

        private World(long seed, boolean blind)
        {
            this.random = new Random(seed);
            this.blind = blind;
            this.receiver = new FakeReceiver(() -> now);
        }

        private final class Process
        {
            private final String evaluator = "evaluator-" + started++;
            private final Map<Lane, Instant> due = new IdentityHashMap<>();
            private final GroupDeliveries deliveries;
            private boolean owner = true;

            private Process()
            {
                List<Outlet> outlets = List.of(
                        new EventSender(
                                new EventSender.Settings(URI.create("http://receiver/v1/logs"), "X-Scope-OrgID", Map::of),
                                (uri, headers, body) -> faulty(() -> receiver.post(uri, headers, body)),
                                (tenant, from, to, ids) -> {
                                    if (fails()) {
                                        throw new IOException("Trino is away");
                                    }
                                    return receiver.among(tenant, from, to, ids);
                                }),
                        webhook("ops"),
                        webhook("pager"));
                deliveries = new GroupDeliveries(
                        outlets,
                        GROUP,
                        records.isEmpty() ? Optional.empty() : Optional.of(records.getLast()),
                        (tick, countMax) -> {
                            if (fails()) {
                                throw new IOException("The store is away");
                            }
                            return records.stream().filter(record -> record.tick().isAfter(tick)).limit(countMax).toList();
                        },
                        // it may be wrong for a while after the group is lost
                        () -> owner || random.nextInt(4) == 0,
                        new Lane.Surroundings(evaluator, () -> now, () -> Duration.between(Records.START, now).toNanos(), random, DeliveryMetrics.NONE));
                deliveries.lanes().forEach(lane -> due.put(lane, now));
            }

            private Outlet webhook(String channel)
            {
                WebhookSignature signature = WebhookSignature.parse(List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".getBytes(UTF_8)));
                return new WebhookOutbox(
                        new WebhookOutbox.Settings(channel, URI.create("https://hook.example"), Optional.empty(), () -> signature, Map::of),
                        (_, headers, _) -> faulty(() -> take(channel, headers)),
                        () -> now);
            }

            private void step(boolean all)
            {
                for (Lane lane : deliveries.lanes()) {
                    if (!now.isBefore(due.getOrDefault(lane, now)) && (all || random.nextBoolean())) {
                        due.put(lane, now.plus(lane.step()));
                    }
                }
            }

            private void stored(EvaluationRecord record)
            {
                deliveries.stored(record, GROUP);
                // woken
                due.replaceAll((_, _) -> now);
            }
        }

        private Answer take(String channel, Map<String, String> headers)
        {
            String id = headers.get("webhook-id");
            assertThat(id).isNotNull();
            if (refused.contains(channel + id)) {
                return new Answer(410, Optional.empty(), new byte[0]);
            }
            received.getOrDefault(channel, List.of()).add(id);
            return new Answer(204, Optional.empty(), new byte[0]);
        }

        private boolean fails()
        {
            return !healed && random.nextInt(4) == 0;
        }

        private interface Request
        {
            Answer send()
                    throws IOException;
        }

        private Answer faulty(Request request)
                throws IOException
        {
            if (healed) {
                return request.send();
            }
            return switch (random.nextInt(10)) {
                case 0 -> throw new IOException("Connection refused");
                case 1 -> {
                    request.send();
                    throw new IOException("Connection reset");
                }
                case 2 -> new Answer(503, Optional.of(Duration.ofSeconds(random.nextInt(120))), new byte[0]);
                case 3 -> {
                    request.send();
                    now = now.plusSeconds(10);
                    throw new IOException("no answer within 10 s");
                }
                case 4 -> {
                    if (random.nextBoolean()) {
                        request.send();
                    }
                    throw new Killed();
                }
                default -> request.send();
            };
        }

        private void run()
        {
            processes.add(new Process());
            for (int action = 0; action < ACTIONS; action++) {
                act();
            }
            healed = true;
            processes.removeIf(process -> !process.owner);
            if (processes.isEmpty()) {
                processes.add(new Process());
            }
            for (int round = 0; round < 400; round++) {
                now = now.plus(Lane.PAUSE_MAX);
                processes.getFirst().step(true);
                if (round % 40 == 0) {
                    // what was given up is told by a record, which is delivered, too
                    evaluate(processes.getFirst(), false);
                }
            }
        }

        private void act()
        {
            now = now.plusSeconds(random.nextInt(20));
            Optional<Process> owner = processes.stream().filter(process -> process.owner).findFirst();
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3, 4, 5 -> owner.ifPresent(process -> evaluate(process, true));
                case 6 -> kill(owner);
                case 7 -> {
                    // another takes the group over, and the former owner has not noticed
                    owner.ifPresent(process -> process.owner = false);
                    processes.add(new Process());
                    restarts++;
                }
                case 8 -> processes.stream().filter(process -> !process.owner).findFirst().ifPresent(processes::remove);
                case 9 -> now = now.plus(Duration.ofMinutes(random.nextInt(30)));
                default -> List.copyOf(processes).forEach(process -> {
                    try {
                        process.step(false);
                    }
                    catch (Killed _) {
                        kill(Optional.of(process));
                    }
                });
            }
        }

        private void kill(Optional<Process> victim)
        {
            victim.ifPresent(process -> {
                processes.remove(process);
                if (process.owner) {
                    processes.add(new Process());
                    restarts++;
                }
            });
        }

        private void evaluate(Process process, boolean mayDie)
        {
            Progress progress = process.deliveries.progress();
            Instant tick = records.isEmpty() ? now : records.getLast().tick().plusSeconds(30);
            if (tick.isBefore(now.minusSeconds(60))) {
                tick = now;
            }
            ticks++;
            List<Transition> transitions = healed || random.nextInt(3) == 0 ? List.of() : List.of(Records.fires("service-" + ticks, tick), Records.fires("other-" + ticks, tick));
            SortedMap<String, Instant> delivered = new TreeMap<>(progress.delivered());
            if (blind && !records.isEmpty()) {
                delivered.replaceAll((_, _) -> records.getLast().tick());
            }
            EvaluationRecord record = Records.record(process.evaluator, tick, transitions, List.of(), delivered, progress.undelivered());
            for (String channel : received.keySet()) {
                if (random.nextInt(12) == 0) {
                    refused.add(channel + WebhookOutbox.id(channel, Records.NAME, tick));
                }
            }
            records.add(record);
            if (mayDie && random.nextInt(8) == 0) {
                kill(Optional.of(process));
                return;
            }
            process.stored(record);
        }

        private List<Undelivered> undelivered()
        {
            return records.stream().flatMap(record -> record.undelivered().stream()).toList();
        }

        private List<String> problems()
        {
            List<String> problems = new ArrayList<>();
            List<String> events = records.stream().flatMap(record -> AlertEvents.of(record).stream()).flatMap(batch -> batch.ids().stream()).toList();
            if (!receiver.storedIds().equals(events)) {
                problems.add("events %s, but stored are %s".formatted(events, receiver.storedIds()));
            }
            if (new HashSet<>(undelivered()).size() != undelivered().size()) {
                problems.add("told twice that it was given up: " + undelivered());
            }
            received.forEach((channel, ids) -> {
                List<String> expected = records.stream()
                        .filter(record -> !record.transitions().isEmpty())
                        .filter(record -> !undelivered().contains(new Undelivered(channel, record.tick(), "http_410")))
                        .map(record -> WebhookOutbox.id(channel, Records.NAME, record.tick()))
                        .toList();
                if (!ids.stream().distinct().toList().equals(expected)) {
                    problems.add("%s: expected %s, got %s".formatted(channel, expected, ids));
                }
            });
            return problems;
        }
    }
}
