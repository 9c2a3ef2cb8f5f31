package io.icegate.alerting.server;

import com.google.common.collect.ImmutableSortedMap;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.icegate.alerting.deliver.ChannelSettings;
import io.icegate.alerting.deliver.Deliveries;
import io.icegate.alerting.deliver.DeliveryMetrics;
import io.icegate.alerting.deliver.EventSettings;
import io.icegate.alerting.evaluate.Evaluator;
import io.icegate.alerting.evaluate.EvaluatorEvents;
import io.icegate.alerting.evaluate.EvaluatorMembership;
import io.icegate.alerting.evaluate.GroupParts;
import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.evaluate.QueryEngine.QueryResult;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.Row;
import io.icegate.alerting.evaluate.RuleSource;
import io.icegate.alerting.evaluate.TickQueries;
import io.icegate.alerting.evaluate.WatermarkReader;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.Transition;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.server.reload.FileReloads;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two evaluators over one store, with their threads, their records and their deliveries. The one that owns the group ends at a step of a tick with transitions: from
 * then on nothing of it reaches anything. The clock jumps over the time after which it is taken for gone.
 */
final class TestKilledEvaluators
{
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /**
     * What a machine that is busy with other tests may add.
     */
    private static final Duration MACHINE = Duration.ofSeconds(10);
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");
    private static final Rule RULE = new Rule(
            "Errors", Duration.ofMinutes(1), "SELECT 1 FROM logs", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
    private static final RuleGroup GROUP = new RuleGroup(NAME, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, Duration.ofMinutes(10), Optional.empty(), List.of(RULE));

    enum Step
    {
        BEFORE_EVALUATION,
        BEFORE_PUT,
        AFTER_PUT,
        AT_WEBHOOK,
        AT_RECEIVER,
    }

    @Test
    void testFault1KilledAtEveryStep(@TempDir Path folder)
            throws Exception
    {
        Path secret = Files.writeString(folder.resolve("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
        // at the same time, as each of them waits for most of it
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> worlds = new ArrayList<>();
            for (Step step : Step.values()) {
                worlds.add(threads.submit(() -> kill(step, secret)));
            }
            for (Future<Boolean> world : worlds) {
                assertThat(world.get()).isTrue();
            }
        }
    }

    private static boolean kill(Step step, Path secret)
            throws Exception
    {
        try (World world = new World(step); FileReloads reloads = new FileReloads()) {
            List<Process> processes = List.of(new Process(world, 0, secret, reloads), new Process(world, 1, secret, reloads));
            try {
                await(() -> world.told() >= 2);
                // each believes at first that it is alone, and the one that ends is to be the owner
                await(() -> processes.stream().allMatch(process -> process.membership.alive().size() == 2));
                await(() -> world.log.newest(NAME).filter(record -> processes.stream().anyMatch(process -> process.membership.owns(NAME) && record.evaluator().equals(process.id))).isPresent());
                world.armed = true;
                await(() -> world.killed >= 0);
                Instant death = world.now();
                world.jumped = EvaluatorMembership.ALIVE;
                Process other = processes.get(1 - world.killed);
                await(() -> other.membership.owns(NAME));
                assertThat(Duration.between(death, world.now())).isLessThan(EvaluatorMembership.ALIVE.plus(EvaluatorMembership.BEAT).plus(MACHINE));
                Instant taken = world.now();
                await(() -> world.log.newest(NAME).filter(record -> record.tick().isAfter(taken.plusSeconds(3))).isPresent());
                // all that happened until then is delivered
                List<EvaluationRecord> records = world.log.records(NAME, Instant.EPOCH, taken);
                await(() -> world.isDelivered(records));
                world.check();
                return true;
            }
            finally {
                for (Process process : processes) {
                    process.close();
                }
            }
        }
    }

    private static void await(BooleanSupplier condition)
            throws InterruptedException
    {
        Instant limit = Instant.now().plus(LIMIT);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(limit);
            Thread.sleep(20);
        }
    }

    private static final class Process
            implements AutoCloseable
    {
        private final String id;
        private final EvaluatorMembership membership;
        private final DeliverySink sink;
        private final Evaluator evaluator;

        private Process(World world, int number, Path secret, FileReloads reloads)
        {
            id = "evaluator-" + number;
            KillableStore store = new KillableStore(world, number);
            EvaluationLog log = new EvaluationLog(store, world::now, RetryPolicy.of(RetryPolicy.Waiting.system()).withAttemptsMax(1));
            membership = new EvaluatorMembership(store, new UUID(7, number), () -> Duration.between(world.start, world.now()).toNanos());
            Deliveries.Settings settings = new Deliveries.Settings(
                    new EventSettings(world.uri("/v1/logs/" + number), "X-Scope-OrgID", Optional.empty(), Optional.empty()),
                    List.of(new ChannelSettings("hook", ChannelSettings.Kind.WEBHOOK, List.of(world.uri("/hook/" + number)), List.of(secret), true, ImmutableSortedMap.of())),
                    Duration.ofMinutes(1),
                    Optional.empty());
            sink = new DeliverySink(log, membership, owned -> new Deliveries(
                    settings, world::among, owned, id, reloads, world::now, System::nanoTime, new Random(number), DeliveryMetrics.NONE));
            evaluator = new Evaluator(new Evaluator.Parts(
                    world,
                    membership,
                    new Fold((_, _, _) -> ImmutableSortedMap.of()),
                    new WatermarkReader((_, _) -> new QueryResult(List.of(), List.of(Row.of("logs", LocalDateTime.ofInstant(world.now(), ZoneOffset.UTC).format(TIMESTAMP))), "q", 1), "icegate", "otel"),
                    world,
                    new GroupParts(id, log, new KillableQueries(world, number), sink, Duration.ofMinutes(2), world::now, new Random(number))));
            evaluator.start();
        }

        @Override
        public void close()
        {
            evaluator.close();
            sink.deliveries().close();
        }
    }

    /**
     * Reaches the store as long as its process lives.
     */
    private static final class KillableStore
            extends ObjectStoreDecorator
    {
        private final World world;
        private final int process;

        private KillableStore(World world, int process)
        {
            super(world.store);
            this.world = world;
            this.process = process;
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            if (world.killed == process) {
                throw new IOException("Killed");
            }
            return request.send();
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            boolean telling = new String(content, UTF_8).contains("\"from\":");
            if (world.killed == process || (telling && world.kill(Step.BEFORE_PUT, process))) {
                return PutOutcome.UNKNOWN;
            }
            PutOutcome outcome = request.send();
            return telling && world.kill(Step.AFTER_PUT, process) ? PutOutcome.UNKNOWN : outcome;
        }
    }

    private record KillableQueries(World world, int process)
            implements TickQueries
    {
        @Override
        public Set<String> tables(RuleGroup group)
        {
            return Set.of("logs");
        }

        /**
         * Another alert every three ticks.
         */
        @Override
        public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
                throws QueryException
        {
            if (world.killed == process || world.kill(Step.BEFORE_EVALUATION, process)) {
                throw new QueryException(QueryException.Kind.UNAVAILABLE, "Killed");
            }
            Labels labels = Labels.of(Map.of("service", "service-" + tick.getEpochSecond() / 3));
            return new RuleResult(rule.alert(), List.of(new ResultRow(labels, OptionalDouble.of(1), new TreeMap<>())), List.of(), Optional.empty(), 1, Optional.empty());
        }

        @Override
        public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
        {
            return List.of();
        }
    }

    private static final class World
            implements AutoCloseable,
                       EvaluatorEvents,
                       RuleSource
    {
        private final Step step;
        private final Instant start = Instant.now();
        private final MemoryObjectStore store = new MemoryObjectStore(this::now);
        private final EvaluationLog log = new EvaluationLog(store, this::now, RetryPolicy.of(RetryPolicy.Waiting.system()));
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpServer server;
        // guarded by this
        private final List<String> hooks = new ArrayList<>();
        // guarded by this
        private final List<String> events = new ArrayList<>();
        // guarded by this
        private final Set<ByteBuffer> accepted = new HashSet<>();
        private volatile Duration jumped = Duration.ZERO;
        private volatile boolean armed;
        private volatile int killed = -1;

        private World(Step step)
                throws IOException
        {
            this.step = step;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            for (int process = 0; process < 2; process++) {
                int number = process;
                server.createContext("/hook/" + number, exchange -> answer(exchange, Step.AT_WEBHOOK, number));
                server.createContext("/v1/logs/" + number, exchange -> answer(exchange, Step.AT_RECEIVER, number));
            }
            server.start();
        }

        private URI uri(String path)
        {
            return URI.create("http://127.0.0.1:%s%s".formatted(server.getAddress().getPort(), path));
        }

        private Instant now()
        {
            return Instant.now().plus(jumped);
        }

        private synchronized boolean kill(Step at, int process)
        {
            if (armed && at == step && killed < 0) {
                killed = process;
            }
            return killed == process;
        }

        /**
         * What came before its sender ended counts; the answer is lost.
         */
        private void answer(HttpExchange exchange, Step at, int process)
                throws IOException
        {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (killed != process) {
                take(at, body);
                if (!kill(at, process)) {
                    exchange.sendResponseHeaders(200, -1);
                }
            }
            exchange.close();
        }

        private synchronized void take(Step at, byte[] body)
                throws IOException
        {
            if (at == Step.AT_WEBHOOK) {
                String text = new String(body, UTF_8);
                for (int index = text.indexOf("transitionId"); index >= 0; index = text.indexOf("transitionId", index + 1)) {
                    hooks.add(text.substring(index + 15, text.indexOf('"', index + 15)));
                }
            }
            else if (accepted.add(ByteBuffer.wrap(body))) {
                ExportLogsServiceRequest.parseFrom(body).getResourceLogs(0).getScopeLogs(0).getLogRecordsList().forEach(event -> event.getAttributesList().stream()
                        .filter(attribute -> attribute.getKey().equals("icegate.alert.transition.id"))
                        .forEach(attribute -> events.add(attribute.getValue().getStringValue())));
            }
        }

        private synchronized Set<String> among(String tenant, Instant from, Instant to, Collection<String> ids)
        {
            return events.stream().filter(ids::contains).collect(Collectors.toSet());
        }

        private synchronized int told()
        {
            return Math.min(hooks.size(), events.size());
        }

        private static List<String> ids(List<EvaluationRecord> records)
        {
            return records.stream().flatMap(record -> record.transitions().stream()).map(Transition::id).toList();
        }

        private static List<String> eventIds(List<EvaluationRecord> records)
        {
            return ids(records).stream().map(id -> NAME.group() + "/" + id).toList();
        }

        private synchronized boolean isDelivered(List<EvaluationRecord> records)
        {
            return hooks.containsAll(ids(records)) && events.containsAll(eventIds(records));
        }

        private synchronized void check()
        {
            List<EvaluationRecord> records = log.records(NAME, Instant.EPOCH, now().plusSeconds(60));
            assertThat(records.stream().map(EvaluationRecord::evaluator).distinct()).as("both were there").hasSize(2);
            for (int i = 1; i < records.size(); i++) {
                assertThat(records.get(i).tick()).isEqualTo(records.get(i - 1).tick().plusSeconds(1));
            }
            Refold refold = new Refold(new Fold((_, _, _) -> ImmutableSortedMap.of()), _ -> GROUP);
            assertThat(refold.replay(GroupState.EMPTY, Refold.steps(records)).getLast().after()).isEqualTo(records.getLast().state());
            List<String> told = ids(records);
            assertThat(told).doesNotHaveDuplicates();
            assertThat(events).as("no event without a record, each once and in order").isEqualTo(eventIds(records).subList(0, events.size()));
            List<String> received = hooks.stream().distinct().toList();
            assertThat(received).isEqualTo(told.subList(0, received.size()));
        }

        @Override
        public SortedMap<GroupName, GroupRules> newest()
        {
            return new TreeMap<>(Map.of(NAME, first(NAME)));
        }

        @Override
        public GroupRules first(GroupName group)
        {
            return new GroupRules(1, start, GROUP);
        }

        @Override
        public RuleGroup version(GroupName group, long version)
        {
            return GROUP;
        }

        @Override
        public void recorded(EvaluationRecord record, boolean ours, Duration lag) {}

        @Override
        public void failed(GroupName group, Exception failure) {}

        @Override
        public void watermarks(SortedMap<String, Instant> watermarks) {}

        @Override
        public void close()
        {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
