package io.icegate.objectstore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What every {@link ObjectStore} must do. A subclass says how to open one.
 */
public abstract class AbstractTestObjectStore
{
    protected static final ObjectKey FOLDER = new ObjectKey("contract/folder");

    private ObjectStore store;
    private final List<ObjectStore> opened = new ArrayList<>();

    /**
     * A store that holds nothing.
     */
    protected abstract ObjectStore createStore()
            throws Exception;

    /**
     * Another handle on the same objects, as another process would have it; the same handle where there can be no other.
     */
    protected ObjectStore reopen(ObjectStore first)
            throws Exception
    {
        return first;
    }

    /**
     * How many races of each kind.
     */
    protected int rounds()
    {
        return 40;
    }

    @BeforeEach
    void openStore()
            throws Exception
    {
        store = createStore();
        opened.add(store);
    }

    @AfterEach
    void closeStores()
            throws IOException
    {
        for (ObjectStore each : opened) {
            each.close();
        }
    }

    protected ObjectStore store()
    {
        return store;
    }

    @Test
    void testAbsent()
            throws IOException
    {
        ObjectKey key = FOLDER.child("absent");
        assertThat(store.get(key)).isEmpty();
        assertThat(store.head(key)).isEmpty();
        assertThatThrownBy(() -> store.read(key, 0, 10)).isInstanceOf(FileNotFoundException.class).hasMessageContaining(key.value());
        assertThat(store.list(FOLDER, Optional.empty(), 10).objects()).isEmpty();
        store.delete(List.of(key, FOLDER.child("absent-too")));
        store.delete(List.of());
    }

    @Test
    void testFolderIsNoObject()
            throws IOException
    {
        store.put(FOLDER.child("a/b"), bytes("content"));
        assertThat(store.get(FOLDER)).isEmpty();
        assertThat(store.head(FOLDER.child("a"))).isEmpty();
        assertThatThrownBy(() -> store.read(FOLDER.child("a"), 0, 1)).isInstanceOf(FileNotFoundException.class);
        store.delete(List.of(FOLDER.child("a")));
        assertThat(store.get(FOLDER.child("a/b"))).isPresent();
        assertThat(store.get(FOLDER.child("a/b/c"))).isEmpty();
        assertThat(store.head(FOLDER.child("a/b/c"))).isEmpty();
        assertThat(store.list(FOLDER.child("a/b"), Optional.empty(), 10).objects()).isEmpty();
    }

    @Test
    void testTail()
            throws IOException
    {
        ObjectKey key = FOLDER.child("tail");
        assertThat(store.tail(key, 4)).isEmpty();
        store.put(key, bytes("content"));
        for (int length : new int[] {1, 4, 7, 8, 100}) {
            ObjectTail tail = store.tail(key, length).orElseThrow();
            assertThat(tail.head()).isEqualTo(store.head(key).orElseThrow());
            assertThat(tail.content()).isEqualTo(bytes("content".substring(Math.max(0, 7 - length))));
        }
        ObjectKey empty = FOLDER.child("empty");
        store.put(empty, new byte[0]);
        ObjectTail tail = store.tail(empty, 4).orElseThrow();
        assertThat(tail.head().size()).isZero();
        assertThat(tail.content()).isEmpty();
    }

    @Test
    void testPutIfAbsent()
            throws IOException
    {
        ObjectKey key = FOLDER.child("log/00000000000000000001.json");
        assertThat(store.putIfAbsent(key, bytes("first"))).isEqualTo(PutOutcome.WRITTEN);
        assertThat(store.putIfAbsent(key, bytes("second"))).isEqualTo(PutOutcome.PRECONDITION_FAILED);
        assertThat(store.putIfAbsent(key, bytes("first"))).isEqualTo(PutOutcome.PRECONDITION_FAILED);
        assertContent(key, "first");
        store.delete(List.of(key));
        assertThat(store.get(key)).isEmpty();
        assertThat(store.putIfAbsent(key, bytes("third"))).isEqualTo(PutOutcome.WRITTEN);
        assertContent(key, "third");
    }

    @Test
    void testPutOverwrites()
            throws IOException
    {
        ObjectKey key = FOLDER.child("heartbeat");
        store.put(key, bytes("a longer content"));
        store.put(key, bytes("short"));
        assertContent(key, "short");
        assertThat(store.putIfAbsent(key, bytes("other"))).isEqualTo(PutOutcome.PRECONDITION_FAILED);
        assertThat(store.head(key).orElseThrow().size()).isEqualTo(5);
    }

    @Test
    void testPutFile()
            throws IOException
    {
        Path file = Files.createTempFile("contract", ".bin");
        try {
            byte[] content = new byte[3_000_000];
            new Random(7).nextBytes(content);
            Files.write(file, content);
            ObjectKey key = FOLDER.child("file.bin");
            store.put(key, bytes("replaced"));
            store.put(key, file);
            assertThat(store.get(key).orElseThrow().content()).isEqualTo(content);
            assertThat(file).exists();
        }
        finally {
            Files.delete(file);
        }
    }

    @Test
    void testEmptyObject()
            throws IOException
    {
        ObjectKey key = FOLDER.child("gc/00000000000000000007");
        assertThat(store.putIfAbsent(key, new byte[0])).isEqualTo(PutOutcome.WRITTEN);
        assertThat(store.get(key).orElseThrow().content()).isEmpty();
        assertThat(store.head(key).orElseThrow().size()).isZero();
        assertThat(store.read(key, 0, 100).content()).isEmpty();
        assertThat(store.list(FOLDER, Optional.empty(), 10).objects()).extracting(ObjectHead::size).containsExactly(0L);
    }

    @Test
    void testRanges()
            throws IOException
    {
        ObjectKey key = FOLDER.child("ranges");
        byte[] content = IntStream.range(0, 1000).mapToObj(Integer::toString).reduce("", String::concat).getBytes(UTF_8);
        store.put(key, content);
        int size = content.length;
        for (int[] range : new int[][] {{0, 1}, {0, size}, {0, size + 1}, {17, 100}, {size - 1, 1}, {size - 1, 2}, {size - 100, 4000}, {size, 1}, {size + 500, 10}, {5, 0}}) {
            int from = Math.min(range[0], size);
            int to = Math.min(range[0] + range[1], size);
            StoredObject read = store.read(key, range[0], range[1]);
            assertThat(read.content()).as("%s bytes at %s", range[1], range[0]).isEqualTo(Arrays.copyOfRange(content, from, Math.max(from, to)));
            assertThat(read.key()).isEqualTo(key);
        }
        assertThatThrownBy(() -> store.read(key, -1, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.read(key, 0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.read(FOLDER.child("missing"), 5, 0)).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void testTimes()
            throws IOException
    {
        ObjectKey key = FOLDER.child("time");
        Instant before = Instant.now();
        store.put(key, bytes("x"));
        Instant after = Instant.now();
        Instant modified = store.head(key).orElseThrow().lastModified();
        // two seconds: an HTTP date has no fraction
        assertThat(modified).isBetween(before.minusSeconds(2), after.plusSeconds(2));
        assertThat(Duration.between(store.get(key).orElseThrow().lastModified(), modified)).isLessThan(Duration.ofSeconds(1));
        ListPage page = store.list(FOLDER, Optional.empty(), 10);
        assertThat(Duration.between(page.objects().get(0).lastModified(), modified)).isLessThan(Duration.ofSeconds(1));
        Instant listed = Instant.now();
        page.storeTime().ifPresent(time -> assertThat(time).isBetween(after.minusSeconds(2), listed.plusSeconds(2)));
    }

    @Test
    void testListing()
            throws IOException
    {
        // '-' and '.' sort before '/', '0' after it: a walk over folders in name order would get this wrong
        List<String> names = List.of("a", "a-b", "a.b", "a0", "b/c", "b/c-d", "b/d/e", "b-", "b.parquet", "b0/x", "z");
        for (String name : names) {
            store.put(FOLDER.child(name), bytes(name));
        }
        store.put(new ObjectKey("contract/folder-beside"), bytes("no"));
        store.put(new ObjectKey("contract/folder0"), bytes("no"));
        store.put(new ObjectKey("contract/aside/x"), bytes("no"));
        List<String> expected = names.stream().sorted(Comparator.comparing(ObjectKey::new)).toList();
        assertThat(names(store.list(FOLDER, Optional.empty(), 1000))).isEqualTo(expected);
        assertThat(names(store.list(FOLDER, Optional.empty(), expected.size()))).isEqualTo(expected);
        assertThat(store.list(FOLDER, Optional.empty(), expected.size()).truncated()).isFalse();
        assertThat(store.list(FOLDER, Optional.empty(), expected.size() - 1).truncated()).isTrue();
        assertThat(store.list(FOLDER.child("b"), Optional.empty(), 100).objects()).extracting(object -> object.key().name()).containsExactly("c", "c-d", "e");
        assertThat(store.list(FOLDER, Optional.empty(), 100).objects())
                .allSatisfy(object -> assertThat(object.size()).isEqualTo(object.key().value().length() - FOLDER.value().length() - 1));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(names(store.list(FOLDER, Optional.of(FOLDER.child(expected.get(i))), 1000)))
                    .as("after %s", expected.get(i)).isEqualTo(expected.subList(i + 1, expected.size()));
        }
        assertThat(names(store.list(FOLDER, Optional.of(FOLDER.child("b/c!")), 1000))).startsWith("b/c-d", "b/d/e");
        assertThat(names(store.list(FOLDER, Optional.of(FOLDER.child("b")), 1000))).startsWith("b-", "b.parquet", "b/c");
        assertThat(names(store.list(FOLDER, Optional.of(new ObjectKey("aaa")), 1000))).isEqualTo(expected);
        assertThat(store.list(FOLDER, Optional.of(new ObjectKey("zzz")), 1000).objects()).isEmpty();
        for (int pageSize : new int[] {1, 2, 3, 7}) {
            assertThat(listAll(pageSize)).as("pages of %s", pageSize).isEqualTo(expected);
        }
        assertThatThrownBy(() -> store.list(FOLDER, Optional.empty(), 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.list(FOLDER, Optional.empty(), ObjectStore.LIST_COUNT_MAX + 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void testListingOfManyPages()
            throws Exception
    {
        int count = ObjectStore.LIST_COUNT_MAX + 205;
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int part = 0; part < 4; part++) {
            int first = part;
            tasks.add(() -> {
                for (int i = first; i < count; i += 4) {
                    store.put(FOLDER.child("%020d.parquet".formatted(i)), bytes("x"));
                }
                return true;
            });
        }
        ObjectStoreRaces.together(tasks);
        ListPage first = store.list(FOLDER, Optional.empty(), ObjectStore.LIST_COUNT_MAX);
        assertThat(first.objects()).hasSize(ObjectStore.LIST_COUNT_MAX);
        assertThat(first.truncated()).isTrue();
        ListPage second = store.list(FOLDER, Optional.of(first.objects().get(ObjectStore.LIST_COUNT_MAX - 1).key()), ObjectStore.LIST_COUNT_MAX);
        assertThat(second.objects()).hasSize(205);
        assertThat(second.truncated()).isFalse();
        assertThat(second.objects().get(204).key().name()).isEqualTo("%020d.parquet".formatted(count - 1));

        List<ObjectKey> keys = IntStream.range(0, count).mapToObj(i -> FOLDER.child("%020d.parquet".formatted(i))).toList();
        store.delete(keys);
        assertThat(store.list(FOLDER, Optional.empty(), 10).objects()).isEmpty();
    }

    @Test
    void testDeleteSome()
            throws IOException
    {
        for (String name : List.of("a", "b", "c/d", "c/e")) {
            store.put(FOLDER.child(name), bytes(name));
        }
        store.delete(List.of(FOLDER.child("a"), FOLDER.child("missing"), FOLDER.child("c/d")));
        assertThat(names(store.list(FOLDER, Optional.empty(), 10))).containsExactly("b", "c/e");
        store.put(FOLDER.child("c/d"), bytes("again"));
        assertContent(FOLDER.child("c/d"), "again");
    }

    @Test
    protected void testUnusualKeys()
            throws IOException
    {
        List<String> names = List.of("with space", "plus+sign", "percent%20sign", "a&b=c?d#e", "quote'\"<>", "semi;colon:at@", "trailing.", "~tilde", "ümläut", "日本語", "😀", "\uFB01", "\uE000");
        for (String name : names) {
            assertThat(store.putIfAbsent(FOLDER.child(name), bytes(name))).as(name).isEqualTo(PutOutcome.WRITTEN);
            assertThat(store.putIfAbsent(FOLDER.child(name), bytes("other"))).as(name).isEqualTo(PutOutcome.PRECONDITION_FAILED);
        }
        List<String> expected = names.stream().sorted((a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8))).toList();
        assertThat(expected.indexOf("😀")).isGreaterThan(expected.indexOf("\uFB01"));
        assertThat(names(store.list(FOLDER, Optional.empty(), 100))).isEqualTo(expected);
        assertThat(listAll(3)).isEqualTo(expected);
        for (String name : names) {
            assertContent(FOLDER.child(name), name);
            assertThat(store.head(FOLDER.child(name)).orElseThrow().size()).isEqualTo(name.getBytes(UTF_8).length);
        }
        store.delete(names.stream().map(FOLDER::child).toList());
        assertThat(store.list(FOLDER, Optional.empty(), 100).objects()).isEmpty();
    }

    @Test
    void testLongestKey()
            throws IOException
    {
        String part = "x".repeat(199) + "/";
        String value = "k/" + part.repeat(4);
        ObjectKey key = new ObjectKey(value + "y".repeat(ObjectKey.BYTES_MAX - value.length()));
        assertThat(store.putIfAbsent(key, bytes("deep"))).isEqualTo(PutOutcome.WRITTEN);
        assertContent(key, "deep");
        assertThat(store.list(new ObjectKey("k"), Optional.empty(), 10).objects()).extracting(ObjectHead::key).containsExactly(key);
        assertThatThrownBy(() -> new ObjectKey(key.value() + "z")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void testLargeObject()
            throws IOException
    {
        byte[] content = new byte[9 * 1024 * 1024];
        new Random(11).nextBytes(content);
        ObjectKey key = FOLDER.child("large.parquet");
        assertThat(store.putIfAbsent(key, content)).isEqualTo(PutOutcome.WRITTEN);
        assertThat(store.head(key).orElseThrow().size()).isEqualTo(content.length);
        assertThat(Arrays.equals(store.get(key).orElseThrow().content(), content)).isTrue();
        int from = content.length - 70_000;
        assertThat(store.read(key, from, 65_536).content()).isEqualTo(Arrays.copyOfRange(content, from, from + 65_536));
    }

    @Test
    void testContentIsTheCallers()
            throws IOException
    {
        ObjectKey key = FOLDER.child("array");
        store.put(key, bytes("original"));
        store.get(key).orElseThrow().content()[0] = 'X';
        assertContent(key, "original");
    }

    @Test
    void testReadersSeeWholeObjects()
            throws Exception
    {
        ObjectKey key = FOLDER.child("torn");
        int size = 200_000;
        store.put(key, new byte[size]);
        List<Callable<Integer>> tasks = new ArrayList<>();
        ObjectStore other = another();
        tasks.add(() -> {
            for (int i = 1; i <= rounds(); i++) {
                byte[] content = new byte[size];
                Arrays.fill(content, (byte) i);
                store.put(key, content);
            }
            return 0;
        });
        tasks.add(() -> {
            int torn = 0;
            for (int i = 0; i < rounds(); i++) {
                byte[] content = other.get(key).orElseThrow().content();
                byte[] whole = new byte[size];
                Arrays.fill(whole, content[0]);
                torn += Arrays.equals(content, whole) ? 0 : 1;
            }
            return torn;
        });
        assertThat(ObjectStoreRaces.together(tasks)).containsExactly(0, 0);
    }

    @Test
    void testIncrementsSumUp()
            throws Exception
    {
        ObjectStoreRaces.assertIncrementsSumUp(List.of(store, another()), FOLDER, 6, rounds());
    }

    @Test
    void testOneOfEightWins()
            throws Exception
    {
        ObjectStoreRaces.assertOneWinner(List.of(store, another()), FOLDER, 8, rounds());
    }

    @Test
    void testReadYourWrites()
            throws Exception
    {
        ObjectStore other = another();
        for (int i = 0; i < 20; i++) {
            ObjectKey key = FOLDER.child("%05d".formatted(i));
            assertThat(store.putIfAbsent(key, bytes("x"))).isEqualTo(PutOutcome.WRITTEN);
            assertThat(other.list(FOLDER, Optional.empty(), 1000).objects()).hasSize(i + 1);
            assertThat(other.get(key)).isPresent();
        }
    }

    @Test
    void testSelfCheck()
            throws Exception
    {
        StoreSelfCheck.verify(store);
        assertThat(store.list(StoreSelfCheck.FOLDER, Optional.empty(), 10).objects()).as("left behind").isEmpty();
        StoreSelfCheck.verify(another());
    }

    protected ObjectStore another()
            throws Exception
    {
        ObjectStore another = reopen(store);
        if (another != store) {
            opened.add(another);
        }
        return another;
    }

    protected void assertContent(ObjectKey key, String expected)
            throws IOException
    {
        assertThat(new String(store.get(key).orElseThrow().content(), UTF_8)).isEqualTo(expected);
    }

    protected static byte[] bytes(String text)
    {
        return text.getBytes(UTF_8);
    }

    private static List<String> names(ListPage page)
    {
        return page.objects().stream().map(object -> object.key().value().substring(FOLDER.value().length() + 1)).toList();
    }

    private List<String> listAll(int pageSize)
            throws IOException
    {
        List<String> all = new ArrayList<>();
        Optional<ObjectKey> after = Optional.empty();
        ListPage page;
        do {
            page = store.list(FOLDER, after, pageSize);
            assertThat(page.objects().size()).isLessThanOrEqualTo(pageSize);
            all.addAll(names(page));
            after = page.objects().isEmpty() ? after : Optional.of(page.objects().get(page.objects().size() - 1).key());
        }
        while (page.truncated());
        return all;
    }
}
