package io.icegate.maintenance.year;

import io.icegate.maintenance.year.RequestLedger.Action;
import io.icegate.maintenance.year.RequestLedger.Counts;
import io.icegate.maintenance.year.RequestLedger.Kind;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.batches.BatchWindow;
import org.apache.iceberg.TableMetadata;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What one day of the model cost, and what lay in the store: curve → value, each the mean of the day.
 */
final class DaySample
{
    /**
     * What the other tables have.
     */
    static final String OTHERS = "others";
    /**
     * Bytes that live in this process, without those of the store.
     */
    static final String HEAP = "heap";
    /**
     * How often something was done, which is the model's choice but for commits.
     */
    static final String COUNT_OF = "count of ";
    private static final List<String> PREFIXES = List.of(
            "_catalog/log",
            "_catalog/ckpt",
            "_catalog/gc",
            "_live",
            "_wal/_batches",
            "_wal/_committers",
            "_wal/_writers",
            "_wal/segments",
            "tables/data",
            "tables/metadata");

    private final Map<String, Double> sums = new TreeMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private long stored;

    /**
     * Looks at the store, without counting that.
     */
    void look(MemoryObjectStore store, TableMetadata metadata)
    {
        Map<String, Double> objects = new TreeMap<>();
        long bytes = 0;
        PREFIXES.forEach(prefix -> objects.put("objects " + prefix, 0.0));
        for (String folder : List.of("_catalog", "_wal", "_live", YearReceiver.NAMESPACE.toString())) {
            Optional<ObjectKey> after = Optional.empty();
            while (true) {
                ListPage page = store.list(new ObjectKey(folder), after, ObjectStore.LIST_COUNT_MAX);
                for (ObjectHead object : page.objects()) {
                    bytes += object.size();
                    objects.merge("objects " + prefix(object.key().value(), metadata), 1.0, Double::sum);
                }
                if (!page.truncated()) {
                    break;
                }
                after = Optional.of(page.objects().get(page.objects().size() - 1).key());
            }
        }
        objects.forEach(this::add);
        stored = bytes;
        Map<String, String> properties = metadata.properties();
        add("size metadata.json", store.head(key(metadata)).map(ObjectHead::size).orElse(0L));
        add("size vector", properties.getOrDefault(OffsetVector.PROPERTY, "").length());
        add("size window", properties.getOrDefault(BatchWindow.PROPERTY, "").length());
        add("batch ids", BatchWindow.of(properties).count());
        add("snapshots", metadata.snapshots().size());
    }

    /**
     * Bytes of all objects at the last look.
     */
    long stored()
    {
        return stored;
    }

    private static ObjectKey key(TableMetadata metadata)
    {
        String location = metadata.metadataFileLocation();
        return new ObjectKey(location.substring(location.indexOf("otel/")));
    }

    /**
     * Folders that live and die for one reason. The tables beside the one that is measured get a segment a day, so it takes them
     * months until they have the hundred snapshots that are kept; they are counted apart.
     */
    static boolean isOfOthers(ObjectKey key, TableMetadata metadata)
    {
        return prefix(key.value(), metadata).equals(OTHERS);
    }

    private static String prefix(String key, TableMetadata metadata)
    {
        String[] parts = key.split("/", -1);
        return switch (parts[0]) {
            case "_catalog" -> "_catalog/" + (parts.length > 2 ? parts[1] : "");
            case "_wal" -> {
                if (parts.length < 4 || parts[2].startsWith("_")) {
                    yield parts.length < 4 ? "_wal" : "_wal/" + parts[2];
                }
                yield !parts[2].equals(metadata.uuid()) ? OTHERS : parts[3].equals("_batches") ? "_wal/_batches" : "_wal/segments";
            }
            case "_live" -> parts.length > 2 && !parts[2].equals(metadata.uuid()) ? OTHERS : "_live";
            default -> parts.length > 2 && metadata.location().endsWith("/" + parts[1]) ? "tables/" + parts[2] : OTHERS;
        };
    }

    void add(String curve, double value)
    {
        sums.merge(curve, value, Double::sum);
        counts.merge(curve, 1, Integer::sum);
    }

    void add(Map<Action, Counts> day)
    {
        day.forEach((action, count) -> {
            if (action == Action.OTHER) {
                return;
            }
            String name = action.name().toLowerCase(Locale.ROOT);
            add("requests per " + name, count.meanRequests());
            add("lists per " + name, count.mean(Kind.LIST));
            add("segment reads per " + name, count.mean(Kind.SEGMENT_GET));
            add("bytes per " + name, count.meanBytes());
            add(COUNT_OF + name, count.actions());
        });
    }

    OptionalDouble find(String curve)
    {
        Double sum = sums.get(curve);
        Integer count = counts.get(curve);
        return sum == null || count == null ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
    }

    Map<String, Double> values()
    {
        Map<String, Double> values = new TreeMap<>();
        sums.keySet().forEach(curve -> values.put(curve, find(curve).orElseThrow()));
        return values;
    }
}
