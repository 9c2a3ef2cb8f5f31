package io.icegate.receiver;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * A client in another language, which runs in a process of its own. It comes from {@code src/test/clients} and is installed once
 * into the folder of the build. A test that asks for one that cannot be installed is skipped and says why.
 *
 * @param command that sends, without its arguments
 * @param environment of the process, beside that of this one
 */
public record RealClient(List<String> command, Map<String, String> environment, Path folder)
{
    private static final Path SOURCES = Path.of("src/test/clients").toAbsolutePath();
    private static final Path INSTALLED = Path.of("target/clients").toAbsolutePath();
    private static final int INSTALL_SECONDS_MAX = 60;
    private static final int BUILD_SECONDS_MAX = 1_200;
    private static final int SEND_SECONDS_MAX = 120;

    public static RealClient javaScript()
            throws Exception
    {
        Path folder = install("javascript", "package-lock.json", INSTALL_SECONDS_MAX, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=10000"));
        return new RealClient(List.of("node", "send.mjs"), Map.of(), folder);
    }

    public static RealClient python()
            throws Exception
    {
        Path folder = install(
                "python",
                "requirements.txt",
                INSTALL_SECONDS_MAX,
                List.of("python3", "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "10", "--no-deps", "--only-binary", ":all:", "--target", "packages", "-r", "requirements.txt"));
        return new RealClient(List.of("python3", "send.py"), Map.of("PYTHONPATH", folder.resolve("packages").toString()), folder);
    }

    /**
     * The Collector, which takes minutes to build and so is there in the long build only.
     */
    public static RealClient collector()
            throws Exception
    {
        if (!Boolean.getBoolean("icegate.collector")) {
            abort("the Collector is built by -Plong only");
        }
        Path folder = install("collector", "builder.yaml", BUILD_SECONDS_MAX, List.of("go", "run", "go.opentelemetry.io/collector/cmd/builder@v0.165.0", "--config", "builder.yaml"));
        return new RealClient(List.of(folder.resolve("collector/collector").toString()), Map.of(), folder);
    }

    private static synchronized Path install(String language, String versions, int seconds, List<String> command)
            throws IOException, InterruptedException
    {
        Path folder = Files.createDirectories(INSTALLED.resolve(language));
        // tests may run in several processes
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("lock").toFile(), "rw");
                FileLock _ = file.getChannel().lock()) {
            Path installed = folder.resolve("installed");
            Path wanted = SOURCES.resolve(language).resolve(versions);
            boolean current = Files.exists(installed) && Files.mismatch(installed, wanted) < 0;
            try (Stream<Path> sources = Files.list(SOURCES.resolve(language))) {
                for (Path source : sources.toList()) {
                    Files.write(folder.resolve(source.getFileName()), Files.readAllBytes(source));
                }
            }
            if (!current) {
                String failure = run(folder, command, seconds);
                if (!failure.isEmpty()) {
                    abort("Cannot install the client in %s: %s".formatted(language, failure));
                }
                Files.write(installed, Files.readAllBytes(wanted));
            }
        }
        return folder;
    }

    /**
     * Returns what went wrong, or nothing.
     */
    private static String run(Path folder, List<String> command, int seconds)
            throws IOException, InterruptedException
    {
        Path output = folder.resolve("install.log");
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        }
        catch (IOException e) {
            return e.toString();
        }
        if (!process.waitFor(seconds, SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            return "not done within %s s".formatted(seconds);
        }
        return process.exitValue() == 0 ? "" : "exit code %s, %s".formatted(process.exitValue(), Files.readString(output).strip());
    }

    /**
     * Sends the records of the client, and returns what it says of each export.
     *
     * @param prefixes of the tenants to send as
     */
    public List<String> send(URI grpc, URI http, Instant time, List<String> compressions, List<String> prefixes)
            throws IOException, InterruptedException
    {
        Path output = Files.createTempFile(folder, "send", ".log");
        Process process = start(output, List.of(grpc.toString(), http.toString(), Long.toString(time.getEpochSecond()), String.join(",", compressions), String.join(",", prefixes)));
        boolean ended = process.waitFor(SEND_SECONDS_MAX, SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output);
        assertThat(ended).as("ended within %s s: %s", SEND_SECONDS_MAX, text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text.lines().filter(line -> line.matches("\\S+ (logs|traces|metrics) (ok|failed)")).toList();
    }

    public Process start(Path output, List<String> arguments)
            throws IOException
    {
        List<String> all = new ArrayList<>(command);
        all.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(all).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }
}
