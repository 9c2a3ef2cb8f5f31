package io.icegate.standalone.move;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.standalone.move.ForeignCatalog.Access;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SessionCatalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.rest.RESTCatalogAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Moves between a warehouse on S3 and catalogs that others wrote, with their tables in the same store: Iceberg's JDBC catalog, and Iceberg's
 * own REST server over it.
 */
final class TestMovesOnS3
{
    private static final Namespace WEB = Namespace.of("web");
    private static final TableIdentifier ORDERS = TableIdentifier.of(WEB, "orders");
    private static final TableIdentifier THEIRS = TableIdentifier.of(WEB, "theirs");
    private static final TableIdentifier RECENT = TableIdentifier.of(WEB, "recent");
    private static final String WAREHOUSE = "s3://lake/ours";

    private final ObjectStoreCatalog own = new ObjectStoreCatalog();

    @TempDir
    private Path folder = Path.of("");
    private StrictS3Server server;

    @BeforeEach
    void open()
    {
        server = StrictS3Server.start();
        server.createBucket("lake");
        Map<String, String> properties = new HashMap<>(server.properties());
        properties.put("warehouse", WAREHOUSE);
        own.initialize("own", properties);
    }

    @AfterEach
    void close()
            throws IOException
    {
        own.close();
        server.close();
    }

    private Map<String, String> jdbc()
    {
        return Map.of("type", "jdbc", "name", "prod", "uri", "jdbc:sqlite:" + folder.resolve("catalog.db"), "warehouse", "s3://lake/theirs", "jdbc.schema-version", "V1");
    }

    @Test
    void testJdbcCatalog()
            throws IOException
    {
        try (ForeignCatalog other = ForeignCatalog.open(jdbc(), WAREHOUSE, server.properties(), Access.CHANGE)) {
            verifyThereAndBack(other);
        }
    }

    @Test
    void testIcebergsOwnRestServer()
            throws IOException
    {
        Map<String, String> properties = new HashMap<>(server.properties());
        properties.put("io-impl", ObjectStoreFileIO.class.getName());
        properties.put("icegate.warehouse", WAREHOUSE);
        Map<String, String> ofServer = new HashMap<>(properties);
        ofServer.putAll(jdbc());
        Catalog served = CatalogUtil.buildIcebergCatalog("prod", ofServer, null);
        RESTCatalog client = new RESTCatalog(SessionCatalog.SessionContext.createEmpty(), _ -> new RESTCatalogAdapter(served));
        properties.put("uri", "http://localhost"); // nothing is sent there
        client.initialize("rest", properties);
        try (ForeignCatalog other = ForeignCatalog.of(client)) {
            verifyThereAndBack(other);
        }
    }

    private void verifyThereAndBack(ForeignCatalog other)
            throws IOException
    {
        other.namespaces().createNamespace(WEB, new HashMap<>(Map.of("owner", "shop"))); // it asks the map for null
        Rows.append(other.tables().buildTable(THEIRS, Rows.SCHEMA).withLocation("s3://lake/theirs/web/theirs").create(), 1, 2);
        own.createNamespace(WEB);
        Rows.append(own.createTable(ORDERS, Rows.SCHEMA), 3, 4);
        own.buildView(RECENT).withSchema(Rows.SCHEMA).withDefaultNamespace(WEB).withQuery("trino", "SELECT id FROM orders").create();
        MoveOptions plain = new MoveOptions(false, false, false, false);
        MoveOptions dropping = new MoveOptions(false, true, false, false);

        assertThat(moved(new OwnSide(own), other, plain)).containsExactly("unchanged web", "registered web.orders", "registered web.recent");
        assertThat(Rows.read(other.tables().loadTable(ORDERS))).containsExactly(3L, 4L);
        assertThat(other.views().orElseThrow().loadView(RECENT).sqlFor("trino").sql()).isEqualTo("SELECT id FROM orders");
        assertThat(moved(new OwnSide(own), other, plain)).containsExactly("unchanged web", "unchanged web.orders", "unchanged web.recent");

        assertThat(moved(other, new OwnSide(own), dropping)).containsExactly("updated web", "moved web.orders", "moved web.theirs", "moved web.recent");
        assertThat(Rows.read(own.loadTable(THEIRS))).containsExactly(1L, 2L);
        assertThat(own.loadTable(THEIRS).location()).isEqualTo("s3://lake/theirs/web/theirs");
        assertThat(own.loadNamespaceMetadata(WEB)).containsEntry("owner", "shop");
        assertThat(own.loadView(RECENT).sqlFor("trino").sql()).as("although dropping it there deleted its file").isEqualTo("SELECT id FROM orders");
        assertThat(other.tables().listTables(WEB)).isEmpty();
        Rows.append(own.loadTable(THEIRS), 5);

        other.tables().createTable(ORDERS, Rows.SCHEMA);
        assertThat(moved(new OwnSide(own), other, dropping)).satisfiesExactly(
                namespace -> assertThat(namespace).isEqualTo("unchanged web"),
                orders -> assertThat(orders).startsWith("failed web.orders: another table has that name there"),
                theirs -> assertThat(theirs).isEqualTo("moved web.theirs"),
                recent -> assertThat(recent).isEqualTo("moved web.recent"));
        assertThat(other.views().orElseThrow().loadView(RECENT).sqlFor("trino").sql()).isEqualTo("SELECT id FROM orders");
        assertThat(Rows.read(other.tables().loadTable(THEIRS))).containsExactly(1L, 2L, 5L);
        assertThat(own.listTables(WEB)).containsExactly(ORDERS);
    }

    private static List<String> moved(CatalogSide from, CatalogSide to, MoveOptions options)
    {
        List<String> told = new ArrayList<>();
        new CatalogMove(from, to, options, moved -> told.add("%s %s%s".formatted(moved.outcome().text(), moved.name(), moved.reason().isEmpty() ? "" : ": " + moved.reason()))).run(Set.of());
        return told;
    }
}
