package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * What the attributes of one call site have in common: the keys in stored order, the sidecar of their types, and where each
 * stored entry stands among the received ones. Rows of one call site share one instance, so encoders may remember it by
 * identity. Immutable.
 */
public final class AttributeShape
{
    /**
     * No attributes.
     */
    public static final AttributeShape EMPTY = of(List.of(), new char[0]);

    private final AttributeKeys keys;
    private final @Nullable String types;
    private final int[] order;
    private final boolean repeatedKey;

    private AttributeShape(AttributeKeys keys, @Nullable String types, int[] order, boolean repeatedKey)
    {
        this.keys = requireNonNull(keys, "keys is null");
        this.types = types;
        this.order = order;
        this.repeatedKey = repeatedKey;
    }

    /**
     * The shape of received keys. Of a repeated key the last one counts.
     *
     * @param codes type of each received value, as in {@link CanonicalText}
     */
    public static AttributeShape of(List<String> received, char[] codes)
    {
        KeyOrder order = KeyOrder.of(received);
        StringBuilder types = new StringBuilder();
        boolean strings = true;
        for (int position : order.positions()) {
            types.append(codes[position]);
            strings &= codes[position] == CanonicalText.STRING;
        }
        return new AttributeShape(order.keys(), strings ? null : types.toString(), order.positions(), order.positions().length < received.size());
    }

    public AttributeKeys keys()
    {
        return keys;
    }

    public int size()
    {
        return order.length;
    }

    /**
     * The sidecar column; null when all are strings.
     */
    public @Nullable String typesOrNull()
    {
        return types;
    }

    /**
     * Attributes of this shape.
     *
     * @param texts in stored order; handed over
     */
    public Attributes attributes(@Nullable String[] texts)
    {
        if (texts.length != order.length) {
            throw new IllegalArgumentException("Cannot store %s texts under %s keys".formatted(texts.length, order.length));
        }
        return new Attributes(keys, texts, types);
    }

    /**
     * Where the stored entry stands among the received ones.
     */
    public int received(int stored)
    {
        return order[stored];
    }

    /**
     * True when a key was received more than once.
     */
    public boolean hasRepeatedKey()
    {
        return repeatedKey;
    }
}
