package io.icegate.standalone.process;

import io.icegate.standalone.CommandException;

import java.io.Closeable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;

/**
 * A receiver and a Trino server on one warehouse, each in a process of its own. None outlives this process.
 */
public final class Stack
        implements Closeable
{
    public static final String NAMESPACE = "otel";

    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final String DEFAULT_REGION = "us-east-1";

    private final StackSettings settings;
    private final ChildProcess receiver;
    private final ChildProcess trino;
    private final Thread stopAtExit = Thread.ofPlatform().unstarted(this::stop);
    private volatile boolean stopping;

    // visible for testing
    Stack(StackSettings settings, ChildProcess receiver, ChildProcess trino)
    {
        this.settings = settings;
        this.receiver = receiver;
        this.trino = trino;
    }

    /**
     * Starts both at the same time and returns at once.
     */
    public static Stack start(Installation installation, StackSettings settings)
    {
        return start(installation, settings, Map.of());
    }

    /**
     * Starts both at the same time and returns at once.
     *
     * @param further variables beside those of this process
     */
    public static Stack start(Installation installation, StackSettings settings, Map<String, String> further)
    {
        Map<String, String> environment = new HashMap<>(storeEnvironment(System.getenv()));
        environment.putAll(further);
        ChildProcess receiver = ReceiverProcess.start(installation, settings.data(), receiverConfiguration(settings), environment);
        ChildProcess trino;
        try {
            trino = TrinoProcess.start(installation, settings.data(), settings.trinoPort(), settings.warehouse(), environment);
        }
        catch (RuntimeException e) {
            receiver.close();
            throw e;
        }
        Stack stack = new Stack(settings, receiver, trino);
        try {
            Runtime.getRuntime().addShutdownHook(stack.stopAtExit);
        }
        catch (IllegalStateException e) {
            // this process is ending: the two had better not have begun
            stack.stop();
            throw new CommandException("Cannot start IceGate: it is being stopped", e);
        }
        return stack;
    }

    /**
     * Waits until both take requests.
     */
    public void awaitReady()
            throws InterruptedException
    {
        try (Http http = new Http()) {
            // that the other one cannot start is worth knowing before a limit passes
            receiver.awaitReady(() -> {
                trino.requireStarting();
                return ReceiverProcess.ready(http, settings.httpPort());
            }, START_LIMIT);
            trino.awaitReady(() -> {
                receiver.requireStarting();
                return TrinoProcess.ready(http, settings.trinoPort());
            }, START_LIMIT);
        }
        catch (CommandException e) {
            if (stopping) {
                // Ctrl-C: that they did not become ready is no failure of theirs
                throw new CommandException("Stopped before it was ready", e);
            }
            throw e;
        }
    }

    /**
     * Waits until one of the programs ends although nobody asked it to.
     *
     * @return what it said last; nothing when this process is being stopped
     */
    public String awaitFailure()
            throws InterruptedException
    {
        ChildProcess ended = (ChildProcess) CompletableFuture.anyOf(receiver.end(), trino.end()).join();
        if (stopping) {
            // the exit is under way in another thread
            stopAtExit.join();
            return "";
        }
        return ended.obituary();
    }

    /**
     * Opens a connection whose current schema holds the signal tables.
     */
    public Connection connect()
            throws SQLException
    {
        return connect("localhost:" + settings.trinoPort());
    }

    /**
     * Opens a connection to the Trino server at that address.
     */
    public static Connection connect(String server)
            throws SQLException
    {
        Properties properties = new Properties();
        properties.setProperty("user", System.getProperty("user.name", "icegate"));
        return DriverManager.getConnection("jdbc:trino://%s/icegate/%s".formatted(server, NAMESPACE), properties);
    }

    public ProcessHandle receiver()
    {
        return receiver.handle();
    }

    public StackSettings settings()
    {
        return settings;
    }

    /**
     * Fails when one of the programs has ended.
     */
    public void requireRunning()
    {
        for (ChildProcess child : new ChildProcess[] {receiver, trino}) {
            if (!child.running()) {
                throw new CommandException(child.obituary());
            }
        }
    }

    @Override
    public void close()
    {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
        }
        catch (IllegalStateException _) {
            // the process is ending: the hook runs, and finds everything stopped
        }
    }

    private void stop()
    {
        stopping = true;
        receiver.requestStop();
        trino.requestStop();
        receiver.close();
        trino.close();
    }

    private static Map<String, String> receiverConfiguration(StackSettings settings)
    {
        Map<String, String> configuration = new HashMap<>();
        configuration.put("node.environment", "standalone");
        configuration.put("icegate.warehouse", settings.warehouse());
        configuration.put("icegate.namespace", NAMESPACE);
        configuration.put("icegate.tenant.default", "default");
        configuration.put("icegate.otlp.grpc-port", Integer.toString(settings.grpcPort()));
        configuration.put("icegate.otlp.http-port", Integer.toString(settings.httpPort()));
        if (settings.warehouse().startsWith("s3:")) {
            // what every S3-compatible server understands
            configuration.put("s3.path-style-access", "true");
        }
        configuration.putAll(settings.receiver());
        return configuration;
    }

    /**
     * Endpoint, region and credentials reach the programs in the variables that AWS clients read by themselves. A server that is not
     * AWS does not care about the region, but the clients insist on one.
     */
    private static Map<String, String> storeEnvironment(Map<String, String> environment)
    {
        boolean hasRegion = environment.containsKey("AWS_REGION") || environment.containsKey("AWS_DEFAULT_REGION");
        return hasRegion ? Map.of() : Map.of("AWS_REGION", DEFAULT_REGION);
    }
}
