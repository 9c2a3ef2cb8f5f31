package io.icegate.standalone.move;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.schema.Signal;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.move.ForeignCatalog.Access;
import io.icegate.wal.table.TableBootstrap;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Logger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Moves between a warehouse and Iceberg's JDBC catalog in a database file.
 */
public final class TestCatalogMove
{
    private static final Namespace WEB = Namespace.of("web");
    private static final Namespace NESTED = Namespace.of("web", "eu");
    private static final TableIdentifier ORDERS = TableIdentifier.of(WEB, "orders");
    private static final TableIdentifier USERS = TableIdentifier.of(WEB, "users");
    private static final TableIdentifier VISITS = TableIdentifier.of(NESTED, "visits");
    private static final TableIdentifier RECENT = TableIdentifier.of(WEB, "recent");
    private static final MoveOptions PLAIN = new MoveOptions(false, false, false, false);
    private static final MoveOptions DRY = new MoveOptions(true, false, false, false);
    private static final MoveOptions DROPPING = new MoveOptions(false, true, false, false);
    private static final MoveOptions UPDATING = new MoveOptions(false, false, true, false);
    private static final MoveOptions SNAPSHOTS = new MoveOptions(false, false, false, true);

    private final ObjectStoreCatalog own = new ObjectStoreCatalog();

    @TempDir
    private Path folder = Path.of("");
    private ForeignCatalog other;

    @BeforeEach
    void open()
    {
        own.initialize("own", Map.of("warehouse", warehouse()));
        other = foreign(Map.of("jdbc.schema-version", "V1"));
    }

    @AfterEach
    void close()
            throws IOException
    {
        other.close();
        own.close();
    }

    private String warehouse()
    {
        return "file:" + folder.resolve("warehouse");
    }

    private ForeignCatalog foreign(Map<String, String> further)
    {
        Map<String, String> properties = new HashMap<>(Map.of("type", "jdbc", "name", "prod", "uri", "jdbc:sqlite:" + folder.resolve("catalog.db")));
        properties.putAll(further);
        return ForeignCatalog.open(properties, warehouse(), Map.of(), Access.CHANGE);
    }

    private void fill()
            throws IOException
    {
        own.createNamespace(WEB, Map.of("owner", "shop", "location", warehouse() + "/shop"));
        own.createNamespace(NESTED);
        for (TableIdentifier name : List.of(ORDERS, USERS, VISITS)) {
            Rows.append(own.createTable(name, Rows.SCHEMA), 1, 2);
        }
        own.buildView(RECENT).withSchema(Rows.SCHEMA).withDefaultNamespace(WEB).withQuery("trino", "SELECT id FROM orders").create();
    }

    private List<String> exported(MoveOptions options, String... names)
    {
        return moved(new OwnSide(own), other, options, names);
    }

    private List<String> imported(MoveOptions options, String... names)
    {
        return moved(other, new OwnSide(own), options, names);
    }

    private static List<String> moved(CatalogSide from, CatalogSide to, MoveOptions options, String... names)
    {
        List<String> told = new ArrayList<>();
        new CatalogMove(from, to, options, moved -> told.add(text(moved))).run(Set.copyOf(Arrays.asList(names)));
        return told;
    }

    private static String text(MovedName moved)
    {
        return "%s %s%s".formatted(moved.outcome().text(), moved.name(), moved.reason().isEmpty() ? "" : ": " + moved.reason());
    }

    @Test
    void testThereAndBack()
            throws IOException
    {
        fill();
        assertThat(exported(PLAIN)).containsExactly("created web", "registered web.orders", "registered web.users", "registered web.recent", "created web.eu", "registered web.eu.visits");
        assertThat(Rows.read(other.tables().loadTable(VISITS))).containsExactly(1L, 2L);
        assertThat(other.namespaces().loadNamespaceMetadata(WEB)).containsEntry("owner", "shop").doesNotContainEntry("location", warehouse() + "/shop");
        assertThat(other.views().orElseThrow().loadView(RECENT).sqlFor("trino").sql()).isEqualTo("SELECT id FROM orders");

        long version = own.state().version();
        List<String> unchanged = List.of("unchanged web", "unchanged web.orders", "unchanged web.users", "unchanged web.recent", "unchanged web.eu", "unchanged web.eu.visits");
        assertThat(exported(PLAIN)).isEqualTo(unchanged);
        assertThat(imported(PLAIN)).isEqualTo(unchanged);
        assertThat(own.state().version()).isEqualTo(version);

        // into an empty catalog on the same files
        for (TableIdentifier name : List.of(ORDERS, USERS, VISITS)) {
            own.dropTable(name, false);
        }
        own.dropView(RECENT);
        own.dropNamespace(NESTED);
        own.dropNamespace(WEB);
        assertThat(imported(PLAIN)).containsExactly("created web", "registered web.orders", "registered web.users", "registered web.recent", "created web.eu", "registered web.eu.visits");
        assertThat(Rows.read(own.loadTable(VISITS))).containsExactly(1L, 2L);
        assertThat(own.loadNamespaceMetadata(WEB)).isEqualTo(Map.of("owner", "shop"));
        assertThat(own.loadView(RECENT).sqlFor("trino").sql()).isEqualTo("SELECT id FROM orders");
    }

    @Test
    void testSelection()
            throws IOException
    {
        fill();
        assertThat(exported(PLAIN, "web.users", "web.eu")).containsExactly("created web", "registered web.users", "created web.eu", "registered web.eu.visits");
        assertThatThrownBy(() -> exported(PLAIN, "web.eu", "web.none")).isInstanceOf(CommandException.class).hasMessage("Cannot move web.none: there is no namespace, table or view of that name");
    }

    @Test
    void testDryRunChangesNothing()
            throws IOException
    {
        fill();
        assertThat(exported(DRY)).contains("created web", "registered web.orders", "registered web.recent");
        assertThat(other.namespaces().listNamespaces()).isEmpty();
        exported(PLAIN);
        long version = own.state().version();
        assertThat(exported(new MoveOptions(true, true, false, false))).contains("moved web.orders", "moved web.recent");
        assertThat(own.state().version()).isEqualTo(version);

        own.setProperties(WEB, Map.of("team", "one"));
        assertThat(exported(DRY)).contains("updated web", "unchanged web.orders");
        assertThat(other.namespaces().loadNamespaceMetadata(WEB)).doesNotContainKey("team");
        Rows.append(other.tables().loadTable(ORDERS), 3);
        version = own.state().version();
        assertThat(imported(new MoveOptions(true, false, true, false))).contains("updated web.orders");
        assertThat(own.state().version()).isEqualTo(version);
    }

    @Test
    void testDryRunLeavesADatabaseAsItIs()
            throws IOException, SQLException
    {
        fill();
        Path file = folder.resolve("new.db");
        Map<String, String> plain = Map.of("type", "jdbc", "name", "prod", "uri", "jdbc:sqlite:" + file);
        Map<String, String> withViews = new HashMap<>(plain);
        withViews.put("jdbc.schema-version", "V1");
        assertThat(planned(plain)).containsExactly("created web", "registered web.orders", "registered web.users", "skipped web.recent: the target has no views: it has only tables", "created web.eu", "registered web.eu.visits");
        assertThat(planned(withViews)).contains("registered web.recent");
        assertThatThrownBy(() -> opened(plain)).hasMessage("Cannot open the other catalog: there is no Iceberg catalog in that database");
        assertThat(file).doesNotExist();

        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file); Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE somebodys (a INTEGER)");
        }
        byte[] before = Files.readAllBytes(file);
        assertThat(planned(withViews)).contains("created web", "registered web.orders", "registered web.recent");
        assertThatThrownBy(() -> opened(withViews)).hasMessage("Cannot open the other catalog: there is no Iceberg catalog in that database");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);

        // of a version that has no views, which Iceberg would bring up
        ForeignCatalog.open(plain, warehouse(), Map.of(), Access.CHANGE).close();
        byte[] old = Files.readAllBytes(file);
        assertThat(planned(plain)).contains("registered web.orders").anyMatch(row -> row.startsWith("skipped web.recent"));
        assertThat(planned(withViews)).contains("registered web.orders", "registered web.recent");
        opened(withViews);
        assertThat(Files.readAllBytes(file)).isEqualTo(old);

        // of a version that keeps no properties of namespaces, which Iceberg would make a table for
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file); Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE iceberg_namespace_properties");
        }
        byte[] older = Files.readAllBytes(file);
        assertThat(planned(plain)).anyMatch(row -> row.contains("web.orders"));
        assertThat(Files.readAllBytes(file)).isEqualTo(older);
    }

    /**
     * A database that writes the names of its tables in capitals is asked for them so, and one that comes to be when it is opened is not opened.
     */
    @Test
    void testDatabaseOfCapitals()
            throws IOException
    {
        fill();
        Path file = folder.resolve("capitals.mv.db");
        Map<String, String> properties = Map.of("type", "jdbc", "name", "prod", "uri", "jdbc:h2:" + folder.resolve("capitals"));
        assertThat(planned(properties)).contains("created web", "registered web.orders");
        assertThatThrownBy(() -> opened(properties)).hasMessage("Cannot open the other catalog: there is no Iceberg catalog in that database");
        assertThat(file).doesNotExist();

        try (ForeignCatalog target = ForeignCatalog.open(properties, warehouse(), Map.of(), Access.CHANGE)) {
            assertThat(moved(new OwnSide(own), target, PLAIN)).contains("created web", "registered web.orders", "registered web.eu.visits");
        }
        assertThat(planned(properties)).contains("unchanged web", "unchanged web.orders");
        own.dropTable(ORDERS, false);
        try (ForeignCatalog source = ForeignCatalog.open(properties, warehouse(), Map.of(), Access.READ)) {
            assertThat(moved(source, new OwnSide(own), PLAIN)).contains("registered web.orders", "unchanged web.users");
        }
    }

    /**
     * A namespace may have been created without the one around it, which is told by lists all the same.
     */
    @Test
    void testNamespaceWithoutItsParent()
            throws IOException
    {
        own.createNamespace(NESTED);
        Rows.append(own.createTable(VISITS, Rows.SCHEMA), 1, 2);
        assertThat(exported(DRY)).contains("created web.eu", "registered web.eu.visits");
        assertThat(exported(PLAIN)).contains("created web.eu", "registered web.eu.visits");
        assertThat(imported(PLAIN)).contains("unchanged web.eu", "unchanged web.eu.visits");
        assertThat(exported(PLAIN, "web.eu.visits")).contains("unchanged web.eu.visits");
    }

    private List<String> planned(Map<String, String> properties)
    {
        try (ForeignCatalog plan = ForeignCatalog.open(properties, warehouse(), Map.of(), Access.PLAN)) {
            return moved(new OwnSide(own), plan, DRY);
        }
    }

    /**
     * There and back, each time ended before or after another effect, and run again.
     */
    @Test
    void testEndedAtEveryMoment()
            throws IOException
    {
        own.createNamespace(WEB, Map.of("owner", "shop"));
        own.createNamespace(NESTED);
        Rows.append(own.createTable(ORDERS, Rows.SCHEMA), 1, 2);
        Rows.append(own.createTable(VISITS, Rows.SCHEMA), 1, 2);
        own.buildView(RECENT).withSchema(Rows.SCHEMA).withDefaultNamespace(WEB).withQuery("trino", "SELECT id FROM orders").create();
        int moments = 0;
        while (endsAndGoesOn(new OwnSide(own), other, moments) && endsAndGoesOn(other, new OwnSide(own), moments)) {
            moments++;
        }
        // a namespace is created; a table or view is registered there and dropped here; each has a moment before it and one after it
        assertThat(moments).isEqualTo(2 * (2 + 2 * 3));
    }

    private static boolean endsAndGoesOn(CatalogSide from, CatalogSide to, int moment)
            throws IOException
    {
        Ending ending = new Ending(moment);
        boolean ended = false;
        try {
            moved(ending.of(from), ending.of(to), DROPPING);
        }
        catch (Ending.EndedError _) {
            ended = true;
        }
        assertThat(moved(from, to, DROPPING)).noneMatch(row -> row.startsWith("failed") || row.startsWith("skipped"));
        assertThat(moved(from, to, DROPPING)).containsExactly("unchanged web", "unchanged web.eu");
        assertThat(to.namespaces().loadNamespaceMetadata(WEB)).containsEntry("owner", "shop");
        assertThat(to.views().orElseThrow().loadView(RECENT).sqlFor("trino").sql()).isEqualTo("SELECT id FROM orders");
        for (TableIdentifier name : List.of(ORDERS, VISITS)) {
            assertThat(Rows.read(to.tables().loadTable(name))).containsExactly(1L, 2L);
            assertThat(from.tables().tableExists(name)).isFalse();
        }
        from.namespaces().dropNamespace(NESTED);
        from.namespaces().dropNamespace(WEB);
        return ended;
    }

    /**
     * Iceberg's catalogs delete the metadata of a view that is dropped, so the two catalogs have a file each.
     */
    @Test
    void testViewOutlivesItsTwin()
            throws IOException
    {
        fill();
        exported(PLAIN, "web.recent");
        other.views().orElseThrow().dropView(RECENT);
        assertThat(own.loadView(RECENT).sqlFor("trino").sql()).isEqualTo("SELECT id FROM orders");

        // as it was registered by others: one file in both
        other.views().orElseThrow().registerView(RECENT, own.state().object(RECENT).orElseThrow().metadataLocation());
        assertThat(imported(PLAIN, "web.recent")).contains("unchanged web.recent");
        assertThat(imported(DROPPING, "web.recent")).contains("moved web.recent");
        assertThat(own.loadView(RECENT).sqlFor("trino").sql()).isEqualTo("SELECT id FROM orders");
    }

    @Test
    void testEndedBetweenTwoTables()
            throws IOException
    {
        fill();
        Consumer<MovedName> killed = moved -> {
            if (moved.name().equals("web.orders")) {
                throw new AssertionError("killed");
            }
        };
        assertThatThrownBy(() -> new CatalogMove(new OwnSide(own), other, DROPPING, killed).run(Set.of())).hasMessage("killed");
        assertThat(other.tables().listTables(WEB)).containsExactly(ORDERS);
        assertThat(own.listTables(WEB)).containsExactly(USERS);
        assertThat(exported(DROPPING)).containsExactly("unchanged web", "moved web.users", "moved web.recent", "created web.eu", "moved web.eu.visits");
        assertThat(own.listTables(WEB)).isEmpty();
        assertThat(own.listTables(NESTED)).isEmpty();
        assertThat(own.listViews(WEB)).isEmpty();
        for (TableIdentifier name : List.of(ORDERS, USERS, VISITS)) {
            assertThat(Rows.read(other.tables().loadTable(name))).containsExactly(1L, 2L);
        }
    }

    @Test
    void testEndedBetweenRegisteringAndDropping()
            throws IOException
    {
        fill();
        exported(PLAIN, "web.orders");
        assertThat(exported(DROPPING, "web.orders")).containsExactly("unchanged web", "moved web.orders");
        assertThat(own.tableExists(ORDERS)).isFalse();
        assertThat(imported(DROPPING, "web.orders")).containsExactly("unchanged web", "moved web.orders");
        assertThat(other.tables().tableExists(ORDERS)).isFalse();
        assertThat(Rows.read(own.loadTable(ORDERS))).containsExactly(1L, 2L);
    }

    @Test
    void testWhatWasChangedMeanwhileIsNotDropped()
            throws IOException
    {
        fill();
        String before = own.state().object(ORDERS).orElseThrow().metadataLocation();
        exported(PLAIN, "web.orders");
        String there = other.table(ORDERS).orElseThrow().metadataFileLocation();
        Rows.append(own.loadTable(ORDERS), 3);
        Rows.append(other.tables().loadTable(ORDERS), 4);
        assertThatThrownBy(() -> new OwnSide(own).dropTable(ORDERS, before)).isInstanceOf(CommitFailedException.class);
        assertThatThrownBy(() -> other.dropTable(ORDERS, there)).isInstanceOf(CommitFailedException.class);
        assertThat(own.tableExists(ORDERS)).isTrue();
        assertThat(other.tables().tableExists(ORDERS)).isTrue();
    }

    @Test
    void testStatesThatDiffer()
            throws IOException
    {
        fill();
        exported(PLAIN, "web.orders");
        Rows.append(other.tables().loadTable(ORDERS), 3);
        assertThat(exported(PLAIN, "web.orders")).last().asString().startsWith("failed web.orders: the target has a later state of it");
        assertThat(imported(PLAIN, "web.orders")).last().asString().startsWith("failed web.orders: the target has an earlier state of it. With --update");
        assertThat(imported(UPDATING, "web.orders")).last().isEqualTo("updated web.orders");
        assertThat(Rows.read(own.loadTable(ORDERS))).containsExactly(1L, 2L, 3L);

        Rows.append(own.loadTable(ORDERS), 4);
        assertThat(exported(UPDATING, "web.orders")).last().asString().startsWith("failed web.orders: the other catalog has an earlier state of it, and cannot be moved on without the risk");
        Rows.append(other.tables().loadTable(ORDERS), 5);
        assertThat(imported(UPDATING, "web.orders")).last().asString().startsWith("failed web.orders: it was changed in both catalogs");
        assertThat(Rows.read(own.loadTable(ORDERS))).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void testAnotherTableOfThatName()
            throws IOException
    {
        fill();
        other.namespaces().createNamespace(WEB, Map.of("owner", "somebody", "city", "Ulm"));
        other.tables().createTable(ORDERS, Rows.SCHEMA);
        assertThat(exported(DROPPING, "web.orders", "web.users")).satisfiesExactly(
                namespace -> assertThat(namespace).isEqualTo("unchanged web"),
                orders -> assertThat(orders).startsWith("failed web.orders: another table has that name there: its UUID is ").endsWith("Rename one of the two"),
                users -> assertThat(users).isEqualTo("moved web.users"));
        assertThat(own.tableExists(ORDERS)).isTrue();
        assertThat(other.namespaces().loadNamespaceMetadata(WEB)).containsEntry("owner", "somebody");
        assertThat(imported(PLAIN, "web.users")).containsExactly("updated web", "registered web.users");
        assertThat(own.loadNamespaceMetadata(WEB)).containsEntry("owner", "shop").containsEntry("city", "Ulm");
    }

    @Test
    void testTableThatTakesSegments()
    {
        Table logs = TableBootstrap.createOrUpdate(own, Namespace.of("otel"), Signal.LOGS.shape());
        assertThat(exported(PLAIN)).last().asString().startsWith("failed otel.logs: it takes segments: rows that wait would be missing there");
        assertThat(exported(new MoveOptions(false, true, false, true))).last().asString().startsWith("failed otel.logs: it takes segments: those that it needs lie in the WAL");
        assertThat(other.tables().listTables(Namespace.of("otel"))).isEmpty();
        assertThat(exported(SNAPSHOTS)).last().asString().startsWith("registered otel.logs: what is committed now, for reading");
        assertThat(other.tables().loadTable(TableIdentifier.of("otel", "logs")).uuid()).isEqualTo(logs.uuid());

        ObjectStoreCatalog elsewhere = new ObjectStoreCatalog();
        elsewhere.initialize("elsewhere", Map.of("warehouse", "file:" + folder.resolve("elsewhere")));
        assertThat(moved(other, new OwnSide(elsewhere), PLAIN)).last().asString().startsWith("failed otel.logs: it takes segments in another warehouse of IceGate");
        own.dropTable(TableIdentifier.of("otel", "logs"), false);
        assertThat(imported(PLAIN)).last().asString().startsWith("registered otel.logs");
    }

    @Test
    void testFilesThatCannotBeRead()
    {
        other.namespaces().createNamespace(WEB, Map.of());
        String metadata = folder.resolve("elsewhere").toUri().toString().replaceFirst("/$", "");
        other.tables().buildTable(ORDERS, Rows.SCHEMA).withLocation("hdfs://node/orders").withProperty("write.metadata.path", metadata).create();
        assertThat(imported(DRY)).last().asString().startsWith("failed web.orders: its files cannot be read from here: Cannot open location 'hdfs://node/orders'");
        assertThat(imported(PLAIN)).last().asString().startsWith("failed web.orders: its files cannot be read from here: Cannot open location 'hdfs://node/orders'");
        assertThat(own.tableExists(ORDERS)).isFalse();
    }

    @Test
    void testCatalogWithoutViews()
            throws IOException
    {
        fill();
        Map<String, String> old = Map.of("type", "jdbc", "name", "prod", "uri", "jdbc:sqlite:" + folder.resolve("old.db"));
        try (ForeignCatalog withoutViews = ForeignCatalog.open(old, warehouse(), Map.of(), Access.CHANGE)) {
            assertThat(moved(new OwnSide(own), withoutViews, PLAIN)).anyMatch(row -> row.startsWith("skipped web.recent: the target has no views: ") && row.contains("jdbc.schema-version=V1"));
            assertThat(moved(withoutViews, new OwnSide(own), PLAIN)).contains("unchanged web.orders").noneMatch(row -> row.contains("recent"));
        }
    }

    @Test
    void testWrongOptions()
    {
        assertThatThrownBy(() -> opened(Map.of("type", "hive", "uri", "thrift://x"))).hasMessageContaining("type='hive' is neither rest nor jdbc");
        assertThatThrownBy(() -> opened(Map.of("type", "jdbc", "uri", "jdbc:sqlite:x"))).hasMessageContaining("name=… is missing");
        assertThatThrownBy(() -> opened(Map.of("type", "rest"))).hasMessageContaining("uri=… is missing");
        assertThatThrownBy(() -> opened(Map.of("type", "jdbc", "name", "a", "uri", "jdbc:mysql://me:secret@db/catalog")))
                .hasMessageContaining("there is no JDBC driver for jdbc:mysql:…. Those of PostgreSQL and SQLite are here; another one is added by --driver-jar FILE")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> opened(Map.of("type", "jdbc", "name", "a", "uri", "jdbc:postgresql://localhost:1/catalog?password=secret"))).isInstanceOf(CommandException.class).hasMessage("Cannot open the other catalog: Failed to connect: jdbc:postgresql://localhost:1/catalog?…: Connection refused");
        assertThatThrownBy(() -> opened(Map.of("type", "rest", "uri", "http://localhost:1"))).isInstanceOf(CommandException.class).hasMessageContaining("Cannot open the other catalog: ");
    }

    private void opened(Map<String, String> properties)
    {
        ForeignCatalog.open(properties, warehouse(), Map.of(), Access.READ).close();
    }

    @Test
    void testAddedDriver()
            throws IOException, SQLException
    {
        Path jar = folder.resolve("driver.jar");
        assertThatThrownBy(() -> JdbcDrivers.add(jar)).isInstanceOf(CommandException.class).hasMessageContaining("there is no such file");
        try (OutputStream file = Files.newOutputStream(jar); ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("META-INF/services/java.sql.Driver"));
            zip.write(TestingDriver.class.getName().getBytes(UTF_8));
        }
        assertThatThrownBy(() -> JdbcDrivers.require("jdbc:testing:x")).isInstanceOf(CommandException.class).hasMessageContaining("jdbc:testing:…");
        JdbcDrivers.add(jar);
        JdbcDrivers.require("jdbc:testing:x");
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:testing:x")).isInstanceOf(SQLException.class).hasMessage("a database is no part of this test");
    }

    /**
     * What a jar of a database has.
     */
    public static final class TestingDriver
            implements Driver
    {
        @Override
        public Connection connect(String url, Properties info)
                throws SQLException
        {
            throw new SQLException("a database is no part of this test");
        }

        @Override
        public boolean acceptsURL(String url)
        {
            return url.startsWith("jdbc:testing:");
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info)
        {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion()
        {
            return 1;
        }

        @Override
        public int getMinorVersion()
        {
            return 0;
        }

        @Override
        public boolean jdbcCompliant()
        {
            return false;
        }

        @Override
        public Logger getParentLogger()
        {
            return Logger.getLogger("testing");
        }
    }
}
