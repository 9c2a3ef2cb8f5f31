package io.icegate.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Merging segments into files of the table's order, beside Iceberg's reader and writer of row objects: a process for each signal
 * with the heap that a merge may have.
 */
final class MergeBenchmark
{
    private static final int RECORDS = 1_000;
    private static final int REQUESTS_PER_SEGMENT = 8;
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

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
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
        builder.command().addAll(JAVA_OPTIONS);
        builder.command().addAll(List.of(
                MergeMeasurement.class.getName(),
                payload.name(),
                work.toString(),
                Integer.toString(RECORDS),
                Integer.toString(REQUESTS_PER_SEGMENT),
                Integer.toString(megabytes),
                Integer.toString(peerMegabytes)));
        builder.environment().put("CLASSPATH", installation.classPath("otlp-receiver") + File.pathSeparator + System.getProperty("java.class.path", ""));
        // parquet-java reports there what nobody wants to know, unless something fails
        Path log = folder.resolve("merge-%s.log".formatted(payload));
        Process process = builder.redirectError(log.toFile()).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new CommandException("Cannot measure %s: the process ended with exit code %s: %s".formatted(payload, process.exitValue(), Files.readString(log, UTF_8)));
            }
            return MAPPER.readValue(output, new TypeReference<>() {});
        }
        finally {
            process.destroyForcibly();
        }
    }
}
