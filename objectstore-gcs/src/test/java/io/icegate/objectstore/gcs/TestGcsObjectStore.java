package io.icegate.objectstore.gcs;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.http.AbstractTestHttpObjectStore;
import io.icegate.objectstore.http.HttpLogEntry;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestGcsObjectStore
        extends AbstractTestHttpObjectStore<StrictGcsServer>
{
    TestGcsObjectStore()
    {
        super(StrictGcsServer.start());
    }

    @Override
    protected ObjectStore open(String bucket, String prefix, Duration putTimeout)
    {
        return GcsObjectStore.open(bucket, prefix, withTimeout(server().properties(), GcsProperties.PUT_TIMEOUT_MILLIS, putTimeout));
    }

    @Override
    protected String location(ObjectKey key)
    {
        return "gs://lake/wh/one/" + key;
    }

    @Override
    protected String missingBucket()
    {
        return "The specified bucket does not exist";
    }

    @Test
    void testDeletionsTravelTogether()
            throws IOException
    {
        List<ObjectKey> keys = IntStream.range(0, 150).mapToObj(number -> FOLDER.child("ü %s".formatted(number))).toList();
        for (ObjectKey key : keys.subList(0, 140)) {
            store().put(key, new byte[0]);
        }
        server().takeRequests();
        store().delete(keys);
        assertThat(server().keys(BUCKET)).isEmpty();
        assertThat(server().takeRequests()).extracting(HttpLogEntry::target).containsExactly("POST /batch/storage/v1", "POST /batch/storage/v1");
    }
}
