package io.icegate.standalone;

import com.sun.net.httpserver.HttpServer;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.upkeep.EngineUnavailableException;
import io.icegate.standalone.console.CommandException;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A Trino that is not there, or hangs, costs a message and no more than the time limit.
 */
final class TestTrinoRewrite
{
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Table table = stub(Table.class, Map.of("name", "icegate.otel.logs"));
    private final MergePlan plan = new MergePlan(1, 1, List.of(new MergePlan.Input(stub(DataFile.class, Map.of("location", "file:/a.parquet")), List.of())), Instant.EPOCH, "test");

    @Test
    void testDeadServer()
            throws Exception
    {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThatThrownBy(() -> rewrite(port, TrinoRewrite.LIMIT).rewrite(table, plan, () -> true))
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageStartingWith("a statement on http://localhost:%s failed: ".formatted(port))
                .hasMessageContaining("localhost");
    }

    @Test
    void testServerThatStarts()
            throws Exception
    {
        String starting =
                """
                "error": {"message": "Trino server is still initializing", "errorCode": 65548, "errorName": "SERVER_STARTING_UP", "errorType": "INTERNAL_ERROR"},
                """;
        try (Trino trino = new Trino("FAILED", starting)) {
            assertThatThrownBy(() -> rewrite(trino.port(), TrinoRewrite.LIMIT).rewrite(table, plan, () -> true))
                    .isInstanceOf(EngineUnavailableException.class)
                    .hasMessageContaining("Trino server is still initializing");
        }
        try (Trino trino = new Trino("FAILED", starting.replace("65548", "131075"))) {
            assertThatThrownBy(() -> rewrite(trino.port(), TrinoRewrite.LIMIT).rewrite(table, plan, () -> true))
                    .as("any other error")
                    .isInstanceOf(CommandException.class);
        }
    }

    @Test
    void testServerThatHangs()
            throws Exception
    {
        // its backlog accepts, and nobody answers
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Instant started = Instant.now();
            assertThatThrownBy(() -> rewrite(socket.getLocalPort(), LIMIT).rewrite(table, plan, () -> true)).hasMessageEndingWith(" was cancelled, after 2 s");
            assertThatThrownBy(() -> rewrite(socket.getLocalPort(), TrinoRewrite.LIMIT).rewrite(table, plan, () -> false)).hasMessageEndingWith(" was cancelled, because maintenance stops");
            assertThat(Duration.between(started, Instant.now())).isLessThan(PATIENCE);
        }
    }

    /**
     * The statement is over when its rows are read, and what they say is told.
     */
    @Test
    void testStatementThatEnds()
            throws Exception
    {
        try (Trino trino = new Trino("FINISHED")) {
            assertThat(rewrite(trino.port(), TrinoRewrite.LIMIT).rewrite(table, plan, () -> true)).isEqualTo("query q1, added_data_files_count 1");
            assertThat(trino.statement()).isEqualTo("ALTER TABLE \"icegate\".\"otel\".\"logs\" EXECUTE optimize(file_size_threshold => '100GB') WHERE \"$path\" IN ('file:/a.parquet')");
            assertThat(trino.cancelled()).isFalse();
        }
    }

    @Test
    void testStatementIsCancelledAtTheServer()
            throws Exception
    {
        try (Trino trino = new Trino("RUNNING")) {
            assertThatThrownBy(() -> rewrite(trino.port(), TrinoRewrite.LIMIT).rewrite(table, plan, () -> !trino.asked())).hasMessage("query q1 on http://localhost:%s was cancelled, because maintenance stops".formatted(trino.port()));
            assertThat(trino.cancelled()).isTrue();
        }
    }

    /**
     * A server that takes one statement, which is in this state from then on.
     */
    private static final class Trino
            implements AutoCloseable
    {
        private final HttpServer server;
        private final AtomicReference<String> statement = new AtomicReference<>("");
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicBoolean cancelled = new AtomicBoolean();

        private Trino(String state)
                throws IOException
        {
            this(state, "");
        }

        /**
         * @param error field of each answer, if any
         */
        private Trino(String state, String error)
                throws IOException
        {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v1/statement", exchange -> {
                try (exchange) {
                    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
                    switch (exchange.getRequestMethod()) {
                        case "POST" -> statement.set(body);
                        case "DELETE" -> cancelled.set(true);
                        default -> asked.incrementAndGet();
                    }
                    byte[] answer = answer(state, error).getBytes(UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                }
            });
            server.start();
        }

        private String answer(String state, String error)
        {
            String uri = "http://localhost:%s/v1/statement/q1".formatted(port());
            String result = error.isEmpty() ? "\"nextUri\": \"%s\",".formatted(uri) : error;
            if (state.equals("FINISHED")) {
                result =
                        """
                        "columns": [
                          {"name": "metric_name", "type": "varchar", "typeSignature": {"rawType": "varchar", "arguments": [{"kind": "LONG", "value": 100}]}},
                          {"name": "metric_value", "type": "bigint", "typeSignature": {"rawType": "bigint", "arguments": []}}],
                        "data": [["added_data_files_count", 1]],
                        """;
            }
            return "{\"id\": \"q1\", \"infoUri\": \"%s\", %s \"stats\": {\"state\": \"%s\", \"queued\": false, \"scheduled\": true}}".formatted(uri, result, state);
        }

        private int port()
        {
            return server.getAddress().getPort();
        }

        private String statement()
        {
            return requireNonNull(statement.get());
        }

        private boolean asked()
        {
            return asked.get() > 2;
        }

        private boolean cancelled()
        {
            return cancelled.get();
        }

        @Override
        public void close()
        {
            server.stop(0);
        }
    }

    private static TrinoRewrite rewrite(int port, Duration limit)
    {
        Properties properties = new Properties();
        properties.setProperty("user", "test");
        return new TrinoRewrite("http://localhost:" + port, "icegate", () -> DriverManager.getConnection("jdbc:trino://localhost:" + port, properties), limit);
    }

    /**
     * Answers these methods, and no others.
     */
    private static <T> T stub(Class<T> type, Map<String, Object> answers)
    {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, _) -> answers.get(method.getName())));
    }
}
