package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Merging segments into files of the table's order, beside Iceberg's reader and writer of row objects: a process for each signal
 * with the heap that a merge may have.
 */
final class MergeBenchmark
{
    private static final int RECORDS = 1_000;
    private static final int REQUESTS_PER_SEGMENT = 8;
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private final Installation installation;
    private final Path folder;
    private final int megabytes;
    private final int peerMegabytes;

    MergeBenchmark(Installation installation, Path folder, int megabytes, int peerMegabytes)
    {
        this.installation = installation;
        this.folder = folder;
        this.megabytes = megabytes;
        this.peerMegabytes = peerMegabytes;
        if (megabytes < 1 || peerMegabytes < 1) {
            throw new CommandException("--megabytes and --peer-megabytes must be at least 1");
        }
    }

    Report run(List<Payload> payloads)
            throws IOException, InterruptedException
    {
        Report report = new Report("merge")
                .setting("segments", "%s requests of %s records each, zstd 1, on the local disk".formatted(REQUESTS_PER_SEGMENT, RECORDS))
                .setting("megabytes", megabytes)
                .setting("peer_megabytes", peerMegabytes)
                .setting("java_options", JAVA_OPTIONS)
                .peer("Iceberg's generic Parquet reader and writer on parquet-java, with the table's properties, row by row in the order of the segments: it does not sort");
        for (Payload payload : payloads) {
            measure(payload).forEach(report::result);
        }
        return report;
    }

    private List<Map<String, Object>> measure(Payload payload)
            throws IOException, InterruptedException
    {
        Path work = Files.createDirectories(folder.resolve(payload.toString()));
        List<String> arguments = List.of(
                payload.name(),
                work.toString(),
                Integer.toString(RECORDS),
                Integer.toString(REQUESTS_PER_SEGMENT),
                Integer.toString(megabytes),
                Integer.toString(peerMegabytes));
        return new MeasuredProcess(installation, JAVA_OPTIONS, folder.resolve("merge-%s.log".formatted(payload))).run(MergeMeasurement.class, payload, arguments);
    }
}
