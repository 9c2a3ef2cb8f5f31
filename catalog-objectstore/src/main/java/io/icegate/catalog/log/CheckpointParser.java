package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.catalog.state.PersistentMap;
import io.icegate.catalog.state.TransactionWindow;
import io.icegate.catalog.state.TransactionWindow.RecordIds;
import org.apache.iceberg.catalog.Namespace;

import java.util.Comparator;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;

/**
 * Reads and writes the JSON form of a whole {@link CatalogState}. Everything is sorted, so that all processes write the
 * same bytes for one version.
 */
final class CheckpointParser
{
    private static final Set<String> FIELDS = Set.of("format", "version", "ts", "namespaces", "objects", "txns");
    private static final Set<String> NAMESPACE_FIELDS = Set.of("ns", "props");
    private static final Set<String> OBJECT_FIELDS = Set.of("ns", "name", "kind", "uuid", "at", "folders");
    private static final Set<String> TRANSACTION_FIELDS = Set.of("version", "ts", "ids");

    private CheckpointParser() {}

    static byte[] toJson(CatalogState state)
    {
        return StrictJson.write(json -> {
            json.writeNumberField("version", state.version());
            json.writeNumberField("ts", state.timestampMillis());
            json.writeArrayFieldStart("namespaces");
            for (Entry<Namespace, Map<String, String>> namespace : state.namespaceProperties()) {
                json.writeStartObject();
                CatalogRecordParser.writeLevels(json, "ns", namespace.getKey());
                CatalogRecordParser.writeProperties(json, "props", namespace.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("objects");
            for (Entry<Namespace, PersistentMap<String, CatalogObject>> inside : state.objects()) {
                for (Entry<String, CatalogObject> object : inside.getValue()) {
                    json.writeStartObject();
                    CatalogRecordParser.writeLevels(json, "ns", inside.getKey());
                    json.writeStringField("name", object.getKey());
                    json.writeStringField("kind", object.getValue().kind().text());
                    json.writeStringField("uuid", object.getValue().uuid().toString());
                    json.writeStringField("at", object.getValue().metadataLocation());
                    CatalogRecordParser.writeFolders(json, object.getValue().folders());
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeArrayFieldStart("txns");
            for (Entry<Long, RecordIds> record : state.transactions().records()) {
                json.writeStartObject();
                json.writeNumberField("version", record.getKey());
                json.writeNumberField("ts", record.getValue().timestampMillis());
                json.writeArrayFieldStart("ids");
                for (String id : record.getValue().ids()) {
                    json.writeString(id);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /**
     * @throws IllegalArgumentException when the content is not the checkpoint of this version, or is of a newer format
     */
    static CatalogState fromJson(long version, byte[] content)
    {
        String what = "catalog checkpoint " + version;
        StrictJson json = StrictJson.parse(what, content);
        CatalogRecordParser.checkFormat(what, json, CatalogFormat.VERSION);
        json.allow(FIELDS);
        if (json.number("version") != version) {
            throw new IllegalArgumentException("Cannot read %s: it calls itself version %s".formatted(what, json.number("version")));
        }
        PersistentMap<Namespace, Map<String, String>> namespaces = PersistentMap.empty(CatalogState.NAMESPACE_ORDER);
        for (StrictJson namespace : json.objects("namespaces")) {
            namespace.allow(NAMESPACE_FIELDS);
            namespaces = namespaces.with(CatalogRecordParser.readLevels(namespace, "ns"), Map.copyOf(CatalogRecordParser.readProperties(namespace, "props")));
        }
        TransactionWindow transactions = TransactionWindow.empty();
        for (StrictJson record : json.objects("txns")) {
            record.allow(TRANSACTION_FIELDS);
            transactions = transactions.with(record.number("version"), record.number("ts"), record.texts("ids"));
        }
        return CatalogState.restored(version, json.number("ts"), namespaces, readObjects(json), transactions);
    }

    private static PersistentMap<Namespace, PersistentMap<String, CatalogObject>> readObjects(StrictJson json)
    {
        PersistentMap<Namespace, PersistentMap<String, CatalogObject>> objects = PersistentMap.empty(CatalogState.NAMESPACE_ORDER);
        for (StrictJson object : json.objects("objects")) {
            object.allow(OBJECT_FIELDS);
            Namespace namespace = CatalogRecordParser.readLevels(object, "ns");
            PersistentMap<String, CatalogObject> inside = objects.get(namespace).orElseGet(() -> PersistentMap.empty(Comparator.<String>naturalOrder()));
            CatalogObject value = new CatalogObject(ObjectKind.parse(object.text("kind")), object.uuid("uuid"), object.text("at"), CatalogRecordParser.readFolders(object));
            objects = objects.with(namespace, inside.with(object.text("name"), value));
        }
        return objects;
    }
}
