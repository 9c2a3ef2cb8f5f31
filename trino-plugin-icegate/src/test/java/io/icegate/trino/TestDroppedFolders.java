package io.icegate.trino;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * DROP TABLE deletes a folder, and no other table loses a file by it.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestDroppedFolders
{
    private Path folder;
    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path temporary)
            throws Exception
    {
        folder = temporary;
        lake = new TrinoLake(folder);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    @Test
    void testRenamedTableOutlivesItsNamesake()
    {
        WalFixture.Logs first = lake.fixture().createLogs("renamed");
        first.append("acme", 1, 3);
        lake.fixture().commit(first.table());
        lake.sql("ALTER TABLE renamed.logs RENAME TO renamed.kept");
        WalFixture.Logs second = lake.fixture().createLogs("renamed");
        second.append("acme", 4, 5);
        lake.fixture().commit(second.table());
        assertThat(lake.rows("SELECT count(*) FROM renamed.logs")).isEqualTo(List.of(List.of(2L)));

        lake.sql("DROP TABLE renamed.logs");
        assertThat(lake.rows("SELECT count(*) FROM renamed.kept")).isEqualTo(List.of(List.of(3L)));
    }

    /**
     * Of a table whose metadata is lost Trino knows the place of the metadata only, and takes the folder around it for that
     * of the table.
     */
    @Test
    void testCorruptTableTakesNobodyAlong()
    {
        ObjectStoreCatalog catalog = lake.fixture().catalog();
        Schema schema = new Schema(NestedField.optional(1, "a", Types.IntegerType.get()));
        Namespace namespace = Namespace.of("corrupt");
        catalog.createNamespace(namespace);
        TableIdentifier corrupt = TableIdentifier.of(namespace, "corrupt");
        String shared = "file:%s/shared".formatted(folder);
        catalog.buildTable(corrupt, schema).withProperty("write.metadata.path", shared + "/metadata").create();
        catalog.buildTable(TableIdentifier.of(namespace, "other"), schema).withLocation(shared + "/other").create();
        lake.sql("INSERT INTO corrupt.other VALUES 7");
        new ObjectStoreFileIO(lake.fixture().warehouse()).deleteFile(catalog.state().object(corrupt).orElseThrow().metadataLocation());

        lake.sql("DROP TABLE corrupt.corrupt");
        assertThat(catalog.tableExists(corrupt)).isFalse();
        assertThat(lake.rows("SELECT a FROM corrupt.other")).isEqualTo(List.of(List.of(7)));
    }
}
