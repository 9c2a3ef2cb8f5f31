package io.icegate.benchmarks;

import io.icegate.standalone.process.ChildProcess;
import io.icegate.standalone.process.HeapSize;
import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.Program;
import io.icegate.standalone.process.TrinoProcess;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

/**
 * Trino's {@code optimize}, by the server of {@code ./icegate start} without a receiver.
 */
final class TrinoMerge
        implements MergePeer
{
    private static final HeapSize HEAP = new HeapSize(3_072);
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private final int port = Ports.free(1).getFirst();
    private final String version;
    private final ChildProcess process;

    TrinoMerge(Installation installation, Path folder, Path warehouse)
            throws InterruptedException
    {
        version = ClassPathVersion.of("trino-main", installation.classPath("standalone/trino-server"));
        Program program = TrinoProcess.program(installation, folder, port, "file:" + warehouse.toAbsolutePath(), Map.of(), HEAP);
        process = program.process().get();
        try (Http http = new Http()) {
            process.awaitReady(() -> program.ready().test(http), START_LIMIT);
        }
        catch (Throwable e) {
            process.close();
            throw e;
        }
    }

    @Override
    public String description()
    {
        return "Trino %s, ALTER TABLE ... EXECUTE optimize at its defaults, heap %s".formatted(version, HEAP);
    }

    @Override
    public ProcessHandle process()
    {
        return process.handle();
    }

    @Override
    public void rewrite(Payload payload)
            throws SQLException
    {
        try (Connection connection = TrinoProcess.connect("localhost:" + port);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE %s EXECUTE optimize".formatted(payload.table()));
        }
    }

    @Override
    public void close()
    {
        process.close();
    }
}
