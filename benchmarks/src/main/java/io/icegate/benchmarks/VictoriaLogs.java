package io.icegate.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.ChildProcess;
import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.Ports;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * VictoriaLogs with the settings that everybody gets, in a folder of its own. It answers before anything is durable.
 */
final class VictoriaLogs
        implements AutoCloseable
{
    static final String NAME = "victoria-logs";

    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration STORED_LIMIT = Duration.ofMinutes(1);
    private static final Duration STORED_INTERVAL = Duration.ofMillis(500);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Http http = new Http();
    private final int port = Ports.free(1).getFirst();
    private final ChildProcess process;

    VictoriaLogs(Path binary, Path folder)
            throws InterruptedException, IOException
    {
        Files.createDirectories(folder);
        List<String> command = List.of(binary.toAbsolutePath().toString(), "-httpListenAddr=127.0.0.1:" + port, "-storageDataPath=" + folder.resolve("data").toAbsolutePath());
        process = ChildProcess.start(NAME, command, Map.of(), folder, folder.resolve("victoria-logs.log"));
        process.awaitReady(() -> http.get(address("/health")).isPresent(), START_LIMIT);
    }

    ExportClient connect()
    {
        return new HttpExportClient(URI.create(address("/insert/opentelemetry/v1/logs")));
    }

    ProcessUsage usage()
    {
        return ProcessUsage.of(process.handle());
    }

    /**
     * Counts what is stored, until everything that was acknowledged can be seen.
     */
    void requireStored(long acknowledged)
            throws InterruptedException
    {
        long deadline = System.nanoTime() + STORED_LIMIT.toNanos();
        Optional<Long> stored = stored();
        while (!stored.equals(Optional.of(acknowledged)) && System.nanoTime() - deadline < 0) {
            Thread.sleep(STORED_INTERVAL);
            stored = stored();
        }
        if (!stored.equals(Optional.of(acknowledged))) {
            throw new CommandException("The benchmark is invalid: %s acknowledged %s records, but %s are stored".formatted(NAME, acknowledged, stored.map(Object::toString).orElse("an unknown number")));
        }
    }

    private Optional<Long> stored()
    {
        return http.get(address("/select/logsql/query?query=" + URLEncoder.encode("* | count() rows", UTF_8))).map(VictoriaLogs::rows);
    }

    /**
     * @param answer a line of JSON
     */
    static long rows(String answer)
    {
        try {
            JsonNode rows = MAPPER.readTree(answer).path("rows");
            if (!rows.isMissingNode()) {
                return rows.asLong();
            }
        }
        catch (JsonProcessingException e) {
            throw new CommandException("Cannot read the answer of %s: %s".formatted(NAME, e.getOriginalMessage()), e);
        }
        throw new CommandException("Cannot read the answer of %s: it tells no count: %s".formatted(NAME, answer));
    }

    private String address(String path)
    {
        return "http://127.0.0.1:%s%s".formatted(port, path);
    }

    @Override
    public void close()
    {
        http.close();
        // it does not watch its standard input
        boolean _ = process.handle().destroy();
        process.close();
    }
}
