package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects the attributes of one message after the other. Messages of one call site bring the same keys in the same
 * order, so the sorting of each such sequence is remembered. Not for use by several threads.
 */
public final class AttributesBuilder
{
    private static final int SHAPE_COUNT_MAX = 1024;

    private final Map<List<String>, Shape> shapes = new HashMap<>();
    private Shape last = Shape.of(List.of());
    private final List<String> keys = new ArrayList<>();
    private @Nullable String[] texts = new String[16];
    private char[] types = new char[16];
    private boolean repeated;

    /**
     * Adds an entry.
     *
     * @param text null exactly when the type is {@link CanonicalText#EMPTY}
     */
    public void add(String key, char type, @Nullable String text)
    {
        int index = keys.size();
        if (index == types.length) {
            texts = Arrays.copyOf(texts, index * 2);
            types = Arrays.copyOf(types, index * 2);
        }
        keys.add(key);
        texts[index] = text;
        types[index] = type;
    }

    /**
     * The attributes added since the last call. Of a repeated key the last one counts.
     */
    public Attributes build()
    {
        if (keys.isEmpty()) {
            repeated = false;
            return Attributes.EMPTY;
        }
        Shape shape = shape();
        repeated = shape.order.length < keys.size();
        @Nullable String[] sorted = new String[shape.order.length];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = texts[shape.order[i]];
        }
        Attributes attributes = new Attributes(shape.keys, sorted, shape.types(types));
        keys.clear();
        return attributes;
    }

    /**
     * True when the attributes built last had a key more than once.
     */
    public boolean repeatedKey()
    {
        return repeated;
    }

    private Shape shape()
    {
        if (last.received.equals(keys)) {
            return last;
        }
        Shape shape = shapes.get(keys);
        if (shape == null) {
            if (shapes.size() == SHAPE_COUNT_MAX) {
                shapes.clear();
            }
            shape = Shape.of(List.copyOf(keys));
            shapes.put(shape.received, shape);
        }
        last = shape;
        return shape;
    }

    /**
     * One sequence of received keys and where each goes.
     */
    private static final class Shape
    {
        private final List<String> received;
        private final AttributeKeys keys;
        private final int[] order;
        private @Nullable String types;

        private Shape(List<String> received, AttributeKeys keys, int[] order)
        {
            this.received = received;
            this.keys = keys;
            this.order = order;
        }

        static Shape of(List<String> received)
        {
            TreeMap<String, Integer> sorted = new TreeMap<>(AttributeKeys.ORDER);
            for (int i = 0; i < received.size(); i++) {
                sorted.put(received.get(i), i);
            }
            return new Shape(
                    received,
                    new AttributeKeys(sorted.keySet().toArray(String[]::new)),
                    sorted.values().stream().mapToInt(Integer::intValue).toArray());
        }

        /**
         * The sidecar, the same instance as long as it does not change.
         */
        @Nullable
        String types(char[] codes)
        {
            boolean strings = true;
            boolean same = types != null;
            for (int i = 0; i < order.length; i++) {
                char code = codes[order[i]];
                strings &= code == CanonicalText.STRING;
                same = same && types != null && types.charAt(i) == code;
            }
            if (strings) {
                return null;
            }
            if (!same) {
                char[] sidecar = new char[order.length];
                for (int i = 0; i < sidecar.length; i++) {
                    sidecar[i] = codes[order[i]];
                }
                types = new String(sidecar);
            }
            return types;
        }
    }
}
