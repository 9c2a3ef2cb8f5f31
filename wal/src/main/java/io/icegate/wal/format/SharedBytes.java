package io.icegate.wal.format;

import io.icegate.schema.AttributeKeys;
import io.icegate.schema.AttributeShape;
import io.icegate.schema.Attributes;
import io.icegate.schema.EntityRef;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Turns what rows share into bytes once per row group. Equal texts become one instance, so that dictionaries recognise
 * them by identity.
 */
@SuppressWarnings("ReferenceEquality") // shared by identity
final class SharedBytes
{
    /**
     * Texts remembered; a column with more is not repeating.
     */
    private static final int TEXT_COUNT_MAX = 65_536;

    private final Map<String, Binary> texts = new HashMap<>();
    private final IdentityHashMap<AttributeKeys, Binary[]> keys = new IdentityHashMap<>();
    private final IdentityHashMap<ResourceValues, Resource> resources = new IdentityHashMap<>();
    private final IdentityHashMap<ScopeValues, Scope> scopes = new IdentityHashMap<>();

    private @Nullable ResourceValues lastResourceColumns;
    private @Nullable Resource lastResource;
    private @Nullable ScopeValues lastScopeColumns;
    private @Nullable Scope lastScope;
    private @Nullable AttributeKeys lastAttributeKeys;
    private Binary[] lastKeys = new Binary[0];
    private final Repeating rowTypes = repeating();
    private final IdentityHashMap<AttributeShape, Shape> shapes = new IdentityHashMap<>();

    /**
     * Keys and sidecar of the rows of one call site.
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Shape(Binary[] keys, @Nullable Binary types) {}

    record Resource(
            @Nullable Binary serviceName,
            @Nullable Binary serviceNamespace,
            @Nullable Binary serviceInstanceId,
            AttributeColumns.Encoded attributes,
            long droppedAttributesCount,
            @Nullable Binary schemaUrl,
            List<EntityRefColumns.Encoded> entityRefs) {}

    record Scope(@Nullable Binary name, @Nullable Binary version, AttributeColumns.Encoded attributes, long droppedAttributesCount, @Nullable Binary schemaUrl) {}

    Resource resource(ResourceValues columns)
    {
        Resource resource = lastResource;
        if (resource == null || lastResourceColumns != columns) {
            resource = resources.computeIfAbsent(columns, this::encode);
            lastResourceColumns = columns;
            lastResource = resource;
        }
        return resource;
    }

    Scope scope(ScopeValues columns)
    {
        Scope scope = lastScope;
        if (scope == null || lastScopeColumns != columns) {
            scope = scopes.computeIfAbsent(columns, this::encode);
            lastScopeColumns = columns;
            lastScope = scope;
        }
        return scope;
    }

    /**
     * For a column of rows that mostly repeats the text of the row before.
     */
    Repeating repeating()
    {
        return new Repeating();
    }

    /**
     * Remembers one text, so that a repetition is not looked up.
     */
    final class Repeating
    {
        private @Nullable String last;
        private @Nullable Binary lastBytes;

        private Repeating() {}

        @Nullable
        Binary text(@Nullable String text)
        {
            if (!Objects.equals(text, last)) {
                lastBytes = SharedBytes.this.text(text);
                last = text;
            }
            return lastBytes;
        }
    }

    /**
     * Attributes of one row, whose texts hardly ever repeat.
     */
    AttributeColumns.Encoded rowAttributes(Attributes attributes)
    {
        @Nullable Binary[] values = new Binary[attributes.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = unshared(attributes.text(i));
        }
        return new AttributeColumns.Encoded(keys(attributes.keys()), values, rowTypes.text(attributes.typesOrNull()));
    }

    Shape shape(AttributeShape shape)
    {
        return shapes.computeIfAbsent(shape, absent -> new Shape(keys(absent.keys()), text(absent.typesOrNull())));
    }

    @Nullable
    Binary text(@Nullable String text)
    {
        if (text == null) {
            return null;
        }
        Binary known = texts.get(text);
        if (known == null) {
            known = utf8(text);
            if (texts.size() < TEXT_COUNT_MAX) {
                texts.put(text, known);
            }
        }
        return known;
    }

    @Nullable
    Binary unshared(@Nullable String text)
    {
        return text == null ? null : utf8(text);
    }

    private static Binary utf8(String text)
    {
        return Binary.fromConstantByteArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private Binary[] keys(AttributeKeys attributeKeys)
    {
        if (lastAttributeKeys == attributeKeys) {
            return lastKeys;
        }
        Binary[] known = keys.get(attributeKeys);
        if (known == null) {
            known = list(attributeKeys.asList()).toArray(Binary[]::new);
            keys.put(attributeKeys, known);
        }
        lastAttributeKeys = attributeKeys;
        lastKeys = known;
        return known;
    }

    /**
     * Attributes that many rows share.
     */
    AttributeColumns.Encoded sharedAttributes(Attributes attributes)
    {
        @Nullable Binary[] values = new Binary[attributes.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = text(attributes.text(i));
        }
        return new AttributeColumns.Encoded(keys(attributes.keys()), values, text(attributes.typesOrNull()));
    }

    private Resource encode(ResourceValues columns)
    {
        return new Resource(
                text(columns.serviceName()),
                text(columns.serviceNamespace()),
                text(columns.serviceInstanceId()),
                sharedAttributes(columns.attributes()),
                columns.droppedAttributesCount(),
                text(columns.schemaUrl()),
                columns.entityRefs().stream().map(this::encode).toList());
    }

    private Scope encode(ScopeValues columns)
    {
        return new Scope(text(columns.name()), text(columns.version()), sharedAttributes(columns.attributes()), columns.droppedAttributesCount(), text(columns.schemaUrl()));
    }

    private EntityRefColumns.Encoded encode(EntityRef ref)
    {
        return new EntityRefColumns.Encoded(text(ref.schemaUrl()), text(ref.type()), list(ref.idKeys()), list(ref.descriptionKeys()));
    }

    private List<Binary> list(List<String> strings)
    {
        return strings.stream()
                .map(this::shared)
                .toList();
    }

    private Binary shared(String text)
    {
        Binary shared = text(text);
        return shared == null ? Binary.EMPTY : shared;
    }
}
