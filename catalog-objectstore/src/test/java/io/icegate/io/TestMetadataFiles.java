package io.icegate.io;

import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.StoreRequest;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A process that commits again and again reads no metadata file twice, and none that it wrote.
 */
final class TestMetadataFiles
{
    private static final String ROOT = "memory:remembered";
    private static final String MANIFEST = ROOT + "/otel/logs/metadata/0195b2c4-7a51-4c1e-9a53-2f8c9d1e0a7b-m0.avro";
    private static final String DATA = ROOT + "/otel/logs/data/1.parquet";

    private final TracingObjectStore store = new TracingObjectStore(new MemoryObjectStore(InstantSource.system()));
    private final ObjectStoreFileIO io = ObjectStoreFileIO.remembering(new Warehouse(ROOT, store));

    @Test
    void testWhatWasWrittenIsNotRead()
            throws Exception
    {
        write(io, MANIFEST, "a manifest");
        store.takeRequests();
        assertThat(read(io.newInputFile(MANIFEST))).isEqualTo("a manifest");
        assertThat(read(io.newInputFile(MANIFEST, 10))).isEqualTo("a manifest");
        assertThat(io.newInputFile(MANIFEST).getLength()).isEqualTo(10);
        assertThat(io.newOutputFile(MANIFEST).toInputFile().getLength()).isEqualTo(10);
        assertThat(store.takeRequests()).isEmpty();
    }

    @Test
    void testWhatWasReadIsNotReadAgain()
            throws Exception
    {
        write(new ObjectStoreFileIO(new Warehouse(ROOT, store)), MANIFEST, "a manifest");
        store.takeRequests();
        for (int i = 0; i < 3; i++) {
            InputFile file = io.newInputFile(MANIFEST);
            assertThat(file.getLength()).isEqualTo(10);
            assertThat(read(file)).isEqualTo("a manifest");
        }
        assertThat(store.takeRequests()).extracting(StoreRequest::operation).containsExactly(StoreOperation.GET);
    }

    @Test
    void testDataIsRead()
            throws Exception
    {
        write(io, DATA, "rows");
        store.takeRequests();
        assertThat(read(io.newInputFile(DATA))).isEqualTo("rows");
        assertThat(store.takeRequests()).isNotEmpty();
    }

    /**
     * What this process deletes is gone for it, and whether a file exists is asked of the store.
     */
    @Test
    void testDeletedIsGone()
            throws Exception
    {
        write(io, MANIFEST, "a manifest");
        io.deleteFile(MANIFEST);
        assertThatThrownBy(() -> read(io.newInputFile(MANIFEST))).isInstanceOf(NotFoundException.class).hasMessageContaining(MANIFEST);
        write(io, MANIFEST, "another");
        assertThat(read(io.newInputFile(MANIFEST))).isEqualTo("another");
        io.deleteFiles(List.of(MANIFEST));
        assertThatThrownBy(() -> io.newInputFile(MANIFEST).getLength()).isInstanceOf(NotFoundException.class);
        write(io, MANIFEST, "a third");
        new ObjectStoreFileIO(new Warehouse(ROOT, store)).deleteFile(MANIFEST);
        assertThat(io.newInputFile(MANIFEST).exists()).isFalse();
    }

    /**
     * Who loads a table is told when its metadata is gone, and manifests are read where they lie.
     */
    @Test
    void testVerifying()
            throws Exception
    {
        String metadata = ROOT + "/otel/logs/metadata/00001-0195b2c4-7a51-4c1e-9a53-2f8c9d1e0a7b.metadata.json";
        ObjectStoreFileIO verifying = io.verifying();
        write(io, metadata, "a table");
        write(io, MANIFEST, "a manifest");
        store.takeRequests();
        assertThat(read(verifying.newInputFile(metadata))).isEqualTo("a table");
        assertThat(store.takeRequests()).extracting(StoreRequest::operation).containsExactly(StoreOperation.HEAD);
        assertThat(read(verifying.newInputFile(MANIFEST))).isEqualTo("a manifest");
        assertThat(store.takeRequests()).extracting(StoreRequest::operation).doesNotContain(StoreOperation.GET, StoreOperation.HEAD).isNotEmpty();

        new ObjectStoreFileIO(new Warehouse(ROOT, store)).deleteFile(metadata);
        assertThatThrownBy(() -> read(verifying.newInputFile(metadata))).isInstanceOf(NotFoundException.class).hasMessageContaining(metadata);
        assertThatThrownBy(() -> read(io.newInputFile(metadata))).as("and it is forgotten").isInstanceOf(NotFoundException.class);
        write(new ObjectStoreFileIO(new Warehouse(ROOT, store)), metadata, "a table");
        assertThat(read(verifying.newInputFile(metadata))).isEqualTo("a table");
        store.takeRequests();
        assertThat(read(io.newInputFile(metadata))).as("what was loaded is remembered for a commit").isEqualTo("a table");
        assertThat(store.takeRequests()).isEmpty();
    }

    /**
     * A table that was registered may have names that Iceberg did not choose, and that come again with other content.
     */
    @Test
    void testNamesThatMayComeAgainAreNotRemembered()
            throws Exception
    {
        String first = ROOT + "/otel/logs/metadata/v1.metadata.json";
        write(io, first, "a table");
        assertThat(read(io.newInputFile(first))).isEqualTo("a table");
        write(new ObjectStoreFileIO(new Warehouse(ROOT, store)), first, "another table");
        assertThat(read(io.newInputFile(first))).isEqualTo("another table");
    }

    @Test
    void testMemoryIsBounded()
    {
        MetadataFiles files = new MetadataFiles();
        byte[] content = new byte[MetadataFiles.FILE_BYTES_MAX];
        for (int file = 0; file < 10; file++) {
            files.remember("f" + file, content);
            files.find("f0");
        }
        assertThat(files.find("f0")).as("used all the time").isPresent();
        assertThat(files.find("f1")).isEmpty();
        assertThat(files.find("f9")).isPresent();
        files.remember("f9", new byte[MetadataFiles.FILE_BYTES_MAX + 1]);
        assertThat(files.find("f9")).as("too large").isEmpty();
    }

    @Test
    void testNames()
    {
        String uuid = "0195b2c4-7a51-4c1e-9a53-2f8c9d1e0a7b";
        assertThat(List.of("00007-%s.metadata.json", "00007-%s.gz.metadata.json", "snap-1-1-%s.avro", "%s-m0.avro", "%s-m12.avro"))
                .allMatch(name -> MetadataFiles.isOne("a/metadata/" + name.formatted(uuid)));
        assertThat(List.of("data/%s.avro", "metadata/%s.puffin", "metadata/%s.json", "metadata/v1.metadata.json", "metadata/v1.gz.metadata.json", "metadata/%s/v1.metadata.json", "metadata/1-m0.avro", "metadata/snap-1.avro"))
                .noneMatch(name -> MetadataFiles.isOne("a/" + name.formatted(uuid)));
    }

    private static void write(ObjectStoreFileIO io, String location, String text)
            throws IOException
    {
        OutputFile file = io.newOutputFile(location);
        try (PositionOutputStream out = file.createOrOverwrite()) {
            out.write(text.getBytes(UTF_8));
        }
    }

    private static String read(InputFile file)
            throws IOException
    {
        try (SeekableInputStream in = file.newStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
