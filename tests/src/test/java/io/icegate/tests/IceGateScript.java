package io.icegate.tests;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * One run of the script {@code ./icegate}, or of another one, and all processes below it.
 */
final class IceGateScript
        implements Closeable
{
    /**
     * Nothing that works takes so long on any machine: it only ends what hangs.
     */
    static final Duration LIMIT = Duration.ofMinutes(10);

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final int STOP_SECONDS_MAX = 120;
    /**
     * What these say would be part of the output.
     */
    private static final Set<String> OPTIONS_OF_THE_MACHINE = Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private final Process process;
    private final Path output;
    /**
     * A build that is stopped leaves nothing running.
     */
    private final Thread stopAtExit;
    /**
     * Everything seen below the process: after its death the tree is no longer known.
     */
    private final List<ProcessHandle> descendants = new ArrayList<>();

    private IceGateScript(Process process, Path output)
    {
        this.process = process;
        this.output = output;
        stopAtExit = Thread.ofPlatform().unstarted(process::destroy);
        Runtime.getRuntime().addShutdownHook(stopAtExit);
    }

    /**
     * Starts the script.
     *
     * @param folder the current folder of the script; its output is written there
     */
    static IceGateScript start(Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException
    {
        return start("icegate", folder, environment, arguments);
    }

    /**
     * Starts {@code ./mvnw} in the same way.
     */
    static IceGateScript startMaven(Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException
    {
        return start("mvnw", folder, environment, arguments);
    }

    /**
     * Starts the script that executes the notebook.
     */
    static IceGateScript startNotebook(Path folder, Map<String, String> environment)
            throws IOException
    {
        return start("notebooks/run.sh", folder, environment, List.of());
    }

    private static IceGateScript start(String script, Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException
    {
        List<String> command = new ArrayList<>();
        command.add(HOME.resolve(script).toString());
        command.addAll(arguments);
        Path output = Files.createTempFile(folder, "icegate-", ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // the build that runs the tests has built everything: no Maven inside of Maven
        builder.environment().put("ICEGATE_BUILD", "never");
        builder.environment().keySet().removeAll(OPTIONS_OF_THE_MACHINE);
        // the other way round for a proxy: everything that runs here is on this machine
        for (String variable : List.of("NO_PROXY", "no_proxy")) {
            builder.environment().merge(variable, "localhost,127.0.0.1", (given, ours) -> given + "," + ours);
        }
        builder.environment().putAll(environment);
        return new IceGateScript(builder.start(), output);
    }

    /**
     * Runs the script to its end.
     */
    static IceGateScript run(Path folder, String... arguments)
            throws Exception
    {
        IceGateScript script = start(folder, Map.of(), List.of(arguments));
        try {
            script.awaitEnd();
            return script;
        }
        catch (Throwable e) {
            script.close();
            throw e;
        }
    }

    void awaitOutput(String text)
            throws Exception
    {
        Deadline.await(() -> "output '%s' in: %s".formatted(text, output()), LIMIT, () -> {
            descendants();
            if (!process.isAlive()) {
                throw new AssertionError("Ended with %s: %s".formatted(process.exitValue(), output()));
            }
            return output().contains(text);
        });
    }

    void awaitEnd()
            throws Exception
    {
        awaitEnd(LIMIT);
    }

    void awaitEnd(Duration limit)
            throws Exception
    {
        Deadline.await(() -> "end of: " + output(), limit, () -> {
            descendants();
            return !process.isAlive();
        });
    }

    /**
     * Waits for the end of every process of this run.
     */
    void awaitEndOfAll()
            throws Exception
    {
        Deadline.await(() -> "end of %s below: %s".formatted(living(), output()), LIMIT, () -> living().isEmpty());
    }

    String output()
    {
        try {
            // while it is written, its end may be half a character
            return new String(Files.readAllBytes(output), UTF_8);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String lastLine()
    {
        return output().stripTrailing().lines().toList().getLast();
    }

    int exitValue()
    {
        return process.exitValue();
    }

    /**
     * SIGTERM.
     */
    void terminate()
    {
        descendants();
        process.destroy();
    }

    /**
     * SIGKILL.
     */
    void kill()
    {
        descendants();
        process.destroyForcibly();
    }

    /**
     * The living child that runs that main class.
     */
    ProcessHandle child(String mainClass)
    {
        return descendants().stream()
                .filter(IceGateScript::runs)
                .filter(handle -> handle.info().arguments().map(List::of).orElse(List.of()).contains(mainClass))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No process runs " + mainClass));
    }

    /**
     * Processes of this run that live.
     */
    List<ProcessHandle> living()
    {
        List<ProcessHandle> all = new ArrayList<>(descendants());
        all.add(process.toHandle());
        return all.stream().filter(IceGateScript::runs).toList();
    }

    /**
     * Whether the process runs. A dead one whose parent died before it stays in the list of processes where nobody takes it from
     * there, as in a container without an init process; but it runs no program.
     */
    private static boolean runs(ProcessHandle handle)
    {
        return handle.isAlive() && handle.info().command().isPresent();
    }

    private List<ProcessHandle> descendants()
    {
        process.descendants().filter(handle -> !descendants.contains(handle)).forEach(descendants::add);
        return descendants;
    }

    @Override
    public void close()
    {
        terminate();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, SECONDS)) {
                kill();
            }
        }
        catch (InterruptedException _) {
            kill();
            Thread.currentThread().interrupt();
        }
        // a failed test must not leave anything to the next one
        descendants.forEach(ProcessHandle::destroyForcibly);
        try {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
        }
        catch (IllegalStateException _) {
            // this process is ending: the hook runs, and finds nothing
        }
    }
}
