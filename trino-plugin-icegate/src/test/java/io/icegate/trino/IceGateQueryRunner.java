package io.icegate.trino;

import com.google.common.collect.ImmutableMap;
import io.icegate.trino.config.Guard;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.trino.Session;
import io.trino.spi.Plugin;
import io.trino.spi.connector.ConnectorFactory;
import io.trino.testing.DistributedQueryRunner;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.QueryRunner;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static io.trino.testing.TestingSession.testSessionBuilder;
import static java.util.Locale.ENGLISH;

/**
 * An embedded server with catalogs on one warehouse: {@code icegate} as everybody uses it, and for tests of guards one
 * catalog per guard that leaves it out.
 */
final class IceGateQueryRunner
{
    static final String CATALOG = "icegate";
    /**
     * Connector and catalog that take every segment for one of ten rows.
     */
    static final String INEXACT_ROWS = "inexact_rows";
    /**
     * Connector and catalog that take every segment for one byte shorter than it is.
     */
    static final String INEXACT_SIZES = "inexact_sizes";

    private IceGateQueryRunner() {}

    static QueryRunner create(Path warehouse, EnumSet<Guard> controls, Map<String, String> properties)
            throws Exception
    {
        QueryRunner runner = DistributedQueryRunner.builder(session(CATALOG))
                .setWorkerCount(0)
                .build();
        try {
            runner.installPlugin(new IceGatePlugin());
            runner.installPlugin(new ControlsPlugin());
            Map<String, String> all = catalogProperties(warehouse, properties);
            runner.createCatalog(CATALOG, "icegate", all);
            for (Guard guard : controls) {
                runner.createCatalog(control(guard), control(guard), all);
            }
            if (!controls.isEmpty()) {
                runner.createCatalog(INEXACT_ROWS, INEXACT_ROWS, all);
                runner.createCatalog(INEXACT_SIZES, INEXACT_SIZES, all);
            }
            return runner;
        }
        catch (Throwable e) {
            runner.close();
            throw e;
        }
    }

    static Map<String, String> catalogProperties(Path warehouse, Map<String, String> properties)
    {
        return ImmutableMap.<String, String>builder()
                .put("icegate.warehouse", "file:" + warehouse)
                .put("fs.local.enabled", "true")
                .put("local.location", "/")
                .putAll(properties)
                .buildKeepingLast();
    }

    static Session session(String catalog)
    {
        return testSessionBuilder().setCatalog(catalog).setSchema("otel").build();
    }

    /**
     * Connector and catalog in which one guard is left out.
     */
    static String control(Guard guard)
    {
        return "without_" + guard.name().toLowerCase(ENGLISH);
    }

    static List<List<Object>> rows(QueryRunner runner, Session session, String sql)
    {
        MaterializedResult result = runner.execute(session, sql);
        return result.getMaterializedRows().stream().map(MaterializedRow::getFields).toList();
    }

    private static final class ControlsPlugin
            implements Plugin
    {
        @Override
        public Iterable<ConnectorFactory> getConnectorFactories()
        {
            SegmentCodec exact = new ParquetSegmentCodec();
            Stream<ConnectorFactory> guards = Arrays.stream(Guard.values()).map(guard -> new IceGateConnectorFactory(control(guard), EnumSet.of(guard), exact));
            Stream<ConnectorFactory> codecs = Stream.of(
                    new IceGateConnectorFactory(INEXACT_ROWS, EnumSet.noneOf(Guard.class), new InexactCodec(exact, _ -> 10, size -> size)),
                    new IceGateConnectorFactory(INEXACT_SIZES, EnumSet.noneOf(Guard.class), new InexactCodec(exact, rows -> rows, size -> size - 1)));
            return Stream.concat(guards, codecs).toList();
        }
    }
}
