package io.icegate.objectstore.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.icegate.objectstore.fault.FaultDice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * An S3 server in this JVM that is strict where emulators are not: conditional writes are atomic, listings are in byte
 * order and show every acknowledged write. Path style only; signatures are not verified; objects live in the heap, or large ones in files when asked to. Buckets
 * are created by their first use unless {@link #requireBuckets()} was called.
 *
 * <p>Faults come from a seeded {@link S3FaultPlan}, latency is injected by operation, every request is remembered (the
 * newest {@value #LOG_ENTRIES_MAX}), and a {@link S3Veto} guards objects that nobody may touch.
 */
public final class StrictS3Server
        implements Closeable
{
    static final int LOG_ENTRIES_MAX = 200_000;
    private static final Pattern SIGNER = Pattern.compile("Credential=([^/]+)/");
    private static final Pattern MANY_KEYS = Pattern.compile("<Key>([^<]*)</Key>");
    private static final Logger log = LoggerFactory.getLogger(StrictS3Server.class);

    static {
        // without it each answer waits 40 ms for an acknowledgement; read once, when the first server starts
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
    }

    private record Faults(S3FaultPlan plan, FaultDice dice, CountDownLatch over) {}

    private final HttpServer server;
    private final ExecutorService executor;
    private final S3Objects objects;
    private final AtomicLong requestId = new AtomicLong();
    private final AtomicInteger hanging = new AtomicInteger();
    private final Deque<S3LogEntry> entries = new ArrayDeque<>();
    private final Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();
    private volatile Faults faults;
    private volatile Map<S3Operation, Duration> latencies = Map.of();
    private volatile Optional<S3Refusal> refusal = Optional.empty();
    private volatile Optional<S3Gate> gate = Optional.empty();

    private StrictS3Server(int port, InstantSource clock)
            throws IOException
    {
        objects = new S3Objects(clock);
        faults = faults(S3FaultPlan.none());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        executor = Executors.newCachedThreadPool(StrictS3Server::daemon);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * On a free port.
     */
    public static StrictS3Server start()
    {
        return start(0);
    }

    public static StrictS3Server start(int port)
    {
        return start(port, InstantSource.system());
    }

    /**
     * On a free port.
     *
     * @param clock of the objects; answers are dated by the system's
     */
    public static StrictS3Server start(InstantSource clock)
    {
        return start(0, clock);
    }

    private static StrictS3Server start(int port, InstantSource clock)
    {
        try {
            return new StrictS3Server(port, clock);
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot start the S3 server on port %s: %s".formatted(port, e.getMessage()), e);
        }
    }

    public int port()
    {
        return server.getAddress().getPort();
    }

    public URI endpoint()
    {
        return URI.create("http://127.0.0.1:%s".formatted(port()));
    }

    /**
     * What {@link io.icegate.warehouse.Warehouses#open} needs to reach this server.
     */
    public Map<String, String> properties()
    {
        return Map.of(
                S3Properties.ENDPOINT, endpoint().toString(),
                S3Properties.PATH_STYLE, "true",
                S3Properties.ACCESS_KEY_ID, "icegate",
                S3Properties.SECRET_ACCESS_KEY, "icegate-secret",
                S3Properties.REGION, "us-east-1");
    }

    public void createBucket(String bucket)
    {
        objects.createBucket(bucket);
    }

    /**
     * From now on the bytes of large objects lie in files of this folder and not in the heap.
     */
    public void keepLargeObjectsIn(Path folder)
    {
        objects.keepLargeObjectsIn(folder);
    }

    /**
     * From now on a bucket must be created before it is used.
     */
    public void requireBuckets()
    {
        objects.requireBuckets();
    }

    /**
     * From now on these faults; a new plan begins its own count. Requests that hang go on.
     */
    public void follow(S3FaultPlan plan)
    {
        log.info("faults {}", plan);
        Faults before = faults;
        faults = faults(plan);
        before.over().countDown();
    }

    /**
     * Requests that hang now, before their effect.
     */
    public int hangingCount()
    {
        return hanging.get();
    }

    /**
     * From now on these latencies, half before the effect and half after it.
     */
    public void follow(Map<S3Operation, Duration> newLatencies)
    {
        latencies = Map.copyOf(newLatencies);
    }

    /**
     * Reads, heads and listings take {@code get}, everything else {@code put}.
     */
    public void follow(Duration get, Duration put)
    {
        Map<S3Operation, Duration> all = new EnumMap<>(S3Operation.class);
        for (S3Operation operation : S3Operation.values()) {
            all.put(operation, switch (operation) {
                case GET, HEAD, LIST, LIST_BUCKETS, HEAD_BUCKET, BUCKET_LOCATION, LIST_UPLOADS, LIST_PARTS -> get;
                default -> put;
            });
        }
        follow(all);
    }

    public void follow(S3Veto veto)
    {
        objects.follow(veto);
    }

    /**
     * From now on nothing that it does not allow.
     */
    public void follow(S3Gate newGate)
    {
        gate = Optional.of(newGate);
    }

    /**
     * From now on every request is refused with 403.
     */
    public void denyAccess()
    {
        refusal = Optional.of(new S3Refusal(403, "AccessDenied", "Access Denied"));
    }

    public void allowAccess()
    {
        refusal = Optional.empty();
    }

    /**
     * What the veto refused.
     */
    public List<String> violations()
    {
        return objects.violations();
    }

    public List<S3LogEntry> requests()
    {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    /**
     * The requests since the last call.
     */
    public List<S3LogEntry> takeRequests()
    {
        synchronized (entries) {
            List<S3LogEntry> taken = List.copyOf(entries);
            entries.clear();
            return taken;
        }
    }

    /**
     * How many connections there were.
     */
    public int connectionCount()
    {
        return connections.size();
    }

    public List<String> keys(String bucket)
    {
        return objects.keys(bucket);
    }

    /**
     * An object as it is stored, without a request.
     */
    public Optional<byte[]> object(String bucket, String key)
    {
        return Optional.ofNullable(objects.bucket(bucket).get(key)).map(S3Content::bytes);
    }

    /**
     * Removes an object behind everybody's back.
     */
    public void remove(String bucket, String key)
    {
        objects.bucket(bucket).remove(key);
    }

    @Override
    public void close()
    {
        server.stop(0);
        executor.shutdownNow();
    }

    private void handle(HttpExchange exchange)
            throws IOException
    {
        try (exchange) {
            connections.add(exchange.getRemoteAddress());
            S3Call call;
            try {
                call = S3Call.read(exchange);
            }
            catch (S3Refusal e) {
                send(exchange, error(exchange, e));
                return;
            }
            Faults current = faults;
            double rate = current.plan().operations().contains(call.operation()) ? current.plan().rate() : 0;
            Optional<S3Fault> fault = current.dice().roll(place(call), rate, current.plan().faults().stream().sorted().toList()).fault();
            Optional<S3Answer> answer = answer(exchange, call, current, fault);
            add(new S3LogEntry(
                    call.operation(),
                    call.bucket(),
                    call.key().isEmpty() ? call.parameter("prefix").orElse("") : call.key(),
                    call.isConditional(),
                    call.header("Range"),
                    fault,
                    answer.map(S3Answer::status).orElse(0)));
            if (answer.isPresent()) {
                send(exchange, answer.orElseThrow());
            }
            // else: closing an exchange without an answer cuts the connection
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        catch (RuntimeException e) {
            log.error("Cannot answer {} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            throw e;
        }
    }

    /**
     * The answer; empty when the connection is to be cut.
     */
    private Optional<S3Answer> answer(HttpExchange exchange, S3Call call, Faults current, Optional<S3Fault> fault)
            throws InterruptedException
    {
        Duration travel = latencies.getOrDefault(call.operation(), Duration.ZERO).dividedBy(2);
        pause(travel);
        if (fault.isEmpty()) {
            S3Answer answer = effect(exchange, call);
            pause(travel);
            return Optional.of(answer);
        }
        return switch (fault.orElseThrow()) {
            case ERROR_BEFORE -> Optional.of(error(exchange, internalError()));
            case SLOW_DOWN -> Optional.of(error(exchange, slowDown()));
            case CUT_BEFORE -> Optional.empty();
            case ERROR_AFTER -> {
                effect(exchange, call);
                yield Optional.of(error(exchange, internalError()));
            }
            case LOST_ACKNOWLEDGEMENT -> {
                effect(exchange, call);
                yield Optional.empty();
            }
            case CONFLICT -> Optional.of(error(exchange, call.isConditional() && call.operation() == S3Operation.PUT
                    ? new S3Refusal(409, "ConditionalRequestConflict", "A conflicting operation occurred. Retry the request")
                    : slowDown()));
            case DELAY -> {
                pause(current.plan().delay());
                yield Optional.of(effect(exchange, call));
            }
            case HANG -> {
                hang(current);
                effect(exchange, call);
                yield Optional.empty();
            }
        };
    }

    private void hang(Faults current)
            throws InterruptedException
    {
        hanging.incrementAndGet();
        try {
            boolean over = current.over().await(current.plan().hang().toNanos(), TimeUnit.NANOSECONDS);
            log.debug("a request hung, over={}", over);
        }
        finally {
            hanging.decrementAndGet();
        }
    }

    private S3Answer effect(HttpExchange exchange, S3Call call)
    {
        try {
            Optional<S3Refusal> refused = refusal;
            if (refused.isPresent()) {
                throw refused.orElseThrow();
            }
            Optional<S3Gate> keeper = gate;
            if (keeper.isPresent()) {
                verify(keeper.orElseThrow(), call);
            }
            return objects.answer(call);
        }
        catch (S3Refusal e) {
            return error(exchange, e);
        }
    }

    private static void verify(S3Gate keeper, S3Call call)
    {
        Matcher signer = SIGNER.matcher(call.header("Authorization").orElse(""));
        String accessKeyId = signer.find() ? signer.group(1) : "";
        List<String> keys = call.operation() == S3Operation.DELETE_MANY
                ? MANY_KEYS.matcher(new String(call.body(), StandardCharsets.UTF_8)).results().map(key -> key.group(1)).toList()
                : List.of(call.key().isEmpty() ? call.parameter("prefix").orElse("") : call.key());
        if (!keys.stream().allMatch(key -> keeper.allows(accessKeyId, call.operation(), call.bucket(), key))) {
            throw new S3Refusal(403, "AccessDenied", "Access Denied");
        }
    }

    private S3Answer error(HttpExchange exchange, S3Refusal refusal)
    {
        if (exchange.getRequestMethod().equals("HEAD")) {
            return S3Answer.empty(refusal.status(), Map.of());
        }
        return S3Answer.xml(refusal.status(), "<Error><Code>%s</Code><Message>%s</Message><Resource>%s</Resource><RequestId>%s</RequestId></Error>".formatted(
                refusal.code(), S3Answer.escape(String.valueOf(refusal.getMessage())), S3Answer.escape(exchange.getRequestURI().getPath()), requestId.get()));
    }

    private void send(HttpExchange exchange, S3Answer answer)
            throws IOException
    {
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        exchange.getResponseHeaders().set("x-amz-request-id", "%016x".formatted(requestId.incrementAndGet()));
        exchange.getResponseHeaders().set("Server", "StrictS3");
        boolean hasNoBody = answer.body().length == 0;
        boolean hasLength = answer.headers().containsKey("Content-Length");
        if (hasNoBody && !hasLength && answer.status() == 200 && !exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "0");
        }
        exchange.sendResponseHeaders(answer.status(), hasNoBody ? -1 : answer.body().length);
        if (!hasNoBody) {
            exchange.getResponseBody().write(answer.body());
        }
        exchange.getResponseBody().close();
    }

    private void add(S3LogEntry entry)
    {
        synchronized (entries) {
            if (entries.size() == LOG_ENTRIES_MAX) {
                entries.removeFirst();
            }
            entries.addLast(entry);
        }
    }

    private static Faults faults(S3FaultPlan plan)
    {
        return new Faults(requireNonNull(plan, "plan is null"), new FaultDice(plan.seed()), new CountDownLatch(1));
    }

    private static String place(S3Call call)
    {
        return call.operation() + " " + call.bucket() + "/" + (call.key().isEmpty() ? call.parameter("prefix").orElse("") : call.key());
    }

    private static S3Refusal internalError()
    {
        return new S3Refusal(500, "InternalError", "We encountered an internal error. Please try again.");
    }

    private static S3Refusal slowDown()
    {
        return new S3Refusal(503, "SlowDown", "Please reduce your request rate.");
    }

    private static void pause(Duration duration)
            throws InterruptedException
    {
        if (!duration.isZero()) {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        }
    }

    private static Thread daemon(Runnable task)
    {
        Thread thread = new Thread(task, "strict-s3");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * As a process of its own: {@code <port> [--get-millis n] [--put-millis n] [--seed n --fault-rate x] [--bucket name]…
     * [--until-stdin-closes]}. Prints {@code READY <endpoint>} when it answers. With a bucket, others must be created.
     */
    public static void main(String[] arguments)
            throws Exception
    {
        if (arguments.length == 0 || arguments[0].equals("--help")) {
            System.out.println("StrictS3Server <port> [--get-millis n] [--put-millis n] [--seed n] [--fault-rate x] [--bucket name]... [--until-stdin-closes]");
            return;
        }
        StrictS3Server server = start(Integer.parseInt(arguments[0]));
        long getMillis = 0;
        long putMillis = 0;
        long seed = 0;
        double rate = 0;
        boolean untilStdinCloses = false;
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--get-millis" -> getMillis = Long.parseLong(arguments[++i]);
                case "--put-millis" -> putMillis = Long.parseLong(arguments[++i]);
                case "--seed" -> seed = Long.parseLong(arguments[++i]);
                case "--fault-rate" -> rate = Double.parseDouble(arguments[++i]);
                case "--bucket" -> {
                    server.createBucket(arguments[++i]);
                    server.requireBuckets();
                }
                case "--until-stdin-closes" -> untilStdinCloses = true;
                default -> throw new IllegalArgumentException("Cannot start the S3 server: unknown option '%s'".formatted(arguments[i]));
            }
        }
        server.follow(Duration.ofMillis(getMillis), Duration.ofMillis(putMillis));
        server.follow(S3FaultPlan.standard(seed).withRate(rate));
        System.out.println("READY " + server.endpoint());
        System.out.flush();
        if (untilStdinCloses) {
            System.in.transferTo(OutputStream.nullOutputStream());
            server.close();
        }
        else {
            Thread.currentThread().join();
        }
    }
}
