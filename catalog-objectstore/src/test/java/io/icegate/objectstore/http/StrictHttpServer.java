package io.icegate.objectstore.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.fault.FaultDice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static java.util.Objects.requireNonNull;

/**
 * What the strict servers of object stores in this JVM share: objects in the heap in the order of their bytes, conditional
 * writes that are atomic, faults from a seeded {@link HttpFaultPlan}, refusals, and a log of the newest {@value
 * #LOG_ENTRIES_MAX} requests. A subclass speaks the protocol of one cloud.
 */
public abstract class StrictHttpServer
        implements Closeable
{
    static final int LOG_ENTRIES_MAX = 100_000;
    private static final Logger log = LoggerFactory.getLogger(StrictHttpServer.class);
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    static {
        // without it each answer waits 40 ms for an acknowledgement; read once, when the first server starts
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
    }

    /**
     * One object.
     *
     * @param modified in milliseconds
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    protected record Blob(byte[] content, Instant modified, long generation)
    {
        public Blob
        {
            requireNonNull(content, "content is null");
            requireNonNull(modified, "modified is null");
        }
    }

    private record Faults(HttpFaultPlan plan, FaultDice dice, CountDownLatch over) {}

    private final HttpServer server;
    private final ExecutorService executor;
    private final NavigableMap<String, Blob> objects = new ConcurrentSkipListMap<>(ObjectKey::compareValues);
    private final Set<String> buckets = new HashSet<>();
    private final AtomicInteger hanging = new AtomicInteger();
    private final Deque<HttpLogEntry> entries = new ArrayDeque<>();
    private long generation;
    private volatile Faults faults = new Faults(HttpFaultPlan.none(), new FaultDice(0), new CountDownLatch(1));
    private volatile boolean denied;
    private volatile boolean ignoresConditions;

    /**
     * On a free port.
     */
    protected StrictHttpServer()
    {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot start a server: %s".formatted(e.getMessage()), e);
        }
        executor = Executors.newCachedThreadPool(StrictHttpServer::daemon);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Does what the request asks.
     */
    protected abstract HttpAnswer effect(HttpCall call);

    /**
     * True for a write that must not overwrite.
     */
    protected abstract boolean isConditional(HttpCall call);

    /**
     * A refusal in the form of the cloud: 403, 429, 500 or 503.
     */
    protected abstract HttpAnswer refusal(HttpCall call, int status, String message);

    public URI endpoint()
    {
        return URI.create("http://127.0.0.1:%s".formatted(server.getAddress().getPort()));
    }

    public void createBucket(String bucket)
    {
        synchronized (buckets) {
            buckets.add(bucket);
        }
    }

    protected boolean hasBucket(String bucket)
    {
        synchronized (buckets) {
            return buckets.contains(bucket);
        }
    }

    /**
     * From now on these faults; a new plan begins its own count. Requests that hang go on.
     */
    public void follow(HttpFaultPlan plan)
    {
        Faults before = faults;
        faults = new Faults(requireNonNull(plan, "plan is null"), new FaultDice(plan.seed()), new CountDownLatch(1));
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
     * From now on every request is refused with 403, or no longer.
     */
    public void denyAccess(boolean deny)
    {
        denied = deny;
    }

    /**
     * From now on conditions are ignored and writes overwrite, as on some clones.
     */
    public void ignoreConditions()
    {
        ignoresConditions = true;
    }

    public List<HttpLogEntry> takeRequests()
    {
        synchronized (entries) {
            List<HttpLogEntry> taken = List.copyOf(entries);
            entries.clear();
            return taken;
        }
    }

    /**
     * The names of the objects of a bucket.
     */
    public List<String> keys(String bucket)
    {
        return blobs(bucket, "").keySet().stream().map(path -> path.substring(bucket.length() + 1)).toList();
    }

    /**
     * An object as it is stored, without a request.
     */
    public Optional<byte[]> object(String bucket, String key)
    {
        return blob(bucket, key).map(Blob::content);
    }

    /**
     * Removes an object behind everybody's back.
     */
    public void remove(String bucket, String key)
    {
        objects.remove(bucket + "/" + key);
    }

    /**
     * Stores an object behind everybody's back.
     */
    public void store(String bucket, String key)
    {
        write(bucket, key, new byte[0], false);
    }

    protected Optional<Blob> blob(String bucket, String key)
    {
        return Optional.ofNullable(objects.get(bucket + "/" + key));
    }

    /**
     * The objects whose name has the prefix, by bucket and name.
     */
    protected NavigableMap<String, Blob> blobs(String bucket, String prefix)
    {
        String from = bucket + "/" + prefix;
        // no name holds this character, the last of all
        return objects.subMap(from, true, from + "\uDBFF\uDFFF", true);
    }

    /**
     * Writes an object; empty when the name is taken and must not be.
     */
    protected synchronized Optional<Blob> write(String bucket, String key, byte[] content, boolean ifAbsent)
    {
        String path = bucket + "/" + key;
        if (ifAbsent && !ignoresConditions && objects.containsKey(path)) {
            return Optional.empty();
        }
        generation++;
        Blob blob = new Blob(content, Instant.ofEpochMilli(System.currentTimeMillis()), generation);
        objects.put(path, blob);
        return Optional.of(blob);
    }

    protected static String httpDate(Instant time)
    {
        return HTTP_DATE.format(time);
    }

    @Override
    public void close()
    {
        faults.over().countDown();
        server.stop(0);
        executor.shutdownNow();
    }

    private void handle(HttpExchange exchange)
            throws IOException
    {
        try (exchange) {
            HttpCall call = HttpCall.read(exchange);
            Faults current = faults;
            boolean conditional = isConditional(call);
            double rate = conditional || !current.plan().conditionalOnly() ? current.plan().rate() : 0;
            String target = call.method() + " " + call.path();
            Optional<HttpFault> fault = current.dice().roll(target + call.query().getOrDefault("name", ""), rate, current.plan().faults().stream().sorted().toList()).fault();
            synchronized (entries) {
                if (entries.size() == LOG_ENTRIES_MAX) {
                    entries.removeFirst();
                }
                entries.addLast(new HttpLogEntry(target, conditional, fault));
            }
            Optional<HttpAnswer> answer = answer(call, current, fault);
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
    private Optional<HttpAnswer> answer(HttpCall call, Faults current, Optional<HttpFault> fault)
            throws InterruptedException
    {
        if (fault.isEmpty()) {
            return Optional.of(allowed(call));
        }
        return switch (fault.orElseThrow()) {
            case ERROR_BEFORE -> Optional.of(failure(call, 500));
            case BUSY -> Optional.of(failure(call, 503));
            case TOO_MANY -> Optional.of(failure(call, 429));
            case CUT_BEFORE -> Optional.empty();
            case ERROR_AFTER -> {
                allowed(call);
                yield Optional.of(failure(call, 500));
            }
            case LOST_ACKNOWLEDGEMENT -> {
                allowed(call);
                yield Optional.empty();
            }
            case HANG -> {
                hanging.incrementAndGet();
                try {
                    boolean over = current.over().await(current.plan().hang().toNanos(), TimeUnit.NANOSECONDS);
                    log.debug("a request hung, over={}", over);
                }
                finally {
                    hanging.decrementAndGet();
                }
                allowed(call);
                yield Optional.empty();
            }
        };
    }

    private HttpAnswer failure(HttpCall call, int status)
    {
        return refusal(call, status, "injected");
    }

    private HttpAnswer allowed(HttpCall call)
    {
        return denied ? refusal(call, 403, "denied") : effect(call);
    }

    private static void send(HttpExchange exchange, HttpAnswer answer)
            throws IOException
    {
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            exchange.getResponseHeaders().set(header.getKey(), header.getValue());
        }
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        if (isHead) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(answer.length()));
        }
        boolean hasBody = !isHead && answer.body().length > 0;
        exchange.sendResponseHeaders(answer.status(), hasBody ? answer.body().length : -1);
        if (hasBody) {
            exchange.getResponseBody().write(answer.body());
        }
        exchange.getResponseBody().close();
    }

    private static Thread daemon(Runnable task)
    {
        Thread thread = new Thread(task, "strict-http");
        thread.setDaemon(true);
        return thread;
    }
}
