package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogChanges;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Small catalogs for the tests of the log: one namespace, pointers instead of metadata files.
 */
public final class LogFixture
{
    public static final Namespace NAMESPACE = Namespace.of("ns");

    private LogFixture() {}

    public static CatalogLog open(ObjectStore store, CatalogEnvironment environment)
    {
        return new CatalogLog(store, environment, () -> "test", id -> CatalogFormat.create(id, CatalogFormat.RETENTION), () -> {});
    }

    public static CatalogLog open(ObjectStore store, CatalogEnvironment environment, Duration fence, Duration retention)
    {
        return new CatalogLog(store, environment, () -> "test", id -> new CatalogFormat(id, fence, retention, CatalogFormat.IDEMPOTENCY_WINDOW), () -> {});
    }

    public static TableIdentifier table(int number)
    {
        return TableIdentifier.of(NAMESPACE, "t" + number);
    }

    /**
     * Creates the table, or moves it from whatever it is.
     */
    public static Function<CatalogState, List<CatalogChange>> put(int number, String location)
    {
        return state -> List.of(pointer(state, number, location));
    }

    public static ObjectChange pointer(CatalogState state, int number, String location)
    {
        Optional<String> before = state.object(table(number)).map(CatalogObject::metadataLocation);
        return new ObjectChange(table(number), ObjectKind.TABLE, new UUID(7, number), before, Optional.of(location), Set.of("memory:tables/" + number));
    }

    public static Function<CatalogState, List<CatalogChange>> drop(int number)
    {
        return state -> CatalogChanges.drop(state, table(number), ObjectKind.TABLE);
    }

    public static Function<CatalogState, List<CatalogChange>> setNamespace(String key, String value)
    {
        return state -> List.of(new NamespaceChange(NAMESPACE, Optional.of(Map.of(key, value))));
    }

    public static Optional<String> location(CatalogState state, int number)
    {
        return state.object(table(number)).map(CatalogObject::metadataLocation);
    }

    /**
     * Every record of the log, checked for gaps.
     */
    public static List<CatalogRecord> records(ObjectStore store)
            throws IOException
    {
        List<CatalogRecord> records = new ArrayList<>();
        Optional<ObjectKey> last = Optional.empty();
        while (true) {
            var page = store.list(CatalogLayout.LOG, last, ObjectStore.LIST_COUNT_MAX);
            for (ObjectHead head : page.objects()) {
                long version = CatalogLayout.version(head.key()).orElseThrow();
                records.add(CatalogRecordParser.fromJson(version, store.get(head.key()).orElseThrow().content()));
                last = Optional.of(head.key());
            }
            if (!page.truncated()) {
                return withoutGaps(records);
            }
        }
    }

    /**
     * The records up to the first empty slot. What its writer left behind that one, when it was stopped, is not in the log; it was
     * offered ahead.
     *
     * @param stored in the order of their versions
     */
    static List<CatalogRecord> withoutGaps(List<CatalogRecord> stored)
    {
        List<CatalogRecord> records = new ArrayList<>();
        for (CatalogRecord record : stored) {
            if (record.version() == records.size() + 1) {
                records.add(record);
            }
            else if (record.version() - record.ahead() > records.size() + 1 || record.ahead() == 0) {
                throw new AssertionError("gap before record " + record.version());
            }
        }
        return records;
    }
}
