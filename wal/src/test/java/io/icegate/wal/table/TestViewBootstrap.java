package io.icegate.wal.table;

import io.icegate.schema.Signal;
import io.icegate.schema.TableShape;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.View;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestViewBootstrap
{
    private static final Namespace OTEL = Namespace.of("otel");
    private static final TableIdentifier EVENTS = TableIdentifier.of(OTEL, "events");
    private static final TableShape SHAPE = Signal.LOGS.shape();

    private final InMemoryCatalog catalog = new InMemoryCatalog();

    @BeforeEach
    void create()
    {
        catalog.initialize("test", Map.of());
        again();
    }

    private Table again()
    {
        Table table = TableBootstrap.createOrUpdate(catalog, OTEL, SHAPE);
        ViewBootstrap.createOrUpdate(catalog, OTEL, SHAPE, table);
        return table;
    }

    @Test
    void testOneTextForEachEngine()
    {
        View view = catalog.loadView(EVENTS);
        for (String dialect : List.of("trino", "spark")) {
            SQLViewRepresentation text = view.sqlFor(dialect);
            assertThat(text.dialect()).isEqualTo(dialect);
            assertThat(text.sql()).startsWith("SELECT tenant_id, timestamp, ").endsWith("\nFROM logs\nWHERE event_name IS NOT NULL");
        }
        assertThat(names(view.schema())).isEqualTo(names(SHAPE.schema()));
        assertThat(view.currentVersion().defaultNamespace()).isEqualTo(OTEL);
        assertThat(view.currentVersion().defaultCatalog()).as("which engines call differently").isNull();
    }

    @Test
    void testNothingChangesTheSecondTime()
    {
        int version = catalog.loadView(EVENTS).currentVersion().versionId();
        again();
        assertThat(catalog.loadView(EVENTS).currentVersion().versionId()).isEqualTo(version);
        assertThat(catalog.loadView(EVENTS).history()).hasSize(1);
    }

    @Test
    void testColumnsOfTheTableAreFollowed()
    {
        Table table = again();
        table.updateSchema()
                .updateColumn("severity_number", Types.LongType.get())
                .deleteColumn("scope_version")
                .addColumn("team", Types.StringType.get())
                .commit();
        ViewBootstrap.createOrUpdate(catalog, OTEL, SHAPE, table);
        View view = catalog.loadView(EVENTS);
        assertThat(view.schema().findType("severity_number")).isEqualTo(Types.LongType.get());
        assertThat(names(view.schema())).doesNotContain("scope_version", "team");
        assertThat(view.sqlFor("spark").sql()).doesNotContain("scope_version");
    }

    @Test
    void testADroppedViewIsCreatedAgain()
    {
        catalog.dropView(EVENTS);
        again();
        assertThat(catalog.viewExists(EVENTS)).isTrue();
    }

    @Test
    void testViewOfTheUserIsLeftAlone()
    {
        catalog.dropView(EVENTS);
        String query = "SELECT body FROM logs WHERE event_name = 'login'";
        catalog.buildView(EVENTS).withSchema(new Schema(NestedField.optional(1, "body", Types.StringType.get()))).withQuery("trino", query).withDefaultNamespace(OTEL).create();
        again();
        assertThat(catalog.loadView(EVENTS).sqlFor("trino").sql()).isEqualTo(query);
    }

    /**
     * And is no reason to refuse rows of logs.
     */
    @Test
    void testTableOfThatNameIsLeftAlone()
    {
        catalog.dropView(EVENTS);
        catalog.createTable(EVENTS, new Schema(NestedField.optional(1, "a", Types.StringType.get())));
        again();
        assertThat(catalog.viewExists(EVENTS)).isFalse();
        assertThat(catalog.tableExists(EVENTS)).isTrue();
    }

    private static List<String> names(Schema schema)
    {
        return schema.columns().stream().map(NestedField::name).toList();
    }
}
