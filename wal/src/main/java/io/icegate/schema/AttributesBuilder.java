package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the attributes of one message after the other. Messages of one call site bring the same keys in the same
 * order, so the sorting of each such sequence is remembered. Not for use by several threads.
 */
public final class AttributesBuilder
{
    private static final int SHAPE_COUNT_MAX = 1024;

    private final Map<List<String>, Shape> shapes = new HashMap<>();
    private Shape last = Shape.of(List.of());
    private String[] keys = new String[16];
    private @Nullable String[] texts = new String[16];
    private char[] types = new char[16];
    private int count;
    private boolean repeated;

    /**
     * Adds an entry.
     *
     * @param text null exactly when the type is {@link CanonicalText#EMPTY}
     */
    public void add(String key, char type, @Nullable String text)
    {
        if (count == types.length) {
            keys = Arrays.copyOf(keys, count * 2);
            texts = Arrays.copyOf(texts, count * 2);
            types = Arrays.copyOf(types, count * 2);
        }
        keys[count] = key;
        texts[count] = text;
        types[count] = type;
        count++;
    }

    /**
     * The attributes added since the last call. Of a repeated key the last one counts.
     */
    public Attributes build()
    {
        if (count == 0) {
            repeated = false;
            return Attributes.EMPTY;
        }
        Shape shape = shape();
        repeated = shape.order.length < count;
        @Nullable String[] sorted = new String[shape.order.length];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = texts[shape.order[i]];
        }
        Attributes attributes = new Attributes(shape.keys, sorted, shape.types(types));
        count = 0;
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
        if (last.isOf(keys, count)) {
            return last;
        }
        List<String> received = List.of(Arrays.copyOf(keys, count));
        Shape shape = shapes.get(received);
        if (shape == null) {
            if (shapes.size() == SHAPE_COUNT_MAX) {
                shapes.clear();
            }
            shape = Shape.of(received);
            shapes.put(received, shape);
        }
        last = shape;
        return shape;
    }

    /**
     * One sequence of received keys and where each goes.
     */
    private static final class Shape
    {
        private final String[] received;
        private final AttributeKeys keys;
        private final int[] order;
        private @Nullable String types;

        private Shape(String[] received, AttributeKeys keys, int[] order)
        {
            this.received = received;
            this.keys = keys;
            this.order = order;
        }

        static Shape of(List<String> received)
        {
            KeyOrder order = KeyOrder.of(received);
            return new Shape(received.toArray(String[]::new), order.keys(), order.positions());
        }

        /**
         * Asked for every row, hence without a list.
         */
        boolean isOf(String[] keys, int count)
        {
            if (count != received.length) {
                return false;
            }
            for (int i = 0; i < count; i++) {
                if (!received[i].equals(keys[i])) {
                    return false;
                }
            }
            return true;
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
