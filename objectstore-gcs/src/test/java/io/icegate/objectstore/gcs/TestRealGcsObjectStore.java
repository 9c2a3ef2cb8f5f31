package io.icegate.objectstore.gcs;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Seeds;
import io.icegate.warehouse.Warehouses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The contract against a bucket that {@code ICEGATE_TEST_GCS=gs://bucket} names, with the usual credentials of Google. Each
 * test works below a folder of its own and removes it.
 */
@EnabledIfEnvironmentVariable(named = "ICEGATE_TEST_GCS", matches = "gs://.+", disabledReason = "no bucket was named by ICEGATE_TEST_GCS")
final class TestRealGcsObjectStore
        extends AbstractTestObjectStore
{
    private final String prefix = "contract-%s".formatted(Seeds.next("TestRealGcsObjectStore"));

    @Override
    protected ObjectStore createStore()
    {
        return Warehouses.open(System.getenv("ICEGATE_TEST_GCS") + "/" + prefix, Map.of(GcsProperties.PUT_TIMEOUT_MILLIS, "20000")).store();
    }

    @Override
    protected ObjectStore reopen(ObjectStore first)
    {
        return createStore();
    }

    @AfterEach
    void removeObjects()
            throws IOException
    {
        for (ObjectKey folder : List.of(new ObjectKey("contract"), new ObjectKey("k"))) {
            ListPage page;
            do {
                page = store().list(folder, Optional.empty(), ObjectStore.LIST_COUNT_MAX);
                store().delete(page.objects().stream().map(ObjectHead::key).toList());
            }
            while (page.truncated());
        }
    }
}
