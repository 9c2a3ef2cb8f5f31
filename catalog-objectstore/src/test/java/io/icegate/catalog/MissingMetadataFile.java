package io.icegate.catalog;

import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Iceberg's test of this name moves a file with java.nio; on a store without files the object is deleted instead, and the
 * same is asserted.
 */
public final class MissingMetadataFile
{
    private MissingMetadataFile() {}

    public static <C extends Catalog & SupportsNamespaces> void verify(C catalog, TableIdentifier identifier, Schema schema)
    {
        catalog.createNamespace(identifier.namespace());
        catalog.buildTable(identifier, schema).create();
        assertThat(catalog.tableExists(identifier)).isTrue();

        Table table = catalog.loadTable(identifier);
        String location = ((BaseTable) table).operations().current().metadataFileLocation();
        table.io().deleteFile(location);

        assertThatThrownBy(() -> catalog.loadTable(identifier))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("Failed to open input stream for file: " + location);
    }
}
