package io.icegate.schema;

import java.util.List;
import java.util.TreeMap;

/**
 * A sequence of received keys in stored order. Of a repeated key the last one counts.
 *
 * @param positions where each stored key stands among the received ones
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record KeyOrder(AttributeKeys keys, int[] positions)
{
    static KeyOrder of(List<String> received)
    {
        TreeMap<String, Integer> sorted = new TreeMap<>(AttributeKeys.ORDER);
        for (int i = 0; i < received.size(); i++) {
            sorted.put(received.get(i), i);
        }
        return new KeyOrder(
                new AttributeKeys(sorted.keySet().toArray(String[]::new)),
                sorted.values().stream().mapToInt(Integer::intValue).toArray());
    }
}
