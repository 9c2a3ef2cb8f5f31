package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Attributes as they are stored: canonical texts, and one type code per entry, in the order of {@link AttributeKeys#ORDER}.
 * Immutable. Two are equal when keys, texts and types are.
 */
public final class Attributes
{
    public static final Attributes EMPTY = new Attributes(AttributeKeys.EMPTY, new String[0], null);

    private final AttributeKeys keys;
    private final @Nullable String[] texts;
    private final @Nullable String types;

    /**
     * @param texts handed over
     * @param types null when all are strings
     */
    Attributes(AttributeKeys keys, @Nullable String[] texts, @Nullable String types)
    {
        this.keys = keys;
        this.texts = texts;
        this.types = types;
    }

    /**
     * The attributes of a map column and its sidecar as any engine wrote them. A sidecar that does not fit the map was
     * left behind by somebody who rewrote the map: all entries are then strings.
     *
     * @param types null when all are strings
     */
    public static Attributes fromStored(Map<String, @Nullable String> map, @Nullable String types)
    {
        TreeMap<String, @Nullable String> sorted = new TreeMap<>(AttributeKeys.ORDER);
        sorted.putAll(map);
        boolean usable = types != null && !isDamaged(sorted, types) && types.chars().anyMatch(type -> type != CanonicalText.STRING);
        return new Attributes(
                new AttributeKeys(sorted.keySet().toArray(String[]::new)),
                sorted.values().toArray(String[]::new),
                usable ? types : null);
    }

    /**
     * True when a sidecar does not fit its map.
     */
    public static boolean isDamaged(Map<String, @Nullable String> map, @Nullable String types)
    {
        return types != null && types.length() != map.size();
    }

    /**
     * Stores typed values. Of a repeated key the last one counts.
     */
    public static Attributes of(List<AttributeValue.Entry> entries)
    {
        AttributesBuilder builder = new AttributesBuilder();
        for (AttributeValue.Entry entry : entries) {
            CanonicalText text = CanonicalText.of(entry.value());
            builder.add(entry.key(), text.type(), text.text());
        }
        return builder.build();
    }

    public AttributeKeys keys()
    {
        return keys;
    }

    public int size()
    {
        return keys.size();
    }

    /**
     * Canonical text of an entry; null when it has no value.
     */
    public @Nullable String text(int index)
    {
        return texts[index];
    }

    public char type(int index)
    {
        return types != null ? types.charAt(index) : texts[index] == null ? CanonicalText.EMPTY : CanonicalText.STRING;
    }

    /**
     * The sidecar column: one code per entry; empty when all are strings.
     */
    public Optional<String> types()
    {
        return Optional.ofNullable(types);
    }

    /**
     * {@link #types} without the wrapper, for encoders.
     */
    public @Nullable String typesOrNull()
    {
        return types;
    }

    /**
     * Text of a key; empty when the key is absent or has no value.
     */
    public Optional<String> find(String key)
    {
        int index = keys.indexOf(key);
        return index < 0 ? Optional.empty() : Optional.ofNullable(texts[index]);
    }

    /**
     * The map column, in order.
     */
    public Map<String, @Nullable String> asMap()
    {
        LinkedHashMap<String, @Nullable String> map = new LinkedHashMap<>();
        for (int i = 0; i < texts.length; i++) {
            map.put(keys.key(i), texts[i]);
        }
        return Collections.unmodifiableMap(map);
    }

    /**
     * The typed values.
     *
     * @throws IllegalArgumentException when a text is not of its type
     */
    public List<AttributeValue.Entry> entries()
    {
        return IntStream.range(0, texts.length)
                .mapToObj(i -> new AttributeValue.Entry(keys.key(i), new CanonicalText(type(i), texts[i]).value()))
                .toList();
    }

    @Override
    public boolean equals(@Nullable Object other)
    {
        return other instanceof Attributes that
                && keys.asList().equals(that.keys.asList())
                && Arrays.equals(texts, that.texts)
                && Objects.equals(types, that.types);
    }

    @Override
    public int hashCode()
    {
        return 31 * keys.asList().hashCode() + Arrays.hashCode(texts);
    }

    @Override
    public String toString()
    {
        return asMap() + (types == null ? "" : " " + types);
    }
}
