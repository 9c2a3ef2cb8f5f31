package io.icegate.receiver;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * A receiver in a process of its own, with the class path of the tests, which can be killed.
 */
final class ReceiverProcess
        implements AutoCloseable
{
    private static final Pattern READY = Pattern.compile("IceGate receiver is ready: grpc=(\\d+) http=(\\d+)");

    private static final int PATIENCE_SECONDS = 180;

    private final Process process;
    private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Matcher> ready = new LinkedBlockingQueue<>();
    private final Thread reader;
    private int grpcPort;
    private int httpPort;

    private ReceiverProcess(Process process)
    {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    static ReceiverProcess launch(Path folder, Map<String, String> config)
            throws IOException
    {
        return launch(folder, config, "-Xmx256m");
    }

    private static ReceiverProcess launch(Path folder, Map<String, String> config, String heap)
            throws IOException
    {
        Path file = Files.createTempFile(folder, "receiver", ".properties");
        Files.writeString(file, config.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining("\n")));
        Process process = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ReceiverMain.class.getName(),
                "--config",
                file.toString()))
                .redirectErrorStream(true)
                .start();
        return new ReceiverProcess(process);
    }

    static ReceiverProcess start(Path folder, Map<String, String> config)
            throws IOException, InterruptedException
    {
        return start(folder, config, "-Xmx256m");
    }

    static ReceiverProcess start(Path folder, Map<String, String> config, String heap)
            throws IOException, InterruptedException
    {
        ReceiverProcess receiver = launch(folder, config, heap);
        return receiver.awaitReady();
    }

    private void read()
    {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                output.add(line);
                Matcher matcher = READY.matcher(line);
                if (matcher.find()) {
                    ready.add(matcher);
                }
            }
        }
        catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    ReceiverProcess awaitReady()
            throws InterruptedException
    {
        Matcher matcher = ready.poll(PATIENCE_SECONDS, SECONDS);
        if (matcher == null) {
            process.destroyForcibly();
            throw new AssertionError("The receiver did not start:\n" + output());
        }
        grpcPort = Integer.parseInt(matcher.group(1));
        httpPort = Integer.parseInt(matcher.group(2));
        return this;
    }

    int grpcPort()
    {
        return grpcPort;
    }

    int httpPort()
    {
        return httpPort;
    }

    String output()
    {
        return String.join("\n", output);
    }

    void kill()
            throws InterruptedException
    {
        process.destroyForcibly();
        process.waitFor();
    }

    /**
     * Sends SIGTERM and waits.
     *
     * @return the exit code
     */
    int terminate()
            throws InterruptedException
    {
        process.destroy();
        return awaitExit();
    }

    int awaitExit()
            throws InterruptedException
    {
        if (!process.waitFor(PATIENCE_SECONDS, SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("The receiver did not stop:\n" + output());
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close()
    {
        process.destroyForcibly();
    }
}
