package io.icegate.alerting.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * An evaluator in a process of its own, which can be killed. It has the class path of the tests.
 */
final class EvaluatorProcess
        implements AutoCloseable
{
    private static final Pattern READY = Pattern.compile("IceGate alerting is ready: http=(\\d+)");
    private static final int PATIENCE_SECONDS = 120;

    private final Process process;
    private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Integer> ready = new CompletableFuture<>();

    private EvaluatorProcess(Process process)
    {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    /**
     * Returns before it is ready.
     */
    static EvaluatorProcess launch(Path folder, Map<String, String> config)
            throws IOException
    {
        Path file = Files.createTempFile(folder, "evaluator", ".properties");
        Files.writeString(file, config.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining("\n")));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                AlertingServerMain.class.getName(),
                "--config",
                file.toString()));
        return new EvaluatorProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void read()
    {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                output.add(line);
                Matcher matcher = READY.matcher(line);
                if (matcher.find()) {
                    ready.complete(Integer.parseInt(matcher.group(1)));
                }
            }
        }
        catch (IOException _) {
            // the pipe of one that was killed
        }
        finally {
            ready.completeExceptionally(new IllegalStateException("It ended"));
        }
    }

    /**
     * @return port of its pages
     */
    int awaitReady()
            throws InterruptedException
    {
        try {
            return ready.get(PATIENCE_SECONDS, SECONDS);
        }
        catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("The evaluator did not start:\n" + output(), e);
        }
    }

    String output()
    {
        return String.join("\n", output);
    }

    boolean isAlive()
    {
        return process.isAlive();
    }

    /**
     * Sends SIGKILL, and returns when there is no process any more.
     */
    void kill()
            throws InterruptedException
    {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close()
            throws InterruptedException
    {
        kill();
    }
}
