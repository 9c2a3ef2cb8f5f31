package io.icegate.benchmarks;

import io.icegate.objectstore.s3.StrictS3Server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Where a receiver keeps its warehouse.
 *
 * @param putLatency of an S3 server in this process, whose CPU time does not count; empty for a local folder
 */
record IngestStore(Optional<Duration> putLatency)
{
    static final IngestStore FOLDER = new IngestStore(Optional.empty());

    private static final String BUCKET = "ingest";

    IngestStore
    {
        requireNonNull(putLatency, "putLatency is null");
    }

    static IngestStore s3(Duration putLatency)
    {
        return new IngestStore(Optional.of(putLatency));
    }

    Opened open(Path folder)
            throws IOException
    {
        Path data = Files.createDirectories(folder.resolve("store"));
        return putLatency.map(latency -> Opened.server(latency, data)).orElseGet(() -> new Opened(Optional.empty(), data.toAbsolutePath().toString(), Map.of()));
    }

    @Override
    public String toString()
    {
        return putLatency.map(latency -> "S3, PUT + %s ms".formatted(latency.toMillis())).orElse("local folder");
    }

    /**
     * A store with an empty warehouse.
     *
     * @param properties with which receivers and readers reach it
     */
    record Opened(Optional<StrictS3Server> server, String warehouse, Map<String, String> properties)
            implements AutoCloseable
    {
        private static Opened server(Duration putLatency, Path data)
        {
            StrictS3Server server = StrictS3Server.start();
            // minutes of load do not fit into the heap
            server.keepLargeObjectsIn(data);
            server.follow(Duration.ZERO, putLatency);
            return new Opened(Optional.of(server), "s3://%s/warehouse".formatted(BUCKET), server.properties());
        }

        /**
         * Answers at once from now on.
         */
        void hurry()
        {
            server.ifPresent(s3 -> s3.follow(Duration.ZERO, Duration.ZERO));
        }

        @Override
        public void close()
        {
            server.ifPresent(StrictS3Server::close);
        }
    }
}
