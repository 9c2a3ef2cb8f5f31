package io.icegate.benchmarks;

import io.icegate.standalone.process.Installation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Decoding and encoding alone, beside the parts that others made: a process for each signal with the class path of a receiver.
 */
final class EncodeBenchmark
{
    private static final int RECORDS = 1_000;
    private static final int REQUESTS_PER_SEGMENT = 8;
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx2g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private final Installation installation;
    private final Path folder;
    private final double seconds;

    EncodeBenchmark(Installation installation, Path folder, double seconds)
    {
        this.installation = installation;
        this.folder = folder;
        this.seconds = seconds;
    }

    Report run(List<Payload> payloads)
            throws IOException, InterruptedException
    {
        Report report = new Report("encode")
                .setting("requests", "%s records each, every one new, protobuf".formatted(RECORDS))
                .setting("requests_per_segment", REQUESTS_PER_SEGMENT)
                .setting("seconds", seconds)
                .setting("java_options", JAVA_OPTIONS)
                .peer("protobuf-java's messages and Iceberg's generic Parquet writer on parquet-java, zstd 1, for the same rows; what turns its messages into rows is not counted");
        for (Payload payload : payloads) {
            measure(payload).forEach(report::result);
        }
        return report;
    }

    private List<Map<String, Object>> measure(Payload payload)
            throws IOException, InterruptedException
    {
        List<String> arguments = List.of(payload.name(), Integer.toString(RECORDS), Integer.toString(REQUESTS_PER_SEGMENT), Double.toString(seconds));
        return new MeasuredProcess(installation, JAVA_OPTIONS, folder.resolve("encode-%s.log".formatted(payload))).run(EncodeMeasurement.class, payload, arguments);
    }
}
