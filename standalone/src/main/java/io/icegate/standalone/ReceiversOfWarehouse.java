package io.icegate.standalone;

import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.warehouse.Warehouses;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The receivers that write to a warehouse, on this machine or elsewhere, as the warehouse itself knows them: each registers before it
 * writes, and says every ten seconds that it lives.
 */
final class ReceiversOfWarehouse
{
    static final List<String> COLUMNS = List.of("receiver", "state", "host", "build", "started", "seen_seconds_ago");
    /**
     * One that ended long ago is of no interest.
     */
    private static final Duration SHOWN = Duration.ofMinutes(10);
    private static final int RECEIVERS_MAX = 1_000;
    private static final int REASON_LENGTH_MAX = 200;
    private static final Map<String, String> STORE_PROPERTIES = Map.of("s3.path-style-access", "true");
    private static final Map<String, String> DEFAULT_REGION = Map.of("s3.path-style-access", "true", "client.region", "us-east-1");

    private ReceiversOfWarehouse() {}

    static List<List<Object>> rows(String warehouse)
    {
        boolean hasRegion = System.getenv().containsKey("AWS_REGION") || System.getenv().containsKey("AWS_DEFAULT_REGION");
        return rows(Warehouses.open(warehouse, hasRegion ? STORE_PROPERTIES : DEFAULT_REGION).store());
    }

    /**
     * Why the receivers of a warehouse are not known, in one line.
     */
    static String problem(String warehouse, String reason)
    {
        return "Cannot list the receivers of %s: %s%s".formatted(
                warehouse,
                reason.length() > REASON_LENGTH_MAX ? reason.substring(0, REASON_LENGTH_MAX) + " ..." : reason,
                warehouse.startsWith("s3:") ? " (the variables of the store are needed here, too)" : "");
    }

    private static List<List<Object>> rows(ObjectStore store)
    {
        WriterRegistry registry = new WriterRegistry(store);
        WriterRegistry.Listing listing = registry.list();
        List<List<Object>> rows = new ArrayList<>();
        for (Map.Entry<WriterId, Instant> seen : listing.lastSeen().entrySet()) {
            Duration ago = Duration.between(seen.getValue(), listing.now());
            if (ago.compareTo(SHOWN) > 0 || rows.size() == RECEIVERS_MAX) {
                continue;
            }
            Optional<RegistryEntry> entry = registry.entry(seen.getKey());
            boolean silent = listing.isSilent(seen.getKey(), WriterRegistry.SILENT_AFTER);
            rows.add(List.of(
                    seen.getKey().toString(),
                    silent ? "silent" : "alive",
                    entry.map(RegistryEntry::host).orElse(""),
                    entry.map(RegistryEntry::build).orElse(""),
                    entry.map(RegistryEntry::started).map(Instant::toString).orElse(""),
                    Math.max(0, ago.toSeconds())));
        }
        return rows;
    }
}
