package io.icegate.objectstore.s3;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The contract against a server that is not ours: {@code -Dicegate.s3.endpoint=http://host:port}, with an existing bucket
 * {@code -Dicegate.s3.bucket=…} ({@code icegate-test}), credentials from the usual environment of AWS. Each test works
 * below a folder of its own and removes it.
 */
@EnabledIfSystemProperty(named = "icegate.s3.endpoint", matches = ".+", disabledReason = "no S3 server was named by -Dicegate.s3.endpoint")
final class TestRealS3ObjectStore
        extends AbstractTestObjectStore
{
    private final String prefix = "contract-%s".formatted(Seeds.next("TestRealS3ObjectStore"));

    @Override
    protected ObjectStore createStore()
    {
        return open(prefix);
    }

    @Override
    protected ObjectStore reopen(ObjectStore first)
    {
        return open(prefix);
    }

    private static ObjectStore open(String prefix)
    {
        Map<String, String> properties = new HashMap<>();
        properties.put(S3Properties.ENDPOINT, System.getProperty("icegate.s3.endpoint"));
        // a race on a small machine: the deadline is not what is tested here
        properties.put(S3Properties.PUT_TIMEOUT_MILLIS, "20000");
        return S3ObjectStore.open(System.getProperty("icegate.s3.bucket", "icegate-test"), prefix, properties);
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
