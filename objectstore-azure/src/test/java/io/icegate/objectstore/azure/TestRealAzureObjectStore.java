package io.icegate.objectstore.azure;

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
 * The contract against a container that {@code ICEGATE_TEST_AZURE=abfss://container@account.dfs.core.windows.net} names, with
 * the usual credentials of Azure. Each test works below a folder of its own and removes it.
 */
@EnabledIfEnvironmentVariable(named = "ICEGATE_TEST_AZURE", matches = "abfss://.+", disabledReason = "no container was named by ICEGATE_TEST_AZURE")
final class TestRealAzureObjectStore
        extends AbstractTestObjectStore
{
    private final String prefix = "contract-%s".formatted(Seeds.next("TestRealAzureObjectStore"));

    @Override
    protected ObjectStore createStore()
    {
        return Warehouses.open(System.getenv("ICEGATE_TEST_AZURE") + "/" + prefix, Map.of(AzureProperties.PUT_TIMEOUT_MILLIS, "20000")).store();
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
