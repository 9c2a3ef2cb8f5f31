package io.icegate.catalog.log;

import com.fasterxml.jackson.core.JsonGenerator;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.catalog.state.ObjectKind;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads and writes the JSON form of a {@link CatalogRecord}, which {@code docs/format/catalog-log.md} specifies.
 */
final class CatalogRecordParser
{
    private static final Set<String> RECORD_FIELDS = Set.of("format", "version", "id", "writer", "by", "ts", "ahead", "txns");
    private static final Set<String> TRANSACTION_FIELDS = Set.of("id", "req", "ops");
    private static final Set<String> OBJECT_FIELDS = Set.of("ns", "name", "kind", "uuid", "from", "to", "folders");
    private static final Set<String> NAMESPACE_FIELDS = Set.of("ns", "props");

    private CatalogRecordParser() {}

    /**
     * Writes a record whose transactions were written by {@link #transaction} before.
     */
    static byte[] toJson(CatalogRecord record, List<byte[]> transactions)
    {
        return StrictJson.write(json -> {
            if (isNewer(record)) {
                json.writeNumberField("format", CatalogFormat.RECORD_VERSION);
            }
            json.writeNumberField("version", record.version());
            json.writeStringField("id", record.id().toString());
            json.writeStringField("writer", record.writer().id().toString());
            if (record.writer().program().isPresent()) {
                json.writeStringField("by", record.writer().program().orElseThrow());
            }
            json.writeNumberField("ts", record.timestampMillis());
            if (record.ahead() > 0) {
                json.writeNumberField("ahead", record.ahead());
            }
            json.writeArrayFieldStart("txns");
            for (byte[] transaction : transactions) {
                json.writeRawValue(new String(transaction, StandardCharsets.UTF_8));
            }
            json.writeEndArray();
        });
    }

    /**
     * Whether programs that know format {@link CatalogFormat#VERSION} only must stop here: they know no records ahead, none that
     * only fill a slot, and no names of programs.
     */
    private static boolean isNewer(CatalogRecord record)
    {
        return record.ahead() > 0 || record.transactions().isEmpty() || record.writer().program().isPresent();
    }

    static byte[] toJson(CatalogRecord record)
    {
        return toJson(record, record.transactions().stream().map(CatalogRecordParser::transaction).toList());
    }

    static byte[] transaction(CatalogTransaction transaction)
    {
        return StrictJson.write(json -> {
            json.writeStringField("id", transaction.id());
            if (transaction.digest().isPresent()) {
                json.writeStringField("req", transaction.digest().orElseThrow());
            }
            json.writeArrayFieldStart("ops");
            for (CatalogChange change : transaction.changes()) {
                json.writeStartObject();
                if (change instanceof ObjectChange object) {
                    write(json, object);
                }
                else if (change instanceof NamespaceChange namespace) {
                    write(json, namespace);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, ObjectChange change)
            throws IOException
    {
        writeLevels(json, "ns", change.identifier().namespace());
        json.writeStringField("name", change.identifier().name());
        json.writeStringField("kind", change.kind().text());
        json.writeStringField("uuid", change.uuid().toString());
        writeNullable(json, "from", change.before());
        writeNullable(json, "to", change.after());
        if (change.after().isPresent()) {
            writeFolders(json, change.folders());
        }
    }

    private static void write(JsonGenerator json, NamespaceChange change)
            throws IOException
    {
        writeLevels(json, "ns", change.namespace());
        if (change.properties().isPresent()) {
            writeProperties(json, "props", change.properties().orElseThrow());
        }
        else {
            json.writeNullField("props");
        }
    }

    static void writeLevels(JsonGenerator json, String field, Namespace namespace)
            throws IOException
    {
        json.writeArrayFieldStart(field);
        for (String level : namespace.levels()) {
            json.writeString(level);
        }
        json.writeEndArray();
    }

    static void writeProperties(JsonGenerator json, String field, Map<String, String> properties)
            throws IOException
    {
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, String> property : new TreeMap<>(properties).entrySet()) {
            json.writeStringField(property.getKey(), property.getValue());
        }
        json.writeEndObject();
    }

    static void writeFolders(JsonGenerator json, Set<String> folders)
            throws IOException
    {
        json.writeArrayFieldStart("folders");
        for (String folder : new TreeSet<>(folders)) {
            json.writeString(folder);
        }
        json.writeEndArray();
    }

    static Set<String> readFolders(StrictJson json)
    {
        return Set.copyOf(json.texts("folders"));
    }

    private static void writeNullable(JsonGenerator json, String field, Optional<String> value)
            throws IOException
    {
        if (value.isPresent()) {
            json.writeStringField(field, value.orElseThrow());
        }
        else {
            json.writeNullField(field);
        }
    }

    /**
     * @throws IllegalArgumentException when the content is not the record of this version, or is of a newer format
     */
    static CatalogRecord fromJson(long version, byte[] content)
    {
        String what = "catalog record " + version;
        StrictJson json = StrictJson.parse(what, content);
        checkFormat(what, json, CatalogFormat.RECORD_VERSION);
        json.allow(RECORD_FIELDS);
        if (json.number("version") != version) {
            throw new IllegalArgumentException("Cannot read %s: it calls itself version %s".formatted(what, json.number("version")));
        }
        List<CatalogTransaction> transactions = json.objects("txns").stream().map(CatalogRecordParser::readTransaction).toList();
        CatalogRecord record = new CatalogRecord(version, json.uuid("id"), new CatalogWriter(json.uuid("writer"), json.optionalText("by")), json.number("ts"), ahead(what, json), transactions);
        if (isNewer(record) && !json.mentions("format")) {
            throw belowItsFormat(what);
        }
        return record;
    }

    private static int ahead(String what, StrictJson json)
    {
        if (!json.mentions("ahead")) {
            return 0;
        }
        if (!json.mentions("format")) {
            throw belowItsFormat(what);
        }
        long ahead = json.number("ahead");
        if (ahead < 1 || ahead > CatalogRecord.AHEAD_MAX) {
            throw new IllegalArgumentException("Cannot read %s: it is %s ahead, not 1 to %s".formatted(what, ahead, CatalogRecord.AHEAD_MAX));
        }
        return (int) ahead;
    }

    private static IllegalArgumentException belowItsFormat(String what)
    {
        return new IllegalArgumentException("Cannot read %s: it is ahead, empty or tells a program, and is of format %s".formatted(what, CatalogFormat.VERSION));
    }

    /**
     * Stops at a record or checkpoint that raises the format to a number that this program does not know.
     */
    static void checkFormat(String what, StrictJson json, int newest)
    {
        if (json.mentions("format") && (json.number("format") < CatalogFormat.VERSION || json.number("format") > newest)) {
            throw new IllegalArgumentException("Cannot read %s: format %s is not known, only %s".formatted(
                    what, json.number("format"), newest == CatalogFormat.VERSION ? newest : "%s to %s".formatted(CatalogFormat.VERSION, newest)));
        }
    }

    private static CatalogTransaction readTransaction(StrictJson json)
    {
        json.allow(TRANSACTION_FIELDS);
        List<CatalogChange> changes = new ArrayList<>();
        for (StrictJson change : json.objects("ops")) {
            changes.add(readChange(change));
        }
        return new CatalogTransaction(json.text("id"), json.optionalText("req"), changes);
    }

    private static CatalogChange readChange(StrictJson json)
    {
        Namespace namespace = readLevels(json, "ns");
        if (json.mentions("name")) {
            json.allow(OBJECT_FIELDS);
            return new ObjectChange(
                    TableIdentifier.of(namespace, json.text("name")),
                    ObjectKind.parse(json.text("kind")),
                    json.uuid("uuid"),
                    json.optionalText("from"),
                    json.optionalText("to"),
                    json.mentions("folders") ? readFolders(json) : Set.of());
        }
        json.allow(NAMESPACE_FIELDS);
        return new NamespaceChange(namespace, json.has("props") ? Optional.of(readProperties(json, "props")) : Optional.empty());
    }

    static Namespace readLevels(StrictJson json, String field)
    {
        return Namespace.of(json.texts(field).toArray(String[]::new));
    }

    static Map<String, String> readProperties(StrictJson json, String field)
    {
        StrictJson object = json.object(field);
        Map<String, String> properties = new LinkedHashMap<>();
        object.fieldNames().forEach(name -> properties.put(name, object.text(name)));
        return properties;
    }
}
