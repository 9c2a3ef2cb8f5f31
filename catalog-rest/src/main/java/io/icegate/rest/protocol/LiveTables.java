package io.icegate.rest.protocol;

import io.airlift.log.Logger;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.read.LiveSnapshots;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.registry.BoundedMap;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Tables as they are now: the committed snapshot, and one more with the rows that wait in the WAL. What was made is kept for requests
 * that want the same, and made anew when the table or its tail moved. Safe for use by many threads.
 */
public final class LiveTables
{
    /**
     * Tables whose last answer is kept.
     */
    static final int TABLES_MAX = 32;

    private static final Logger log = Logger.get(LiveTables.class);

    private final ObjectStoreCatalog catalog;
    private final EngineWal wal;
    private final long stalenessNanosMax;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Runnable made;
    private final Map<UUID, Slot> slots = BoundedMap.create(TABLES_MAX);

    /**
     * @param stalenessMax how old a look at the WAL may be for a request that comes now; bounds how often snapshots are made
     * @param made is told of each snapshot that is made, which costs two objects or three
     */
    public LiveTables(ObjectStoreCatalog catalog, EngineWal wal, Duration stalenessMax, InstantSource clock, LongSupplier nanoTime, Runnable made)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.wal = requireNonNull(wal, "wal is null");
        this.stalenessNanosMax = stalenessMax.toNanos();
        this.clock = requireNonNull(clock, "clock is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.made = requireNonNull(made, "made is null");
    }

    /**
     * A table with rows behind its snapshot.
     *
     * @param version names what it holds, and for how long it may be used: equal versions can stand for each other, whichever server
     *         made them
     */
    record LiveTable(String version, Slot slot, Pin pin)
    {
        LiveTable
        {
            requireNonNull(version, "version is null");
            requireNonNull(slot, "slot is null");
            requireNonNull(pin, "pin is null");
        }

        /**
         * Stores what readers need, unless that is done.
         */
        TableMetadata metadata()
        {
            return slot.metadata(this);
        }
    }

    /**
     * Metadata first, then what lies behind it.
     *
     * @param catalogVersion at which the table had this metadata
     * @param readNanos before the WAL was looked at
     */
    private record Pin(long catalogVersion, String location, TableMetadata base, LiveTail tail, long readNanos) {}

    private record Made(String version, TableMetadata metadata) {}

    /**
     * Empty when the committed snapshot is all that there is; so for tables that have no WAL, or do not exist.
     *
     * @throws io.icegate.wal.OffsetsDisagreeException when the metadata contradicts itself about what is committed
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer or too many segments wait
     */
    Optional<LiveTable> find(TableIdentifier name)
    {
        CatalogState state = catalog.state();
        Optional<CatalogObject> table = state.object(name, ObjectKind.TABLE);
        if (table.isEmpty()) {
            return Optional.empty();
        }
        Slot slot = slots.computeIfAbsent(table.orElseThrow().uuid(), _ -> new Slot());
        Pin pin = slot.pin(state.version(), table.orElseThrow().metadataLocation());
        if (pin.tail().isEmpty()) {
            return Optional.empty();
        }
        long age = clock.millis() / LiveSnapshots.AGE_MAX.toMillis();
        return Optional.of(new LiveTable(pin.location() + "\n" + pin.tail().digest() + "\n" + age, slot, pin));
    }

    /**
     * The newest answer for one table. Whoever comes while one is made waits for it.
     */
    private final class Slot
    {
        private @Nullable Pin pin;
        private @Nullable Made last;

        synchronized Pin pin(long catalogVersion, String location)
        {
            Pin known = pin;
            // a request that looked at the catalog before another one did must not go back
            if (known == null || (catalogVersion > known.catalogVersion() && !location.equals(known.location()))) {
                known = look(catalogVersion, location, TableMetadataParser.read(catalog.io(), location));
            }
            else if (nanoTime.getAsLong() - known.readNanos() > stalenessNanosMax) {
                known = look(Math.max(catalogVersion, known.catalogVersion()), known.location(), known.base());
            }
            pin = known;
            return known;
        }

        private Pin look(long catalogVersion, String location, TableMetadata base)
        {
            long began = nanoTime.getAsLong();
            return new Pin(catalogVersion, location, base, wal.tail(base), began);
        }

        synchronized TableMetadata metadata(LiveTable table)
        {
            Made known = last;
            if (known == null || !known.version().equals(table.version())) {
                Pin pinned = table.pin();
                String corruption = RunEnd.corruption(pinned.tail().ends());
                if (!corruption.isEmpty()) {
                    log.warn("table=%s: rows are left out: %s", pinned.base().location(), corruption);
                }
                known = new Made(table.version(), wal.withTail(pinned.base(), pinned.tail()));
                last = known;
                made.run();
            }
            return known.metadata();
        }
    }
}
