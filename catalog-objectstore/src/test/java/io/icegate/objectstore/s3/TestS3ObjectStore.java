package io.icegate.objectstore.s3;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.ObjectStoreRaces;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.StoredObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestS3ObjectStore
        extends AbstractTestObjectStore
{
    private static final ObjectKey KEY = FOLDER.child("key");

    private final StrictS3Server server = StrictS3Server.start();

    @Override
    protected ObjectStore createStore()
    {
        return open(Map.of());
    }

    @Override
    protected ObjectStore reopen(ObjectStore first)
    {
        return open(Map.of());
    }

    @Override
    protected int rounds()
    {
        return 20;
    }

    private ObjectStore open(Map<String, String> more)
    {
        Map<String, String> properties = new HashMap<>(server.properties());
        // on a busy machine the usual deadline would pass without a fault
        properties.put(S3Properties.PUT_TIMEOUT_MILLIS, "60000");
        properties.putAll(more);
        return S3ObjectStore.open("lake", "wh/one", properties);
    }

    @AfterEach
    void stopServer()
    {
        server.close();
    }

    @Test
    void testKeysLieBelowThePrefix()
            throws IOException
    {
        store().putIfAbsent(KEY, bytes("x"));
        assertThat(server.keys("lake")).containsExactly("wh/one/" + KEY);
        try (ObjectStore whole = S3ObjectStore.open("lake", "", server.properties())) {
            assertThat(whole.get(new ObjectKey("wh/one/" + KEY))).isPresent();
            assertThat(whole.list(new ObjectKey("wh"), Optional.empty(), 10).objects()).extracting(ObjectHead::key).containsExactly(new ObjectKey("wh/one/" + KEY));
        }
    }

    /**
     * The JDK would keep five, and open and close one for each request beyond them.
     */
    @Test
    void testConnectionsAreKept()
            throws Exception
    {
        server.follow(Duration.ofMillis(50), Duration.ZERO);
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            for (int round = 0; round < 10; round++) {
                Callable<Optional<StoredObject>> reading = () -> store().get(KEY);
                for (Future<Optional<StoredObject>> read : threads.invokeAll(nCopies(20, reading))) {
                    assertThat(read.get()).isEmpty();
                }
            }
        }
        finally {
            threads.shutdown();
        }
        assertThat(server.connectionCount()).isLessThan(60);
    }

    @Test
    void testStoreTimeIsTheServers()
            throws IOException
    {
        Instant before = Instant.now();
        ListPage page = store().list(FOLDER, Optional.empty(), 1);
        Instant after = Instant.now();
        assertThat(page.storeTime()).hasValueSatisfying(time -> assertThat(time).isBetween(before.minusSeconds(2), after.plusSeconds(2)));
    }

    @Test
    void testConditionalWriteIsSentOnce()
    {
        for (S3Fault fault : EnumSet.of(S3Fault.ERROR_BEFORE, S3Fault.SLOW_DOWN, S3Fault.CUT_BEFORE, S3Fault.CONFLICT)) {
            assertThat(putUnder(fault, bytes("x"))).as("%s", fault).isEqualTo(PutOutcome.UNKNOWN);
            assertThat(server.keys("lake")).as("%s", fault).isEmpty();
        }
        for (S3Fault fault : EnumSet.of(S3Fault.ERROR_AFTER, S3Fault.LOST_ACKNOWLEDGEMENT)) {
            for (byte[] content : List.of(bytes("content"), new byte[0], new byte[9_000_000])) {
                assertThat(putUnder(fault, content)).as("%s", fault).isEqualTo(PutOutcome.UNKNOWN);
                assertThat(server.object("lake", "wh/one/" + KEY)).as("%s", fault).hasValue(content);
                server.remove("lake", "wh/one/" + KEY);
            }
        }
    }

    private PutOutcome putUnder(S3Fault fault, byte[] content)
    {
        // connections that were used before, as later ones are: the JDK repeats some requests on those
        assertThat(store().putIfAbsent(FOLDER.child("warm"), bytes("x"))).isEqualTo(PutOutcome.WRITTEN);
        server.remove("lake", "wh/one/" + FOLDER.child("warm"));
        server.takeRequests();
        server.follow(S3FaultPlan.standard(1).withRate(1).withFaults(EnumSet.of(fault)));
        PutOutcome outcome = store().putIfAbsent(KEY, content);
        server.follow(S3FaultPlan.none());
        assertThat(server.takeRequests()).as("requests under %s", fault).hasSize(1)
                .allSatisfy(request -> assertThat(request.conditional()).isTrue());
        return outcome;
    }

    @Test
    void testConditionalWriteHasADeadline()
            throws IOException
    {
        try (ObjectStore store = open(Map.of(S3Properties.PUT_TIMEOUT_MILLIS, "300"))) {
            server.follow(S3FaultPlan.standard(1).withRate(1).withFaults(EnumSet.of(S3Fault.HANG)).withWaits(Duration.ZERO, Duration.ofSeconds(120)));
            long start = System.nanoTime();
            do {
                // on a busy machine the deadline may pass before the request is sent: once more then
                assertThat(store.putIfAbsent(KEY, bytes("late"))).isEqualTo(PutOutcome.UNKNOWN);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
            }
            while (server.hangingCount() == 0);
            assertThat(server.object("lake", "wh/one/" + KEY)).isEmpty();
            server.follow(S3FaultPlan.none());
            start = System.nanoTime();
            while (store.get(KEY).isEmpty() && System.nanoTime() - start < Duration.ofSeconds(60).toNanos()) {
                pollPause();
            }
            assertContent(KEY, "late");
        }
    }

    private static void pollPause()
    {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void testOtherRequestsAreRetried()
            throws IOException
    {
        store().put(KEY, bytes("x"));
        server.follow(S3FaultPlan.standard(3).withRate(0.1));
        for (int i = 0; i < 30; i++) {
            store().put(FOLDER.child("k" + i), bytes("x"));
            assertThat(store().get(FOLDER.child("k" + i))).isPresent();
            assertThat(store().head(FOLDER.child("k" + i))).isPresent();
            assertThat(store().get(FOLDER.child("absent" + i))).isEmpty();
        }
        server.follow(S3FaultPlan.none());
        assertThat(server.requests()).anySatisfy(request -> assertThat(request.fault()).isPresent());
    }

    @Test
    void testRaceUnderFaults()
            throws Exception
    {
        server.follow(S3FaultPlan.standard(Seeds.next("testRaceUnderFaults")).withWaits(Duration.ofMillis(2), Duration.ZERO)
                .withOperations(EnumSet.of(S3Operation.PUT)));
        ObjectStoreRaces.assertIncrementsSumUp(List.of(store(), another()), FOLDER, 6, 40);
        assertThat(server.requests()).extracting(S3LogEntry::fault).contains(
                Optional.of(S3Fault.CONFLICT), Optional.of(S3Fault.LOST_ACKNOWLEDGEMENT), Optional.of(S3Fault.ERROR_BEFORE), Optional.of(S3Fault.ERROR_AFTER));
    }

    @Test
    void testRefusals()
            throws IOException
    {
        store().put(KEY, bytes("x"));
        server.denyAccess();
        assertThatThrownBy(() -> store().putIfAbsent(KEY, bytes("x"))).isInstanceOf(ObjectStoreAccessException.class)
                .hasMessageContaining("Cannot create object s3://lake/wh/one/contract/folder/key: 403 AccessDenied");
        assertThatThrownBy(() -> store().get(KEY)).isInstanceOf(IOException.class).hasMessageContaining("403 AccessDenied");
        assertThatThrownBy(() -> store().read(KEY, 0, 1)).isInstanceOf(IOException.class).isNotInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> store().head(KEY)).isInstanceOf(IOException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().list(FOLDER, Optional.empty(), 1)).isInstanceOf(IOException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().delete(List.of(KEY))).isInstanceOf(IOException.class).hasMessageContaining("403");
        server.allowAccess();
        assertContent(KEY, "x");
    }

    @Test
    void testMissingBucket()
            throws IOException
    {
        server.requireBuckets();
        Map<String, String> properties = new HashMap<>(server.properties());
        properties.put(S3Properties.PUT_TIMEOUT_MILLIS, "60000");
        try (ObjectStore store = S3ObjectStore.open("nowhere", "", properties)) {
            assertThatThrownBy(() -> store.putIfAbsent(KEY, bytes("x"))).isInstanceOf(ObjectStoreAccessException.class).hasMessageContaining("404 NoSuchBucket");
            assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(IOException.class).hasMessageContaining("NoSuchBucket");
            assertThatThrownBy(() -> store.list(FOLDER, Optional.empty(), 1)).isInstanceOf(IOException.class).hasMessageContaining("NoSuchBucket");
            assertThatThrownBy(() -> store.put(KEY, bytes("x"))).isInstanceOf(IOException.class).hasMessageContaining("NoSuchBucket");
        }
    }

    @Test
    void testUnreachableServer()
            throws IOException
    {
        server.close();
        assertThat(store().putIfAbsent(KEY, bytes("x"))).isEqualTo(PutOutcome.UNKNOWN);
        assertThatThrownBy(() -> store().get(KEY)).isInstanceOf(IOException.class).hasMessageContaining("Cannot read object s3://lake/wh/one/contract/folder/key");
    }

    @Test
    void testForeignObjectsAreSkipped()
            throws Exception
    {
        for (String name : List.of("", "a", "b/", "c//d", "e".repeat(890))) {
            HttpRequest put = HttpRequest.newBuilder(URI.create("%s/lake/wh/one/%s/%s".formatted(server.endpoint(), FOLDER, name)))
                    .PUT(HttpRequest.BodyPublishers.ofString("x")).build();
            assertThat(HttpClient.newHttpClient().send(put, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(200);
        }
        assertThat(store().list(FOLDER, Optional.empty(), 10).objects()).extracting(head -> head.key().name()).containsExactly("a");
        ListPage first = store().list(FOLDER, Optional.empty(), 1);
        assertThat(first.objects()).extracting(head -> head.key().name()).containsExactly("a");
        assertThat(store().list(FOLDER, Optional.of(FOLDER.child("a")), 1).objects()).isEmpty();
    }
}
