package io.icegate.objectstore.azure;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.StoreSelfCheck;
import io.icegate.objectstore.http.AbstractTestHttpObjectStore;
import io.icegate.objectstore.http.HttpLogEntry;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestAzureObjectStore
        extends AbstractTestHttpObjectStore<StrictAzureServer>
{
    private static final String HOST = StrictAzureServer.ACCOUNT + ".dfs.core.windows.net";

    TestAzureObjectStore()
    {
        super(StrictAzureServer.start());
    }

    @Override
    protected ObjectStore open(String bucket, String prefix, Duration putTimeout)
    {
        return AzureObjectStore.open(bucket + "@" + HOST, prefix, withTimeout(server().properties(), AzureProperties.PUT_TIMEOUT_MILLIS, putTimeout));
    }

    @Override
    protected String location(ObjectKey key)
    {
        return "abfss://lake@%s/wh/one/%s".formatted(HOST, key);
    }

    @Override
    protected String missingBucket()
    {
        return "ContainerNotFound";
    }

    @Test
    void testDeletionsTravelTogether()
            throws IOException
    {
        List<ObjectKey> keys = IntStream.range(0, 300).mapToObj(number -> FOLDER.child("ü %s".formatted(number))).toList();
        for (ObjectKey key : keys.subList(0, 290)) {
            store().put(key, new byte[0]);
        }
        server().takeRequests();
        store().delete(keys);
        assertThat(server().keys(BUCKET)).isEmpty();
        assertThat(server().takeRequests()).extracting(HttpLogEntry::target).hasSize(2).allMatch(target -> target.startsWith("POST "));
    }

    /**
     * A server that knows no start costs more and is right all the same, and is told apart.
     */
    @Test
    void testServerWithoutStarts()
            throws IOException
    {
        for (int i = 0; i < 6000; i++) {
            server().store(BUCKET, "wh/one/%s/%05d".formatted(FOLDER, i));
        }
        Optional<ObjectKey> after = Optional.of(FOLDER.child("05990"));
        assertThat(store().list(FOLDER, after, 3).objects()).extracting(head -> head.key().name()).containsExactly("05991", "05992", "05993");
        assertThat(store().listsWholeFolders()).isFalse();
        server().ignoreStarts();
        ListPage page = store().list(FOLDER, Optional.of(FOLDER.child("00999")), 1000);
        assertThat(page.objects()).as("not only what the first answer holds").hasSize(1000);
        assertThat(page.objects().get(0).key().name()).isEqualTo("01000");
        assertThat(store().list(FOLDER, after, 1000).objects()).hasSize(9);
        assertThat(store().listsWholeFolders()).isTrue();
        server().takeRequests();
        assertThat(store().list(FOLDER, after, 3).objects()).extracting(head -> head.key().name()).containsExactly("05991", "05992", "05993");
        assertThat(store().list(FOLDER, after, 3).truncated()).isTrue();
        assertThat(server().takeRequests()).hasSize(4);
    }

    /**
     * An account with a hierarchical namespace is refused, also where it may not be asked for.
     */
    @Test
    void testHierarchicalNamespaceIsRefused()
            throws IOException
    {
        StoreSelfCheck.verify(store());
        server().becomeHierarchical();
        assertThatThrownBy(() -> StoreSelfCheck.verify(store()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot use abfss://lake@%s/wh/one/: the storage account has a hierarchical namespace (Data Lake Storage Gen2), which lists folders as objects".formatted(HOST));
        server().keepKindSecret();
        assertThatThrownBy(() -> StoreSelfCheck.verify(store()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot use this store: it lists folders as objects: it showed _selfcheck/");
        assertThat(server().keys(BUCKET)).isEmpty();
    }

    @Test
    void testAccountThatDoesNotTellItsKind()
            throws IOException
    {
        server().keepKindSecret();
        StoreSelfCheck.verify(store());
    }
}
