package io.icegate.rest;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.log.ArchivedLog;
import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.log.LogFixture;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.ClockOffException;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.s3.S3Fault;
import io.icegate.objectstore.s3.S3FaultPlan;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * A warehouse on an S3 server whose requests fail, and whose catalog is collected after seconds. Everything that is deleted is archived.
 *
 * <p>Collection grants clocks a minute, so the store dates its objects a minute earlier than it is.
 */
final class ServedWarehouse
        implements Closeable
{
    private static final String BUCKET = "lake";
    private static final String LOCATION = "s3://" + BUCKET;
    private static final Duration FENCE = Duration.ofSeconds(1);
    private static final Duration RETENTION = FENCE.multipliedBy(4);
    /**
     * Longer than the fence: who was in it must not trust what he knows.
     */
    private static final Duration HANG = FENCE.multipliedBy(3).dividedBy(2);

    private final StrictS3Server server = StrictS3Server.start(dated(InstantSource.system()));
    private final List<Closeable> opened = new ArrayList<>();
    private final ArchivedLog archive;

    ServedWarehouse()
    {
        server.createBucket(BUCKET);
        archive = ArchivedLog.follow(server, BUCKET);
        try (CatalogLog log = LogFixture.open(opened(Warehouses.open(LOCATION, server.properties()).store()), CatalogEnvironment.system(), FENCE, RETENTION)) {
            log.state(); // creates the format
        }
    }

    private static InstantSource dated(InstantSource clock)
    {
        return new InstantSource()
        {
            @Override
            public Instant instant()
            {
                return clock.instant().minus(ClockComparison.OFF_MAX);
            }
        };
    }

    private <T extends Closeable> T opened(T resource)
    {
        opened.add(resource);
        return resource;
    }

    /**
     * As catalogs take them.
     */
    Map<String, String> properties()
    {
        Map<String, String> properties = new HashMap<>(server.properties());
        properties.put("warehouse", LOCATION);
        return properties;
    }

    ArchivedLog archive()
    {
        return archive;
    }

    StrictS3Server server()
    {
        return server;
    }

    /**
     * A catalog in this process.
     *
     * @param decorator of its store
     */
    ObjectStoreCatalog embedded(UnaryOperator<ObjectStore> decorator)
    {
        Warehouse plain = Warehouses.open(LOCATION, server.properties());
        Warehouse warehouse = new Warehouse(plain.root(), opened(decorator.apply(plain.store())));
        return opened(ObjectStoreCatalog.open("embedded", warehouse, new ObjectStoreFileIO(warehouse), Map.of()));
    }

    /**
     * From now on this share of the requests fails before or after its effect, is late, or hangs.
     */
    void fail(long seed, double rate)
    {
        server.follow(S3FaultPlan.standard(seed).withRate(rate).withFaults(EnumSet.allOf(S3Fault.class)).withWaits(Duration.ofMillis(20), HANG));
    }

    void failNoMore()
    {
        server.follow(S3FaultPlan.none());
    }

    /**
     * Collects what is old, again and again.
     */
    static void collect(ObjectStoreCatalog catalog, BooleanSupplier over)
    {
        while (!over.getAsBoolean()) {
            try {
                catalog.collectLog();
            }
            catch (RuntimeIOException | ClockOffException _) {
                // the next time
            }
            LockSupport.parkNanos(FENCE.toNanos() / 2);
        }
    }

    @Override
    public void close()
            throws IOException
    {
        for (Closeable each : opened.reversed()) {
            each.close();
        }
        server.close();
    }
}
