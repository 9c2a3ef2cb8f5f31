package io.icegate.trino;

import io.icegate.trino.config.Guard;
import io.trino.Session;
import io.trino.testing.QueryRunner;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/**
 * A warehouse that receivers write to, and an embedded server that reads it. Tests that share one take a namespace each.
 */
final class TrinoLake
        implements AutoCloseable
{
    private final Path folder;
    private final WalFixture fixture;
    private final QueryRunner runner;
    private final Session session = IceGateQueryRunner.session(IceGateQueryRunner.CATALOG);
    private final AtomicInteger namespaces = new AtomicInteger();

    TrinoLake(Path folder)
            throws Exception
    {
        this(folder, Map.of());
    }

    TrinoLake(Path folder, Map<String, String> properties)
            throws Exception
    {
        this(folder, properties, EnumSet.noneOf(Guard.class));
    }

    /**
     * @param controls guards for which there is a catalog without them
     */
    TrinoLake(Path folder, Map<String, String> properties, EnumSet<Guard> controls)
            throws Exception
    {
        this.folder = folder;
        fixture = new WalFixture(folder);
        runner = IceGateQueryRunner.create(folder, controls, properties);
    }

    Path folder()
    {
        return folder;
    }

    WalFixture fixture()
    {
        return fixture;
    }

    QueryRunner runner()
    {
        return runner;
    }

    void addCatalog(String name, Map<String, String> properties)
    {
        runner.createCatalog(name, "icegate", IceGateQueryRunner.catalogProperties(folder, properties));
    }

    /**
     * A name that no other call gets.
     */
    String namespace()
    {
        return "ns" + namespaces.incrementAndGet();
    }

    void sql(String statement)
    {
        runner.execute(session, statement);
    }

    List<List<Object>> rows(String query)
    {
        return rows(session, query);
    }

    List<List<Object>> rows(Session other, String query)
    {
        return IceGateQueryRunner.rows(runner, other, query);
    }

    Object value(String query)
    {
        return rows(query).getFirst().getFirst();
    }

    List<Object> column(String query)
    {
        return rows(query).stream().map(List::getFirst).toList();
    }

    /**
     * The numbers of the rows, by which the fixture tells them apart.
     */
    List<Long> numbers(String table)
    {
        return column("SELECT time_unix_nano FROM %s ORDER BY 1".formatted(table)).stream().map(Long.class::cast).toList();
    }

    static List<Long> range(long first, long last)
    {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    @Override
    public void close()
            throws Exception
    {
        runner.close();
        fixture.close();
    }
}
