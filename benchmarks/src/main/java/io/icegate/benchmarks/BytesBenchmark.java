package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bytes of a record on the wire, in a segment, and after Trino has rewritten the segments. No record has the text of another, which
 * a file of many would not store again.
 */
final class BytesBenchmark
{
    private static final int CLIENTS = 8;
    private static final int RECORDS_PER_REQUEST = 1_000;
    private static final Duration COMMIT_LIMIT = Duration.ofMinutes(2);
    private static final Duration COMMIT_INTERVAL = Duration.ofMillis(500);

    private record Stored(long files, long records, long bytes)
    {
        private double bytesPerRecord()
        {
            return Math.round((double) bytes / Math.max(1, records) * 10) / 10.0;
        }
    }

    private final Installation installation;
    private final Path folder;
    private final int records;

    BytesBenchmark(Installation installation, Path folder, int records)
    {
        this.installation = installation;
        this.folder = folder;
        this.records = records;
        if (records < CLIENTS * RECORDS_PER_REQUEST) {
            throw new CommandException("--records must be at least %s".formatted(CLIENTS * RECORDS_PER_REQUEST));
        }
    }

    Report run(List<Payload> payloads)
            throws InterruptedException, SQLException
    {
        Report report = new Report("bytes")
                .setting("requests", "%s records each, %s clients over HTTP, the text of each record once".formatted(RECORDS_PER_REQUEST, CLIENTS))
                .setting("rewritten", "ALTER TABLE ... EXECUTE optimize, at its defaults")
                .peer("none: no other system runs in this benchmark");
        String warehouse = "file:" + folder.resolve("warehouse").toAbsolutePath();
        try (MeasuredStack stack = new MeasuredStack(installation, folder, warehouse, Map.of("icegate.commit.interval", "1s"), Map.of());
                Connection connection = stack.sql()) {
            for (Payload payload : payloads) {
                report.result(measure(payload, stack, connection));
            }
        }
        return report;
    }

    private Map<String, Object> measure(Payload payload, MeasuredStack stack, Connection connection)
            throws InterruptedException, SQLException
    {
        ExportRequests requests = payload.requests(RECORDS_PER_REQUEST, records);
        long acknowledged;
        try (ExportClient client = stack.connect(Protocol.HTTP, payload)) {
            acknowledged = (long) ClosedLoop.run(client, requests, CLIENTS, records / RECORDS_PER_REQUEST).requests().size() * RECORDS_PER_REQUEST;
        }
        Stored segments = committed(payload, acknowledged, connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE %s EXECUTE optimize".formatted(payload.table()));
        }
        Stored rewritten = stored(payload, connection);
        if (rewritten.records() != acknowledged) {
            throw new CommandException("The benchmark is invalid: %s %s were acknowledged, but after they were rewritten there are %s".formatted(acknowledged, payload, rewritten.records()));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("signal", payload.toString());
        result.put("records", acknowledged);
        result.put("otlp_bytes_per_record", requests.bytesPerRecord());
        result.put("segments", segments.files());
        result.put("records_per_segment", segments.records() / segments.files());
        result.put("wal_bytes_per_record", segments.bytesPerRecord());
        result.put("rewritten_files", rewritten.files());
        result.put("rewritten_bytes_per_record", rewritten.bytesPerRecord());
        return result;
    }

    /**
     * The files of the table when all that was acknowledged is in its snapshot.
     */
    private static Stored committed(Payload payload, long acknowledged, Connection connection)
            throws InterruptedException, SQLException
    {
        long deadline = System.nanoTime() + COMMIT_LIMIT.toNanos();
        Stored stored = stored(payload, connection);
        while (stored.records() != acknowledged) {
            if (System.nanoTime() - deadline > 0) {
                throw new CommandException("The benchmark is invalid: %s %s were acknowledged, but only %s are committed".formatted(acknowledged, payload, stored.records()));
            }
            Thread.sleep(COMMIT_INTERVAL);
            stored = stored(payload, connection);
        }
        return stored;
    }

    private static Stored stored(Payload payload, Connection connection)
            throws SQLException
    {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*), coalesce(sum(record_count), 0), coalesce(sum(file_size_in_bytes), 0) FROM \"%s$files\" WHERE content = 0".formatted(payload.table()))) {
            row.next();
            return new Stored(row.getLong(1), row.getLong(2), row.getLong(3));
        }
    }
}
