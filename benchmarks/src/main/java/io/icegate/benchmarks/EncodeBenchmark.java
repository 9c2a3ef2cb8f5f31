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
 * Decoding and encoding alone, beside the parts that others made: a process for each signal with the class path of a receiver.
 */
final class EncodeBenchmark
{
    private static final int RECORDS = 1_000;
    private static final int REQUESTS_PER_SEGMENT = 8;
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx2g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Installation installation;
    private final Path folder;
    private final int seconds;

    EncodeBenchmark(Installation installation, Path folder, int seconds)
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
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
        builder.command().addAll(JAVA_OPTIONS);
        builder.command().addAll(List.of(EncodeMeasurement.class.getName(), payload.name(), Integer.toString(RECORDS), Integer.toString(REQUESTS_PER_SEGMENT), Integer.toString(seconds)));
        builder.environment().put("CLASSPATH", installation.classPath("otlp-receiver") + File.pathSeparator + System.getProperty("java.class.path", ""));
        // parquet-java reports there what nobody wants to know, unless something fails
        Path log = folder.resolve("encode-%s.log".formatted(payload));
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
