package io.icegate.alerting.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Locale.ROOT;
import static java.util.Objects.requireNonNull;

/**
 * The only address that one evaluator knows. Each step that it takes is a request that comes by here, and may be its last one.
 */
final class Front
        implements AutoCloseable
{
    private static final String BUCKET = "/lake";
    private static final Pattern KEY = Pattern.compile(BUCKET + "/wh/(_alerts/v1/(\\w+)/.*)");
    private static final Pattern PREFIX = Pattern.compile("prefix=wh(?:%2F|/)_alerts(?:%2F|/)v1(?:%2F|/)(\\w+)");
    private static final Pattern ALIVE = Pattern.compile("([0-9a-f-]{36})\\.alive");
    // what the connection is about, and not the request
    private static final Set<String> OF_CONNECTION = Set.of("connection", "content-length", "date", "expect", "host", "transfer-encoding", "upgrade");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI store;
    private final Outside outside;
    private final Trap trap;
    private final CountDownLatch launched = new CountDownLatch(1);
    private volatile Optional<EvaluatorProcess> process = Optional.empty();
    private volatile Optional<String> self = Optional.empty();
    private volatile Set<String> known = Set.of();

    /**
     * Decides which request is the last one.
     */
    interface Trap
    {
        /**
         * Asked once for each request, before it has an effect.
         */
        Optional<When> springs(Front front, String step);

        /**
         * The process is dead.
         */
        void killed(Front front, Instant time);
    }

    enum When
    {
        /**
         * The request has no effect.
         */
        BEFORE,
        /**
         * It has its effect, and nobody hears the answer.
         */
        AFTER,
    }

    private record Reply(int status, Map<String, List<String>> headers, byte[] body) {}

    Front(URI store, Outside outside, Trap trap)
            throws IOException
    {
        this.store = requireNonNull(store, "store is null");
        this.outside = requireNonNull(outside, "outside is null");
        this.trap = requireNonNull(trap, "trap is null");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri()
    {
        return URI.create("http://127.0.0.1:%s".formatted(server.getAddress().getPort()));
    }

    void launched(EvaluatorProcess newProcess)
    {
        process = Optional.of(newProcess);
        launched.countDown();
    }

    EvaluatorProcess process()
    {
        return process.orElseThrow();
    }

    /**
     * Id of the evaluator, as soon as it has given a sign of life.
     */
    Optional<String> self()
    {
        return self;
    }

    /**
     * The evaluators that it saw at its last look.
     */
    Set<String> known()
    {
        return known;
    }

    private void handle(HttpExchange exchange)
            throws IOException
    {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String step = step(exchange, body);
            Optional<When> dies = trap.springs(this, step);
            if (dies.equals(Optional.of(When.BEFORE))) {
                kill();
                return; // which cuts the connection
            }
            Reply reply = answer(exchange, step, body);
            if (dies.isPresent()) {
                kill();
                return;
            }
            send(exchange, reply);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void kill()
            throws InterruptedException
    {
        launched.await();
        process().kill();
        trap.killed(this, Instant.now());
    }

    /**
     * What a request is for, whatever its key is.
     */
    private static String step(HttpExchange exchange, byte[] body)
    {
        URI uri = exchange.getRequestURI();
        String path = uri.getRawPath();
        String method = exchange.getRequestMethod();
        if (path.startsWith("/v1/statement")) {
            return method.equals("POST") ? "ask " + Outside.Question.of(new String(body, UTF_8)).name().toLowerCase(ROOT) : method + " statement";
        }
        if (!path.startsWith(BUCKET)) {
            return method + " " + path;
        }
        Matcher key = KEY.matcher(path);
        if (key.matches()) {
            boolean telling = method.equals("PUT") && new String(body, UTF_8).contains("\"transitions\":");
            return "%s %s%s".formatted(method, key.group(2), telling ? " that tells" : "");
        }
        Matcher prefix = PREFIX.matcher(String.valueOf(uri.getRawQuery()));
        return "%s %s".formatted(method.equals("GET") ? "LIST" : method, prefix.find() ? prefix.group(1) : "store");
    }

    private Reply answer(HttpExchange exchange, String step, byte[] body)
            throws IOException, InterruptedException
    {
        Headers headers = exchange.getRequestHeaders();
        switch (exchange.getRequestURI().getRawPath()) {
            case "/v1/statement" -> {
                return new Reply(200, Map.of("Content-Type", List.of("application/json")), outside.query(new String(body, UTF_8)));
            }
            case "/v1/logs" -> {
                outside.export(requireNonNull(headers.getFirst("X-Scope-OrgID"), "no tenant"), body);
                return new Reply(200, Map.of("Content-Type", List.of("application/x-protobuf")), new byte[0]);
            }
            case "/hook" -> {
                return new Reply(outside.webhook(headers.getFirst("webhook-id"), body), Map.of(), new byte[0]);
            }
            case "/am/api/v2/alerts" -> {
                outside.alertmanager(body);
                return new Reply(200, Map.of(), new byte[0]);
            }
            default -> {
                return askStore(exchange, step, body);
            }
        }
    }

    private Reply askStore(HttpExchange exchange, String step, byte[] body)
            throws IOException, InterruptedException
    {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(store.toString() + exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OF_CONNECTION.contains(name.toLowerCase(ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        notice(exchange, step, response);
        return new Reply(response.statusCode(), response.headers().map(), response.body());
    }

    private void notice(HttpExchange exchange, String step, HttpResponse<byte[]> response)
    {
        String path = exchange.getRequestURI().getRawPath();
        if (step.equals("PUT evaluators")) {
            self = ALIVE.matcher(path).results().map(alive -> alive.group(1)).findFirst();
        }
        if (step.equals("LIST evaluators")) {
            known = ALIVE.matcher(new String(response.body(), UTF_8)).results().map(alive -> alive.group(1)).collect(Collectors.toSet());
        }
        if (step.startsWith("PUT log") && response.statusCode() == 200) {
            outside.stored(path);
        }
    }

    private static void send(HttpExchange exchange, Reply reply)
            throws IOException
    {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        reply.headers().forEach((name, values) -> {
            if (!OF_CONNECTION.contains(name.toLowerCase(ROOT)) || (head && name.equalsIgnoreCase("content-length"))) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        boolean empty = reply.body().length == 0;
        if (empty && !head && reply.status() == 200) {
            exchange.getResponseHeaders().set("Content-Length", "0");
        }
        exchange.sendResponseHeaders(reply.status(), empty ? -1 : reply.body().length);
        if (!empty) {
            exchange.getResponseBody().write(reply.body());
        }
    }

    @Override
    public void close()
            throws InterruptedException
    {
        if (process.isPresent()) {
            process().close();
        }
        server.stop(0);
        client.close();
        threads.shutdownNow();
    }
}
