package io.icegate.io;

import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.StoreRequest;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/**
 * What Iceberg expects of files, on every store.
 */
public abstract class AbstractTestObjectStoreFileIO
{
    private TracingObjectStore store;
    private ObjectStoreFileIO io;
    private String root;

    protected abstract String warehouse();

    protected Map<String, String> properties()
    {
        return Map.of();
    }

    @BeforeEach
    void open()
    {
        Warehouse warehouse = Warehouses.open(warehouse(), properties());
        root = warehouse.root();
        store = new TracingObjectStore(warehouse.store());
        io = new ObjectStoreFileIO(new Warehouse(root, store), properties());
    }

    protected ObjectStoreFileIO io()
    {
        return io;
    }

    protected String location(String name)
    {
        return root + "/" + name;
    }

    @Test
    void testWriteAndRead()
            throws IOException
    {
        String location = location("ns/table/metadata/00000-a.metadata.json");
        write(location, "content".getBytes(UTF_8));
        InputFile file = io.newInputFile(location);
        assertThat(file.location()).isEqualTo(location);
        assertThat(file.exists()).isTrue();
        assertThat(file.getLength()).isEqualTo(7);
        assertThat(read(file)).isEqualTo("content".getBytes(UTF_8));
        assertThat(read(io.newInputFile(location, 7))).isEqualTo("content".getBytes(UTF_8));
        io.deleteFile(location);
        assertThat(io.newInputFile(location).exists()).isFalse();
        io.deleteFile(location);
    }

    @Test
    void testMissingFile()
            throws IOException
    {
        String location = location("ns/table/metadata/missing.json");
        String message = "Failed to open input stream for file: " + location;
        assertThatThrownBy(() -> io.newInputFile(location).newStream()).isExactlyInstanceOf(NotFoundException.class).hasMessage(message);
        assertThatThrownBy(() -> io.newInputFile(location).getLength()).isExactlyInstanceOf(NotFoundException.class).hasMessage(message);
        SeekableInputStream stream = io.newInputFile(location, 100).newStream();
        assertThatThrownBy(stream::read).isExactlyInstanceOf(NotFoundException.class).hasMessage(message);
        assertThat(io.newInputFile(location).exists()).isFalse();
    }

    @Test
    void testCreate()
            throws IOException
    {
        String location = location("ns/table/data/a.parquet");
        OutputFile file = io.newOutputFile(location);
        try (OutputStream stream = file.create()) {
            stream.write(1);
            assertThat(io.newInputFile(location).exists()).as("visible before it is whole").isFalse();
        }
        assertThat(read(file.toInputFile())).containsExactly(1);
        assertThatThrownBy(file::create).isInstanceOf(AlreadyExistsException.class).hasMessageContaining(location);
        try (OutputStream stream = file.createOrOverwrite()) {
            stream.write(2);
        }
        assertThat(read(file.toInputFile())).containsExactly(2);
    }

    @Test
    void testOutputStream()
            throws IOException
    {
        PositionOutputStream stream = io.newOutputFile(location("positions")).create();
        assertThat(stream.getPos()).isZero();
        stream.write(new byte[10], 2, 5);
        assertThat(stream.getPos()).isEqualTo(5);
        stream.close();
        stream.close();
        assertThatThrownBy(() -> stream.write(1)).isInstanceOf(IOException.class).hasMessageContaining("the stream is closed");
        assertThat(io.newInputFile(location("positions")).getLength()).isEqualTo(5);
    }

    @Test
    void testMemoryBound()
            throws IOException
    {
        for (int size : new int[] {StoreOutputStream.MEMORY_BYTES_MAX, StoreOutputStream.MEMORY_BYTES_MAX + 1}) {
            byte[] content = random(size);
            String location = location("large-" + size);
            write(location, content);
            assertThat(Arrays.equals(read(io.newInputFile(location)), content)).as("%s bytes", size).isTrue();
        }
    }

    @Test
    void testSeeks()
            throws IOException
    {
        byte[] content = random(1_000_000);
        write(location("seeks"), content);
        for (InputFile file : List.of(io.newInputFile(location("seeks")), io.newInputFile(location("seeks"), content.length))) {
            try (SeekableInputStream stream = file.newStream()) {
                Random random = new Random(3);
                for (int i = 0; i < 100; i++) {
                    int position = random.nextInt(content.length);
                    int count = random.nextInt(i % 10 == 0 ? 300_000 : 1000);
                    stream.seek(position);
                    assertThat(stream.getPos()).isEqualTo(position);
                    byte[] read = stream.readNBytes(count);
                    assertThat(Arrays.equals(read, Arrays.copyOfRange(content, position, Math.min(content.length, position + count)))).isTrue();
                    assertThat(stream.getPos()).isEqualTo(position + read.length);
                }
                stream.seek(content.length - 1);
                assertThat(stream.read()).isEqualTo(content[content.length - 1] & 0xFF);
                assertThat(stream.read()).isEqualTo(-1);
                assertThat(stream.read(new byte[5])).isEqualTo(-1);
                stream.seek(10);
                assertThat(stream.skip(content.length)).isEqualTo(content.length - 10);
                assertThat(stream.read()).isEqualTo(-1);
                assertThatThrownBy(() -> stream.seek(-1)).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void testRangeReads()
            throws IOException
    {
        byte[] content = random(10_000);
        write(location("ranges"), content);
        try (SeekableInputStream stream = io.newInputFile(location("ranges")).newStream()) {
            RangeReadable ranges = (RangeReadable) stream;
            byte[] target = new byte[100];
            ranges.readFully(500, target, 10, 50);
            assertThat(Arrays.copyOfRange(target, 10, 60)).isEqualTo(Arrays.copyOfRange(content, 500, 550));
            assertThat(ranges.readTail(target, 0, 8)).isEqualTo(8);
            assertThat(Arrays.copyOf(target, 8)).isEqualTo(Arrays.copyOfRange(content, 9992, 10_000));
            assertThat(stream.getPos()).isZero();
            assertThatThrownBy(() -> ranges.readFully(9_990, target, 0, 50)).isInstanceOf(EOFException.class);
            byte[] all = new byte[20_000];
            assertThat(ranges.readTail(all, 0, 20_000)).isEqualTo(10_000);
        }
    }

    @Test
    void testRequests()
            throws IOException
    {
        write(location("a/small.json"), random(5_000));
        store.takeRequests();
        read(io.newInputFile(location("a/small.json")));
        assertThat(store.takeRequests()).as("a small file of unknown length").containsExactly(StoreRequest.read(io.objectKey(location("a/small.json"))));
        read(io.newInputFile(location("a/small.json"), 5_000));
        assertThat(store.takeRequests()).as("a small file of known length").containsExactly(StoreRequest.read(io.objectKey(location("a/small.json"))));

        write(location("a/large"), random(2_000_000));
        assertThat(store.takeRequests()).containsExactly(StoreRequest.put(io.objectKey(location("a/large"))));
        read(io.newInputFile(location("a/large"), 2_000_000));
        assertThat(store.takeRequests()).as("read ahead: 128 KiB, 256, 512, 1024, rest").hasSize(5);
        try (SeekableInputStream stream = io.newInputFile(location("a/large"), 2_000_000).newStream()) {
            stream.seek(500_000);
            assertThat(stream.readNBytes(1_000_000)).hasSize(1_000_000);
        }
        assertThat(store.takeRequests()).as("a jump and a large read").hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void testPrefixes()
            throws IOException
    {
        for (String name : List.of("t/data/a", "t/data/b/c", "t/data-not", "t/metadata/x")) {
            write(location(name), name.getBytes(UTF_8));
        }
        assertThat(list(location("t/data"))).containsExactly(location("t/data/a"), location("t/data/b/c"));
        assertThat(list(location("t/data/"))).containsExactly(location("t/data/a"), location("t/data/b/c"));
        assertThat(list(location("t/nothing"))).isEmpty();
        FileInfo first = io.listPrefix(location("t/data")).iterator().next();
        assertThat(first.size()).isEqualTo("t/data/a".length());
        assertThat(first.createdAtMillis()).isCloseTo(System.currentTimeMillis(), within(60_000L));
        io.deletePrefix(location("t/data"));
        assertThat(list(location("t"))).containsExactly(location("t/data-not"), location("t/metadata/x"));
    }

    @Test
    void testDeleteMany()
            throws IOException
    {
        write(location("d/a"), new byte[1]);
        write(location("d/b"), new byte[1]);
        write(location("d/c"), new byte[1]);
        io.deleteFiles(List.of(location("d/a"), location("d/missing"), location("d/b")));
        assertThat(list(location("d"))).containsExactly(location("d/c"));
    }

    @Test
    void testSerialization()
            throws Exception
    {
        write(location("s/a"), new byte[] {7});
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(io);
        }
        try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));
                FileIO copy = (FileIO) stream.readObject()) {
            assertThat(read(copy.newInputFile(location("s/a")))).containsExactly(7);
            assertThat(copy.properties()).isEqualTo(io.properties());
        }
    }

    @Test
    void testInitializeInsideAnotherCatalog()
            throws IOException
    {
        write(location("i/a"), new byte[] {7});
        Map<String, String> properties = new HashMap<>(properties());
        properties.put("warehouse", "a name at a server");
        properties.put("icegate.warehouse", warehouse());
        try (ObjectStoreFileIO other = new ObjectStoreFileIO()) {
            other.initialize(properties);
            assertThat(read(other.newInputFile(location("i/a")))).containsExactly(7);
            assertThat(other.properties()).isEqualTo(properties);
        }
    }

    @Test
    void testInitialize()
            throws IOException
    {
        write(location("i/a"), new byte[] {7});
        Map<String, String> properties = new HashMap<>(properties());
        properties.put("warehouse", warehouse());
        try (ObjectStoreFileIO other = new ObjectStoreFileIO()) {
            assertThatThrownBy(() -> other.newInputFile(location("i/a"))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> other.initialize(Map.of())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'warehouse' is missing");
            other.initialize(properties);
            assertThat(read(other.newInputFile(location("i/a")))).containsExactly(7);
            assertThat(other.properties()).isEqualTo(properties);
        }
    }

    @Test
    void testFilesOutsideTheWarehouse()
            throws IOException
    {
        Path outside = Files.createTempDirectory("outside");
        try {
            for (String location : List.of("file:" + outside + "/a b", outside.toUri() + "c", outside + "/d")) {
                write(location, location.getBytes(UTF_8));
                InputFile file = io.newInputFile(location);
                assertThat(file.location()).isEqualTo(location);
                assertThat(read(file)).isEqualTo(location.getBytes(UTF_8));
            }
            assertThat(outside.resolve("a b")).exists();
            assertThat(list("file:" + outside)).containsExactly("file:" + outside + "/a b", "file:" + outside + "/c", "file:" + outside + "/d");
            assertThat(list(outside + "/")).containsExactly(outside + "/a b", outside + "/c", outside + "/d");
            io.deletePrefix(outside.toString());
            assertThat(outside).isEmptyDirectory();
            assertThatThrownBy(() -> io.newInputFile("ftp://bucket/x")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("ftp://bucket/x");
        }
        finally {
            Files.delete(outside);
        }
    }

    protected List<String> list(String prefix)
    {
        return StreamSupport.stream(io.listPrefix(prefix).spliterator(), false).map(FileInfo::location).toList();
    }

    protected void write(String location, byte[] content)
            throws IOException
    {
        try (OutputStream stream = io.newOutputFile(location).createOrOverwrite()) {
            for (int from = 0; from < content.length; from += 100_000) {
                stream.write(content, from, Math.min(100_000, content.length - from));
            }
        }
    }

    protected static byte[] read(InputFile file)
            throws IOException
    {
        try (SeekableInputStream stream = file.newStream()) {
            return stream.readAllBytes();
        }
    }

    private static byte[] random(int size)
    {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }
}
