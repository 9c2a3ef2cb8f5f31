package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.catalog.TableIdentifier;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The writers of a warehouse, one for each receiver and table, on this machine or elsewhere, as the warehouse itself knows them: each
 * registers before it writes, and says every ten seconds that it lives.
 */
final class WritersOfWarehouse
{
    static final List<String> COLUMNS = List.of("writer", "table", "state", "host", "build", "started", "seen_seconds_ago");
    /**
     * One that ended long ago is of no interest.
     */
    private static final Duration SHOWN = Duration.ofMinutes(10);
    private static final int WRITERS_MAX = 1_000;
    private static final int REASON_LENGTH_MAX = 200;
    private static final Map<String, String> STORE_PROPERTIES = Map.of("s3.path-style-access", "true");
    private static final Map<String, String> DEFAULT_REGION = Map.of("s3.path-style-access", "true", "client.region", "us-east-1");

    private WritersOfWarehouse() {}

    static List<List<Object>> rows(String warehouse)
    {
        return rows(open(warehouse));
    }

    /**
     * Opens a warehouse with the variables of the store that this process was given.
     */
    static Warehouse open(String warehouse)
    {
        return Warehouses.open(warehouse, storeProperties());
    }

    /**
     * What opens the stores of this process's environment.
     */
    static Map<String, String> storeProperties()
    {
        boolean hasRegion = System.getenv().containsKey("AWS_REGION") || System.getenv().containsKey("AWS_DEFAULT_REGION");
        return hasRegion ? STORE_PROPERTIES : DEFAULT_REGION;
    }

    /**
     * Why the writers of a warehouse are not known, in one line.
     */
    static String problem(String warehouse, String reason)
    {
        return "Cannot list the writers of %s: %s%s".formatted(
                warehouse,
                reason.length() > REASON_LENGTH_MAX ? reason.substring(0, REASON_LENGTH_MAX) + " ..." : reason,
                warehouse.startsWith("s3:") ? " (the variables of the store are needed here, too)" : "");
    }

    // visible for testing
    static List<List<Object>> rows(Warehouse warehouse)
    {
        WriterRegistry registry = new WriterRegistry(warehouse.store());
        ObjectStoreCatalog catalog = ObjectStoreCatalog.open("status", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
        WriterRegistry.Listing listing = registry.list();
        List<List<Object>> rows = new ArrayList<>();
        for (Map.Entry<WriterId, Instant> seen : listing.lastSeen().entrySet()) {
            Duration ago = Duration.between(seen.getValue(), listing.now());
            if (ago.compareTo(SHOWN) > 0 || rows.size() == WRITERS_MAX) {
                continue;
            }
            String state = listing.isSilent(seen.getKey(), WriterRegistry.SILENT_AFTER) ? "silent" : "alive";
            rows.add(row(catalog, registry, seen.getKey(), state, Math.max(0, ago.toSeconds())));
        }
        return rows;
    }

    private static List<Object> row(ObjectStoreCatalog catalog, WriterRegistry registry, WriterId writer, String state, long secondsAgo)
    {
        Optional<RegistryEntry> entry;
        try {
            entry = registry.entry(writer);
        }
        catch (WalException e) {
            if (e.kind() != WalException.Kind.CORRUPT) {
                throw e;
            }
            // the others are told all the same
            return List.of(writer.toString(), "?", "unreadable", "", "", "", secondsAgo);
        }
        return List.of(
                writer.toString(),
                entry.map(RegistryEntry::tables).orElse(Set.of()).stream().map(table -> name(catalog, table)).sorted().collect(Collectors.joining(", ")),
                state,
                entry.map(RegistryEntry::host).orElse(""),
                entry.map(RegistryEntry::build).orElse(""),
                entry.map(RegistryEntry::started).map(Instant::toString).orElse(""),
                secondsAgo);
    }

    private static String name(ObjectStoreCatalog catalog, UUID table)
    {
        return catalog.findTable(table).map(TableIdentifier::toString).orElse("dropped");
    }
}
