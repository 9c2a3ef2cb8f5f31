package io.icegate.objectstore.http;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.ObjectStoreRaces;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.StoreSelfCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The contract of a store behind HTTP, with faults and refusals. A subclass says which server and which adapter.
 */
public abstract class AbstractTestHttpObjectStore<S extends StrictHttpServer>
        extends AbstractTestObjectStore
{
    protected static final ObjectKey KEY = FOLDER.child("key");
    protected static final String BUCKET = "lake";
    private static final String PREFIX = "wh/one";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final S server;

    protected AbstractTestHttpObjectStore(S server)
    {
        this.server = server;
        server.createBucket(BUCKET);
    }

    /**
     * A store in a bucket of the server.
     *
     * @param putTimeout of a conditional write
     */
    protected abstract ObjectStore open(String bucket, String prefix, Duration putTimeout);

    /**
     * How messages name the objects of the store.
     */
    protected abstract String location(ObjectKey key);

    /**
     * The code of the cloud for a bucket that does not exist.
     */
    protected abstract String missingBucket();

    protected S server()
    {
        return server;
    }

    @Override
    protected ObjectStore createStore()
    {
        // on a busy machine the usual deadline would pass without a fault
        return open(BUCKET, PREFIX, PATIENCE);
    }

    @Override
    protected ObjectStore reopen(ObjectStore first)
    {
        return createStore();
    }

    @Override
    protected int rounds()
    {
        return 20;
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
        assertThat(server.keys(BUCKET)).containsExactly("wh/one/" + KEY);
        try (ObjectStore whole = open(BUCKET, "", PATIENCE)) {
            assertThat(whole.get(new ObjectKey("wh/one/" + KEY))).isPresent();
            assertThat(whole.list(new ObjectKey("wh"), Optional.empty(), 10).objects()).extracting(ObjectHead::key).containsExactly(new ObjectKey("wh/one/" + KEY));
        }
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
        for (HttpFault fault : EnumSet.of(HttpFault.ERROR_BEFORE, HttpFault.BUSY, HttpFault.TOO_MANY, HttpFault.CUT_BEFORE)) {
            assertThat(putUnder(fault, bytes("x"))).as("%s", fault).isEqualTo(PutOutcome.UNKNOWN);
            assertThat(server.keys(BUCKET)).as("%s", fault).isEmpty();
        }
        for (HttpFault fault : EnumSet.of(HttpFault.ERROR_AFTER, HttpFault.LOST_ACKNOWLEDGEMENT)) {
            for (byte[] content : List.of(bytes("content"), new byte[0], new byte[9_000_000])) {
                assertThat(putUnder(fault, content)).as("%s", fault).isEqualTo(PutOutcome.UNKNOWN);
                assertThat(server.object(BUCKET, "wh/one/" + KEY)).as("%s", fault).hasValue(content);
                server.remove(BUCKET, "wh/one/" + KEY);
            }
        }
    }

    private PutOutcome putUnder(HttpFault fault, byte[] content)
    {
        // connections that were used before, as later ones are: clients repeat some requests on those
        assertThat(store().putIfAbsent(FOLDER.child("warm"), bytes("x"))).isEqualTo(PutOutcome.WRITTEN);
        server.remove(BUCKET, "wh/one/" + FOLDER.child("warm"));
        server.takeRequests();
        server.follow(HttpFaultPlan.always(fault));
        PutOutcome outcome = store().putIfAbsent(KEY, content);
        server.follow(HttpFaultPlan.none());
        assertThat(server.takeRequests()).as("requests under %s", fault).hasSize(1)
                .allSatisfy(request -> assertThat(request.conditional()).isTrue());
        return outcome;
    }

    @Test
    void testConditionalWriteHasADeadline()
            throws IOException
    {
        try (ObjectStore store = open(BUCKET, PREFIX, Duration.ofMillis(300))) {
            server.follow(HttpFaultPlan.always(HttpFault.HANG));
            long start = System.nanoTime();
            do {
                // on a busy machine the deadline may pass before the request is sent: once more then
                assertThat(store.putIfAbsent(KEY, bytes("late"))).isEqualTo(PutOutcome.UNKNOWN);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
            }
            while (server.hangingCount() == 0);
            assertThat(server.object(BUCKET, "wh/one/" + KEY)).isEmpty();
            server.follow(HttpFaultPlan.none());
            start = System.nanoTime();
            while (store.get(KEY).isEmpty() && System.nanoTime() - start < PATIENCE.toNanos()) {
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
    void testInterruptLeavesTheOutcomeUnknown()
    {
        Thread.currentThread().interrupt();
        try {
            assertThat(store().putIfAbsent(KEY, bytes("x"))).isEqualTo(PutOutcome.UNKNOWN);
        }
        finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void testOtherRequestsAreRetried()
            throws IOException
    {
        store().put(KEY, bytes("x"));
        server.follow(HttpFaultPlan.standard(3).withRate(0.1));
        for (int i = 0; i < 30; i++) {
            ObjectKey key = FOLDER.child("k" + i);
            store().put(key, bytes("x"));
            assertThat(store().get(key)).isPresent();
            assertThat(store().head(key)).isPresent();
            assertThat(store().read(key, 0, 1).content()).hasSize(1);
            assertThat(store().get(FOLDER.child("absent" + i))).isEmpty();
            assertThat(store().list(FOLDER, Optional.empty(), 1).objects()).hasSize(1);
        }
        store().delete(List.of(FOLDER.child("k1"), FOLDER.child("k2"), FOLDER.child("k3")));
        server.follow(HttpFaultPlan.none());
        assertThat(store().get(FOLDER.child("k2"))).isEmpty();
        assertThat(server.takeRequests()).anySatisfy(request -> assertThat(request.fault()).isPresent());
    }

    @Test
    void testRaceUnderFaults()
            throws Exception
    {
        server.follow(HttpFaultPlan.standard(Seeds.next("testRaceUnderFaults")).withConditionalOnly());
        ObjectStoreRaces.assertIncrementsSumUp(List.of(store(), another()), FOLDER, 6, 40);
        assertThat(server.takeRequests()).extracting(HttpLogEntry::fault).contains(
                Optional.of(HttpFault.LOST_ACKNOWLEDGEMENT), Optional.of(HttpFault.ERROR_BEFORE), Optional.of(HttpFault.ERROR_AFTER), Optional.of(HttpFault.CUT_BEFORE));
    }

    @Test
    void testSelfCheckRefusesAStoreWithoutConditions()
    {
        server.ignoreConditions();
        assertThatThrownBy(() -> StoreSelfCheck.verify(store())).isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot use this store: its put-if-absent does not work: the second write of ")
                .hasMessageEndingWith(" was not refused, the store ignores the condition");
    }

    @Test
    void testRefusals()
            throws IOException
    {
        store().put(KEY, bytes("x"));
        server.denyAccess(true);
        assertThatThrownBy(() -> store().putIfAbsent(KEY, bytes("x"))).isInstanceOf(ObjectStoreAccessException.class)
                .hasMessageContaining("Cannot create object %s: 403".formatted(location(KEY)));
        assertThatThrownBy(() -> store().get(KEY)).isInstanceOf(IOException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().read(KEY, 0, 1)).isInstanceOf(IOException.class).isNotInstanceOf(FileNotFoundException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().head(KEY)).isInstanceOf(IOException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().list(FOLDER, Optional.empty(), 1)).isInstanceOf(IOException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().delete(List.of(KEY))).isInstanceOf(IOException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().delete(List.of(KEY, FOLDER.child("other")))).isInstanceOf(IOException.class).hasMessageContaining("403");
        assertThatThrownBy(() -> store().put(KEY, bytes("y"))).isInstanceOf(IOException.class).hasMessageContaining("403");
        server.denyAccess(false);
        assertContent(KEY, "x");
    }

    @Test
    void testMissingBucket()
            throws IOException
    {
        try (ObjectStore store = open("nowhere", "", PATIENCE)) {
            assertThatThrownBy(() -> store.putIfAbsent(KEY, bytes("x"))).isInstanceOf(ObjectStoreAccessException.class).hasMessageContaining("404").hasMessageContaining(missingBucket());
            assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(IOException.class).hasMessageContaining(missingBucket());
            assertThatThrownBy(() -> store.list(FOLDER, Optional.empty(), 1)).isInstanceOf(IOException.class).hasMessageContaining(missingBucket());
            assertThatThrownBy(() -> store.put(KEY, bytes("x"))).isInstanceOf(IOException.class).hasMessageContaining(missingBucket());
        }
    }

    @Test
    void testUnreachableServer()
    {
        server.close();
        assertThat(store().putIfAbsent(KEY, bytes("x"))).isEqualTo(PutOutcome.UNKNOWN);
        assertThatThrownBy(() -> store().get(KEY)).isInstanceOf(IOException.class).hasMessageContaining("Cannot read object " + location(KEY));
    }

    @Test
    void testForeignObjectsAreSkipped()
            throws IOException
    {
        for (String name : List.of("", "a", "b/", "c//d", "e".repeat(890))) {
            server.store(BUCKET, "%s/%s/%s".formatted(PREFIX, FOLDER, name));
        }
        assertThat(store().list(FOLDER, Optional.empty(), 10).objects()).extracting(head -> head.key().name()).containsExactly("a");
        ListPage first = store().list(FOLDER, Optional.empty(), 1);
        assertThat(first.objects()).extracting(head -> head.key().name()).containsExactly("a");
        assertThat(store().list(FOLDER, Optional.of(FOLDER.child("a")), 1).objects()).isEmpty();
    }

    /**
     * Starting a listing far into a folder must not cost what lies before.
     */
    @Test
    void testListingStartsWhereItIsAskedTo()
            throws IOException
    {
        for (int i = 0; i < 2500; i++) {
            server.store(BUCKET, "%s/%s/%05d".formatted(PREFIX, FOLDER, i));
        }
        server.takeRequests();
        ListPage page = store().list(FOLDER, Optional.of(FOLDER.child("02490")), 5);
        assertThat(page.objects()).extracting(head -> head.key().name()).containsExactly("02491", "02492", "02493", "02494", "02495");
        assertThat(page.truncated()).isTrue();
        assertThat(server.takeRequests()).hasSize(1);
    }

    /**
     * Settings that a test gives to every store it opens.
     */
    protected static Map<String, String> withTimeout(Map<String, String> properties, String key, Duration putTimeout)
    {
        Map<String, String> all = new HashMap<>(properties);
        all.put(key, Long.toString(putTimeout.toMillis()));
        return all;
    }
}
